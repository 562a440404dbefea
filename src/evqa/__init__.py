"""Answers questions about a collection of news articles with verbatim, checked quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evqa.assistant import Assistant, ask
    from evqa.errors import EvqaError
    from evqa.filters import Filters
    from evqa.indexing import update_index
    from evqa.records import (
        Answer,
        Article,
        Difference,
        Disagreement,
        Failure,
        Hit,
        IndexReport,
        IndexStatus,
        Passage,
        Place,
        Quote,
        Reading,
        Trace,
        Turn,
    )
    from evqa.settings import Settings

__all__ = [
    "Answer",
    "Article",
    "Assistant",
    "Difference",
    "Disagreement",
    "EvqaError",
    "Failure",
    "Filters",
    "Hit",
    "IndexReport",
    "IndexStatus",
    "Passage",
    "Place",
    "Quote",
    "Reading",
    "Settings",
    "Trace",
    "Turn",
    "ask",
    "update_index",
]

_HOMES = {
    "Assistant": "assistant",
    "ask": "assistant",
    "EvqaError": "errors",
    "Filters": "filters",
    "Settings": "settings",
    "update_index": "indexing",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `import evqa` costs nothing."""
    if name not in __all__:
        raise AttributeError(f"module 'evqa' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"evqa.{_HOMES.get(name, 'records')}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
