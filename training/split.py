"""Which articles are trained on and which are only reported on, by title over all data sets."""

from __future__ import annotations

import zlib
from typing import Literal

Part = Literal["fit", "report"]

# SQuAD 2.0's seven articles hold half of all questions, so chance is not left to halve them: the
# three reported on hold 1287 of the 2618 questions and 645 of the 1332 impossible ones.
_SQUAD: dict[str, Part] = {
    "computational complexity theory": "report",
    "french and indian war": "fit",
    "huguenot": "report",
    "imperialism": "fit",
    "normans": "fit",
    "scottish parliament": "fit",
    "yuan dynasty": "report",
}
# Of the articles that are fitted, what hyperparameters and checkpoints are chosen on.
_DEVELOPMENT_SQUAD = {"normans"}


def normalise(title: str) -> str:
    """A title as it compares across data sets: lower case, with spaces for underscores."""
    return " ".join(title.replace("_", " ").lower().split())


def part(title: str) -> Part:
    """The half that an article belongs to, the same in every data set."""
    name = normalise(title)
    if name in _SQUAD:
        return _SQUAD[name]
    return "fit" if _bucket(name, "half") % 2 == 0 else "report"


def is_development(title: str) -> bool:
    """Whether an article of the half 'fit' is held out of training to choose by."""
    name = normalise(title)
    if name in _SQUAD:
        return name in _DEVELOPMENT_SQUAD
    return part(name) == "fit" and _bucket(name, "development") % 6 == 0


def _bucket(name: str, salt: str) -> int:
    return zlib.crc32(f"{salt}:{name}".encode())
