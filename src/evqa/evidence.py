"""Hits to the sentences that answer, and how sure we are that they do."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from evqa.judging import Judge
from evqa.language.boilerplate import boilerplate_spans
from evqa.language.explanations import asks_why, gives_reason
from evqa.language.scope import models_in
from evqa.language.sentences import Span, overlaps, sentences
from evqa.language.timeframes import ANY_TIME, TimeFrame
from evqa.records import Hit
from evqa.retrieval import in_time

HITS_READ = 3
# In log-odds. A name that no article has: on the development half of XQuAD 1.6 % of the questions
# hold one, and 32.5 % once the answering paragraph is left out, a likelihood ratio of e to the 3.
UNKNOWN_NAME = 3.0
# A further quote may be this much less likely than the best one. On the development articles that
# finds all that three quotes can find, at 1.5 quotes an answer on QED and 1.9 on news.
_MARGIN = 2.0
# Where another source says otherwise, it may say so in a sentence that answers less well.
_WITNESS_MARGIN = 3.0
# A sentence that was just shown must be this much likelier than any other to be shown again.
_SHOWN_AGAIN = 1.0
# A sentence whose words announce a reason is this much likelier to answer a question for one, in
# log-odds: a choice of ours, on the 105 answerable development questions it changes no first quote.
_REASON = 1.0
# A sentence that names another model than the question does is this much less likely: a choice of
# ours, public questions hardly name any. Asked for the wait for a YU7, that of an SU7 is no answer.
_OTHER_MODEL = 1.5
# A heading announces what the text below it says: it is this much less likely to answer.
_HEADING = 1.5
# What the time asked for weighs was set against logits of which one is a third in log-odds.
_TIME_SHARE = 0.35
_SENTENCES_QUOTED = 4
_WITNESSES = 10
_MOST_WORDS = 60
# Where a sentence that is too long to quote may be cut: full stops inside a quotation, semicolons.
_CUT = re.compile(r"(?<=[.!?;][”\"’'])\s+|(?<=[.!?;])\s+|(?<=[。！？；])")
# Markdown's signs for a heading, a list or a quotation are no words of the sentence.
_MARKUP = re.compile(r"(?:#{1,6}|[-*+>]|\d{1,3}[.)])\s+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a hit's article that may answer, or several in a row; weighs its log-odds."""

    hit: Hit
    start: int
    end: int
    weight: float

    @property
    def score(self) -> float:
        """The probability, 0 to 1, that it answers."""
        return _probability(self.weight)

    @property
    def text(self) -> str:
        """The sentence's text."""
        return self.hit.article.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The sentences that answer, best first, and the probability that they do.

    The first has the same; each further one the probability that it does rather than the first.
    `unknown_names` are the names in the question that no article has. `witnesses` are all single
    sentences good enough to be set against each other, more than are quoted.
    """

    sentences: tuple[Sentence, ...]
    confidence: float
    unknown_names: tuple[str, ...] = ()
    witnesses: tuple[Sentence, ...] = ()

    @property
    def first(self) -> Evidence:
        """The best sentence alone."""
        return replace(self, sentences=self.sentences[:1], witnesses=())


class EvidenceSelector:
    """Reads hits sentence by sentence."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    def select(
        self,
        question: str,
        hits: Sequence[Hit],
        unknown_names: Sequence[str] = (),
        frame: TimeFrame = ANY_TIME,
        shown: Collection[str] = (),
    ) -> Evidence:
        """The sentences of the best hits that answer a question; none where there are no hits.

        `unknown_names`, names in it that no article has, make an answer unlikely. A sentence that
        stands in a quote already `shown` gives way to others unless it is clearly better.
        """
        return choose(_fresh(self.rank(question, hits, frame), shown), unknown_names)

    def rank(
        self, question: str, hits: Sequence[Hit], frame: TimeFrame = ANY_TIME
    ) -> list[Sentence]:
        """The sentences of the best hits, the one that answers most likely first."""
        passages = [(hit, list(quotable_spans(hit))) for hit in hits[:HITS_READ]]
        judged = self._judge.judge(question, passages)
        found = [
            Sentence(hit, start, end, weight - _HEADING * _is_heading(hit.article.text, start))
            for (hit, spans), weights in zip(passages, judged, strict=True)
            for (start, end), weight in zip(spans, weights, strict=True)
        ]
        if asks_why(question):
            found = [_preferred(one) for one in found]
        if asked := models_in(question):
            found = [_of_models(one, asked) for one in found]
        return in_time(
            found, frame, lambda one: (one.weight / _TIME_SHARE, one.hit.article, one.text)
        )


def choose(ranked: Sequence[Sentence], unknown_names: Sequence[str] = ()) -> Evidence:
    """The sentences worth quoting out of all, best first, those in a row as one."""
    if not ranked:
        return Evidence((), 0.0, tuple(unknown_names))
    witnesses = list(_distinct(ranked, _WITNESS_MARGIN))[:_WITNESSES]
    best = list(_distinct(ranked, _MARGIN))[:_SENTENCES_QUOTED]
    weight = ranked[0].weight - (UNKNOWN_NAME if unknown_names else 0.0)
    first, *others = _joined(best)
    quoted = [replace(first, weight=weight), *(_beside(one, first, weight) for one in others)]
    return Evidence(tuple(quoted), _probability(weight), tuple(unknown_names), tuple(witnesses))


def _beside(other: Sentence, first: Sentence, weight: float) -> Sentence:
    """A further sentence with the log-odds that it answers, and not the first one, of `weight`.

    Its share of what the two have (Bradley and Terry, 1952). On the development articles 31 % of
    the further quotes are an answer; this says 25 % of them, their own log-odds said 77 %.
    """
    share = _probability(weight) * _probability(other.weight - first.weight)
    return replace(other, weight=math.log(share / (1 - share)))


def _fresh(ranked: Sequence[Sentence], shown: Collection[str]) -> Sequence[Sentence]:
    """The sentences without those already shown, unless one of them is clearly the best."""

    def is_shown(sentence: Sentence) -> bool:
        return any(sentence.text in quote or quote in sentence.text for quote in shown)

    best = max((one.weight for one in ranked if not is_shown(one)), default=None)
    if best is None:
        return ranked
    # Where nothing else is as likely as not to answer, it is enough that this one is.
    least = best + _SHOWN_AGAIN if best >= 0 else min(0.0, best + _SHOWN_AGAIN)
    return [one for one in ranked if one.weight >= least or not is_shown(one)]


def quotable_spans(hit: Hit) -> Iterator[Span]:
    """The spans of a passage's sentences that may be quoted: no boilerplate, none without words."""
    text = hit.article.text
    passage = hit.passage
    skipped = boilerplate_spans(text, passage.start, passage.end)
    for start, end in sentences(text, hit.article.language, passage.start, passage.end):
        if any(overlaps((start, end), span) for span in skipped):
            continue
        for piece in _quotable(text, start, end):
            if re.search(r"\w", text[slice(*piece)]):
                yield piece


def _quotable(text: str, start: int, end: int) -> Iterator[Span]:
    """A sentence without its Markdown sign, cut where it is too long to quote."""
    markup = _MARKUP.match(text, start, end)
    if markup and markup.end() < end:
        start = markup.end()
    first = start
    for cut in _CUT.finditer(text, start, end):
        if len(text[first : cut.start()].split()) > _MOST_WORDS // 4 and (
            len(text[start:end].split()) > _MOST_WORDS
        ):
            yield first, cut.start()
            first = cut.end()
    if first < end:
        yield first, end


def _is_heading(text: str, start: int) -> bool:
    """Whether Markdown's sign for a heading stands before a sentence."""
    return text.endswith("# ", 0, start)


def _preferred(sentence: Sentence) -> Sentence:
    """A sentence that may give a reason, asked for one."""
    return replace(sentence, weight=sentence.weight + _REASON * gives_reason(sentence.text))


def _of_models(sentence: Sentence, asked: frozenset[str]) -> Sentence:
    """A sentence, asked for some models: it may be of these or of none, hardly of others."""
    named = models_in(sentence.text)
    is_of_others = bool(named) and not named & asked
    return replace(sentence, weight=sentence.weight - _OTHER_MODEL * is_of_others)


def _probability(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


def _distinct(ranked: Sequence[Sentence], margin: float) -> Iterator[Sentence]:
    """The best sentence and those near it in weight, none with the words of one before it."""
    seen: set[str] = set()
    for sentence in ranked:
        words = " ".join(re.findall(r"\w+", sentence.text.lower()))
        if sentence.weight >= ranked[0].weight - margin and words not in seen:
            seen.add(words)
            yield sentence


def _joined(best: Sequence[Sentence]) -> list[Sentence]:
    """The sentences, best first, each joined to a better one next to it if both can be quoted."""
    joined: list[Sentence] = []
    for sentence in best:
        for position, other in enumerate(joined):
            whole = _in_a_row(*sorted((sentence, other), key=lambda one: one.start))
            if whole:
                joined[position] = replace(whole, weight=other.weight)
                break
        else:
            joined.append(sentence)
    return joined


def _in_a_row(first: Sentence, second: Sentence) -> Sentence | None:
    """Two sentences of a paragraph as one, or None where they are apart or too long together."""
    text = first.hit.article.text
    if (
        first.hit.passage != second.hit.passage
        or not re.fullmatch(r"[^\S\n]*", text[first.end : second.start])
        or len(text[first.start : second.end].split()) > _MOST_WORDS
    ):
        return None
    return replace(first, end=second.end)
