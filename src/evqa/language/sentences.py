"""Sentence boundaries, as offsets into the text that was given."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sentencex import get_sentence_boundaries

Span = tuple[int, int]

# What str.splitlines breaks at: a sentence never runs over a line break.
_LINE = re.compile("[^\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]+")


def lines(text: str, start: int = 0, end: int | None = None) -> Iterator[Span]:
    """Yield the span of each line of `text[start:end]` that holds more than white space."""
    for match in _LINE.finditer(text, start, len(text) if end is None else end):
        span = strip(text, *match.span())
        if span:
            yield span


def sentences(
    text: str, language: str = "en", start: int = 0, end: int | None = None
) -> Iterator[Span]:
    """Yield the span of each sentence of `text[start:end]`, stripped of white space.

    Together they cover all but white space. They are found line by line, by sentencex, which knows
    abbreviations and the full stops of many scripts.
    """
    for first, last in lines(text, start, end):
        for boundary in get_sentence_boundaries(language or "en", text[first:last]):
            span = strip(text, first + boundary["start_index"], first + boundary["end_index"])
            if span:
                yield span


def strip(text: str, start: int, end: int) -> Span | None:
    """The span without the white space at its ends, or None where nothing is left."""
    slice_ = text[start:end]
    body = slice_.strip()
    if not body:
        return None
    start += len(slice_) - len(slice_.lstrip())
    return start, start + len(body)


def overlaps(one: Span, other: Span) -> bool:
    """Whether two spans share a character."""
    return one[0] < other[1] and other[0] < one[1]
