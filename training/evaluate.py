"""Measure the sentence reader against the cross-encoder that it came from, on unseen articles."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime
from data import Case, cut, read_all, read_own, windows
from negatives import Embedder, hard_negatives
from reader import MAX_TOKENS, Encoded, encode, pad
from split import is_development, part
from tokenizers import Tokenizer

Floats = npt.NDArray[np.float32]

OWN = Path(__file__).parent
WINDOW = 256
NEGATIVES = 5
RESAMPLES = 1000
RELEVANCE = 0.5  # what the relevance logit adds to the best sentence's
SHARE = 0.3  # of the cross-encoder's score in a mixture with the reader's
_TOKENS_PER_BATCH = 2048


@dataclass(frozen=True)
class Scores:
    """What a model makes of a passage: a score for each sentence, and one for the whole."""

    sentences: Floats
    passage: float


class Model(Protocol):
    """Scores passages."""

    def score(self, cases: Sequence[Case]) -> list[Scores]:
        """The scores of each case's passage."""


class Session:
    """An ONNX model of BERT's three inputs, run in batches of like length."""

    def __init__(self, model: Path, tokenizer: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 2
        self._session = onnxruntime.InferenceSession(str(model), options)
        self.tokenizer = Tokenizer.from_file(str(tokenizer))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(MAX_TOKENS, strategy="only_second")
        self.tokens = 0

    def run(self, items: Sequence[Encoded]) -> list[list[Floats]]:
        """The model's outputs for each item."""
        lengths = [len(item.encoding.ids) for item in items]
        self.tokens += sum(lengths)
        found: dict[int, list[Floats]] = {}
        batch: list[int] = []
        order = sorted(range(len(items)), key=lengths.__getitem__)
        for place, index in enumerate(order):
            batch.append(index)
            following = lengths[order[place + 1]] if place + 1 < len(order) else _TOKENS_PER_BATCH
            if following * (len(batch) + 1) > _TOKENS_PER_BATCH:
                inputs = pad([items[i] for i in batch])
                outputs = self._session.run(None, {k: v.numpy() for k, v in inputs.items()})
                for row, i in enumerate(batch):
                    found[i] = [output[row] for output in outputs]
                batch = []
        return [found[i] for i in range(len(items))]


class CrossEncoderBaseline:
    """The untouched cross-encoder, which reads one sentence after the other, with the title."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def score(self, cases: Sequence[Case]) -> list[Scores]:
        """The relevance of each sentence; a passage is as good as its best."""
        items = [
            encode(self.session.tokenizer, case.question, case.title, [sentence.text])
            for case in cases
            for sentence in case.sentences
        ]
        logits = iter(float(outputs[0][0]) for outputs in self.session.run(items))
        found = []
        for case in cases:
            scores = np.array([next(logits) for _ in case.sentences], np.float32)
            found.append(Scores(scores, float(scores.max())))
        return found


class Reader:
    """The sentence reader, which reads windows of a passage."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def score(self, cases: Sequence[Case]) -> list[Scores]:
        """The sentences' logits; a passage is as good as its best, some relevance added."""
        items, ranges = [], []
        for case in cases:
            ranges.append(windows(case, self.session.tokenizer, WINDOW))
            for start, end in ranges[-1]:
                texts = [sentence.text for sentence in cut(case, start, end).sentences]
                items.append(encode(self.session.tokenizer, case.question, case.title, texts))
        outputs = iter(zip(items, self.session.run(items), strict=True))
        found = []
        for bounds in ranges:
            parts, passages = [], []
            for start, end in bounds:
                item, (tokens, relevance) = next(outputs)
                parts.append(pool(tokens, item.sentence, end - start))
                passages.append(float(parts[-1].max() + RELEVANCE * relevance))
            found.append(Scores(np.concatenate(parts), max(passages)))
        return found


def pool(tokens: Floats, owner: Sequence[int], count: int) -> Floats:
    """Sentence logits: the mean of the tokens' first logit plus the maximum of their second."""
    owners = np.asarray(owner)
    logits = np.full(count, -30.0, np.float32)
    for index in range(count):
        inside = tokens[: len(owners)][owners == index]
        if len(inside):
            logits[index] = inside[:, 0].mean() + inside[:, 1].max()
    return logits


def auroc(positive: Floats, negative: Floats) -> float:
    """The chance that a positive scores above a negative; ties count half."""
    order = np.sort(negative)
    below = np.searchsorted(order, positive, "left") + np.searchsorted(order, positive, "right")
    return float(below.mean() / 2 / len(negative))


def mixed(old: Scores, new: Scores) -> Scores:
    """Both models' scores added up."""
    return Scores(
        new.sentences + SHARE * old.sentences,
        new.passage + SHARE * old.passage,
    )


Measure = Callable[[list[Scores], npt.NDArray[np.int64]], float]


@dataclass(frozen=True)
class Task:
    """Cases to score and, from the scores of some of its units, a figure."""

    name: str
    cases: list[Case]
    units: int
    measure: Measure


def first_right(name: str, cases: list[Case]) -> Task:
    """How often the best sentence is an answering one; passages of one sentence are left out."""
    cases = [case for case in cases if case.answerable and len(case.sentences) > 1]

    def measure(scores: list[Scores], units: npt.NDArray[np.int64]) -> float:
        hits = [cases[u].sentences[int(scores[u].sentences.argmax())].gold for u in units]
        return float(np.mean(hits))

    return Task(name, cases, len(cases), measure)


def reciprocal_rank(name: str, cases: list[Case]) -> Task:
    """The mean of one over the rank of the first answering sentence."""

    def measure(scores: list[Scores], units: npt.NDArray[np.int64]) -> float:
        ranks = []
        for unit in units:
            gold = np.array([sentence.gold for sentence in cases[unit].sentences])
            ranks.append(1 / (1 + int(np.argmax(gold[np.argsort(-scores[unit].sentences)]))))
        return float(np.mean(ranks))

    return Task(name, cases, len(cases), measure)


def answerable(name: str, cases: list[Case]) -> Task:
    """How well the passage's score tells answerable questions from impossible ones."""
    labels = np.array([case.answerable for case in cases])

    def measure(scores: list[Scores], units: npt.NDArray[np.int64]) -> float:
        values = np.array([scores[u].passage for u in units], np.float32)
        return auroc(values[labels[units]], values[~labels[units]])

    return Task(name, cases, len(cases), measure)


def left_out(name: str, cases: list[Case], near: list[list[Case]]) -> Task:
    """How well the score of the right passage stands out from those of the nearest wrong ones."""
    every = [
        passage
        for case, wrong in zip(cases, near, strict=True)
        for passage in (case, *(_ask(case, passage) for passage in wrong))
    ]
    width = len(near[0]) + 1

    def measure(scores: list[Scores], units: npt.NDArray[np.int64]) -> float:
        values = np.array([score.passage for score in scores], np.float32).reshape(-1, width)
        return auroc(values[units, 0], values[units, 1:].max(1))

    return Task(name, every, len(cases), measure)


def _ask(case: Case, passage: Case) -> Case:
    return Case(passage.source, case.question, passage.title, passage.sentences, True)


def tasks(
    data: Path, own: dict[str, list[Case]], embedder: Embedder, chosen: Callable[[str], bool]
) -> list[Task]:
    """The measures, over the articles chosen by title; wrong passages come from all articles."""
    everything = read_all(data)

    def pick(source: str) -> list[Case]:
        return [c for c in everything if c.source == source and chosen(c.title)]

    def near(source: str) -> list[list[Case]]:
        passages = [c for c in everything if c.source.startswith(source)]
        return hard_negatives(embedder, pick(source), passages, NEGATIVES)

    return [
        first_right("QED, sentence at rank 1", pick("qed")),
        first_right("XQuAD, sentence at rank 1", pick("xquad")),
        first_right("SQuAD 2.0, sentence at rank 1", pick("squad")),
        reciprocal_rank("SelQA, MRR", pick("selqa")),
        answerable("SQuAD 2.0, answerable, AUROC", pick("squad")),
        *(first_right(f"{name}, sentence at rank 1", cases) for name, cases in own.items()),
        *(answerable(f"{name}, answerable, AUROC", cases) for name, cases in own.items()),
        left_out("QED, gold left out, AUROC", pick("qed"), near("qed")),
        left_out("XQuAD, gold left out, AUROC", pick("xquad"), near("xquad")),
    ]


def interval(figures: npt.NDArray[np.float64], sign: str = "") -> str:
    """The first figure and the 95 % interval of the others, which are resampled."""
    low, high = np.percentile(figures[1:], [2.5, 97.5])
    return f"{figures[0]:{sign}.3f} ({low:{sign}.3f} to {high:{sign}.3f})"


def main() -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of the four data sets")
    parser.add_argument("models", type=Path, help="folder with reranker_en and bge_small_en")
    parser.add_argument("reader", type=Path, help="the sentence reader's ONNX file")
    parser.add_argument("--development", action="store_true", help="not the half 'report'")
    arguments = parser.parse_args()

    def chosen(title: str) -> bool:
        return is_development(title) if arguments.development else part(title) == "report"

    reranker = arguments.models / "reranker_en"
    tokenizer = reranker / "tokenizer.json"
    baseline = CrossEncoderBaseline(Session(reranker / "model.onnx", tokenizer))
    reader = Reader(Session(arguments.reader, tokenizer))
    own = {"news": read_own(OWN / "news" / "report.jsonl", "news")}
    if arguments.development:
        held_out = {name: OWN / name / "development.jsonl" for name in ("news", "reference")}
        own = {name: read_own(path, name) for name, path in held_out.items()}
    work = tasks(arguments.data, own, Embedder(arguments.models / "bge_small_en"), chosen)

    print("| measure | cases | cross-encoder | reader | gain | both | gain |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    rng = np.random.default_rng(0)
    for task in work:
        old, new = baseline.score(task.cases), reader.score(task.cases)
        both = [mixed(*pair) for pair in zip(old, new, strict=True)]
        draws = [np.arange(task.units)]
        draws += [rng.integers(0, task.units, task.units) for _ in range(RESAMPLES)]
        figures = np.array([[task.measure(s, d) for s in (old, new, both)] for d in draws]).T
        cells = [
            interval(figures[0]),
            *(f"{interval(f)} | {interval(f - figures[0], '+')}" for f in figures[1:]),
        ]
        print(f"| {task.name} | {task.units} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
