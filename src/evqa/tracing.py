"""Which article holds a pasted text: word for word, shortened, nearly, or none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, pairwise
from typing import Protocol

from evqa import citations
from evqa.alignment import Side, Word, differences, kind_of, nearest, words
from evqa.errors import QuestionError
from evqa.language.sentences import Span, overlaps, sentences
from evqa.language.typography import INVISIBLE, Folded, fold, letters
from evqa.occurrences import Part, ends_apart, first_in_order, starts_apart, trimmed
from evqa.records import Article, Difference, Hit, Passage, Place, Quote, Trace

MAX_PASTED = 5000
# Half way between what was invented and what was altered least like its source, among the cases of
# one seed; tests/test_tracing.py says which, and measures it on others.
NEAR = 0.68
_MOST_NEAR = 3
_CANDIDATES = 30
_FEWEST_WORDS = 2
_MARGIN = 200
_CONTEXT = 2000
_ELLIPSIS = re.compile(r"\[ ?\.{3,} ?\]|\( ?\.{3,} ?\)|\.{3,}|\. \. \.|⋯+")
_FULL_STOP = re.compile(r"[.!?。！？]")


class Source(Protocol):
    """Finds what is read for a pasted text."""

    def sharing_words(self, text: str, k: int) -> Sequence[Hit]:
        """The `k` best passages by the words that they share with a text, best first."""

    def with_rarest_words(self, text: str) -> Iterable[Article]:
        """The articles with the rarest words of a text: all that hold it, among others."""


def trace(text: str, source: Source) -> Trace:
    """Say which articles hold a text of at most MAX_PASTED characters, and how.

    Raises QuestionError where it is longer or has no words.
    """
    if len(text) > MAX_PASTED:
        raise QuestionError(
            f"The text has {len(text):,} characters; {MAX_PASTED:,} is the most.",
            "Trace a few sentences at a time.",
        )
    if not letters(text):
        raise QuestionError("The text has no words.", "Paste a sentence.")
    pasted = _Pasted.read(text)
    seen = text.translate(dict.fromkeys(map(ord, INVISIBLE)))
    hits = source.sharing_words(seen, _CANDIDATES)
    articles = chain((hit.article for hit in hits), source.with_rarest_words(seen))
    exact, shortened, joined = _read_for(pasted, articles)
    if exact:
        return Trace(text, "exact", _by_date(exact))
    if shortened:
        return Trace(text, "shortened", _by_date(shortened))
    near = _best(joined) or _best(_near(pasted.folded, hits))
    return Trace(text, "near", near) if near else Trace(text, "none")


@dataclass(frozen=True, slots=True)
class _Pasted:
    """A pasted text, whole, in the parts around its ellipses, and sentence by sentence."""

    folded: Folded
    whole: Part
    shortened: Sequence[Part]
    sentences: Sequence[Part]

    @classmethod
    def read(cls, text: str) -> _Pasted:
        """Cut a text into what is looked for."""
        folded = fold(text)
        first, last = trimmed(folded.text, 0, len(folded.text))
        cuts = [match.span() for match in _ELLIPSIS.finditer(folded.text, first, last)]
        starts = [first, *(end for _, end in cuts)]
        ends = [*(start for start, _ in cuts), last]
        parts = [Part.of(folded, *span) for span in zip(starts, ends, strict=True)]
        parts = [part for part in parts if part.letters] if cuts else []
        spans = list(sentences(text))
        each = [Part.of(fold(text[start:end]), offset=start) for start, end in spans]
        return cls(folded, Part.of(folded), _told(parts), _told(each) if len(each) > 1 else ())


def _told(parts: Sequence[Part]) -> Sequence[Part]:
    """The parts, or none where one of them is too short to tell anything."""
    long_enough = all(len(words(fold(part.text))) >= _FEWEST_WORDS for part in parts)
    return parts if long_enough else ()


def _read_for(
    pasted: _Pasted, articles: Iterable[Article]
) -> tuple[list[Place], list[Place], list[Place]]:
    """Where articles hold it exactly, shortened, and in sentences that stand apart."""
    exact: list[Place] = []
    shortened: list[Place] = []
    joined: list[Place] = []
    seen: set[str] = set()
    forms = [form for form in ((pasted.whole,), pasted.shortened, pasted.sentences) if form]
    for article in articles:
        if article.id in seen:
            continue
        seen.add(article.id)
        known = letters(article.text)
        if not any(all(part.may_be_in(known) for part in form) for form in forms):
            continue
        folded = fold(article.text)
        for span in pasted.whole.find(folded, any_case=True):
            exact.append(_place(article, [span]))
        if exact:
            continue
        if spans := first_in_order(pasted.shortened, folded):
            shortened.append(_place(article, spans))
        elif place := _joined(pasted, article, folded):
            joined.append(place)
    return exact, shortened, joined


def _joined(pasted: _Pasted, article: Article, folded: Folded) -> Place | None:
    """Where an article holds each sentence word for word, but not one after the other."""
    parts = pasted.sentences
    spans = first_in_order(parts, folded) or [
        span for at, part in enumerate(parts) for span in part.find(folded, any_case=at == 0)[:1]
    ]
    if not parts or len(spans) < len(parts):
        return None
    found = []
    for (_, before), (other, after) in pairwise(zip(parts, spans, strict=True)):
        between = article.text[before[1] : after[0]]
        if after[0] < before[1]:
            moved, place = (
                article.text[slice(*after)],
                pasted.folded.source[other.start : other.end],
            )
            found.append(Difference("order", moved, *after, place, other.start, other.end))
        elif letters(between):
            kind = kind_of(between)
            at = other.start
            found.append(Difference(kind, between, before[1], after[0], "", at, at))
    if not found:
        return None
    left_out = sum(one.article_end - one.article_start for one in found)
    similarity = len(pasted.folded.text) / (len(pasted.folded.text) + left_out / 2)
    return _place(article, sorted(set(spans)), similarity, found)


def _near(pasted: Folded, hits: Iterable[Hit]) -> Iterator[Place]:
    """The run of words nearest to a pasted text around each passage, if it is near enough."""
    margin = _MARGIN + 2 * len(pasted.source)
    for hit in hits:
        start = max(0, hit.passage.start - margin)
        region = fold(hit.article.text[start : hit.passage.end + margin])
        place = _aligned(pasted, hit.article, region, start)
        if place and place.similarity >= NEAR:
            yield place


def _aligned(pasted: Folded, article: Article, region: Folded, offset: int) -> Place | None:
    from rapidfuzz.distance import Indel

    whole = Part.of(pasted)
    wanted, among = words(pasted), words(region)
    first, last = _nearest(wanted, among, region.text)
    if first == last:
        return None
    text = region.text[among[first].start : among[last - 1].end]
    similarity = Indel.normalized_similarity(whole.text.lower(), text.lower())
    source = region.source
    while first and not starts_apart(source, region.starts[among[first].start]):
        first -= 1
    while last < len(among) and not ends_apart(source, region.ends[among[last - 1].end - 1]):
        last += 1
    found = differences(Side(region, among[first:last], offset), Side(pasted, wanted))
    if not found:
        return None
    start, end = region.span(among[first].start, among[last - 1].end)
    return _place(article, [(start + offset, end + offset)], similarity, found)


def _nearest(wanted: Sequence[Word], among: Sequence[Word], text: str) -> Span:
    """The words nearest to others, without one of another sentence that they don't have."""
    keys = [word.key for word in wanted]
    first, last = nearest(keys, [word.key for word in among])
    while last - first > 1 and among[last - 1].key not in keys:
        if not _FULL_STOP.search(text, among[last - 2].end, among[last - 1].start):
            break
        last -= 1
    while last - first > 1 and among[first].key not in keys:
        if not _FULL_STOP.search(text, among[first].end, among[first + 1].start):
            break
        first += 1
    return first, last


def _best(places: Iterable[Place]) -> tuple[Place, ...]:
    """The nearest place in each article, that with the fewest changed words first."""
    best: dict[str, Place] = {}
    for place in sorted(places, key=lambda place: (_changed(place), -place.similarity)):
        best.setdefault(place.quotes[0].article_id, place)
    return tuple(best.values())[:_MOST_NEAR]


def _changed(place: Place) -> int:
    """How many words differ, of the article or of the pasted text, whichever are more."""
    return sum(
        max(len(words(fold(one.article_text))), len(words(fold(one.text))))
        for one in place.differences
    )


def _by_date(places: Iterable[Place]) -> tuple[Place, ...]:
    """Places, the earliest first; those without a date last."""
    return tuple(sorted(places, key=lambda place: _when(place.quotes[0])))


def _when(quote: Quote) -> tuple[date, str, int]:
    return quote.told_on or date.max, quote.article_id, quote.start


def _place(
    article: Article,
    spans: Sequence[Span],
    similarity: float = 1.0,
    differences: Sequence[Difference] = (),
) -> Place:
    quotes = tuple(_quote(article, span) for span in spans)
    context = article.text[quotes[0].context_start : quotes[-1].context_end]
    return Place(quotes, context, similarity, tuple(differences))


def _quote(article: Article, span: Span) -> Quote:
    """Words of an article, with the sentences that they stand in as their context."""
    start, end = span
    first = max(article.text.rfind("\n", 0, start) + 1, start - _CONTEXT)
    line_end = article.text.find("\n", end)
    last = min(len(article.text) if line_end < 0 else line_end, end + _CONTEXT)
    around = [
        sentence
        for sentence in sentences(article.text, article.language, first, last)
        if overlaps(sentence, span)
    ]
    passage = Passage(0, article.id, 0, around[0][0], around[-1][1], 0)
    return citations.cut(Hit(passage, article, 1.0), start, end, 1.0)


def report(traced: Trace) -> str:
    """What was found, in our words: who says it and when, verbatim, and where it differs."""
    return "\n".join(_lines(traced))


def _lines(traced: Trace) -> Iterator[str]:
    headings = {
        "exact": "Word for word in {}:",
        "shortened": "Shortened: each part is word for word, in this order, in {}:",
        "near": "Not word for word. Nearly in {}:",
        "none": "No article holds it.",
    }
    articles = {place.quotes[0].article_id for place in traced.places}
    count = "one article" if len(articles) == 1 else f"{len(articles)} articles"
    yield headings[traced.verdict].format(count)
    for place in traced.places:
        yield ""
        yield f"{citations.lead(place.quotes[0])}:"
        for at, quote in enumerate(place.quotes):
            if at:
                yield f"  [{place.omitted[at - 1]:,} characters left out]"
            yield f"“{quote.text}”"
            where = f"{quote.article_id}, characters {quote.start} to {quote.end}"
            yield f"  {where}{', ' + quote.url if quote.url else ''}"
        if 0 < len(letters(place.context)) - _letters_of(place.quotes) < _CONTEXT:
            yield f"  in full: “{' '.join(place.context.split())}”"
        for one in place.differences:
            yield f"  {one.kind}: {_change(one)}"


def _letters_of(quotes: Sequence[Quote]) -> int:
    return sum(len(letters(quote.text)) for quote in quotes)


def _change(one: Difference) -> str:
    if not one.text:
        return f"“{one.article_text}” is left out"
    if not one.article_text:
        return f"“{one.text}” is added"
    if one.kind == "order" and one.text == one.article_text:
        return f"“{one.text}” stands before what it follows here"
    return f"the article has “{one.article_text}”, not “{one.text}”"
