"""Fit the numbers of `src/evqa/judging.json` on the development articles, and write the file.

    python fit.py DATA [--news FILE...] [--most 300]

Each question is asked as evqa asks it, of all texts of its file; those of QED and XQuAD once more
with the answering paragraph left out. The numbers make a sentence's log-odds of its own score and
of two scores of its passage, so that among all sentences read, and a null of 0, those that answer
(or, where none does, the null) hold as much of the probability as can be; then one factor and one
offset make the best sentence's log-odds right as a probability that the articles answer.
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
from evqa.evidence import HITS_READ, quotable_spans
from evqa.judging import FILE, VERSION, Numbers, whole
from evqa.question_files import Case, QuestionFile, read_questions
from evqa.records import Hit
from evqa.reranking import OnnxReranker, OverlapReranker, Reranker
from evqa.sentence_reader import SentenceReader
from evqa.sentences import Span
from evqa.settings import Settings

Floats = npt.NDArray[np.float64]
Passages = Sequence[tuple[Hit, Sequence[Span]]]
Scorer = Callable[[str, Passages], list[tuple[float, float, float]]]

PENALTY = 1e-3


@dataclass(frozen=True)
class Asked:
    """A question's sentences: scores of shape (sentences, 3), and which of them answer."""

    scores: Floats
    gold: npt.NDArray[np.bool_]
    answerable: bool


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, help="folder of the public data sets")
    parser.add_argument("--news", type=Path, nargs="*", default=[], help="files of news passages")
    parser.add_argument("--most", type=int, default=300, help="most questions of a file")
    arguments = parser.parse_args()
    data: Path = arguments.data
    english = [
        (data / "qed_dev_even.jsonl", is_development),
        (data / "xquad_en_dev.json", is_development),
        (data / "squad2_dev.json", is_development),
        *((file, lambda _title: True) for file in arguments.news),
    ]
    chinese = [(data / "xquad_zh_dev.json", lambda title: part(title) == "fit")]
    judges = {
        "reader": fitted(english, read_by(SentenceReader()), arguments.most),
        "cross_encoder": fitted(english, scored_by(OnnxReranker()), arguments.most),
        "overlap": fitted(chinese, scored_by(OverlapReranker()), arguments.most),
    }
    content = {"version": VERSION, "judges": {name: asdict(n) for name, n in judges.items()}}
    FILE.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def read_by(reader: SentenceReader) -> Scorer:
    """Scores by the sentence reader."""

    def score(question: str, passages: Passages) -> list[tuple[float, float, float]]:
        reads = reader.read(question, [whole(hit, spans) for hit, spans in passages])
        return [
            (logit, hit.score, read.relevance)
            for (hit, _), read in zip(passages, reads, strict=True)
            for logit in read.sentences
        ]

    return score


def scored_by(reranker: Reranker) -> Scorer:
    """Scores by a reranker that reads sentence after sentence."""

    def score(question: str, passages: Passages) -> list[tuple[float, float, float]]:
        pairs = [(hit, span) for hit, spans in passages for span in spans]
        texts = [hit.article.titled(hit.article.text[slice(*span)]) for hit, span in pairs]
        scores = reranker.score(question, texts)
        return [(float(s), hit.score, 0.0) for (hit, _), s in zip(pairs, scores, strict=True)]

    return score


def fitted(
    files: Sequence[tuple[Path, Callable[[str], bool]]], score: Scorer, most: int
) -> Numbers:
    """The numbers of one judge; every file weighs the same."""
    asked, weights = [], []
    for path, chosen in files:
        found = list(_asked(path, chosen, score, most))
        asked += found
        weights += [1 / len(found)] * len(found)
        print(f"{path.name}: {len(found)} times asked", flush=True)
    numbers = fit(asked, np.array(weights))
    print(numbers, flush=True)
    return numbers


def fit(asked: Sequence[Asked], weights: Floats) -> Numbers:
    """The numbers under which the sentences that answer, or the null, are likeliest."""

    def loss(values: Floats) -> float:
        total = PENALTY * float(values[:3] @ values[:3])
        for one, weight in zip(asked, weights, strict=True):
            field = np.append(one.scores @ values[:3] + values[3], 0.0)
            right = np.append(one.gold, not one.answerable)
            if right.any():
                total += weight * (np.logaddexp.reduce(field) - np.logaddexp.reduce(field[right]))
        return float(total)

    values = minimize(loss, np.array([0.5, 0.1, 0.1, 0.0]), method="L-BFGS-B").x
    best = np.array([(one.scores @ values[:3] + values[3]).max(initial=-30.0) for one in asked])
    signs = np.array([1.0 if one.answerable else -1.0 for one in asked])

    def calibration(pair: Floats) -> float:
        return float(weights @ np.logaddexp(0, -signs * (pair[0] * best + pair[1])))

    factor, shift = minimize(calibration, np.array([1.0, 0.0]), method="L-BFGS-B").x
    sentence, passage, relevance, offset = (round(float(v), 4) for v in values * factor)
    return Numbers(sentence, passage, relevance, round(offset + float(shift), 4))


def _asked(path: Path, chosen: Callable[[str], bool], score: Scorer, most: int) -> Iterator[Asked]:
    questions = read_questions(path)
    titles = {document.id: document.title for document in questions.documents}
    cases = [case for case in questions.cases if chosen(titles[case.document])]
    cases = cases[:: max(1, -(-len(cases) // most))]
    with opened(replace(questions, cases=tuple(cases)), Settings()) as assistant:
        golds = Golds(questions, assistant)
        for case in cases:
            for answerable, hits in _found(assistant, questions, case, golds):
                passages = [(hit, list(quotable_spans(hit))) for hit in hits[:HITS_READ]]
                gold = [
                    answerable and golds.hold(case, hit.article, *span, whole=False)
                    for hit, spans in passages
                    for span in spans
                ]
                scores = np.array(score(case.question, passages), dtype=np.float64)
                yield Asked(scores.reshape(-1, 3), np.array(gold, dtype=bool), answerable)


def _found(
    assistant: Assistant, questions: QuestionFile, case: Case, golds: Golds
) -> Iterator[tuple[bool, list[Hit]]]:
    """The hits of a question, and whether they can answer it."""
    document = golds.article(case.document)
    if questions.kind == "squad2":
        yield case.answerable, assistant.retriever.passages_of(case.question, document)
        return
    yield case.answerable, assistant.retriever.search(case.question, HITS)
    if questions.kind in ("squad", "qed"):
        yield False, assistant.retriever.search(case.question, HITS, {document})


if __name__ == "__main__":
    main()
