"""The data sets in one shape: a question and a passage whose sentences answer it or do not."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sentencex import get_sentence_boundaries
from tokenizers import Tokenizer

Span = tuple[int, int]


@dataclass(frozen=True)
class Sentence:
    """A sentence, whether it answers the question, and where in it the answer stands."""

    text: str
    gold: bool = False
    answers: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Case:
    """A question with one passage; `has_spans` where the answer's words are known (or none are)."""

    source: str
    question: str
    title: str
    sentences: tuple[Sentence, ...]
    has_spans: bool

    @property
    def answerable(self) -> bool:
        """Whether any sentence answers the question."""
        return any(sentence.gold for sentence in self.sentences)

    @property
    def text(self) -> str:
        """The passage, with single spaces between its sentences."""
        return " ".join(sentence.text for sentence in self.sentences)


def read_all(folder: Path) -> list[Case]:
    """Every case of the four data sets."""
    return [
        *read_squad(folder / "squad2_dev.json", "squad"),
        *read_squad(folder / "xquad_en_dev.json", "xquad"),
        *read_selqa(folder / "selqa_ass_dev.json"),
        *read_qed(folder / "qed_dev_even.jsonl"),
    ]


def read_own(path: Path, source: str) -> list[Case]:
    """Our own passages with questions, one JSON object a line.

    An entry's `words` are the answer in each of the sentences that `answers` numbers.
    """
    cases = []
    for line in path.read_text("utf-8").splitlines():
        passage = json.loads(line)
        known = any("words" in entry for entry in passage["questions"])
        for entry in passage["questions"]:
            words = dict(zip(entry["answers"], entry.get("words", []), strict=False))
            sentences = tuple(
                Sentence(text, index in entry["answers"], _where(text, words.get(index)))
                for index, text in enumerate(passage["sentences"])
            )
            cases.append(Case(source, entry["q"], passage["title"], sentences, known))
    return cases


def _where(text: str, words: str | None) -> tuple[Span, ...]:
    return ((text.index(words), text.index(words) + len(words)),) if words else ()


def read_squad(path: Path, source: str) -> list[Case]:
    """SQuAD's format, version 1.1 or 2.0: the sentences that hold an annotated answer are gold."""
    cases = []
    for article in json.loads(path.read_text("utf-8"))["data"]:
        title = article["title"].replace("_", " ")
        for paragraph in article["paragraphs"]:
            spans = split_sentences(paragraph["context"])
            for entry in paragraph["qas"]:
                answers = [] if entry.get("is_impossible") else entry["answers"]
                cases.append(
                    Case(
                        source,
                        entry["question"].strip(),
                        title,
                        _mark(
                            paragraph["context"],
                            spans,
                            [
                                (a["answer_start"], a["answer_start"] + len(a["text"]))
                                for a in answers
                            ],
                        ),
                        has_spans=True,
                    )
                )
    return cases


def read_selqa(path: Path) -> list[Case]:
    """SelQA: the sentences of a section, without the words that answer."""
    return [
        Case(
            "selqa",
            entry["question"],
            entry["article"],
            tuple(
                Sentence(text, index in entry["answers"])
                for index, text in enumerate(entry["candidates"])
            ),
            has_spans=False,
        )
        for entry in json.loads(path.read_text("utf-8"))
    ]


def read_qed(path: Path) -> list[Case]:
    """QED: 'qed' where one sentence was selected, 'qed-multi' where the answer needs more."""
    cases = []
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        text, starts = row["paragraph_text"], row["sentence_starts"]
        spans = list(zip(starts, [*starts[1:], len(text)], strict=True))
        answers = [(a["start"], a["end"]) for group in row["original_nq_answers"] for a in group]
        sentences = _mark(text, spans, answers)
        selected = row.get("selected_sentence")
        if row["explanation_type"] == "none":
            continue
        if selected:
            sentences = tuple(
                replace(sentence, gold=start == selected["start"])
                for sentence, (start, _) in zip(sentences, spans, strict=True)
            )
        source = "qed" if selected else "qed-multi"
        cases.append(Case(source, row["question_text"], row["title_text"], sentences, True))
    return cases


def split_sentences(text: str) -> list[Span]:
    """The spans of a text's sentences, line by line."""
    return [
        (line.start() + boundary["start_index"], line.start() + boundary["end_index"])
        for line in re.finditer("[^\n]+", text)
        for boundary in get_sentence_boundaries("en", line.group())
        if boundary["text"].strip()
    ]


def _mark(text: str, spans: Sequence[Span], answers: Iterable[Span]) -> tuple[Sentence, ...]:
    """The stripped sentences; an answer belongs to the sentence in which it starts."""
    unique = sorted(set(answers))
    sentences = []
    for start, end in spans:
        body = text[start:end]
        left = start + len(body) - len(body.lstrip())
        stripped = body.strip()
        inside = tuple(
            (first - left, min(last - left, len(stripped)))
            for first, last in unique
            if left <= first < left + len(stripped)
        )
        sentences.append(Sentence(stripped, bool(inside), inside))
    return tuple(sentences)


def windows(case: Case, tokenizer: Tokenizer, limit: int) -> list[tuple[int, int]]:
    """Consecutive sentences that fit into `limit` tokens, as ranges of sentence indices."""
    lengths = [
        len(encoding.ids)
        for encoding in tokenizer.encode_batch(
            [sentence.text for sentence in case.sentences], add_special_tokens=False
        )
    ]
    ranges: list[tuple[int, int]] = []
    start = total = 0
    for index, length in enumerate(lengths):
        if index > start and total + length > limit:
            ranges.append((start, index))
            start, total = index, 0
        total += length
    ranges.append((start, len(lengths)))
    return ranges


def cut(case: Case, start: int, end: int) -> Case:
    """The case with a part of its sentences."""
    return replace(case, sentences=case.sentences[start:end])


def cropped(case: Case, rng: random.Random) -> Case:
    """Some sentences in a row, so that where a sentence stands says nothing; a third stays whole.

    Mostly one that answers is among them; where none is, nothing else answers either.
    """
    count = len(case.sentences)
    if rng.random() < 0.35 or count < 4:
        return case
    length = rng.randint(3, min(8, count))
    low, high = 0, count - length
    gold = [place for place, sentence in enumerate(case.sentences) if sentence.gold]
    if gold and rng.random() < 0.85:
        place = rng.choice(gold)
        low, high = max(low, place - length + 1), min(high, place)
    start = rng.randint(low, high)
    return cut(case, start, start + length)


def unanswered(case: Case, question: str, source: str) -> Case:
    """The passage of a case for another question, which none of its sentences answers."""
    sentences = tuple(Sentence(sentence.text) for sentence in case.sentences)
    return Case(source, question, case.title, sentences, has_spans=True)


def lacks_answer(case: Case, passage: Case) -> bool:
    """Whether a passage does not repeat the words of a case's answer."""
    text = passage.text.casefold()
    return not any(
        sentence.text[start:end].casefold() in text
        for sentence in case.sentences
        for start, end in sentence.answers
    )


_NAME = re.compile(
    r"(?<=\s)(?:[A-Z][\w'’-]+)(?:\s(?:of\s|the\s)?[A-Z][\w'’-]+)*|\b\d[\d,.]*\d\b|\b\d\b"
)
_PAIRS = """
    first last, largest smallest, before after, north south, northern southern, east west,
    eastern western, most least, minimum maximum, highest lowest, oldest youngest, early late,
    increase decrease, increased decreased, support oppose, supported opposed, won lost,
    won't will, can cannot, never always, did didn't, begin end, began ended, rise fall,
    many few, more fewer, better worse, allowed forbidden, accepted rejected, joined left,
    best worst, longest shortest, upper lower, same different, public private, major minor
"""
_OPPOSITES = {
    one: other
    for pair in _PAIRS.split(",")
    for one, other in (pair.split(), reversed(pair.split()))
}
_OPPOSITE = re.compile(r"\b(" + "|".join(map(re.escape, _OPPOSITES)) + r")\b")


def names(text: str) -> set[str]:
    """Capitalised words in a row that do not open a text, and numbers."""
    return set(_NAME.findall(text))


def spoil(case: Case, pool: Sequence[str], rng: random.Random) -> Case | None:
    """An impossible question made from an answerable one, or None where no word invites it.

    A name or number that question and passage share is exchanged for another of its kind, or a
    word for its opposite: what the writers of SQuAD 2.0's impossible questions did most.
    """
    changes = []
    for name in names(case.question):
        if name in case.text:
            kind = _kind(name)
            local = sorted(names(case.text)) if rng.random() < 0.5 else pool
            others = [o for o in local if _kind(o) == kind and o not in case.question]
            if others:
                changes.append((name, rng.choice(others)))
    changes += [(word, _OPPOSITES[word]) for word in _OPPOSITE.findall(case.question)]
    if not changes:
        return None
    old, new = rng.choice(changes)
    return unanswered(case, case.question.replace(old, new, 1), "spoiled")


def _kind(name: str) -> str:
    if re.fullmatch("[12][0-9]{3}", name):
        return "year"
    return "number" if name[0].isdigit() else "name"


def casual(question: str) -> str:
    """A question as people type it: lower case, without its question mark."""
    return question.lower().rstrip("? .")


def splice(case: Case, other: Case, tokens: int, rng: random.Random) -> Case:
    """The passage among sentences of another one, so that evidence may stand anywhere.

    About `tokens` tokens' worth of the other passage's first sentences go before it or after it.
    """
    extra: list[Sentence] = []
    for sentence in other.sentences:
        tokens -= len(sentence.text) // 4
        if tokens < 0:
            break
        extra.append(Sentence(sentence.text))
    before = rng.random() < 0.5
    sentences = (*extra, *case.sentences) if before else (*case.sentences, *extra)
    return replace(case, sentences=sentences)
