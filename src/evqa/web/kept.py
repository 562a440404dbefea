"""The conversations that a visitor's browser keeps, newest first, and the list of them."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

MOST_KEPT = 20
_TITLE_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Kept:
    """A conversation that the browser keeps: its name, first question, day and transcript."""

    id: str
    title: str
    day: str
    transcript: Any


def read(state: Any) -> list[Kept]:
    """What a browser kept; anything else that it sends is left out."""
    entries = state if isinstance(state, list) else []
    return [
        Kept(entry["id"], entry["title"], entry["day"], entry.get("transcript"))
        for entry in entries[:MOST_KEPT]
        if isinstance(entry, dict)
        and all(isinstance(entry.get(name), str) for name in ("id", "title", "day"))
    ]


def with_newest(state: Any, one: Kept) -> list[dict[str, Any]]:
    """What the browser is to keep after a conversation went on: MOST_KEPT, each once."""
    others = [other for other in read(state) if other.id != one.id]
    return written([one, *others][:MOST_KEPT])


def written(conversations: list[Kept]) -> list[dict[str, Any]]:
    """Conversations as the browser keeps them."""
    return [
        {"id": one.id, "title": one.title, "day": one.day, "transcript": one.transcript}
        for one in conversations
    ]


def listed(state: Any) -> str:
    """The list of kept conversations as HTML, each with a button that opens it."""
    conversations = read(state)
    if not conversations:
        return ""
    items = "".join(
        f'<li><button type="button" class="reopen" data-id="{escape(one.id)}" dir="auto">'
        f"{escape(_short(one.title))}</button> <span>{escape(one.day)}</span></li>"
        for one in conversations
    )
    return (
        f'<details class="kept"><summary>Earlier conversations ({len(conversations)})</summary>'
        f'<ul>{items}</ul><button type="button" class="forget">Forget them all</button></details>'
    )


def _short(title: str) -> str:
    flat = " ".join(title.split())
    return flat if len(flat) <= _TITLE_CHARACTERS else f"{flat[:_TITLE_CHARACTERS].rstrip()}…"
