"""Pictures of an answer's quotes: when each was said, and how amounts differ, as SVG and table.

The drawings take their colours from the page and hold no words of an article outside escaped text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from itertools import combinations

from evqa.language.amount_patterns import DATE, YEARLY
from evqa.language.amounts import Amount, comparable, same
from evqa.language.claims import read_claims
from evqa.records import Quote
from evqa.web.markup import day

WIDTH = 640
_MARGIN = 60
_LABEL_WIDTH = 104
_ROW = 34
_PLOT_HEIGHT = 120


@dataclass(frozen=True, slots=True)
class Point:
    """An amount that the quote of this number gives, from 1, and the day on which it was said."""

    number: int
    told_on: date
    words: str
    low: float
    high: float


def timeline(quotes: Sequence[Quote]) -> str:
    """When the quotes were said, or nothing where they have no two different days."""
    days: dict[date, list[int]] = {}
    for number, quote in enumerate(quotes, 1):
        if quote.told_on:
            days.setdefault(quote.told_on, []).append(number)
    if len(days) < 2:
        return ""
    ordered = sorted(days)
    rows = label_rows([_across(one, ordered) for one in ordered])
    axis = 12
    height = axis + 14 + _ROW * (max(rows) + 1)
    marks = "".join(
        _dated(_across(one, ordered), axis, row, _numbers(days[one]), day(one))
        for one, row in zip(ordered, rows, strict=True)
    )
    drawing = (
        f'<line class="axis" x1="{_MARGIN}" y1="{axis}" x2="{WIDTH - _MARGIN}" y2="{axis}"/>{marks}'
    )
    table = unseen_table(("Day", "Quotes"), [(day(one), _numbers(days[one])) for one in ordered])
    return figure("When it was said", height, drawing, table)


def amount_plot(question: str, quotes: Sequence[Quote]) -> str:
    """The amounts that dated quotes give by day, or nothing where no two of them differ."""
    found = points(question, quotes)
    if len(found) < 2:
        return ""
    days = sorted({point.told_on for point in found})
    lowest, highest = min(one.low for one in found), max(one.high for one in found)
    span = (highest - lowest) or 1.0

    def down(value: float) -> float:
        return round(16 + (1 - (value - lowest) / span) * (_PLOT_HEIGHT - 32), 1)

    marks = []
    for point in found:
        x, top, bottom = _across(point.told_on, days), down(point.high), down(point.low)
        side = "end" if x > WIDTH / 2 else "start"
        marks.append(
            f'<line class="range" x1="{x}" y1="{top}" x2="{x}" y2="{bottom}"/>'
            f'<circle class="dot" cx="{x}" cy="{(top + bottom) / 2:.1f}" r="5"/>'
            f'<text class="value" x="{x + (-10 if side == "end" else 10)}" '
            f'y="{(top + bottom) / 2 + 5:.1f}" text-anchor="{side}">'
            f"{escape(_short(point.words))} [{point.number}]</text>"
        )
    rows = label_rows([_across(one, days) for one in days])
    labels = "".join(
        f'<text x="{_across(one, days)}" y="{_PLOT_HEIGHT + 18 + 18 * row}" '
        f'text-anchor="middle">{day(one)}</text>'
        for one, row in zip(days, rows, strict=True)
    )
    axis = (
        f'<line class="axis" x1="{_MARGIN}" y1="{_PLOT_HEIGHT}" x2="{WIDTH - _MARGIN}" '
        f'y2="{_PLOT_HEIGHT}"/>'
    )
    height = _PLOT_HEIGHT + 24 + 18 * max(rows)
    table = unseen_table(
        ("Day", "Amount", "Quote"),
        [(day(one.told_on), one.words, f"[{one.number}]") for one in found],
    )
    return figure("The amounts that differ", height, f"{axis}{''.join(marks)}{labels}", table)


def points(question: str, quotes: Sequence[Quote]) -> list[Point]:
    """The amounts of one kind that dated quotes give, oldest first; none where all can be true."""
    read = [
        (claim, claim.value)
        for claim in read_claims(question, quotes)
        if isinstance(claim.value, Amount)
        and claim.value.unit not in (DATE, YEARLY)
        and claim.quote.told_on
    ]
    alike = [(claim, amount) for claim, amount in read if comparable(amount, read[0][1])]
    if all(same(one, other) for (_, one), (_, other) in combinations(alike, 2)):
        return []
    found = [
        Point(
            quotes.index(claim.quote) + 1,
            claim.quote.told_on,
            claim.text,
            float(amount.low),
            float(amount.high),
        )
        for claim, amount in alike
        if claim.quote.told_on
    ]
    return sorted(found, key=lambda point: (point.told_on, point.number))


def label_rows(places: Iterable[float]) -> list[int]:
    """The row for the label at each place, from left to right, so that no two labels meet."""
    ends: list[float] = []
    rows = []
    for place in places:
        row = next((n for n, end in enumerate(ends) if place - end >= _LABEL_WIDTH), len(ends))
        ends[row : row + 1] = [place]
        rows.append(row)
    return rows


def _across(one: date, days: Sequence[date]) -> float:
    """Where a day stands between the first and the last of days in order."""
    span = (days[-1] - days[0]).days
    share = (one - days[0]).days / span if span else 0.5
    return round(_MARGIN + share * (WIDTH - 2 * _MARGIN), 1)


def _dated(x: float, axis: int, row: int, numbers: str, label: str) -> str:
    top = axis + 22 + _ROW * row
    return (
        f'<line class="stem" x1="{x}" y1="{axis}" x2="{x}" y2="{top - 12}"/>'
        f'<circle class="dot" cx="{x}" cy="{axis}" r="5"/>'
        f'<text class="value" x="{x}" y="{top}" text-anchor="middle">{numbers}</text>'
        f'<text x="{x}" y="{top + 15}" text-anchor="middle">{label}</text>'
    )


def _numbers(numbers: Iterable[int]) -> str:
    return " ".join(f"[{number}]" for number in numbers)


def _short(words: str) -> str:
    return words if len(words) <= 24 else f"{words[:23].rstrip()}…"


def figure(caption: str, height: int, drawing: str, table: str, width: int = WIDTH) -> str:
    """A drawing for the eye with its caption, and the table that says the same."""
    return (
        f'<figure class="plot"><figcaption>{caption}</figcaption>'
        f'<svg viewBox="0 0 {width} {height}" aria-hidden="true" focusable="false">{drawing}</svg>'
        f"{table}</figure>"
    )


def unseen_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table that is read aloud but not seen; every cell is escaped."""
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    return f'<table class="unseen"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
