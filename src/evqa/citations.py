"""Sole owner of quotes: they are cut, checked, numbered and put into words here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import groupby

from evqa.language.dates import in_words
from evqa.language.relative_dates import explain
from evqa.records import Article, Hit, Original, Quote, on_one_line

_log = logging.getLogger(__name__)


def cut(hit: Hit, start: int, end: int, score: float) -> Quote:
    """The quote `article.text[start:end]` out of a hit's article.

    Raises ValueError where the span is empty or lies outside the text.
    """
    article = hit.article
    if not 0 <= start < end <= len(article.text):
        raise ValueError(
            f"{article.id}[{start}:{end}] is no span of its {len(article.text)} characters"
        )
    return Quote(
        article_id=article.id,
        start=start,
        end=end,
        text=article.text[start:end],
        title=article.title,
        source=article.source,
        url=article.url,
        author=article.author,
        published=article.published,
        score=score,
        context_start=min(start, hit.passage.start),
        context_end=max(end, hit.passage.end),
        reports_on=article.reports_on,
        also_in=hit.also_in,
        page=article.page(start),
    )


def verify(quote: Quote, article_text: str) -> bool:
    """Whether the quote stands in the article's text, character by character, where it says."""
    return (
        0 <= quote.start < quote.end <= len(article_text)
        and article_text[quote.start : quote.end] == quote.text
    )


def verified(quotes: Sequence[Quote], article: Callable[[str], Article | None]) -> list[Quote]:
    """The quotes that stand in the stored articles; one that does not is dropped and logged."""
    kept = []
    for quote in quotes:
        stored = article(quote.article_id)
        if stored is not None and verify(quote, stored.text):
            kept.append(quote)
        else:
            _log.warning(
                "dropped a quote that %s[%d:%d] does not hold",
                quote.article_id,
                quote.start,
                quote.end,
            )
    return kept


def lead(quote: Quote) -> str:
    """Who says it and when, in our words: `Ben Thompson, Supercar Blondie, 11 February 2026`.

    Where the article has pages, the page follows: `, p. 3`.
    """
    outlet = quote.source or on_one_line(quote.article_id)
    said_by = ", ".join(filter(None, (quote.author, outlet)))
    page = f", p. {quote.page}" if quote.page else ""
    if quote.reports_on is None:
        return f"{said_by}, {written_date(quote.published)}{page}"
    return f"{said_by} on {_report(quote.reports_on)}{page}"


def _report(original: Original) -> str:
    outlet = f" in {original.outlet}" if original.outlet else ""
    author = f" by {original.author}" if original.author else ""
    title = "" if outlet or author or not original.title else f", “{original.title}”"
    return f"a report{author}{outlet}{title}, {written_date(original.published)}"


def written_date(day: date | None) -> str:
    """A date as `11 February 2026`, or `undated`."""
    return in_words(day) if day else "undated"


def grouped(quotes: Sequence[Quote]) -> list[tuple[str, list[tuple[int, Quote]]]]:
    """The quotes with their numbers, those in a row that have the same lead under it.

    The lead says what dates such as “yesterday” in its quotes mean.
    """
    groups = [
        (said_by, list(numbered))
        for said_by, numbered in groupby(enumerate(quotes, 1), lambda item: lead(item[1]))
    ]
    return [
        (said_by + _dates_meant(quote for _, quote in group), group) for said_by, group in groups
    ]


def _dates_meant(quotes: Iterable[Quote]) -> str:
    notes = dict.fromkeys(explain(quote.text, quote.told_on) for quote in quotes)
    told = "; ".join(note for note in notes if note)
    return f" ({told})" if told else ""


def render(quotes: Sequence[Quote]) -> str:
    """The quotes as an answer's text: verbatim, numbered, each article's under its lead."""
    return "\n".join(
        line
        for said_by, numbered in grouped(quotes)
        for line in (f"{said_by}:", *(f"“{quote.text}” [{n}]" for n, quote in numbered))
    )
