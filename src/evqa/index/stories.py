"""Which articles tell one story: printed at the same address, or in nearly the same words."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np
import numpy.typing as npt

from evqa.errors import SourceError
from evqa.records import Article
from evqa.shingles import Shingles, shingles, stable_hash
from evqa.sources.addresses import canonical

# Of texts that share 95 % of their shingles all but one pair in ten thousand have a sign in common,
# at 90 % 93 of a hundred pairs, at 70 % two, and at 50 % one in fifty thousand.
_BANDS = 20
_ROWS = 20
# Few enough that all rows of them stay in a processor's cache.
_MIXED_AT_ONCE = 1024


def signs(article: Article) -> list[int]:
    """What an article has in common with others that tell the same story, in order.

    They are its address, where that names a page, and bands of the MinHash of its shingles (Broder,
    1997; Leskovec et al., Mining of Massive Datasets, 3.4). They depend on the article alone.
    """
    found = {_hash(band) for band in _bands(shingles(article.text))}
    if page := _page(article.url):
        found.add(_hash(f"page {page}".encode()))
    return sorted(found)


def reprints(shared: Iterable[tuple[int, str]]) -> int:
    """How many articles tell the story of another that is counted.

    `shared` pairs each sign that several articles have with each of these.
    """
    parents: dict[str | int, str | int] = {}

    def root(one: str | int) -> str | int:
        parents.setdefault(one, one)
        while parents[one] != one:
            parents[one] = parents[parents[one]]
            one = parents[one]
        return one

    for sign, article_id in shared:
        parents[root(sign)] = root(article_id)
    articles = [one for one in parents if isinstance(one, str)]
    return len(articles) - len({root(one) for one in articles})


def _page(url: str) -> str:
    """The address of a page that an outlet prints a story on; empty for others, as a front page."""
    try:
        page = canonical(url)
    except SourceError:
        return ""
    return page if page.split("/", 3)[3] else ""


def _bands(found: Shingles) -> Iterable[bytes]:
    if not len(found):
        return
    factors, terms = _mixers()
    minima = np.full(_BANDS * _ROWS, np.iinfo(np.uint64).max, dtype=np.uint64)
    for first in range(0, len(found), _MIXED_AT_ONCE):
        mixed = found[first : first + _MIXED_AT_ONCE] * factors + terms
        np.minimum(minima, mixed.min(axis=1), out=minima)
    for number, band in enumerate(minima.reshape(_BANDS, _ROWS)):
        yield f"words {number} ".encode() + band.astype("<u8").tobytes()


@cache
def _mixers() -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """A factor and a term for each row, by which hashes are put in another order; shapes (n, 1)."""
    hashes = [stable_hash(b"%d" % number) for number in range(2 * _BANDS * _ROWS)]
    numbers = np.array(hashes, dtype=np.uint64).reshape(-1, 2, 1)
    return numbers[:, 0] | np.uint64(1), numbers[:, 1]


def _hash(content: bytes) -> int:
    """A hash of 64 bits, as SQLite keeps integers: with a sign."""
    return stable_hash(content) - 2**63
