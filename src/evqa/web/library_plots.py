"""Pictures of the library: how many articles there are of each month and each outlet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape

from evqa.filters import Listed
from evqa.language.date_patterns import MONTHS
from evqa.web.evidence_plots import figure, unseen_table

WIDTH = 420
MOST_BARS = 24
EARLIER, UNDATED, OTHERS, UNKNOWN = "earlier", "no date", "others", "not known"
_ROW = 24
_BARS_FROM, _BARS_TO = 150, 380
_LABEL_CHARACTERS = 20

Counted = Sequence[tuple[str, int]]


def per_month(articles: Iterable[Listed]) -> Counted:
    """How many articles there are of each month, empty ones too, and at the end without a date.

    Of more than MOST_BARS months the latest are told one by one.
    """
    days = [one.told_on for one in articles]
    counts = Counter(12 * day.year + day.month - 1 for day in days if day)
    if not counts:
        return [(UNDATED, len(days))] if days else []
    last = max(counts)
    first = max(min(counts), last - MOST_BARS + 1)
    earlier = sum(number for month, number in counts.items() if month < first)
    told = [(_month(month), counts[month]) for month in range(first, last + 1)]
    ends = ((EARLIER, earlier), (UNDATED, days.count(None)))
    before, after = ([end] if end[1] else [] for end in ends)
    return [*before, *told, *after]


def per_outlet(articles: Iterable[Listed]) -> Counted:
    """How many articles there are of each outlet, the most first, at the end of none known.

    Of more than MOST_BARS outlets those with the fewest articles are told as one.
    """
    counts = Counter(one.outlet for one in articles)
    unknown = counts.pop("", 0)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0].casefold()))
    told, rest = ordered[:MOST_BARS], sum(number for _, number in ordered[MOST_BARS:])
    return [*told, *((name, n) for name, n in ((OTHERS, rest), (UNKNOWN, unknown)) if n)]


def plots(articles: Sequence[Listed]) -> str:
    """Both as bars; nothing where there is no article."""
    if not articles:
        return ""
    months = _bars("Articles per month", "Month", per_month(articles))
    return f"{months}{_bars('Articles per outlet', 'Outlet', per_outlet(articles))}"


def _bars(caption: str, head: str, counted: Counted) -> str:
    most = max(number for _, number in counted)
    drawing = "".join(
        _bar(_ROW * row, label, number, number / most)
        for row, (label, number) in enumerate(counted)
    )
    rows = [(label, str(number)) for label, number in counted]
    return figure(
        caption, _ROW * len(counted), drawing, unseen_table((head, "Articles"), rows), width=WIDTH
    )


def _bar(top: int, label: str, number: int, share: float) -> str:
    width = round(share * (_BARS_TO - _BARS_FROM), 1)
    return (
        f'<text x="{_BARS_FROM - 8}" y="{top + 17}" text-anchor="end">'
        f"{escape(_short(label))}</text>"
        f'<rect class="bar" x="{_BARS_FROM}" y="{top + 4}" width="{width}" height="{_ROW - 8}"/>'
        f'<text class="value" x="{_BARS_FROM + width + 6}" y="{top + 17}">{number}</text>'
    )


def _month(number: int) -> str:
    return f"{MONTHS[number % 12][:3]} {number // 12}"


def _short(label: str) -> str:
    cut = label[: _LABEL_CHARACTERS - 1].rstrip()
    return label if len(label) <= _LABEL_CHARACTERS else f"{cut}…"
