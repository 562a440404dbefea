"""Texts folded to what typography leaves alone, with the place that each character came from."""

from __future__ import annotations

import re
import unicodedata
from array import array
from dataclasses import dataclass
from functools import lru_cache

CJK = r"\u3001-\u3003\u3005-\u3007\u3010\u3011\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff"
APOSTROPHES = "'‘’‚‛ʼ′`´‹›❛❜"
_DOUBLE_QUOTES = '"“”„‟«»″〝〞❝❞「」『』'
HYPHENS = "-‐‑"
DASHES = HYPHENS + "‒–—―−⸺⸻"
# They are not seen and change no word: soft hyphen, spaces of no width, marks of direction.
INVISIBLE = "\u00ad\u200b\u2060\ufeff\u200e\u200f"
_FOLDED = {
    **dict.fromkeys(map(ord, APOSTROPHES), "'"),
    **dict.fromkeys(map(ord, _DOUBLE_QUOTES), '"'),
    **dict.fromkeys(map(ord, DASHES), "-"),
    **dict.fromkeys(map(ord, INVISIBLE), ""),
}
# ASCII that is folded to itself, but for the last before a character that may change it.
_PLAIN = re.compile(r"[!-_a-~]+(?=[\x00-\x7f]|\Z)")
_IS_CJK = re.compile(rf"[{CJK}]")
_NO_WORD = re.compile(r"[\W_ʼ]+")
_RAISED = ("<super>", "<sub>", "<fraction>", "<circle>")
# More marks than this are no letter's: what the stream-safe format of UAX #15 allows.
_MARKS = 30
_BLOCK = 256


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text; its character `i` stands for `source[starts[i]:ends[i]]`."""

    source: str
    text: str
    starts: array[int]
    ends: array[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where in the source `text[start:end]`, which is not empty, came from."""
        return self.starts[start], self.ends[end - 1]

    def cuts_a_character(self, at: int) -> bool:
        """Whether `text[:at]` ends within what one character of the source, with marks, became."""
        return 0 < at < len(self.text) and self.starts[at] == self.starts[at - 1]


def fold(text: str) -> Folded:
    """A text in which quotation marks, apostrophes, dashes and white space are of one kind each.

    Letters are in normal form KD (UAX #15), a run of white space is one space, and none is left at
    the ends and beside a Chinese or Japanese character. A raised digit, as in 10², stays apart from
    the digits beside it.
    """
    pieces: list[str] = []
    starts, ends = array("L"), array("L")
    space: tuple[int, int] | None = None
    last = ""
    at = 0
    while at < len(text):
        plain = None if at and _is_raised(text[at - 1]) else _PLAIN.match(text, at)
        end = plain.end() if plain else _end_of_character(text, at)
        folded = plain.group() if plain else _raised(text, at) + _character(text[at:end])
        for character in (folded,) if plain else folded:
            if character.isspace():
                space = (space[0] if space else at, end)
                continue
            if space and last and not (is_cjk(last) or is_cjk(character)):
                pieces.append(" ")
                starts.append(space[0])
                ends.append(space[1])
            space, last = None, character[-1]
            pieces.append(character)
            starts.extend(range(at, end) if plain else (at,))
            ends.extend(range(at + 1, end + 1) if plain else (end,))
        at = end
    return Folded(text, "".join(pieces), starts, ends)


def letters(text: str) -> str:
    """The letters and digits of a text alone, without marks: alike where two texts fold alike.

    Quick, so that only a text that may hold another is folded.
    """
    if not text.isascii():
        blocks = (text[i : i + _BLOCK] for i in range(0, len(text), _BLOCK))
        text = "".join(unicodedata.normalize("NFKD", block) for block in blocks)
    return _NO_WORD.sub("", text)


def is_cjk(character: str) -> bool:
    """Whether it is a Chinese or Japanese character, which stands beside others without space."""
    return character > "\u2fff" and bool(_IS_CJK.match(character))


def _end_of_character(text: str, at: int) -> int:
    """The end of the character at an offset with the marks that combine with it."""
    end = at + 1
    while end < min(len(text), at + _MARKS) and _combines(text[end]):
        end += 1
    return end


def _combines(character: str) -> bool:
    return character > "\u02ff" and bool(
        unicodedata.combining(unicodedata.normalize("NFKD", character)[0])
    )


@lru_cache(maxsize=4096)
def _character(text: str) -> str:
    quoted = unicodedata.normalize("NFD", text).translate(_FOLDED)
    return unicodedata.normalize("NFKD", quoted).translate(_FOLDED)


def _raised(text: str, at: int) -> str:
    """A sign between a number and what is raised beside it, which else would join its digits."""
    before, character = text[at - 1 : at], text[at]
    if not before or not (before.isnumeric() or _is_raised(before)):
        return ""
    apart = _is_raised(character) or (character.isdecimal() and _is_raised(before))
    return "^" if apart else ""


def _is_raised(character: str) -> bool:
    if character.isascii() or character.isdecimal():
        return False
    decomposition = unicodedata.decomposition(character)
    return decomposition.startswith(_RAISED) or bool(decomposition and character.isnumeric())
