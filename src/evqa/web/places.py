"""Links into an article: the quote that a link shows, and whether it still stands there."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode

from evqa.errors import ArticleLinkError
from evqa.records import Article, Quote

_MOST_ALSO = 20
_MOST_CHARACTERS = 4000


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """`article.text[start:end]`, and the fingerprint of these words, empty where none is given."""

    start: int
    end: int
    fingerprint: str = ""

    def stands_in(self, text: str) -> bool:
        """Whether the text has these words there; without a fingerprint, any words."""
        if not 0 <= self.start < self.end <= len(text):
            return False
        return self.fingerprint in ("", fingerprint(text[self.start : self.end]))


@dataclass(frozen=True, slots=True)
class Place:
    """An article or a span of it, and others of the same answer that it also holds."""

    article_id: str
    span: Span | None
    also: tuple[Span, ...] = ()


def fingerprint(words: str) -> str:
    """A short name for a quote's words, by which a link notices that the text has changed."""
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def span_of(quote: Quote) -> Span:
    """Where a quote stands."""
    return Span(quote.start, quote.end, fingerprint(quote.text))


def link(article_id: str, span: Span, also: Iterable[Span] = ()) -> str:
    """The query that shows a span in its article: `?article=…&start=…&end=…&words=…`."""
    fields = [
        ("article", article_id),
        ("start", str(span.start)),
        ("end", str(span.end)),
        ("words", span.fingerprint),
        *(("also", f"{one.start}-{one.end}-{one.fingerprint}") for one in also),
    ]
    return f"?{urlencode(fields, errors='replace')}"


def link_to_article(article_id: str) -> str:
    """The query that shows an article from its beginning."""
    return f"?{urlencode({'article': article_id}, errors='replace')}"


def link_to(quote: Quote, quotes: Sequence[Quote] = ()) -> str:
    """The link to a quote, which marks the others of its answer in the same article too."""
    own = span_of(quote)
    others = [span_of(other) for other in quotes if other.article_id == quote.article_id]
    return link(quote.article_id, own, [other for other in others if other != own][:_MOST_ALSO])


def read_link(query: str) -> Place | None:
    """The place that a page's query names, or None where it names no article.

    Raises ArticleLinkError where it names one and half of a place in it.
    """
    if len(query) > _MOST_CHARACTERS:
        raise ArticleLinkError("This link is too long to be one of evqa.")
    fields = parse_qs(query.removeprefix("?"), keep_blank_values=True)
    if "article" not in fields:
        return None
    if not {"start", "end"} & fields.keys():
        return Place(fields["article"][0], None)
    start, end = (_number(fields.get(name, [""])[0]) for name in ("start", "end"))
    if start is None or end is None:
        raise ArticleLinkError("This link does not say where in the article the quote stands.")
    also = (
        re.fullmatch(r"(\d{1,9})-(\d{1,9})-([0-9a-f]{12})", one, re.A)
        for one in fields.get("also", [])[:_MOST_ALSO]
    )
    return Place(
        fields["article"][0],
        Span(start, end, fields.get("words", [""])[0]),
        tuple(Span(int(one[1]), int(one[2]), one[3]) for one in also if one),
    )


def spans(place: Place, article: Article | None) -> list[Span]:
    """The spans to mark in the article, in order and without overlap; a place's own is one.

    Raises ArticleLinkError where the article is gone or its words have changed.
    """
    if article is None:
        raise ArticleLinkError(f"The article {place.article_id} is not in the collection.")
    own = place.span
    if own is None:
        return []
    if not 0 <= own.start < own.end <= len(article.text):
        raise ArticleLinkError(
            f"The quote of this link lies outside {article.id}, "
            f"which has {len(article.text):,} characters."
        )
    if not own.stands_in(article.text):
        raise ArticleLinkError(f"{article.id} has changed: the quote of this link is not there.")
    kept = [own]
    for span in place.also:
        if span.stands_in(article.text) and all(
            span.end <= other.start or other.end <= span.start for other in kept
        ):
            kept.append(span)
    return sorted(kept)


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,9}", text, re.A) else None
