"""The chat's HTML: pure functions from records to markup in which every foreign word is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from evqa.citations import grouped, render
from evqa.records import Answer, Article, Failure, Hit, Quote
from evqa.web.evidence_plots import amount_plot, timeline
from evqa.web.markup import counted, headed, marked, origin
from evqa.web.places import Span, fingerprint, link, link_to

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
    return (
        f'<header><div class="masthead"><h1>{escape(title)}</h1>'
        '<button type="button" class="theme">Colours: system</button></div>'
        f"<p>{escape(introduction)}</p></header>"
    )


def pending() -> str:
    """What stands below a question that is being answered."""
    return '<p class="pending">Looking through the articles<span aria-hidden="true">…</span></p>'


def growing(reply: str) -> str:
    """The first quote of an answer of which the rest is still being made."""
    return f'{reply}<p class="pending">Comparing with others<span aria-hidden="true">…</span></p>'


def status(text: str) -> str:
    """One line on what evqa has read."""
    return f'<p class="status">{escape(text)}</p>'


def collection(articles: int, passages: int, failures: Sequence[Failure] = ()) -> str:
    """How much evqa has read, and which files it could not read."""
    line = status(f"{counted(articles, 'article')}, {counted(passages, 'passage')}")
    if not failures:
        return line
    items = "".join(
        f"<li><bdi>{escape(failure.article_id)}</bdi>: {escape(failure.reason)}</li>"
        for failure in failures
    )
    summary = f"{counted(len(failures), 'file')} could not be read"
    return f'{line}<details class="failures"><summary>{summary}</summary><ul>{items}</ul></details>'


def problem(message: str, hint: str) -> str:
    """What is wrong, and what to do about it."""
    advice = f" {escape(hint)}" if hint else ""
    return f'<p class="problem" role="alert"><strong>{escape(message)}</strong>{advice}</p>'


def reply(answer: Answer, articles: Mapping[str, Article]) -> str:
    """An answer with its quotes as cards, or with its nearest passages where it has no quotes.

    `articles` holds every article that the quotes name, by id.
    """
    body = _pictures(answer) + _quote_cards(answer, articles)
    if not answer.answered:
        body = _passage_cards(answer.hits)
    return f"{_looked_up(answer)}{_lead(answer)}{body}"


def stopped() -> str:
    """What stands below a question of which the answer was given up."""
    return '<p class="pending">Stopped.</p>'


def tools(number: int, opinion: str, *, answered: bool) -> str:
    """What can be done about the reply to the exchange of this number: judge it, ask again."""
    actions = {"up": "Good answer", "down": "Bad answer"} if answered and not opinion else {}
    buttons = "".join(
        f'<button type="button" class="tool" data-act="{act}" data-exchange="{number}">'
        f"{name}</button>"
        for act, name in {**actions, "retry": "Ask again"}.items()
    )
    said = f'<span class="opinion" role="status">{escape(opinion)}</span>' if opinion else ""
    return f'<p class="tools">{buttons}{said}</p>'


def judging(question: str, *, right: bool) -> str:
    """What the panel asks for in which an answer is judged."""
    judgement = "right" if right else "wrong"
    return (
        f'<h2 class="judging">What is {judgement} about the answer to '
        f"<bdi>“{escape(question)}”</bdi></h2>"
    )


def examples(questions: Sequence[str]) -> str:
    """The questions to begin with, each a button."""
    buttons = "".join(
        f'<button type="button" class="example" dir="auto">{escape(question)}</button>'
        for question in questions
    )
    return f'<div role="group" aria-label="Questions to begin with">{buttons}</div>'


def changed(notes: Sequence[tuple[str, str]]) -> str:
    """The quotes of a kept answer of which the article is no longer the same, and how."""
    items = "".join(
        f'<li dir="auto">“{escape(words)}” <strong>{escape(note)}</strong></li>'
        for words, note in notes
    )
    return f'<ul class="changed">{items}</ul>' if notes else ""


def withheld() -> str:
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
    if not answer.answered:
        return f'<p class="refusal" dir="auto">{escape(answer.text)}</p>'
    listed, _, remarks = answer.text.partition(render(answer.quotes))
    if not listed:
        lines = "".join(
            _said(said_by, quotes, answer.quotes) for said_by, quotes in grouped(answer.quotes)
        )
        lines += "".join(
            f'<p class="remark" dir="auto">{escape(remark)}</p>'
            for remark in remarks.split("\n")
            if remark
        )
    else:
        lines = f'<p class="lead" dir="auto">{escape(answer.text)}</p>'
    return f'{lines}<p class="confidence">confidence {_percent(answer.confidence)}</p>'


def _pictures(answer: Answer) -> str:
    """When the quotes were said, and how the amounts in them differ, where there is that to see."""
    return timeline(answer.quotes) + amount_plot(answer.standalone_question, answer.quotes)


def _said(said_by: str, numbered: Iterable[tuple[int, Quote]], quotes: Sequence[Quote]) -> str:
    lines = "".join(
        f'<p class="lead" dir="auto">“{escape(quote.text)}” {_number(number, quote, quotes)}</p>'
        for number, quote in numbered
    )
    return f'<p class="said-by" dir="auto">{escape(said_by)}:</p>{lines}'


def _number(number: int, quote: Quote, quotes: Sequence[Quote]) -> str:
    """The number of a quote as a link to where it stands in its article."""
    return (
        f'<a class="number open" data-number="{number}" href="{escape(link_to(quote, quotes))}"'
        f' aria-label="Quote {number}, in its article">[{number}]</a>'
    )


def _quote_cards(answer: Answer, articles: Mapping[str, Article]) -> str:
    """A card for each passage, with the quotes that stand in it by their numbers."""
    passages: dict[tuple[str, int, int], dict[int, Quote]] = {}
    for number, quote in enumerate(answer.quotes, 1):
        passage = (quote.article_id, quote.context_start, quote.context_end)
        passages.setdefault(passage, {})[number] = quote
    cards = "".join(_quote_card(quotes, answer.quotes, articles) for quotes in passages.values())
    return f'<ol class="cards">{cards}</ol>'


def _quote_card(
    quotes: Mapping[int, Quote], everything: Sequence[Quote], articles: Mapping[str, Article]
) -> str:
    quote = next(iter(quotes.values()))
    article = articles[quote.article_id]
    marks = [(one.start, one.end, f' data-number="{number}"') for number, one in quotes.items()]
    passage = marked(article.text, quote.context_start, quote.context_end, marks)
    numbers = " ".join(
        f"{_number(number, one, everything)} {_sure(one.score)}" for number, one in quotes.items()
    )
    return (
        '<li class="card">'
        f'<p class="origin"><span class="numbers">{numbers}</span>'
        f"{origin(quote.source or quote.article_id, quote.published)}</p>"
        f"{headed(quote)}"
        f'<blockquote class="passage" dir="auto">{passage}</blockquote>'
        f"{_also_in(quote, articles)}</li>"
    )


def _sure(score: float) -> str:
    """How likely a quote answers: the first one, or a further one rather than the first."""
    return f'<span class="how-sure">{_percent(score)} sure</span>'


def _percent(share: float) -> str:
    return f"{round(100 * share)} %"


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
    span = Span(hit.passage.start, hit.passage.end, fingerprint(hit.text))
    passage = marked(article.text, span.start, span.end, ())
    return (
        '<details class="card muted"><summary><span class="origin">'
        f"{origin(article.source or article.id, article.published)}</span>"
        f'<span class="title" dir="auto">{escape(article.title or article.id)}</span>'
        f'<span class="snippet" dir="auto" aria-hidden="true">{escape(_snippet(hit.text))}</span>'
        f'</summary><blockquote class="passage" dir="auto">{passage}</blockquote>'
        f'<a class="open" href="{escape(link(article.id, span))}">Show in the article</a></details>'
    )


def _also_in(quote: Quote, articles: Mapping[str, Article]) -> str:
    others = [articles[article_id] for article_id in quote.also_in if article_id in articles]
    if not others:
        return ""
    titles = "; ".join(article.title or article.id for article in others)
    return f'<p class="also" dir="auto">Nearly the same in: {escape(titles)}</p>'


def _snippet(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= SNIPPET_CHARACTERS else f"{flat[:SNIPPET_CHARACTERS].rstrip()}…"
