"""Ask a file of questions with known answers, and measure what comes back."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from evqa import measures
from evqa.assistant import HITS, Assistant
from evqa.errors import QuestionFileError
from evqa.evidence import Sentence, choose
from evqa.indexing import update_index
from evqa.language.sentences import overlaps
from evqa.measures import Estimate, Measure, estimate
from evqa.question_files import Case, Document, Gold, QuestionFile
from evqa.records import Article, Hit
from evqa.settings import Settings

_DEPTH = 10
_NOT_RETRIEVED = "not retrieved"
_NOT_RERANKED = "not reranked"
_WRONG_SENTENCE = "wrong sentence"
_WRONGLY_REFUSED = "wrongly refused"
_WRONGLY_ANSWERED = "wrongly answered"


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one case; a field is None where the case doesn't say.

    Ranks count from 1, and are 0 where nothing found was right. `missed` is the stage that lost
    the case, or empty. Unanswerable twins of a case (its document left out) have their own row.
    """

    id: str
    question: str
    answerable: bool
    confidence: float
    answered: bool
    passage_rank: int | None = None
    sentence_rank: int | None = None
    quote_rank: int | None = None
    quoted_words: int | None = None
    seconds: float | None = None
    missed: str = ""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The rows of a file's cases and the measures over them."""

    file: str
    kind: str
    rows: tuple[Row, ...]
    measures: dict[str, Estimate] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The evaluation as JSON types."""
        return asdict(self)


def evaluate(
    questions: QuestionFile,
    settings: Settings,
    name: str,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Evaluation:
    """Ask every question of a file and measure the answers.

    The file's own documents are indexed in a folder that is removed again; without any, the
    corpus of the settings is asked. Raises QuestionFileError where a piece of evidence is not in
    its article.
    """
    with opened(questions, settings) as assistant:
        golds = Golds(questions, assistant)
        rows: list[Row] = []
        for done, case in enumerate(questions.cases, 1):
            rows += _ROWS[questions.kind](assistant, case, golds)
            progress(done, len(questions.cases))
    return Evaluation(name, questions.kind, tuple(rows), _measured(rows))


def compare(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Estimate]:
    """How much each measure of the second evaluation is above the first, over the rows of both."""
    first = {row["id"]: Row(**row) for row in one["rows"]}
    second = {row["id"]: Row(**row) for row in other["rows"]}
    shared = [id_ for id_ in first if id_ in second]
    if not shared:
        raise QuestionFileError("The two evaluations share no question.", "Name two of one file.")
    differences = {}
    for name, (measure, pick) in _MEASURES.items():
        pairs = [(pick(first[id_]), pick(second[id_])) for id_ in shared]
        kept = [(a, b) for a, b in pairs if a is not None and b is not None]
        if kept:
            differences[name] = measures.difference(
                measure,
                ([a[0] for a, _ in kept], [a[1] for a, _ in kept]),
                ([b[0] for _, b in kept], [b[1] for _, b in kept]),
            )
    return differences


@contextmanager
def opened(questions: QuestionFile, settings: Settings) -> Iterator[Assistant]:
    """An assistant over the documents of a file, or over the corpus of the settings."""
    with tempfile.TemporaryDirectory(prefix="evqa-eval-") as folder:
        changed: dict[str, Any] = {"index": Path(folder) / "index"}
        if questions.documents:
            changed["corpus"] = Path(folder) / "corpus"
            _write(questions.documents, changed["corpus"])
        settings = settings.model_copy(update=changed)
        update_index(settings)
        with Assistant.open(settings) as assistant:
            yield assistant


def _write(documents: Sequence[Document], folder: Path) -> None:
    folder.mkdir()
    for number, document in enumerate(documents):
        front = json.dumps({"title": document.title}, ensure_ascii=False)
        (folder / f"{number:06}.md").write_text(
            f"---\n{front}\n---\n{document.text}", encoding="utf-8", newline=""
        )


class Golds:
    """Where in the indexed articles the answers of cases stand."""

    def __init__(self, questions: QuestionFile, assistant: Assistant) -> None:
        self._articles = {article.id: article for article in assistant.articles()}
        self._ids = {
            document.id: f"{number:06}.md" for number, document in enumerate(questions.documents)
        }
        for case in questions.cases:
            for gold in case.golds:
                self._spans(gold, case)

    def article(self, document: str) -> str:
        """The id of the article made from a document."""
        return self._ids.get(document, document)

    def hold(self, case: Case, article: Article, start: int, end: int, *, whole: bool) -> bool:
        """Whether a span of an article holds an answer, or with `whole=False` a part of one."""
        for gold in case.golds:
            if self.article(gold.document) == article.id:
                for span in self._spans(gold, case):
                    if start <= span[0] and span[1] <= end:
                        return True
                    if not whole and overlaps(span, (start, end)):
                        return True
        return False

    def _spans(self, gold: Gold, case: Case) -> list[tuple[int, int]]:
        article = self._articles.get(self.article(gold.document))
        if article is None:
            raise QuestionFileError(
                f"Question {case.id}: there is no article {gold.document}.", "Check its `doc`."
            )
        if gold.start >= 0:
            return [(gold.start, gold.start + len(gold.text))]
        spans = []
        start = article.text.find(gold.text)
        while start >= 0:
            spans.append((start, start + len(gold.text)))
            start = article.text.find(gold.text, start + 1)
        if not spans or not gold.text:
            raise QuestionFileError(
                f"Question {case.id}: {gold.document} does not hold the evidence {gold.text!r}.",
                "Evidence must stand in its article word for word.",
            )
        return spans


def _asked(assistant: Assistant, case: Case, golds: Golds) -> list[Row]:
    """The case as a user would ask it."""
    began = time.perf_counter()
    answer = assistant.ask(case.question)
    seconds = time.perf_counter() - began
    if not case.answerable:
        missed = _WRONGLY_ANSWERED if answer.answered else ""
        return [
            Row(case.id, case.question, False, answer.confidence, answer.answered, missed=missed)
        ]
    hits = assistant.retriever.search(answer.standalone_question, _DEPTH)
    ranked = assistant.evidence.rank(answer.standalone_question, answer.hits)
    articles = {hit.article.id: hit.article for hit in answer.hits}
    row = Row(
        id=case.id,
        question=case.question,
        answerable=True,
        confidence=answer.confidence,
        answered=answer.answered,
        passage_rank=_passage_rank(hits, case, golds),
        sentence_rank=_sentence_rank(ranked, case, golds),
        quote_rank=_first(
            golds.hold(case, articles[q.article_id], q.start, q.end, whole=case.document == "")
            for q in answer.quotes
        ),
        quoted_words=sum(len(quote.text.split()) for quote in answer.quotes),
        seconds=seconds,
    )
    return [_explained(row, assistant, case, golds, answer.hits)]


def _asked_twice(assistant: Assistant, case: Case, golds: Golds) -> list[Row]:
    """The case as it is, and once more with its document left out, when refusing is right."""
    without = {golds.article(case.document)}
    hits = assistant.retriever.search(case.question, HITS, without)
    unknown = assistant.retriever.unknown_names(case.question, hits)
    evidence = assistant.evidence.select(case.question, hits, unknown)
    answered = evidence.confidence >= assistant.settings.answer_threshold
    missed = _WRONGLY_ANSWERED if answered else ""
    twin = Row(
        f"{case.id} without", case.question, False, evidence.confidence, answered, missed=missed
    )
    return [*_asked(assistant, case, golds), twin]


def _read_in_place(assistant: Assistant, case: Case, golds: Golds) -> list[Row]:
    """The case within its own document: which sentence, and whether it is answered at all."""
    hits = assistant.retriever.passages_of(case.question, golds.article(case.document))
    ranked = assistant.evidence.rank(case.question, hits)
    confidence = choose(ranked, assistant.retriever.unknown_names(case.question, hits)).confidence
    answered = confidence >= assistant.settings.answer_threshold
    rank = _sentence_rank(ranked, case, golds) if case.answerable else None
    missed = ""
    if case.answerable != answered:
        missed = _WRONGLY_ANSWERED if answered else _WRONGLY_REFUSED
    elif case.answerable and rank != 1:
        missed = _WRONG_SENTENCE
    return [
        Row(
            id=case.id,
            question=case.question,
            answerable=case.answerable,
            confidence=confidence,
            answered=answered,
            sentence_rank=rank,
            missed=missed,
        )
    ]


_ROWS: dict[str, Callable[[Assistant, Case, Golds], list[Row]]] = {
    "evqa": _asked,
    "passages": _asked,
    "squad": _asked_twice,
    "qed": _asked_twice,
    "squad2": _read_in_place,
    "selqa": _read_in_place,
}


def _explained(
    row: Row, assistant: Assistant, case: Case, golds: Golds, read: Sequence[Hit]
) -> Row:
    """The row with the stage that lost it, if one did."""
    if row.quote_rank == 1:
        return row
    candidates = assistant.retriever.candidates(case.question, len(read))
    if not _passage_rank(candidates, case, golds):
        missed = _NOT_RETRIEVED
    elif not _passage_rank(read, case, golds):
        missed = _NOT_RERANKED
    elif not row.answered:
        missed = _WRONGLY_REFUSED
    else:
        missed = _WRONG_SENTENCE
    return Row(**{**asdict(row), "missed": missed})


def _passage_rank(hits: Sequence[Hit], case: Case, golds: Golds) -> int:
    return _first(
        golds.hold(case, hit.article, hit.passage.start, hit.passage.end, whole=False)
        for hit in hits
    )


def _sentence_rank(ranked: Sequence[Sentence], case: Case, golds: Golds) -> int:
    return _first(
        golds.hold(case, one.hit.article, one.start, one.end, whole=False) for one in ranked
    )


def _first(right: Iterable[bool]) -> int:
    """The rank, from 1, of the first that is right, or 0."""
    return next((rank for rank, one in enumerate(right, 1) if one), 0)


_Pick = Callable[[Row], tuple[float, float] | None]


def _within(name: str, k: int) -> _Pick:
    def pick(row: Row) -> tuple[float, float] | None:
        rank = getattr(row, name)
        return None if rank is None else (float(0 < rank <= k), 1.0)

    return pick


def _reciprocal(name: str) -> _Pick:
    def pick(row: Row) -> tuple[float, float] | None:
        rank = getattr(row, name)
        return None if rank is None else (1 / rank if rank else 0.0, 1.0)

    return pick


def _field(name: str) -> _Pick:
    def pick(row: Row) -> tuple[float, float] | None:
        value = getattr(row, name)
        return None if value is None else (float(value), 1.0)

    return pick


def _answerable(name: str) -> _Pick:
    return lambda row: (float(getattr(row, name)), float(row.answerable))


def _percentile(share: float) -> Measure:
    return lambda values, _labels: float(np.percentile(values, share))


# Refusal and calibration are measured against whether the case can be answered.
_MEASURES: dict[str, tuple[Measure, _Pick]] = {
    "passage recall@1": (measures.mean, _within("passage_rank", 1)),
    "passage recall@5": (measures.mean, _within("passage_rank", 5)),
    "passage recall@10": (measures.mean, _within("passage_rank", 10)),
    "passage MRR": (measures.mean, _reciprocal("passage_rank")),
    "sentence P@1": (measures.mean, _within("sentence_rank", 1)),
    "sentence MRR": (measures.mean, _reciprocal("sentence_rank")),
    "quote@1": (measures.mean, _within("quote_rank", 1)),
    "quote@3": (measures.mean, _within("quote_rank", 3)),
    "refusal AUROC": (measures.auroc, _answerable("confidence")),
    "refusal precision": (measures.refusal_precision, _answerable("answered")),
    "refusal recall": (measures.refusal_recall, _answerable("answered")),
    "refusal F1": (measures.refusal_f1, _answerable("answered")),
    "balanced accuracy": (measures.balanced_accuracy, _answerable("answered")),
    "calibration error": (measures.calibration_error, _answerable("confidence")),
    "words quoted": (measures.mean, _field("quoted_words")),
    "seconds p50": (_percentile(50), _field("seconds")),
    "seconds p95": (_percentile(95), _field("seconds")),
}
_OF_REFUSAL = ("refusal", "balanced", "calibration")


def _measured(rows: Sequence[Row]) -> dict[str, Estimate]:
    one_sided = len({row.answerable for row in rows}) == 1
    found = {}
    for name, (measure, pick) in _MEASURES.items():
        kept = [value for value in map(pick, rows) if value is not None]
        if kept and not (one_sided and name.startswith(_OF_REFUSAL)):
            found[name] = estimate(measure, [v for v, _ in kept], [label for _, label in kept])
    return found
