"""Fit the numbers of `src/evqa/judging.json` on the development articles, and write the file.

    python fit.py DATA [--most 120]

Each question is asked as evqa asks it, of all texts of its file; those of QED and XQuAD once more
with the answering paragraph left out. How much each score weighs beside the others was chosen on
these very articles by hand, in steps as coarse as `SHARES`; fitted are the factor and the offset
that make the best sentence's log-odds right as a probability that the articles answer.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from split import is_development, part

from evqa.assistant import HITS, Assistant
from evqa.evaluation import Golds, opened
from evqa.evidence import HITS_READ, UNKNOWN_NAME, quotable_spans
from evqa.judging import FILE, VERSION, Numbers, second_scores, whole
from evqa.language.sentences import Span
from evqa.question_files import Case, QuestionFile, read_questions
from evqa.records import Hit
from evqa.reranking import OnnxReranker, OverlapReranker, Reranker
from evqa.sentence_reader import SentenceReader
from evqa.settings import Settings

Floats = npt.NDArray[np.float64]
Passages = Sequence[tuple[Hit, Sequence[Span]]]
Scores = tuple[float, float, float, float, int]  # as Numbers weighs them
Scorer = Callable[[str, Passages], list[Scores]]

OWN = Path(__file__).parent
NEWS = OWN / "news" / "development.jsonl"
COLLECTION = OWN / "collections" / "development" / "questions.jsonl"
NOTHING = -30.0  # the best score where no sentence was found
# A sentence's score, its score on the second reading, its passage's score, relevance and place.
SHARES = {
    "reader": (1.0, 0.3, 0.1, 1.2, -2.0),
    "cross_encoder": (1.0, 0.0, 0.5, 0.0, 0.0),
    "overlap": (1.0, 0.0, 0.5, 0.0, 0.0),
}


@dataclass(frozen=True)
class Asked:
    """The scores of a question's sentences, shape (sentences, 5)."""

    scores: Floats
    answerable: bool
    unknown_name: bool


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, help="folder of the public data sets")
    parser.add_argument("--most", type=int, default=120, help="most questions of a file")
    arguments = parser.parse_args()
    data: Path = arguments.data
    english = [
        (data / "qed_dev_even.jsonl", is_development, 1.0),
        (data / "xquad_en_dev.json", is_development, 0.3),  # eight questions
        (NEWS, lambda _title: True, 1.0),
        (COLLECTION, lambda _title: True, 1.0),
    ]
    chinese = [(data / "xquad_zh_dev.json", lambda title: part(title) == "fit", 1.0)]
    judges = {
        "reader": (english, read_by(SentenceReader(), OnnxReranker())),
        "cross_encoder": (english, scored_by(OnnxReranker())),
        "overlap": (chinese, scored_by(OverlapReranker())),
    }
    numbers = {
        name: asdict(fitted(SHARES[name], files, score, arguments.most))
        for name, (files, score) in judges.items()
    }
    content = {"version": VERSION, "judges": numbers}
    FILE.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def read_by(reader: SentenceReader, second: Reranker) -> Scorer:
    """Scores by the sentence reader, the best sentences read a second time."""

    def score(question: str, passages: Passages) -> list[Scores]:
        reads = reader.read(question, [whole(hit, spans) for hit, spans in passages])
        seconds = second_scores(second, question, passages, reads)
        return [
            (logit, other, hit.score, read.relevance, place)
            for place, ((hit, _), read, others) in enumerate(
                zip(passages, reads, seconds, strict=True)
            )
            for logit, other in zip(read.sentences, others, strict=True)
        ]

    return score


def scored_by(reranker: Reranker) -> Scorer:
    """Scores by a reranker that reads sentence after sentence."""

    def score(question: str, passages: Passages) -> list[Scores]:
        found = [
            (place, hit, span) for place, (hit, spans) in enumerate(passages) for span in spans
        ]
        texts = [hit.article.titled(hit.article.text[slice(*span)]) for _, hit, span in found]
        scores = reranker.score(question, texts)
        return [
            (float(score), 0.0, hit.score, 0.0, place)
            for (place, hit, _), score in zip(found, scores, strict=True)
        ]

    return score


def fitted(
    shares: Sequence[float],
    files: Sequence[tuple[Path, Callable[[str], bool], float]],
    score: Scorer,
    most: int,
) -> Numbers:
    """The numbers of one judge, from the articles chosen of each file, which weighs so much."""
    best, answerable, unknown, weights = [], [], [], []
    for path, chosen, weight in files:
        found = list(_asked(path, chosen, score, most))
        best += [float((one.scores @ np.array(shares)).max(initial=NOTHING)) for one in found]
        answerable += [one.answerable for one in found]
        unknown += [one.unknown_name for one in found]
        weights += [weight / len(found)] * len(found)
        print(f"{path.name}: {len(found)} times asked", flush=True)
    signs = np.where(answerable, 1.0, -1.0)
    taken_off = UNKNOWN_NAME * np.array(unknown)

    def loss(pair: Floats) -> float:
        log_odds = pair[0] * np.array(best) + pair[1] - taken_off
        return float(np.array(weights) @ np.logaddexp(0, -signs * log_odds))

    factor, offset = minimize(loss, np.array([0.5, 0.0]), method="L-BFGS-B").x
    numbers = Numbers(
        *(round(share * float(factor), 4) for share in shares), offset=round(float(offset), 4)
    )
    print(numbers, flush=True)
    return numbers


def _asked(path: Path, chosen: Callable[[str], bool], score: Scorer, most: int) -> Iterator[Asked]:
    questions = read_questions(path)
    titles = {document.id: document.title for document in questions.documents}
    cases = [case for case in questions.cases if chosen(titles.get(case.document, ""))]
    cases = cases[:: max(1, -(-len(cases) // most))]
    settings = Settings(corpus=path.parent / "articles")
    with opened(replace(questions, cases=tuple(cases)), settings) as assistant:
        golds = Golds(questions, assistant)
        for case in cases:
            for answerable, hits in _found(assistant, questions, case, golds):
                passages = [(hit, list(quotable_spans(hit))) for hit in hits[:HITS_READ]]
                scores = np.array(score(case.question, passages), dtype=np.float64).reshape(-1, 5)
                unknown = assistant.retriever.unknown_names(case.question, hits)
                yield Asked(scores, answerable, bool(unknown))


def _found(
    assistant: Assistant, questions: QuestionFile, case: Case, golds: Golds
) -> Iterator[tuple[bool, list[Hit]]]:
    """The hits of a question, and whether they can answer it."""
    document = golds.article(case.document)
    yield case.answerable, assistant.retriever.search(case.question, HITS)
    if questions.kind in ("squad", "qed"):
        yield False, assistant.retriever.search(case.question, HITS, {document})


if __name__ == "__main__":
    main()
