"""The best of a search, in an order that does not depend on how the index came about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

Ranking = list[tuple[int, float]]
Place = tuple[str, int]

# Sums of the same numbers in another order differ by less; scores nearer than this are a tie.
_TIE = 1e-6


def best(
    search: Callable[[int], Ranking],
    k: int,
    places: Callable[[Iterable[int]], Mapping[int, Place]],
) -> Ranking:
    """The `k` best of a search, which gives as many as it is asked for, best first.

    Ties have one score and are ordered by `places`, article id and ordinal, also where the last of
    them no longer has room. Ids without a place are left out.
    """
    asked = k + 1
    found = search(asked)
    scores = _with_ties(found)
    while len(found) == asked and scores[k - 1] == scores[-1]:
        asked *= 2
        found = search(asked)
        scores = _with_ties(found)
    where = places([passage for passage, _ in found])
    known = [
        (passage, score)
        for (passage, _), score in zip(found, scores, strict=True)
        if passage in where
    ]
    return sorted(known, key=lambda item: (-item[1], where[item[0]]))[:k]


def _with_ties(found: Ranking) -> list[float]:
    """For each result the score of the first one that it ties with, directly or by others."""
    scores: list[float] = []
    before = 0.0
    for _, score in found:
        is_tie = scores and abs(before - score) <= _TIE * max(1.0, abs(before))
        scores.append(scores[-1] if is_tie else score)
        before = score
    return scores
