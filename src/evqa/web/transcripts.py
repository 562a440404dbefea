"""Conversations as they are kept and exported: as JSON types, and as Markdown to read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from evqa.answering import looked_among
from evqa.citations import verify
from evqa.errors import TranscriptError
from evqa.records import Answer, Article, Quote
from evqa.web.citation_formats import escape_markdown, markdown
from evqa.web.places import link_to

VERSION = 1
Lookup = Callable[[str], Article | None]


def transcript(answers: Iterable[Answer], article: Lookup) -> dict[str, Any]:
    """A conversation as JSON types, with where every quote stands and the hashes to check it by.

    `words_sha256` is of the quote's words in UTF-8, `article_sha256` of the article's file when
    the quote was taken, and `link` the query that shows the quote in the chat.
    """
    return {
        "version": VERSION,
        "exchanges": [
            {
                **_without_hits(answer.to_dict()),
                "quotes": [_kept(quote, answer.quotes, article) for quote in answer.quotes],
            }
            for answer in answers
        ],
    }


def read_transcript(kept: Any) -> list[tuple[Answer, tuple[str, ...]]]:
    """The answers of a transcript, each with the article hashes of its quotes in their order.

    Nothing in it is trusted: a quote is one again only where `standing` says so. Raises
    TranscriptError for what is no transcript of evqa.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        if kept["version"] != VERSION:
            raise TranscriptError("This conversation was kept by another version of evqa.")
        read = []
        for exchange in kept["exchanges"]:
            quotes = TypeAdapter(tuple[Quote, ...]).validate_python(exchange["quotes"])
            answer = TypeAdapter(Answer).validate_python(
                {**_without_hits(exchange), "quotes": quotes}
            )
            hashes = tuple(str(quote["article_sha256"]) for quote in exchange["quotes"])
            read.append((answer, hashes))
    except (KeyError, TypeError, ValidationError) as error:
        raise TranscriptError("What the browser kept is no conversation of evqa.") from error
    return read


def standing(quote: Quote, article_sha256: str, article: Article | None) -> str:
    """What has become of a kept quote: empty where all is as it was, else one line."""
    if article is None:
        return "Its article is no longer in the collection."
    if not verify(quote, article.text):
        return "Its article has changed, and no longer has these words there."
    if article.sha256 != article_sha256:
        return "Its article has changed since; these words still stand in it."
    return ""


def as_markdown(answers: Sequence[Answer], today: date) -> str:
    """A conversation to read: each question, what was answered, and every quote with its place."""
    parts = [f"# Conversation with evqa, {today.isoformat()}"]
    for answer in answers:
        parts.append(f"## {escape_markdown(' '.join(answer.question.split()))}")
        if answer.standalone_question.strip() != answer.question.strip():
            parts.append(f"Looked up as: {escape_markdown(answer.standalone_question)}")
        if not answer.answered:
            parts.append(escape_markdown(answer.text))
        elif answer.filters:
            parts.append(escape_markdown(looked_among(answer.filters)))
        for number, quote in enumerate(answer.quotes, 1):
            place = f"{quote.article_id}, characters {quote.start} to {quote.end}"
            sha256 = words_sha256(quote)
            parts.append(f"**\\[{number}\\]** {escape_markdown(place)}, sha256 `{sha256}`")
            parts.append(markdown(quote))
    return "\n\n".join(parts) + "\n"


def words_sha256(quote: Quote) -> str:
    """The hash of a quote's words."""
    return hashlib.sha256(quote.text.encode("utf-8", "surrogatepass")).hexdigest()


def _kept(quote: Quote, quotes: Sequence[Quote], article: Lookup) -> dict[str, Any]:
    stored = article(quote.article_id)
    original = quote.reports_on and replace(quote.reports_on)
    return {
        **asdict(quote),
        "published": quote.published and quote.published.isoformat(),
        "reports_on": original
        and {
            **asdict(original),
            "published": original.published and original.published.isoformat(),
        },
        "also_in": list(quote.also_in),
        "words_sha256": words_sha256(quote),
        "article_sha256": stored.sha256 if stored else "",
        "link": link_to(quote, quotes),
    }


def _without_hits(answer: Mapping[str, Any]) -> dict[str, Any]:
    """An answer's fields that are kept: its words and quotes, not what they were chosen from."""
    kept = ("question", "standalone_question", "answered", "text", "confidence", "answerer")
    return {name: answer[name] for name in (*kept, "filters") if name in answer}
