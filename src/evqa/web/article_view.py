"""The HTML of a whole article beside the conversation, with the quotes in it marked."""

from __future__ import annotations

from html import escape

from evqa.citations import cut
from evqa.records import Article, Hit, Passage, Quote
from evqa.web.citation_formats import cited
from evqa.web.markup import byline, linked, marked, origin
from evqa.web.places import Place, Span, spans

MOST_CHARACTERS = 400_000
CLOSE_BUTTON = '<button type="button" class="close">Close</button>'


def view(place: Place, article: Article | None) -> str:
    """The article, with the place's quote marked as the one that was asked for if it has one.

    Of an article of more than MOST_CHARACTERS, only that many around the quote are shown. Raises
    ArticleLinkError where the place is not in the article.
    """
    found = spans(place, article)
    assert article
    marks = [
        (span.start, span.end, f' class="{"own" if span == place.span else "other"}"')
        for span in found
    ]
    quote = _quote(article, place.span) if place.span else None
    start, end = _shown(len(article.text), place.span)
    copying = _copying(quote) if quote else ""
    page = f'<p class="byline">page {quote.page}</p>' if quote and quote.page else ""
    also = (
        '<p class="byline">Underlined: other quotes of the same answer.</p>'
        if len(found) > 1
        else ""
    )
    return (
        '<article class="view" aria-labelledby="article-title"><div class="view-top">'
        f'<p class="origin">{origin(article.source or article.id, article.published)}</p>'
        f"{CLOSE_BUTTON}</div>"
        f'<h2 class="view-title" id="article-title" tabindex="-1" dir="auto">'
        f"{linked(article.title or article.id, article.url)}</h2>"
        f"{byline(article.author, article.reports_on)}{page}{also}{copying}"
        f"{_left_out(start, 'before')}"
        f'<div class="article-text" dir="auto" lang="{escape(article.language)}">'
        f"{marked(article.text, start, end, marks)}</div>"
        f"{_left_out(len(article.text) - end, 'after')}</article>"
    )


def stale(title: str, message: str) -> str:
    """A title and one line in place of an article that cannot be shown."""
    return (
        '<article class="view" aria-labelledby="article-title"><div class="view-top">'
        f'<h2 class="view-title" id="article-title" tabindex="-1">{escape(title)}</h2>'
        f'{CLOSE_BUTTON}</div><p class="problem" dir="auto">{escape(message)}</p></article>'
    )


def _quote(article: Article, span: Span) -> Quote:
    passage = Passage(0, article.id, 0, span.start, span.end, 0)
    return cut(Hit(passage, article, 1.0), span.start, span.end, 1.0)


def _shown(length: int, span: Span | None) -> tuple[int, int]:
    """The part of a text that is shown: all of it, what stands around the quote, or the first."""
    if length <= MOST_CHARACTERS or span is None:
        return 0, min(length, MOST_CHARACTERS)
    around = max(0, MOST_CHARACTERS - (span.end - span.start)) // 2
    return max(0, span.start - around), min(length, span.end + around)


def _left_out(characters: int, where: str) -> str:
    if not characters:
        return ""
    return f'<p class="left-out">{characters:,} characters {where} this are not shown.</p>'


def _copying(quote: Quote) -> str:
    """A button for each form of the citation, which copies the text that it holds unseen."""
    forms = "".join(
        f'<button type="button" class="copy">{name}</button>'
        f'<pre class="citation" hidden>{escape(text)}</pre>'
        for name, text in cited(quote).items()
    )
    return (
        '<div class="copying" role="group" aria-label="Copy the quote with its citation">'
        f'<span>Copy quote as</span>{forms}<span class="copied" role="status"></span></div>'
    )
