"""What the events of the chat's page do; to import it takes seconds, as Gradio does."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import gradio as gr

from evqa.errors import EvqaError
from evqa.web import cards, kept
from evqa.web.looking import Look
from evqa.web.talking import Conversation, Exchange, Replies
from evqa.web.transcripts import as_markdown

# The conversation, the question box, the state, what the browser keeps, and the list of it.
Shown = tuple[Any, Any, Any, Any, Any]


class Events:
    """The functions behind the page, which share what makes the replies."""

    def __init__(self, replies: Replies) -> None:
        self._replies = replies

    async def ask(
        self, question: str, talk: Conversation, state: Any, look: Look
    ) -> AsyncIterator[Shown]:
        """Answer a question that was typed."""
        if not question.strip():
            talk.notice = "Type a question first."
            yield talk.html(), gr.skip(), talk, gr.skip(), gr.skip()
            return
        async for shown in self._answer(talk.begin(question.strip()), talk, state, look, ""):
            yield shown

    async def choose(
        self, talk: Conversation, state: Any, look: Look, event: gr.EventData
    ) -> AsyncIterator[Shown]:
        """Answer one of the example questions."""
        question = event._data.get("question")
        if isinstance(question, str) and question in self._replies.examples:
            async for shown in self._answer(talk.begin(question), talk, state, look, gr.skip()):
                yield shown

    async def retry(
        self, talk: Conversation, state: Any, look: Look, event: gr.EventData
    ) -> AsyncIterator[Shown]:
        """Answer a question once more, with what was asked before it."""
        exchange = talk.numbered(event._data.get("exchange"))
        if exchange is not None and not exchange.is_pending:
            async for shown in self._answer(exchange, talk, state, look, gr.skip()):
                yield shown

    # Both on the event loop, not in a thread: a task may be cancelled from nowhere else.
    async def stop(self, talk: Conversation) -> tuple[str, Conversation]:
        """Give up what is being answered."""
        talk.stop()
        return talk.html(), talk

    async def restart(self, talk: Conversation) -> tuple[Any, ...]:
        """Begin a new conversation."""
        talk.show([])
        return talk.html(), talk, *self._closed(talk)

    async def reopen(self, talk: Conversation, state: Any, event: gr.EventData) -> tuple[Any, ...]:
        """Show a conversation that the browser kept, with what has become of its quotes."""
        wanted = [one for one in kept.read(state) if one.id == event._data.get("id")]
        try:
            for one in wanted:
                talk.show(await self._replies.reopened(one.transcript), one.id)
        except EvqaError as error:
            talk.notice = str(error)
        return talk.html(), talk, *self._closed(talk)

    def forget(self) -> tuple[list[Any], str]:
        """Forget the conversations that the browser kept."""
        return [], ""

    async def save_json(self, talk: Conversation) -> str:
        """The conversation as a JSON file."""
        text = json.dumps(await self._replies.transcript(talk), ensure_ascii=False, indent=2)
        return _file("evqa-conversation.json", "application/json", text)

    def save_markdown(self, talk: Conversation) -> str:
        """The conversation as a Markdown file."""
        text = as_markdown(talk.answers(), date.today())
        return _file("evqa-conversation.md", "text/markdown", text)

    def judge(self, talk: Conversation, event: gr.EventData) -> tuple[Any, ...]:
        """Open the panel in which a visitor says what is right or wrong about an answer."""
        exchange = talk.numbered(event._data.get("exchange"))
        if exchange is None or exchange.answer is None:
            return talk, *self._closed(talk)
        right = event._data.get("act") == "up"
        talk.judging = (exchange, right)
        heading = cards.judging(exchange.question, right=right)
        words = gr.Textbox(value="", visible=not right)
        return talk, gr.Column(visible=True), heading, gr.Textbox(value=""), words

    async def opine(self, talk: Conversation, note: str, words: str) -> tuple[Any, ...]:
        """Keep what the visitor thinks of the answer."""
        if talk.judging is None:
            return talk.html(), talk, *self._closed(talk)
        exchange, right = talk.judging
        assert exchange.answer
        try:
            await self._replies.judge(exchange.answer, None if right else words, note)
        except EvqaError as error:
            heading = cards.judging(exchange.question, right=right)
            wrong = cards.problem(error.message, error.hint)
            return talk.html(), talk, gr.skip(), heading + wrong, gr.skip(), gr.skip()
        exchange.opinion = "Kept as a good answer." if right else "Kept as a bad answer."
        return talk.html(), talk, *self._closed(talk)

    def close(self, talk: Conversation) -> tuple[Any, ...]:
        """Close the panel without keeping anything."""
        return talk, *self._closed(talk)

    async def trace(self, text: str) -> str:
        """Say which articles hold a pasted quotation."""
        return await self._replies.traced(text)

    async def visit(self, event: gr.EventData) -> str:
        """The article that the page's address names."""
        return await self._replies.article(str(event._data.get("query", "")))

    async def _answer(
        self, exchange: Exchange, talk: Conversation, state: Any, look: Look, box: Any
    ) -> AsyncIterator[Shown]:
        history = talk.before(exchange)
        self._replies.begin(exchange, history, look.filters)
        yield talk.html(), box, talk, gr.skip(), gr.skip()
        async for _ in self._replies.parts(exchange):
            yield talk.html(), gr.skip(), talk, gr.skip(), gr.skip()
        yield talk.html(), gr.skip(), talk, gr.skip(), gr.skip()
        if exchange.answer is None or exchange not in talk.exchanges:
            return
        today, asked = date.today().isoformat(), talk.exchanges[0].question
        entry = kept.Kept(talk.id, asked, today, await self._replies.transcript(talk))
        state = kept.with_newest(state, entry)
        yield gr.skip(), gr.skip(), gr.skip(), state, kept.listed(state)

    def _closed(self, talk: Conversation) -> tuple[Any, ...]:
        talk.judging = None
        empty = gr.Textbox(value="")
        return gr.Column(visible=False), "", empty, empty


def _file(name: str, kind: str, text: str) -> str:
    """A file for download.js; with the time, so that the same file can be saved twice."""
    return json.dumps({"name": name, "type": kind, "text": text, "at": time.time()})
