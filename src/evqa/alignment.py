"""Where a pasted text differs from the passage nearest to it, word by word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evqa.language.amount_patterns import UNIT, WORD_VALUES
from evqa.language.scope import NEGATION, names_in, stem_of
from evqa.language.typography import CJK, Folded, fold
from evqa.occurrences import trimmed
from evqa.records import Difference, DifferenceKind

_CHUNK = re.compile(rf"[{CJK}]|[^ {CJK}]+")
_PUNCTUATION = " !\"#&'()*,-./:;?@[]_{}¡¿。、！？，；："
_DIGITS = re.compile(r"\d+")
_NEGATIONS = frozenset(
    (
        "nothing",
        "nowhere",
        "nor",
        "without",
        "hardly",
        "barely",
        "scarcely",
        "non",
        *"不没未无非否勿莫",
    )
)
_NEGATING = ("un", "in", "im", "ir", "il", "non", "dis", "non-", "un-", "anti-", "anti")
_SCALES = frozenset(
    ("hundred", "dozen", "thousand", "million", "billion", "trillion", "half", "double", "twice")
)
_HAN_NUMBERS = frozenset("〇零一二两三四五六七八九十百千万亿兆半")


@dataclass(frozen=True, slots=True)
class Word:
    """A word without the punctuation around it: `folded.text[start:end]`."""

    text: str
    start: int
    end: int

    @property
    def key(self) -> str:
        """The word as it is compared."""
        return self.text.casefold()


@dataclass(frozen=True, slots=True)
class Side:
    """A folded text, its words that are compared, and where in the whole its source begins."""

    folded: Folded
    words: Sequence[Word]
    offset: int = 0

    def place(self, start: int, end: int) -> tuple[str, int, int]:
        """The words from one to another: their text in the source, and its span in the whole."""
        if start == end:
            at = self._end(start - 1) if start else self._start(start)
            return "", at + self.offset, at + self.offset
        return self._between(self._start(start), self._end(end - 1))

    def gap(self, at: int) -> tuple[str, tuple[str, int, int]]:
        """What stands between a word and the one before it, folded, and its place."""
        start, end = self._end(at - 1), self._start(at)
        return (
            self.folded.text[self.words[at - 1].end : self.words[at].start],
            self._between(start, end),
        )

    def characters(self, start: int, end: int) -> tuple[str, int, int]:
        """`folded.text[start:end]` in the source, and its span in the whole."""
        if start == end:
            at = self.folded.ends[start - 1] if start else 0
            return self._between(at, at)
        return self._between(*self.folded.span(start, end))

    def _between(self, start: int, end: int) -> tuple[str, int, int]:
        return self.folded.source[start:end], start + self.offset, end + self.offset

    def _start(self, at: int) -> int:
        return self.folded.starts[self.words[at].start]

    def _end(self, at: int) -> int:
        return self.folded.ends[self.words[at].end - 1]


def words(folded: Folded, start: int = 0, end: int | None = None) -> list[Word]:
    """The words of `folded.text[start:end]`, each Chinese character one, with signs of numbers."""
    found = []
    for chunk in _CHUNK.finditer(folded.text, start, len(folded.text) if end is None else end):
        first, last = chunk.span()
        while first < last and _is_around(folded.text, first, 1):
            first += 1
        while first < last and _is_around(folded.text, last - 1, -1):
            last -= 1
        if first < last:
            found.append(Word(folded.text[first:last], first, last))
    return found


def nearest(wanted: Sequence[str], among: Sequence[str]) -> tuple[int, int]:
    """The run of words that takes the fewest edits to another, and of these has the most of it.

    The recurrence of Sellers (1980), a row at a time, forwards for the end and backwards for the
    start.
    """
    end = _last_of_the_least(_last_row(wanted, among, anchored=False))
    backwards = _last_row(wanted[::-1], among[:end][::-1], anchored=True)
    return end - _last_of_the_least(backwards), end


def differences(article: Side, pasted: Side) -> list[Difference]:
    """Where the words of a pasted text, and what stands between them, differ from an article's."""
    pairs = list(_pairs(article.words, pasted.words))
    kinds = _kinds(article, pasted, pairs)
    found: list[Difference] = []
    merged: tuple[DifferenceKind, int, int, int, int] | None = None
    a = q = 0
    for (in_article, in_pasted), kind in zip(pairs, kinds, strict=True):
        after_a, after_q = a + in_article, q + in_pasted
        if kind and merged and merged[0] == kind and merged[2::2] == (a, q):
            merged = (kind, merged[1], after_a, merged[3], after_q)
        else:
            if merged:
                found.append(_difference(article, pasted, *merged))
            merged = (kind, a, after_a, q, after_q) if kind else None
        a, q = after_a, after_q
    if merged:
        found.append(_difference(article, pasted, *merged))
    found += [*_gaps(article, pasted, pairs), *_edges(article, pasted)]
    return sorted(found, key=lambda one: (one.start, one.article_start))


def kind_of(text: str) -> DifferenceKind:
    """What is gravest in a text that was left out: a negation, a number, or words."""
    keys = [word.key for word in words(fold(text))]
    if any(map(_is_negation, keys)):
        return "negation"
    return "number" if any(map(_is_number, keys)) else "word"


def _is_around(text: str, at: int, step: int) -> bool:
    """Whether a character at the edge of a chunk is punctuation and no sign of a number."""
    character = text[at]
    if not unicodedata.category(character).startswith("P") or character in "%‰":
        return False
    return not (step > 0 and character in "-." and text[at + 1 : at + 2].isdecimal())


def _last_row(wanted: Sequence[str], among: Sequence[str], *, anchored: bool) -> list[int]:
    import numpy as np

    numbers: dict[str, int] = {}
    ids = np.array([numbers.setdefault(word, len(numbers)) for word in among], dtype=np.int64)
    edit = len(wanted) + 1  # each word that is the same takes 1 away
    steps = edit * np.arange(len(among) + 1)
    row = steps.copy() if anchored else np.zeros_like(steps)
    for count, word in enumerate(wanted, 1):
        replaced = row[:-1] + np.where(ids == numbers.get(word, -1), -1, edit)
        row = row + edit
        row[1:] = np.minimum(replaced, row[1:])
        row[0] = edit * count
        row = np.minimum.accumulate(row - steps) + steps
    return [int(value) for value in row]


def _last_of_the_least(row: Sequence[int]) -> int:
    """The first least value's place, moved on while the next is as little."""
    at = row.index(min(row))
    while at + 1 < len(row) and row[at + 1] == row[at]:
        at += 1
    return at


def _pairs(article: Sequence[Word], pasted: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """How many words of each, none or one, stand for each other, in their order."""
    from rapidfuzz.distance import Levenshtein

    one, other = [word.key for word in article], [word.key for word in pasted]
    for step in Levenshtein.opcodes(one, other):
        rows, columns = step.src_end - step.src_start, step.dest_end - step.dest_start
        yield from [(int(at < rows), int(at < columns)) for at in range(max(rows, columns))]


def _kinds(
    article: Side, pasted: Side, pairs: Sequence[tuple[int, int]]
) -> list[DifferenceKind | None]:
    """What kind of difference each pair is, None where the words are the same."""
    known = [
        names_in(side.folded.text[side.words[0].start : side.words[-1].end], frozenset())
        for side in (article, pasted)
    ]
    kinds: list[DifferenceKind | None] = []
    changed: list[tuple[int, str, str]] = []
    a = q = 0
    for in_article, in_pasted in pairs:
        one = article.words[a].text if in_article else ""
        other = pasted.words[q].text if in_pasted else ""
        if one.casefold() == other.casefold():
            first = q == 0 and one[1:] == other[1:]
            kinds.append(None if one == other or first else "case")
        else:
            before = (article.words[a - 1].key if a else "", pasted.words[q - 1].key if q else "")
            is_name = any(
                word and stem_of(word) in names
                for word, names in zip((one, other), known, strict=True)
            )
            kinds.append(_kind(one, other, before, is_name))
            changed.append((len(kinds) - 1, one.casefold(), other.casefold()))
        a, q = a + in_article, q + in_pasted
    _find_moved(kinds, changed)
    return kinds


def _kind(one: str, other: str, before: tuple[str, str], is_name: bool) -> DifferenceKind:
    measures = any(word and UNIT.fullmatch(f" {word}") for word in (one, other))
    one, other = one.casefold(), other.casefold()
    if _is_negation(one) != _is_negation(other) or _negates(one, other) or _negates(other, one):
        return "negation"
    if any(map(_is_number, (one, other))):
        same_digits = _DIGITS.findall(one) == _DIGITS.findall(other)
        if not (same_digits and one[:1].isalpha() and other[:1].isalpha() and _has_digit(one)):
            return "number"
        return "name"
    if measures and any(map(_is_number, before)):
        return "number"
    return "name" if is_name else "word"


def _find_moved(
    kinds: list[DifferenceKind | None], changed: Sequence[tuple[int, str, str]]
) -> None:
    """Call it a matter of order where words are missing in one place and stand in another."""
    lost, won = {one for _, one, _ in changed}, {other for _, _, other in changed}
    for at, one, other in changed:
        moved = (not one or one in won) and (not other or other in lost)
        if moved and kinds[at] in ("name", "word"):
            kinds[at] = "order"


def _is_negation(word: str) -> bool:
    return word in _NEGATIONS or bool(NEGATION.fullmatch(word)) or word.endswith("n't")


def _negates(one: str, other: str) -> bool:
    """Whether one word is the other with a prefix such as `un-`."""
    return len(other) > 2 and one.endswith(other) and one.removesuffix(other) in _NEGATING


def _is_number(word: str) -> bool:
    if _has_digit(word) or word in _HAN_NUMBERS or word in _SCALES:
        return True
    return any(part in WORD_VALUES or part in _SCALES for part in word.split("-"))


def _has_digit(word: str) -> bool:
    return bool(_DIGITS.search(word))


def _edges(article: Side, pasted: Side) -> Iterator[Difference]:
    """Where other punctuation stands before the first word or after the last one."""
    first, last = trimmed(pasted.folded.text, 0, len(pasted.folded.text))
    before = pasted.folded.text[first : pasted.words[0].start]
    after = pasted.folded.text[pasted.words[-1].end : last]
    text, start, end = article.folded.text, article.words[0].start, article.words[-1].end
    if before and not text.endswith(before, 0, start):
        there = len(text[:start]) - len(text[:start].rstrip(_PUNCTUATION))
        yield Difference(
            "punctuation",
            *article.characters(start - there, start),
            *pasted.characters(first, pasted.words[0].start),
        )
    if after and not text.startswith(after, end):
        there = len(text[end:]) - len(text[end:].lstrip(_PUNCTUATION))
        yield Difference(
            "punctuation",
            *article.characters(end, end + there),
            *pasted.characters(pasted.words[-1].end, last),
        )


def _difference(article: Side, pasted: Side, kind: DifferenceKind, *bounds: int) -> Difference:
    a, after_a, q, after_q = bounds
    return Difference(kind, *article.place(a, after_a), *pasted.place(q, after_q))


def _gaps(article: Side, pasted: Side, pairs: Sequence[tuple[int, int]]) -> Iterator[Difference]:
    """Where other punctuation stands between two words that stand for two words."""
    a = q = 0
    before = (0, 0)
    for pair in pairs:
        if pair == before == (1, 1):
            (one, there), (other, here) = article.gap(a), pasted.gap(q)
            if one != other:
                yield Difference("punctuation", *there, *here)
        a, q, before = a + pair[0], q + pair[1], pair
