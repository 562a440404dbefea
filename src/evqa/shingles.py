"""Runs of words that texts have in common: how near-duplicates are told (Broder, 1997)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from evqa.lexical import plain_words

Shingles = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.float32]

_WORDS = 4
_NEAR_DUPLICATE = 0.8
_KNOWN_WORDS = 50_000


def shingles(text: str) -> Shingles:
    """The hashes of the runs of four words in a text, each once, in order.

    A shorter text is one run. The hashes are the same in every process.
    """
    hashes = np.fromiter(map(_of_word, plain_words(text)), dtype=np.uint64)
    width = min(_WORDS, len(hashes))
    count = len(hashes) - width + 1 if width else 0
    runs = np.zeros(count, dtype=np.uint64)
    for place in range(width):
        runs += hashes[place : place + count] * _PLACES[place]
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


def near_duplicates(texts: Sequence[Shingles]) -> npt.NDArray[np.bool_]:
    """Which of n texts is a near-duplicate of which other, shape (n, n)."""
    sizes = np.array([len(text) for text in texts], dtype=np.int64)
    smaller = np.maximum(1, np.minimum.outer(sizes, sizes))
    found: npt.NDArray[np.bool_] = _shared(texts, sizes) >= _NEAR_DUPLICATE * smaller
    return found


def stable_hash(content: bytes) -> int:
    """A hash of 64 bits, the same in every process."""
    return int.from_bytes(blake2b(content, digest_size=8).digest())


def _shared(texts: Sequence[Shingles], sizes: npt.NDArray[np.int64]) -> Counts:
    """How many shingles each two texts have in common, shape (n, n)."""
    owners = np.repeat(np.arange(len(texts)), sizes)
    joined = np.concatenate(texts) if len(texts) else np.empty(0, dtype=np.uint64)
    _, columns, counts = np.unique(joined, return_inverse=True, return_counts=True)
    several = counts > 1
    column_of = np.cumsum(several) - 1
    chosen = several[columns]
    held = np.zeros((len(texts), int(several.sum())), dtype=np.float32)
    held[owners[chosen], column_of[columns[chosen]]] = 1
    return held @ held.T


@lru_cache(_KNOWN_WORDS)
def _of_word(word: str) -> int:
    return stable_hash(word.encode())


# What a word's hash is multiplied by, by its place in a run: odd, so that no bit of it is lost.
_PLACES = np.array([stable_hash(b"%d" % place) | 1 for place in range(_WORDS)], dtype=np.uint64)
