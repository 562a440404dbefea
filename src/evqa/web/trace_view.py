"""What a pasted quotation was traced to, as HTML: pure functions in which every word is escaped."""

from __future__ import annotations

from html import escape

from evqa.records import Place, Quote, Trace
from evqa.tracing import change, heading
from evqa.web.markup import headed, marked, origin
from evqa.web.places import link, span_of


def view(traced: Trace) -> str:
    """The verdict, and every place that holds the text, with the differences that it lists."""
    places = "".join(_place(place) for place in traced.places)
    return f'<h2 class="verdict {traced.verdict}">{escape(heading(traced))}</h2>' + (
        f'<ol class="cards">{places}</ol>' if places else ""
    )


def _place(place: Place) -> str:
    quote = place.quotes[0]
    differences = "".join(
        f'<li dir="auto"><strong>{one.kind}</strong>: {escape(change(one))}</li>'
        for one in place.differences
    )
    return (
        '<li class="card">'
        f'<p class="origin">{origin(quote.source or quote.article_id, quote.published)}</p>'
        f"{headed(quote)}"
        f'<blockquote class="passage" dir="auto">{_marked(place)}</blockquote>'
        + (f'<ul class="differences">{differences}</ul>' if differences else "")
        + f'<p class="where">{_where(place)}</p></li>'
    )


def _marked(place: Place) -> str:
    """The sentences that hold the text, its parts in marks."""
    first = place.quotes[0].context_start
    marks = [(quote.start - first, quote.end - first, "") for quote in place.quotes]
    return marked(place.context, 0, len(place.context), marks)


def _where(place: Place) -> str:
    """Where each part stands, with a link into the whole article."""
    return ", ".join(_link(quote) for quote in place.quotes)


def _link(quote: Quote) -> str:
    page = f", page {quote.page}" if quote.page else ""
    return (
        f'<a href="{escape(link(quote.article_id, span_of(quote)))}" target="_blank" '
        f'rel="noopener">characters {quote.start:,} to {quote.end:,}{page}</a>'
    )
