"""Runs of words that texts have in common: how near-duplicates are told (Broder, 1997)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import chain

import numpy as np
import numpy.typing as npt

from evqa.lexical import plain_words

Shingles = npt.NDArray[np.uint64]

_WORDS = 4
_NEAR_DUPLICATE = 0.8
_KNOWN_WORDS = 50_000


def shingles(text: str) -> Shingles:
    """The hashes of the runs of four words in a text, each once, in order.

    A shorter text is one run. The hashes are the same in every process.
    """
    _, runs = _runs([plain_words(text)], _of_word)
    return np.unique(runs)


def are_nearly_same(one: Shingles, other: Shingles) -> bool:
    """Whether two texts are near-duplicates.

    They are when most of the shingles of the shorter one stand in the other (containment).
    """
    shorter, longer = sorted((one, other), key=len)
    return holds_most(longer, shorter)


def holds_most(one: Shingles, other: Shingles) -> bool:
    """Whether most of the shingles of the other text stand in this one."""
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return bool(shared >= _NEAR_DUPLICATE * max(1, len(other)))


def near_duplicates(texts: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which of n texts is a near-duplicate of which other, shape (n, n)."""
    owners, runs = _runs([plain_words(text) for text in texts], hash)
    _, columns, counts = np.unique(runs, return_inverse=True, return_counts=True)
    # The other runs stand in one text, and there once.
    several = counts > 1
    chosen = several[columns]
    column_of = np.cumsum(several) - 1
    held = np.zeros((len(texts), int(several.sum())), dtype=np.float32)
    held[owners[chosen], column_of[columns[chosen]]] = 1
    alone = np.bincount(owners[~chosen], minlength=len(texts))
    sizes = alone + held.sum(axis=1)
    smaller = np.maximum(1, np.minimum.outer(sizes, sizes))
    found: npt.NDArray[np.bool_] = held @ held.T >= _NEAR_DUPLICATE * smaller
    return found


def stable_hash(content: bytes) -> int:
    """A hash of 64 bits, the same in every process."""
    return int.from_bytes(blake2b(content, digest_size=8).digest())


def _runs(
    texts: Sequence[Sequence[str]], of_word: Callable[[str], int]
) -> tuple[npt.NDArray[np.int64], Shingles]:
    """Of every run of words in texts, its text's number and its hash, made of those of words."""
    padded = [
        (*words, *[""] * (_WORDS - len(words))) if 0 < len(words) < _WORDS else words
        for words in texts
    ]
    sizes = np.array([len(words) for words in padded], dtype=np.int64)
    owners = np.repeat(np.arange(len(padded)), sizes)
    signed = np.fromiter(map(of_word, chain.from_iterable(padded)), np.int64, len(owners))
    hashes = signed.view(np.uint64)
    count = max(0, len(hashes) - _WORDS + 1)
    runs = np.zeros(count, dtype=np.uint64)
    for place in range(_WORDS):
        runs += hashes[place : place + count] * _PLACES[place]
    is_inside = owners[:count] == owners[_WORDS - 1 :]
    return owners[:count][is_inside], runs[is_inside]


@lru_cache(_KNOWN_WORDS)
def _of_word(word: str) -> int:
    """The 64 bits of a word's hash, as a signed number; 0 for what fills up a short text."""
    found = stable_hash(word.encode()) if word else 0
    return found - 2**64 if found >= 2**63 else found


# What a word's hash is multiplied by, by its place in a run: odd, so that no bit of it is lost.
_PLACES = np.array([stable_hash(b"%d" % place) | 1 for place in range(_WORDS)], dtype=np.uint64)
