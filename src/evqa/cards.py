"""The chat's HTML: pure functions from records to markup in which every foreign word is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from html import escape
from urllib.parse import urlsplit

from evqa.records import Answer, Article, Failure, Hit, Original, Quote

NEAREST_PASSAGES = 3
SNIPPET_CHARACTERS = 180


def conversation(exchanges: Iterable[tuple[str, str]], notice: str = "") -> str:
    """The questions, each with its reply's HTML, and a notice at the end if there is one."""
    parts = [
        '<article class="exchange">'
        f'<h2 class="question" dir="auto">{escape(question)}</h2>{reply}</article>'
        for question, reply in exchanges
    ]
    if notice:
        parts.append(f'<p class="notice">{escape(notice)}</p>')
    return "".join(parts)


def header(title: str, introduction: str) -> str:
    """The page's title and what to know before asking."""
    return f"<header><h1>{escape(title)}</h1><p>{escape(introduction)}</p></header>"


def pending() -> str:
    """What stands below a question that is being answered."""
    return '<p class="pending">Looking through the articles<span aria-hidden="true">…</span></p>'


def status(text: str) -> str:
    """One line on what evqa has read."""
    return f'<p class="status">{escape(text)}</p>'


def collection(articles: int, passages: int, failures: Sequence[Failure] = ()) -> str:
    """How much evqa has read, and which files it could not read."""
    line = status(f"{_counted(articles, 'article')}, {_counted(passages, 'passage')}")
    if not failures:
        return line
    items = "".join(
        f"<li><bdi>{escape(failure.article_id)}</bdi>: {escape(failure.reason)}</li>"
        for failure in failures
    )
    summary = f"{_counted(len(failures), 'file')} could not be read"
    return f'{line}<details class="failures"><summary>{summary}</summary><ul>{items}</ul></details>'


def problem(message: str, hint: str) -> str:
    """What is wrong, and what to do about it."""
    advice = f" {escape(hint)}" if hint else ""
    return f'<p class="problem" role="alert"><strong>{escape(message)}</strong>{advice}</p>'


def reply(answer: Answer, quotes: Mapping[int, Quote], articles: Mapping[str, Article]) -> str:
    """An answer with its cards.

    `quotes` holds the checked quotes by their number in the answer, and `articles` every article
    that they name, by id. Without quotes, the answer's nearest passages follow its text.
    """
    body = _quote_cards(quotes, articles) if answer.answered else _passage_cards(answer.hits)
    return f"{_looked_up(answer)}{_lead(answer)}{body}"


def unchecked() -> str:
    """What is said in place of an answer of which no quote stands in its article."""
    return problem(
        "The quotes of this answer are not in the articles, so it is not shown.",
        "Start evqa again to read the articles afresh.",
    )


def _looked_up(answer: Answer) -> str:
    if answer.standalone_question.strip() == answer.question.strip():
        return ""
    return f'<p class="looked-up" dir="auto">Looked up as: {escape(answer.standalone_question)}</p>'


def _lead(answer: Answer) -> str:
    lead = answer.text.strip().partition("\n")[0]
    if not answer.answered:
        return f'<p class="refusal" dir="auto">{escape(lead)}</p>'
    return (
        f'<p class="lead" dir="auto">{escape(lead)}</p>'
        f'<p class="confidence">confidence {round(100 * answer.confidence)} %</p>'
    )


def _quote_cards(quotes: Mapping[int, Quote], articles: Mapping[str, Article]) -> str:
    cards = "".join(_quote_card(number, quote, articles) for number, quote in quotes.items())
    return f'<ol class="cards">{cards}</ol>'


def _quote_card(number: int, quote: Quote, articles: Mapping[str, Article]) -> str:
    text = articles[quote.article_id].text
    before = text[quote.context_start : quote.start]
    after = text[quote.end : quote.context_end]
    return (
        '<li class="card">'
        f'<p class="origin"><span class="number">[{number}]</span>'
        f"{_joined('outlet', (quote.source or quote.article_id, _day(quote.published)))}</p>"
        f'<h3 class="title" dir="auto">{_linked(quote.title, quote.url)}</h3>'
        f"{_byline(quote)}"
        f'<blockquote class="passage" dir="auto">{escape(before)}'
        f"<mark>{escape(quote.text)}</mark>{escape(after)}</blockquote>"
        f"{_also_in(quote, articles)}</li>"
    )


def _passage_cards(hits: Iterable[Hit]) -> str:
    cards = "".join(_passage_card(hit) for hit in tuple(hits)[:NEAREST_PASSAGES])
    if not cards:
        return ""
    return (
        '<section class="nearest"><h3>Nearest passages</h3>'
        f"<p>They are close to the question, but do not answer it.</p>{cards}</section>"
    )


def _passage_card(hit: Hit) -> str:
    article = hit.article
    return (
        '<details class="card muted"><summary><span class="origin">'
        f"{_joined('outlet', (article.source or article.id, _day(article.published)))}</span>"
        f'<span class="title" dir="auto">{escape(article.title)}</span>'
        f'<span class="snippet" dir="auto" aria-hidden="true">{escape(_snippet(hit.text))}</span>'
        f'</summary><blockquote class="passage" dir="auto">{escape(hit.text)}</blockquote>'
        "</details>"
    )


def _byline(quote: Quote) -> str:
    author = f"by {quote.author}" if quote.author else ""
    lines = (author, _reporting_on(quote.reports_on))
    return "".join(f'<p class="byline" dir="auto">{escape(line)}</p>' for line in lines if line)


def _reporting_on(original: Original | None) -> str:
    if original is None:
        return ""
    title = f"“{original.title}”" if original.title else ""
    parts = (original.outlet, title, original.author, _day(original.published))
    named = ", ".join(part for part in parts if part)
    return f"reporting on {named}" if named else ""


def _also_in(quote: Quote, articles: Mapping[str, Article]) -> str:
    if not quote.also_in:
        return ""
    titles = "; ".join(articles[article_id].title for article_id in quote.also_in)
    return f'<p class="also" dir="auto">Nearly the same in: {escape(titles)}</p>'


def _joined(name: str, parts: Iterable[str]) -> str:
    return "".join(f'<bdi class="{name}">{escape(part)}</bdi>' for part in parts if part)


def _linked(title: str, url: str) -> str:
    if not _is_web_address(url):
        return escape(title)
    return (
        f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer nofollow">'
        f"{escape(title)}</a>"
    )


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _day(day: date | None) -> str:
    return f"{day.day} {day:%b} {day.year}" if day else ""


def _snippet(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= SNIPPET_CHARACTERS else f"{flat[:SNIPPET_CHARACTERS].rstrip()}…"
