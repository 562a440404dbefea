"""Files of questions with known answers, in our own and in public formats, to cases."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from evqa.errors import QuestionFileError

_Row = TypeVar("_Row")
Kind = Literal["evqa", "squad", "squad2", "selqa", "qed", "passages"]


@dataclass(frozen=True, slots=True)
class Document:
    """A text that questions are asked of, where the file brings its own."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Gold:
    """Characters of a document that answer: `text` is `document.text[start:end]`."""

    document: str
    text: str
    start: int = -1


@dataclass(frozen=True, slots=True)
class Case:
    """A question, and what answers it.

    `document` is the one that the question was written for, where there is one; an unanswerable
    question only seems to be answered there.
    """

    id: str
    question: str
    answerable: bool
    golds: tuple[Gold, ...] = ()
    document: str = ""


@dataclass(frozen=True, slots=True)
class QuestionFile:
    """The cases of a file; without documents, they are asked of the user's own corpus."""

    kind: Kind
    cases: tuple[Case, ...]
    documents: tuple[Document, ...] = field(default=())


def read_questions(path: Path) -> QuestionFile:
    """Read a file in our own JSONL, SQuAD 1.1 or 2.0, XQuAD, SelQA or QED format.

    Our own JSONL has a question in each line, or a passage (`title`, `sentences`) with `questions`
    on it (`q`, `answers`, the places of the sentences that answer, from 0).

    Raises QuestionFileError, which names the line of a JSONL file that is wrong.
    """
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionFileError(f"{path} cannot be read: {error}.", "Name another file.") from error
    reader = _jsonl if path.suffix == ".jsonl" else _json
    questions = reader(path, content)
    if not questions.cases:
        raise QuestionFileError(f"{path} holds no questions.", "Name another file.")
    return questions


def _json(path: Path, content: str) -> QuestionFile:
    try:
        data = json.loads(content)
        if isinstance(data, list):
            return _selqa(data)
        return _squad(data["data"])
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise QuestionFileError(
            f"{path} is neither SQuAD nor SelQA: {_reason(error)}.", "Name another file."
        ) from error


def _jsonl(path: Path, content: str) -> QuestionFile:
    lines = [(n, line) for n, line in enumerate(content.splitlines(), 1) if line.strip()]
    first = lines[0][1] if lines else "{}"
    if '"paragraph_text"' in first:
        rows = list(_parsed(path, lines, _qed_row))
        documents = {document.id: document for document, _ in rows}
        cases = tuple(case for _, case in rows if case)
        return QuestionFile("qed", cases, tuple(documents.values()))
    if '"sentences"' in first:
        passages = list(_parsed(path, lines, _passage_row))
        cases = tuple(case for _, own in passages for case in own)
        return QuestionFile("passages", cases, tuple(document for document, _ in passages))
    return QuestionFile("evqa", tuple(_parsed(path, lines, _own_row)))


def _parsed(
    path: Path, lines: Sequence[tuple[int, str]], parse: Callable[[int, dict[str, Any]], _Row]
) -> Iterator[_Row]:
    for number, line in lines:
        try:
            yield parse(number, json.loads(line))
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise QuestionFileError(
                f"{path}, line {number}: {_reason(error)}.", "Mend or remove the line."
            ) from error


def _own_row(number: int, row: dict[str, Any]) -> Case:
    golds = tuple(Gold(str(gold["doc"]), str(gold["text"])) for gold in row["evidence"])
    question, answerable = row["question"], row["answerable"]
    if not isinstance(question, str) or not isinstance(answerable, bool):
        raise TypeError("`question` must be a text and `answerable` true or false")
    if answerable != bool(golds):
        raise ValueError("an answerable question needs evidence, and no other may have it")
    return Case(str(row.get("id", number)), question, answerable, golds)


def _passage_row(number: int, row: dict[str, Any]) -> tuple[Document, list[Case]]:
    sentences = [str(sentence) for sentence in row["sentences"]]
    starts = list(itertools.accumulate((len(text) + 1 for text in sentences), initial=0))
    document = Document(str(number), str(row["title"]), " ".join(sentences))
    cases = []
    for place, entry in enumerate(row["questions"], 1):
        golds = tuple(Gold(document.id, sentences[i], starts[i]) for i in entry["answers"])
        cases.append(Case(f"{number}.{place}", entry["q"], bool(golds), golds, document.id))
    return document, cases


def _qed_row(_number: int, row: dict[str, Any]) -> tuple[Document, Case | None]:
    text, title = row["paragraph_text"], row["title_text"]
    document = Document(f"{title} {_short_hash(text)}", title, text)
    selected = row.get("selected_sentence")
    if not selected:
        return document, None
    start, end = selected["start"], selected["end"]
    gold = Gold(document.id, text[start:end].rstrip(), start)
    return document, Case(str(row["example_id"]), row["question_text"], True, (gold,), document.id)


def _squad(articles: list[dict[str, Any]]) -> QuestionFile:
    documents: list[Document] = []
    cases: list[Case] = []
    for article in articles:
        for paragraph in article["paragraphs"]:
            title = article["title"].replace("_", " ")
            document = Document(f"{title} {len(documents)}", title, paragraph["context"])
            documents.append(document)
            for row in paragraph["qas"]:
                golds = {
                    Gold(document.id, answer["text"], answer["answer_start"])
                    for answer in row["answers"]
                }
                ordered = tuple(sorted(golds, key=lambda gold: (gold.start, gold.text)))
                answerable = not row.get("is_impossible", False)
                cases.append(Case(row["id"], row["question"], answerable, ordered, document.id))
    kind: Kind = "squad" if all(case.answerable for case in cases) else "squad2"
    return QuestionFile(kind, tuple(cases), tuple(documents))


def _selqa(rows: list[dict[str, Any]]) -> QuestionFile:
    documents: dict[str, Document] = {}
    cases = []
    for number, row in enumerate(rows, 1):
        text = "\n".join(" ".join(candidate.split()) for candidate in row["candidates"])
        title = row["article"]
        document = Document(f"{title} {_short_hash(text)}", title, text)
        documents[document.id] = document
        starts, position = [], 0
        for line in text.split("\n"):
            starts.append((position, line))
            position += len(line) + 1
        golds = tuple(Gold(document.id, starts[i][1], starts[i][0]) for i in row["answers"])
        cases.append(Case(str(number), row["question"], True, golds, document.id))
    return QuestionFile("selqa", tuple(cases), tuple(documents.values()))


def _short_hash(text: str) -> str:
    """A short name for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"the field {error} is missing"
    return str(error).rstrip(".") or type(error).__name__
