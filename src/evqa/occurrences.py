"""Where a text stands word for word in another, but for what typography changes."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from evqa.language.sentences import Span
from evqa.language.typography import (
    APOSTROPHES,
    DASHES,
    HYPHENS,
    INVISIBLE,
    Folded,
    fold,
    is_cjk,
    letters,
)

_QUOTED = (('"', '"'), ("'", "'"))
_STOPS = ".,。、"
_SIGNS = frozenset(DASHES + "+±~≈<>≤≥")
_POINTS = ".,:/"
_PERCENT = "%％‰°"
_HAN_NUMBERS = frozenset("〇零一二两三四五六七八九十百千万亿兆点半")
_HAN_NEGATIONS = ("不", "没", "没有", "未", "无", "非", "否", "勿", "莫")


@dataclass(frozen=True, slots=True)
class Part:
    """A text to be found: folded, without what quoting puts around it, and its letters alone.

    It is `pasted[start:end]` of what was pasted, or, where that is empty, nothing.
    """

    text: str
    letters: str
    start: int
    end: int

    @classmethod
    def of(cls, folded: Folded, start: int = 0, end: int | None = None, offset: int = 0) -> Part:
        """The part `folded.text[start:end]`, whose source begins at `offset` of what was pasted."""
        start, end = trimmed(folded.text, start, len(folded.text) if end is None else end)
        span = folded.span(start, end) if start < end else (0, 0)
        text = folded.text[start:end]
        return cls(text, letters(text), span[0] + offset, span[1] + offset)

    def may_be_in(self, known: str) -> bool:
        """Whether it can stand in a text with these letters; quick, and never wrong with a no."""
        return self.letters[1:] in known

    def find(self, folded: Folded, *, any_case: bool = False) -> list[Span]:
        """Where it stands in the source of a folded text, whole words only, in order, apart.

        `any_case` lets its first letter be a capital or none.
        """
        forms = {self.text, _other_case(self.text)} if any_case else {self.text}
        found = sorted(span for form in forms for span in _found(form, folded))
        return [span for at, span in enumerate(found) if not at or span[0] >= found[at - 1][1]]


def first_in_order(parts: Sequence[Part], folded: Folded) -> list[Span]:
    """Where the parts stand one after the other, close together; nothing if they don't."""
    everywhere = [part.find(folded, any_case=at == 0) for at, part in enumerate(parts)]
    end = 0
    for spans in everywhere:
        end = next((span[1] for span in spans if span[0] >= end), -1)
        if end < 0:
            return []
    chosen: list[Span] = []
    for spans in reversed(everywhere):
        before = chosen[0][0] if chosen else end
        chosen.insert(0, next(span for span in reversed(spans) if span[1] <= before))
    return chosen


def trimmed(text: str, start: int, end: int) -> Span:
    """The span of a folded text without space, outer quotation marks and a last full stop."""
    for _ in range(2):
        start, end = _stripped(text, start, end)
        if text[start:end].endswith(tuple(_STOPS)) and text[max(start, end - 2) : end] != "..":
            start, end = _stripped(text, start, end - 1)
        if end - start > 1 and (text[start], text[end - 1]) in _QUOTED:
            start, end = _stripped(text, start + 1, end - 1)
    return start, end


def starts_apart(text: str, at: int) -> bool:
    """Whether what starts at an offset starts with a whole word and number, sign and all."""
    first = text[at]
    while at and text[at - 1] in INVISIBLE:
        at -= 1
    if not at:
        return True
    before, earlier = text[at - 1], text[at - 2 : at - 1]
    if is_cjk(first) and text.endswith(_HAN_NEGATIONS, 0, at):
        return False
    if is_cjk(first) or is_cjk(before):
        return not (_counts(before) and _counts(first))
    if _is_letter(first):
        if _is_letter(before) or (before in APOSTROPHES + HYPHENS and _is_letter(earlier)):
            return False
        signed = _is_sign(before) and not (before in DASHES and earlier.isalpha())
        pointed = before in _POINTS and earlier.isdecimal()
        return not (first.isdecimal() and (signed or pointed))
    if (_is_sign(first) or first in _POINTS) and text[at + 1 : at + 2].isdecimal():
        return not (_is_letter(before) or _is_sign(before))
    return True


def ends_apart(text: str, at: int) -> bool:
    """Whether what ends at an offset ends with a whole word and number, sign and all."""
    last = text[at - 1]
    while at < len(text) and text[at] in INVISIBLE:
        at += 1
    if at == len(text):
        return True
    after, later = text[at], text[at + 1 : at + 2]
    if is_cjk(last) or is_cjk(after):
        return not (_counts(last) and _counts(after))
    if _is_letter(last):
        if _is_letter(after) or (after in APOSTROPHES + HYPHENS and _is_letter(later)):
            return False
        signed = _is_sign(after) and (after not in DASHES or later.isdecimal())
        pointed = after in _POINTS and later.isdecimal()
        return not (last.isdecimal() and (signed or pointed or after in _PERCENT))
    return not (_is_sign(last) and after.isdecimal())


def _found(wanted: str, folded: Folded) -> list[Span]:
    found: list[Span] = []
    at = folded.text.find(wanted) if wanted else -1
    while at >= 0:
        after = at + len(wanted)
        if not (folded.cuts_a_character(at) or folded.cuts_a_character(after)):
            start, end = folded.span(at, after)
            source = folded.source
            apart = starts_apart(source, start) and ends_apart(source, end)
            if apart and fold(source[start:end]).text == wanted:
                found.append((start, end))
                at = folded.text.find(wanted, after)
                continue
        at = folded.text.find(wanted, at + 1)
    return found


def _other_case(text: str) -> str:
    """The text with its first letter, which may stand after punctuation, in the other case."""
    at = next((at for at, character in enumerate(text) if character.isalnum()), 0)
    other = text[at : at + 1].swapcase()
    return text[:at] + other + text[at + 1 :] if len(other) == 1 else text


def _stripped(text: str, start: int, end: int) -> Span:
    while start < end and text[start] == " ":
        start += 1
    while start < end and text[end - 1] == " ":
        end -= 1
    return start, end


def _is_letter(character: str) -> bool:
    """Whether it is a letter, a digit or a mark upon one."""
    return character.isalnum() or unicodedata.category(character or " ").startswith("M")


def _is_sign(character: str) -> bool:
    """Whether it is a sign of a number before it: minus and the like, or a currency's."""
    return character in _SIGNS or unicodedata.category(character) == "Sc"


def _counts(character: str) -> bool:
    return character.isdecimal() or character in _HAN_NUMBERS
