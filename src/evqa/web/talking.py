"""What one visitor asked and was told, and what answers it: one thing at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import uuid4

from evqa.answering import looked_among
from evqa.assistant import Assistant
from evqa.citations import cut, render, verified, verify
from evqa.errors import ArticleLinkError, EvqaError
from evqa.filters import NO_FILTERS, Filters
from evqa.records import Answer, Article, Hit, Passage, Quote, Turn
from evqa.web import article_view, cards, example_questions, feedback, trace_view
from evqa.web.places import read_link
from evqa.web.transcripts import read_transcript, standing, transcript
from evqa.web.webindex import ServedIndex

_logger = logging.getLogger(__name__)


@dataclass
class Exchange:
    """A question with its reply's HTML, and the answer once there is one.

    `work` is what makes the reply, which gives `grown` True for each part of it and False at the
    end; `opinion` is what the visitor said about it.
    """

    question: str
    reply: str = field(default_factory=cards.pending)
    answer: Answer | None = None
    opinion: str = ""
    work: asyncio.Task[None] | None = None
    grown: asyncio.Queue[bool] = field(default_factory=asyncio.Queue)

    @property
    def is_pending(self) -> bool:
        """Whether the reply is still being made."""
        return self.work is not None and not self.work.done()


@dataclass
class Conversation:
    """What one visitor asked so far, changed in place because questions can overlap.

    `id` names it in what the browser keeps, from its first question on. `judging` is the exchange
    on which the visitor is about to say something, and whether that its answer is right.
    """

    exchanges: list[Exchange] = field(default_factory=list)
    notice: str = ""
    id: str = ""
    judging: tuple[Exchange, bool] | None = None

    def begin(self, question: str) -> Exchange:
        """Add a question that has no answer yet."""
        if not self.exchanges:
            self.id = uuid4().hex
        exchange = Exchange(question)
        self.exchanges.append(exchange)
        self.notice = ""
        return exchange

    def show(self, exchanges: list[Exchange], name: str = "") -> None:
        """Put other exchanges in place of its own; the work on its own ones is given up."""
        self.stop()
        self.exchanges[:] = exchanges
        self.notice, self.id = "", name

    def stop(self) -> None:
        """Give up the answers that are still being made."""
        for exchange in self.exchanges:
            if exchange.work and exchange.is_pending:
                exchange.work.cancel()
                exchange.work, exchange.reply = None, cards.stopped()

    def before(self, exchange: Exchange) -> list[Turn]:
        """The turns answered before an exchange."""
        earlier = self.exchanges[: self.exchanges.index(exchange)]
        return [Turn(one.question, one.answer.text) for one in earlier if one.answer]

    def answers(self) -> list[Answer]:
        """The answers given so far."""
        return [exchange.answer for exchange in self.exchanges if exchange.answer]

    def numbered(self, number: object) -> Exchange | None:
        """The exchange of this number, from 0, or None where there is none."""
        if isinstance(number, str) and number.isdecimal() and int(number) < len(self.exchanges):
            return self.exchanges[int(number)]
        return None

    def html(self) -> str:
        """The conversation as the page shows it."""
        pairs = [
            (exchange.question, exchange.reply + self._tools(number, exchange))
            for number, exchange in enumerate(self.exchanges)
        ]
        return cards.conversation(pairs, self.notice)

    def _tools(self, number: int, exchange: Exchange) -> str:
        if exchange.is_pending:
            return ""
        return cards.tools(number, exchange.opinion, answered=exchange.answer is not None)


class Replies:
    """Makes the HTML that answers a visitor, from the index that is served."""

    def __init__(self, served: ServedIndex) -> None:
        self._served = served
        self.examples: list[str] = []
        self.examples_sought = False

    async def seek_examples(self) -> None:
        """Find questions that the newest articles answer, and ask each before it is shown."""
        self.examples_sought = True
        with suppress(EvqaError):
            newest = await self._served.use_when_idle(
                lambda assistant: example_questions.newest(assistant.articles())
            )
            for article in newest:
                await self._seek_example(article)

    async def _seek_example(self, article: Article) -> None:
        for question, name in example_questions.candidates(article).items():
            if question not in self.examples:
                is_answered = partial(example_questions.is_answered, question, name, article)
                if await self._served.use_when_idle(is_answered):
                    self.examples.append(question)
                    return

    def begin(self, exchange: Exchange, history: list[Turn], filters: Filters = NO_FILTERS) -> None:
        """Start to make the reply to an exchange's question, or to say what is wrong with it."""
        exchange.reply, exchange.answer, exchange.opinion = cards.pending(), None, ""
        grown = exchange.grown = asyncio.Queue[bool]()
        exchange.work = asyncio.create_task(self._answer(exchange, history, filters))
        exchange.work.add_done_callback(lambda _: grown.put_nowait(False))

    async def parts(self, exchange: Exchange) -> AsyncIterator[None]:
        """Wait for each part of the reply, until it is whole or the work on it is given up."""
        while await exchange.grown.get():
            yield

    async def _answer(self, exchange: Exchange, history: list[Turn], filters: Filters) -> None:
        loop, work = asyncio.get_running_loop(), asyncio.current_task()

        def grow(part: str) -> None:
            if exchange.work is work:
                exchange.reply = part
                exchange.grown.put_nowait(True)

        def show(assistant: Assistant, first: Answer) -> None:
            html, standing = reply(first, assistant.article)
            if standing:
                loop.call_soon_threadsafe(grow, cards.growing(html))

        def answered(assistant: Assistant) -> tuple[str, Answer | None]:
            on_first = partial(show, assistant)
            answer = assistant.ask(exchange.question, history, filters, on_first)
            return reply(answer, assistant.article)

        try:
            exchange.reply, exchange.answer = await self._served.use(answered)
        except EvqaError as error:
            exchange.reply = cards.problem(error.message, error.hint)
        except Exception:
            _logger.exception("a question could not be answered")
            exchange.reply = cards.problem(
                "evqa failed on this question.", "Its output in the terminal says why."
            )

    async def reopened(self, kept: Any) -> list[Exchange]:
        """The exchanges of a transcript, with what has become of their quotes.

        Raises TranscriptError for what is none, and as the index does.
        """
        answers = read_transcript(kept)
        return await self._served.use(
            lambda assistant: [_reopened(*one, assistant.article) for one in answers]
        )

    async def transcript(self, talk: Conversation) -> dict[str, Any]:
        """A conversation as it is kept and exported."""
        answers = talk.answers()
        return await self._served.use(lambda assistant: transcript(answers, assistant.article))

    async def judge(self, answer: Answer, words: str | None, note: str) -> None:
        """Keep what a visitor thinks of an answer; `words` are the right ones where it is wrong.

        Raises FeedbackError where that cannot be kept.
        """
        now = datetime.now().astimezone()

        def keep(assistant: Assistant) -> None:
            if words is None:
                line = feedback.judged_right(answer, note, now)
            else:
                line = feedback.judged_wrong(answer, words, note, now, assistant.articles())
            feedback.append(assistant.settings.index, line)

        await self._served.use(keep)

    async def traced(self, text: str) -> str:
        """Where a pasted quotation stands, as HTML, or what is wrong with it."""
        try:
            return trace_view.view(await self._served.use(lambda assistant: assistant.trace(text)))
        except EvqaError as error:
            return cards.problem(error.message, error.hint)

    async def article(self, query: str) -> str:
        """The article that a page's query names, as HTML; nothing where it names none."""
        try:
            place = read_link(query)
            if place is None:
                return ""
            article = await self._served.use(lambda assistant: assistant.article(place.article_id))
            return article_view.view(place, article)
        except ArticleLinkError as error:
            return article_view.stale("This link is out of date", error.message)
        except EvqaError as error:
            return article_view.stale("The article cannot be shown", error.message)


def _reopened(
    answer: Answer, hashes: Sequence[str], article: Callable[[str], Article | None]
) -> Exchange:
    """A kept answer: its quotes that stand, as the index has them, and what became of others."""
    if not answer.answered:
        return Exchange(answer.question, cards.reply(answer, {}), answer)
    notes, quotes = [], []
    for quote, sha256 in zip(answer.quotes, hashes, strict=True):
        stored = article(quote.article_id)
        if note := standing(quote, sha256, stored):
            notes.append((quote.text, note))
        if stored and verify(quote, stored.text):
            quotes.append(_afresh(quote, stored))
    if not quotes:
        return Exchange(answer.question, cards.changed(notes))
    text = answer.text if answer.text.startswith(render(quotes)) else _said(quotes, answer)
    shown, kept = reply(replace(answer, quotes=tuple(quotes), text=text), article)
    return Exchange(answer.question, cards.changed(notes) + shown, kept)


def _said(quotes: Sequence[Quote], answer: Answer) -> str:
    """What an answer says of which these quotes are left."""
    return "\n".join(filter(None, (render(quotes), looked_among(answer.filters))))


def _afresh(quote: Quote, article: Article) -> Quote:
    """A quote that stands in an article, with all else that the index knows of it now."""
    start = max(0, min(quote.context_start, quote.start))
    end = min(len(article.text), max(quote.context_end, quote.end))
    passage = Passage(0, article.id, 0, start, end, 0)
    return cut(Hit(passage, article, quote.score), quote.start, quote.end, quote.score)


def reply(answer: Answer, article: Callable[[str], Article | None]) -> tuple[str, Answer | None]:
    """The answer's HTML and the answer itself, both without the quotes that do not stand.

    There is no answer where no quote of it stands in the article that it names.
    """
    quotes = tuple(verified(answer.quotes, article))
    if len(quotes) < len(answer.quotes):
        if not quotes:
            return cards.withheld(), None
        answer = replace(answer, quotes=quotes, text=_said(quotes, answer))
    named = {article_id for quote in quotes for article_id in (quote.article_id, *quote.also_in)}
    articles = [article(article_id) for article_id in named]
    return cards.reply(answer, {found.id: found for found in articles if found}), answer
