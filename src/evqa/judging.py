"""How likely a sentence is the answer: the models' scores, put together by fitted numbers.

The numbers stand in `judging.json`, which `training/fit.py` writes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Protocol

from evqa.errors import ModelUnavailable
from evqa.language.scripts import is_latin
from evqa.language.sentences import Span
from evqa.records import Hit
from evqa.reranking import OverlapReranker, Reranker
from evqa.sentence_reader import Read, SentenceReader

FILE = Path(__file__).with_suffix(".json")
VERSION = 2
_REFIT = "Fit them again: python training/fit.py DATA"

_READ_TWICE = 8

Passages = Sequence[tuple[Hit, Sequence[Span]]]


@dataclass(frozen=True, slots=True)
class Numbers:
    """What makes two scores of a sentence and three of its passage the log-odds of an answer.

    The passage's `place` counts from 0, the best one.
    """

    sentence: float
    second: float
    passage: float
    relevance: float
    place: float
    offset: float

    def log_odds(
        self,
        sentence: float,
        passage: float,
        place: int,
        relevance: float = 0.0,
        second: float = 0.0,
    ) -> float:
        """The log-odds that the sentence answers; 0 is as likely as not."""
        return (
            self.sentence * sentence
            + self.second * second
            + self.passage * passage
            + self.relevance * relevance
            + self.place * place
            + self.offset
        )


class Judge(Protocol):
    """Reads a question and the sentences of passages."""

    def judge(self, question: str, passages: Passages) -> list[list[float]]:
        """The log-odds that each sentence answers, by passage; spans count in the article."""


class RerankerJudge:
    """Any reranker, which reads sentence after sentence, each after its article's title.

    Neighbouring sentences as context made it worse.
    """

    def __init__(self, reranker: Reranker, numbers: Numbers) -> None:
        self._reranker = reranker
        self._numbers = numbers

    def judge(self, question: str, passages: Passages) -> list[list[float]]:
        """The log-odds that each sentence answers, by passage; spans count in the article."""
        texts = [
            hit.article.titled(hit.article.text[slice(*span)])
            for hit, spans in passages
            for span in spans
        ]
        scores = iter(self._reranker.score(question, texts))
        return [
            [self._numbers.log_odds(float(next(scores)), hit.score, place) for _ in spans]
            for place, (hit, spans) in enumerate(passages)
        ]


class ReaderJudge:
    """The sentence reader, which reads a passage as a whole; the best sentences are read twice.

    The second time the cross-encoder reads them, each after its article's title. The others take
    the lowest score that it gives.
    """

    def __init__(self, reader: SentenceReader, second: Reranker, numbers: Numbers) -> None:
        self._reader = reader
        self._second = second
        self._numbers = numbers

    def judge(self, question: str, passages: Passages) -> list[list[float]]:
        """The log-odds that each sentence answers, by passage; spans count in the article."""
        reads = self._reader.read(question, [whole(hit, spans) for hit, spans in passages])
        seconds = second_scores(self._second, question, passages, reads)
        return [
            [
                self._numbers.log_odds(logit, hit.score, place, read.relevance, second)
                for logit, second in zip(read.sentences, others, strict=True)
            ]
            for place, ((hit, _), read, others) in enumerate(
                zip(passages, reads, seconds, strict=True)
            )
        ]


class BundledJudge:
    """The sentence reader for what it can read, overlap for questions in other scripts."""

    def __init__(self, reranker: Reranker) -> None:
        """Load the model; raises ModelUnavailable where it or the numbers can't be used.

        The reranker is the bundled one.
        """
        self._latin = ReaderJudge(SentenceReader(), reranker, load_numbers("reader"))
        self._other = RerankerJudge(OverlapReranker(), load_numbers("overlap"))

    def judge(self, question: str, passages: Passages) -> list[list[float]]:
        """The log-odds that each sentence answers, by passage; spans count in the article."""
        chosen: Judge = self._latin if is_latin(question) else self._other
        return chosen.judge(question, passages)


def load_numbers(judge: str, file: Path = FILE) -> Numbers:
    """The numbers fitted for a judge: `reader`, `cross_encoder` or `overlap`.

    Raises ModelUnavailable for a file of another version or one that lacks a number.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        version, judges = content["version"], content["judges"]
        if version != VERSION:
            raise ModelUnavailable(
                f"The fitted numbers in {file} are of version {version}, not {VERSION}.", _REFIT
            )
        return Numbers(
            **{field.name: float(judges[judge][field.name]) for field in fields(Numbers)}
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelUnavailable(
            f"The fitted numbers in {file} cannot be read ({type(error).__name__}: {error}).",
            _REFIT,
        ) from error


def second_scores(
    reranker: Reranker, question: str, passages: Passages, reads: Sequence[Read]
) -> list[list[float]]:
    """The reranker's score of each sentence, by passage, where the reader's best are read."""
    order = sorted(
        (-logit, place, number)
        for place, read in enumerate(reads)
        for number, logit in enumerate(read.sentences)
    )[:_READ_TWICE]
    texts = []
    for _, place, number in order:
        hit, spans = passages[place]
        texts.append(hit.article.titled(hit.article.text[slice(*spans[number])]))
    scores = [float(score) for score in reranker.score(question, texts)]
    found = [[min(scores, default=0.0)] * len(read.sentences) for read in reads]
    for (_, place, number), score in zip(order, scores, strict=True):
        found[place][number] = score
    return found


def whole(hit: Hit, spans: Sequence[Span]) -> tuple[str, list[Span]]:
    """A hit's passage after its title, and its sentences' spans in that text."""
    text = hit.article.titled(hit.text)
    shift = len(text) - len(hit.text) - hit.passage.start
    return text, [(start + shift, end + shift) for start, end in spans]
