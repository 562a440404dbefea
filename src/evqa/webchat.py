"""The chat in the browser: a Gradio page, and the server that shows it."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from evqa import cards
from evqa.citations import render, verified
from evqa.errors import EvqaError, ServerError
from evqa.records import Answer, Article, Turn
from evqa.settings import Settings
from evqa.webserver import listen, run

if TYPE_CHECKING:
    import gradio as gr

    from evqa.assistant import Assistant

TITLE = "evqa"
INTRODUCTION = (
    "Ask about the articles and read the answer in their own words. The bundled articles in "
    "corpus/ are evqa’s own digests of published reports; put your own full articles in the "
    "same folder."
)
EXAMPLES = (
    "Why was a YU7 on I-5?",
    "When will Xiaomi sell its cars in Europe?",
    "How many cars has Xiaomi delivered?",
)
QUESTIONS_AT_ONCE = 32
EVENTS_WAITING = 128
SECONDS_BETWEEN_STATUS_LINES = 0.5

# Gradio morphs the page's elements instead of replacing them,
# so the live region is one lasting element and a screen reader speaks only what is new.
CONVERSATION_TEMPLATE = (
    '<section role="log" aria-live="polite" aria-label="Conversation">${value}</section>'
)
STATUS_TEMPLATE = '<div role="status">${value}</div>'
SHOW_NEWEST = """
watch('value', () => {
    const notice = element.querySelector('.notice');
    const newest = element.querySelector('.exchange:last-of-type');
    (notice ?? newest)?.scrollIntoView({ block: notice ? 'nearest' : 'start' });
});
"""

_logger = logging.getLogger(__name__)


@dataclass
class Exchange:
    """A question with its reply's HTML, and the turn that it makes once it is answered."""

    question: str
    reply: str = field(default_factory=cards.pending)
    turn: Turn | None = None


@dataclass
class Conversation:
    """What one visitor asked so far, changed in place because questions can overlap."""

    exchanges: list[Exchange] = field(default_factory=list)
    notice: str = ""

    def begin(self, question: str) -> Exchange:
        """Add a question that has no answer yet."""
        exchange = Exchange(question)
        self.exchanges.append(exchange)
        self.notice = ""
        return exchange

    def turns(self) -> list[Turn]:
        """The turns answered so far."""
        return [exchange.turn for exchange in self.exchanges if exchange.turn]

    def html(self) -> str:
        """The conversation as the page shows it."""
        pairs = [(exchange.question, exchange.reply) for exchange in self.exchanges]
        return cards.conversation(pairs, self.notice)


class Startup:
    """Brings the index up to date and opens the assistant, in a thread of its own."""

    def __init__(self, settings: Settings) -> None:
        self.status = cards.status("Reading the articles…")
        self._settings = settings
        self._thread = threading.Thread(target=self._run, name="evqa-startup")
        self._stopping = threading.Event()
        self._opened: Future[Assistant] = Future()
        # A running future cannot be cancelled by a visitor who leaves while waiting for it.
        self._opened.set_running_or_notify_cancel()

    def begin(self) -> None:
        """Start the thread."""
        self._thread.start()

    @property
    def finished(self) -> bool:
        """Whether the assistant is open, or could not be opened."""
        return self._opened.done()

    async def assistant(self) -> Assistant:
        """The assistant, once it is open. Raises the EvqaError that prevented it."""
        return await asyncio.wrap_future(self._opened)

    def close(self) -> None:
        """Give up reading the articles, or close the assistant."""
        self._stopping.set()
        self._thread.join()
        if not self._opened.exception():
            self._opened.result().close()

    def _run(self) -> None:
        try:
            assistant = self._open()
        except EvqaError as error:
            self._fail(error)
        except Exception:
            _logger.exception("the chat could not start")
            self._fail(EvqaError("evqa could not start.", "Its output in the terminal says why."))
        else:
            self._opened.set_result(assistant)

    def _open(self) -> Assistant:
        from evqa.assistant import Assistant
        from evqa.indexing import update_index

        report = update_index(self._settings, progress=self._show_progress)
        self.status = cards.status("Loading the models…")
        assistant = Assistant.open(self._settings)
        self.status = cards.collection(len(assistant.articles()), report.passages, report.failed)
        return assistant

    def _show_progress(self, done: int, total: int) -> None:
        if self._stopping.is_set():
            raise ServerError("The chat was stopped.")
        self.status = cards.status(f"Reading the articles… {done} of {total} passages")

    def _fail(self, error: EvqaError) -> None:
        if not self._stopping.is_set():
            print(f"evqa: {error}", file=sys.stderr)
        self.status = cards.problem(error.message, error.hint)
        self._opened.set_exception(error)


class Replies:
    """Answers questions as HTML, one at a time because an answer takes every core."""

    def __init__(self, startup: Startup) -> None:
        self._startup = startup
        self._turnstile = asyncio.Lock()

    async def answer(self, exchange: Exchange, history: list[Turn]) -> None:
        """Put the reply to an exchange's question, or what is wrong with it, into the exchange."""
        try:
            assistant = await self._startup.assistant()
            async with self._turnstile:
                answer = await asyncio.to_thread(assistant.ask, exchange.question, history)
            exchange.reply = reply(answer, assistant.article)
            exchange.turn = Turn(exchange.question, answer.text)
        except EvqaError as error:
            exchange.reply = cards.problem(error.message, error.hint)
        except Exception:
            _logger.exception("a question could not be answered")
            exchange.reply = cards.problem(
                "evqa failed on this question.", "Its output in the terminal says why."
            )


def reply(answer: Answer, article: Callable[[str], Article | None]) -> str:
    """The answer's HTML, without any quote that does not stand in the article that it names."""
    quotes = tuple(verified(answer.quotes, article))
    if len(quotes) < len(answer.quotes):
        if not quotes:
            return cards.withheld()
        answer = replace(answer, quotes=quotes, text=render(quotes))
    named = {article_id for quote in quotes for article_id in (quote.article_id, *quote.also_in)}
    articles = [article(article_id) for article_id in named]
    return cards.reply(answer, {found.id: found for found in articles if found})


def _html(value: str = "", *, js_on_load: str | None = None, **options: Any) -> gr.HTML:
    """A piece of the page without Gradio's own styles and scripts."""
    import gradio as gr

    return gr.HTML(value, apply_default_css=False, js_on_load=js_on_load, **options)


def build(startup: Startup) -> gr.Blocks:
    """The page, with a conversation of its own for every visitor."""
    import gradio as gr

    replies = Replies(startup)

    async def ask(question: str, talk: Conversation) -> AsyncIterator[tuple[Any, ...]]:
        if not question.strip():
            talk.notice = "Type a question first."
            yield talk.html(), gr.skip(), talk
            return
        history = talk.turns()
        exchange = talk.begin(question.strip())
        yield talk.html(), "", talk
        await replies.answer(exchange, history)
        yield talk.html(), gr.skip(), talk

    def forget(talk: Conversation) -> tuple[str, Conversation]:
        talk.exchanges.clear()
        talk.notice = ""
        return talk.html(), talk

    def follow_startup() -> tuple[str, gr.Timer]:
        # In this order, so that the last line is never missed.
        finished = startup.finished
        return startup.status, gr.Timer(active=not finished)

    page = gr.Blocks(title=TITLE, analytics_enabled=False)
    with page:
        talk = gr.State(Conversation())
        timer = gr.Timer(SECONDS_BETWEEN_STATUS_LINES)
        _html(cards.header(TITLE, INTRODUCTION), elem_id="header")
        status = _html(startup.status, elem_id="status", html_template=STATUS_TEMPLATE)
        conversation = _html(
            elem_id="conversation", html_template=CONVERSATION_TEMPLATE, js_on_load=SHOW_NEWEST
        )
        with gr.Column(elem_id="composer"):
            with gr.Row(elem_id="examples"):
                examples = [gr.Button(example, elem_classes="example") for example in EXAMPLES]
            with gr.Row(elem_id="ask"):
                question = gr.Textbox(
                    label="Your question",
                    show_label=False,
                    placeholder="Ask about the articles",
                    max_lines=6,
                    autofocus=True,
                    container=False,
                    elem_id="question",
                )
                send = gr.Button("Ask", variant="primary", elem_id="send")
            restart = gr.Button("New conversation", elem_id="restart")

        askers = [(question.submit, question), (send.click, question)]
        for trigger, words in askers + [(example.click, example) for example in examples]:
            trigger(
                ask,
                [words, talk],
                [conversation, question, talk],
                concurrency_id="ask",
                concurrency_limit=QUESTIONS_AT_ONCE,
                trigger_mode="multiple",
                show_progress="hidden",
                api_visibility="private",
            )
        # Outside the queue: an event stream that ends just as a question is sent can lose it.
        aside: dict[str, Any] = {
            "queue": False,
            "show_progress": "hidden",
            "api_visibility": "private",
        }
        restart.click(forget, talk, [conversation, talk], **aside)
        gr.on([page.load, timer.tick], follow_startup, None, [status, timer], **aside)
    page.queue(max_size=EVENTS_WAITING)
    return page


def serve(settings: Settings, *, host: str = "127.0.0.1", port: int = 7860) -> None:
    """Serve the chat until Ctrl-C.

    The port is taken first and the articles are read in the background, so that the page is there
    at once. Raises ServerError where the port cannot be had.
    """
    with suppress(KeyboardInterrupt), listen(host, port) as listener:
        startup = Startup(settings)
        startup.begin()
        try:
            run(build(startup), listener)
        finally:
            startup.close()
