"""Which script a text is written in, as far as the English models need to know."""

from __future__ import annotations

_LATIN_END = 0x250  # where Unicode's Latin blocks, with their accents, end


def is_latin(text: str) -> bool:
    """Whether most of a text's letters are Latin, which English models read; others they can't."""
    letters = [character for character in text if character.isalpha()]
    return 2 * sum(ord(letter) < _LATIN_END for letter in letters) >= len(letters)
