"""HTML that cards and the article view share, escaped: marked text, where it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from html import escape
from urllib.parse import urlsplit

from evqa.language.date_patterns import MONTHS
from evqa.records import Original, Quote

_HEADING = re.compile(r"^(#{1,6} +)(\S.*)$", re.MULTILINE)


def marked(text: str, start: int, end: int, marks: Iterable[tuple[int, int, str]]) -> str:
    """`text[start:end]` with marks, each from one offset to another and with its attributes.

    Where two overlap, the second one begins where the first ends.
    """
    parts, here = [], start
    for first, last, attributes in sorted(marks):
        first, last = max(first, here), min(last, end)
        if first < last:
            parts.append(_plain(text, here, first))
            parts.append(f"<mark{attributes}>{escape(text[first:last])}</mark>")
            here = last
    return "".join([*parts, _plain(text, here, end)])


def _plain(text: str, start: int, end: int) -> str:
    """A part of a text, in which a Markdown heading is set as one, its sign kept unseen."""
    parts, here = [], start
    for heading in _HEADING.finditer(text, start, end):
        sign, words = map(escape, heading.groups())
        parts.append(escape(text[here : heading.start()]))
        parts.append(f'<span class="sign" hidden>{sign}</span><strong>{words}</strong>')
        here = heading.end()
    return "".join([*parts, escape(text[here:end])])


def is_web_address(url: str) -> bool:
    """Whether a browser may be sent there: http or https, with a host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def linked(title: str, url: str) -> str:
    """A title, which is a link where the article has a web address."""
    if not is_web_address(url):
        return escape(title)
    return (
        f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer nofollow">'
        f"{escape(title)}</a>"
    )


def origin(outlet: str, published: date | None) -> str:
    """The outlet and the day, each set apart from what stands around it."""
    return "".join(f"<bdi>{escape(part)}</bdi>" for part in (outlet, day(published)) if part)


def headed(quote: Quote) -> str:
    """The title of a quote's article, linked where it is on the web, and who wrote it."""
    return (
        f'<h3 class="title" dir="auto">{linked(quote.title or quote.article_id, quote.url)}</h3>'
        f"{byline(quote.author, quote.reports_on)}"
    )


def byline(author: str, reports_on: Original | None) -> str:
    """Who wrote it and what it reports on, a line for each that is known."""
    lines = (f"by {author}" if author else "", reporting_on(reports_on))
    return "".join(f'<p class="byline" dir="auto">{escape(line)}</p>' for line in lines if line)


def reporting_on(original: Original | None) -> str:
    """The publication that a digest reports on, in words."""
    if original is None:
        return ""
    title = f"“{original.title}”" if original.title else ""
    publication = ", ".join(part for part in (original.outlet, title) if part) or "an article"
    author = f" by {original.author}" if original.author else ""
    published = f", {day(original.published)}" if original.published else ""
    return f"reporting on {publication}{author}{published}"


def day(published: date | None) -> str:
    """A day as `11 Feb 2026`, or nothing."""
    return (
        f"{published.day} {MONTHS[published.month - 1][:3]} {published.year}" if published else ""
    )


def counted(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
