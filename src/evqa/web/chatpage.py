"""The page of the chat, made of Gradio's components; to import it takes seconds."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from importlib.resources import files
from typing import Any

import gradio as gr

from evqa.web import cards, kept, library_view
from evqa.web.chatevents import Events
from evqa.web.libraryevents import LibraryEvents
from evqa.web.looking import Look
from evqa.web.talking import Conversation, Replies
from evqa.web.webapi import add_end_points
from evqa.web.webindex import ServedIndex

TITLE = "evqa"
INTRODUCTION = (
    "Ask about the articles and read the answer in their own words. The bundled articles in "
    "corpus/ are evqa’s own digests of published reports; put your own full articles in the "
    "same folder."
)
QUESTIONS_AT_ONCE = 32
EVENTS_WAITING = 128
SECONDS_BETWEEN_STATUS_LINES = 0.5
SECONDS_BETWEEN_LOOKS = 5.0

# Gradio morphs the page's elements instead of replacing them,
# so the live region is one lasting element and a screen reader speaks only what is new.
CONVERSATION_TEMPLATE = (
    '<section role="log" aria-live="polite" aria-label="Conversation">${value}</section>'
)
ARTICLE_TEMPLATE = '<aside aria-label="Article">${value}</aside>'
STATUS_TEMPLATE = '<div role="status">${value}</div>'


def _html(value: str = "", *, js_on_load: str | None = None, **options: Any) -> gr.HTML:
    """A piece of the page without Gradio's own styles and scripts."""
    return gr.HTML(value, apply_default_css=False, js_on_load=js_on_load, **options)


def _script(name: str) -> str:
    """The JavaScript of a part of the page."""
    return (files("evqa.web") / "static" / name).read_text("utf-8")


def build(served: ServedIndex) -> gr.Blocks:
    """The page, with a conversation of its own for every visitor."""
    replies = Replies(served)
    events = Events(replies)
    library = LibraryEvents(served)
    seeking: set[asyncio.Task[None]] = set()

    async def follow(look: Look) -> tuple[Any, ...]:
        if served.ready and not seeking:
            seeking.add(asyncio.create_task(replies.seek_examples()))
        # In this order, so that the last line is never missed.
        sought = all(task.done() for task in seeking) and (not served.ready or bool(seeking))
        changing = not (served.finished and sought) or served.kept_up or served.library.busy
        pace = SECONDS_BETWEEN_STATUS_LINES if changing else SECONDS_BETWEEN_LOOKS
        await asyncio.to_thread(served.look_again)
        kept_up = served.kept_up
        switch = gr.Checkbox(interactive=served.ready)
        if kept_up != look.kept_up:  # else a report that is late would undo what was just clicked
            switch = gr.Checkbox(value=kept_up, interactive=served.ready)
        shown = cards.examples(replies.examples) if replies.examples else ""
        told = served.status, gr.Timer(pace), switch, shown
        return *told, *await library.follow(replace(look, kept_up=kept_up))

    async def switched(wanted: bool, look: Look) -> tuple[Any, ...]:
        await asyncio.to_thread(served.keep_up, wanted)
        return await follow(replace(look, kept_up=wanted))

    page = gr.Blocks(title=TITLE, analytics_enabled=False)
    with page:
        add_end_points(served)  # first, so that no event of the page takes their names
        talk = gr.State(Conversation())
        look = gr.State(Look())
        browser = gr.BrowserState([], storage_key="evqa-conversations", secret="evqa")  # noqa: S106
        timer = gr.Timer(SECONDS_BETWEEN_STATUS_LINES)
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Chat"), gr.Row(elem_id="main"):
                with gr.Column(elem_id="talk"):
                    _html(
                        cards.header(TITLE, INTRODUCTION),
                        elem_id="header",
                        js_on_load=_script("header.js"),
                    )
                    with gr.Row(elem_id="about"):
                        status = _html(
                            served.status, elem_id="status", html_template=STATUS_TEMPLATE
                        )
                        keep_up = gr.Checkbox(
                            label="Keep the index up to date",
                            container=False,
                            interactive=False,
                            elem_id="keep-up",
                        )
                    conversation = _html(
                        elem_id="conversation",
                        html_template=CONVERSATION_TEMPLATE,
                        js_on_load=_script("conversation.js"),
                    )
                    with gr.Column(elem_id="opinion", visible=False) as panel:
                        heading = _html()
                        note = gr.Textbox(label="Note (may be empty)", lines=2, elem_id="note")
                        words = gr.Textbox(
                            label="The words of an article that answer it (empty: no article does)",
                            lines=2,
                            elem_id="words",
                        )
                        with gr.Row():
                            keep = gr.Button("Keep", variant="primary", elem_id="keep")
                            cancel = gr.Button("Cancel", elem_id="cancel")
                    with gr.Column(elem_id="composer"):
                        examples = _html(elem_id="examples", js_on_load=_script("examples.js"))
                        asked_here = _html(elem_id="asked-here")
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
                            stop = gr.Button("Stop", elem_id="stop")
                    with gr.Row(elem_id="actions"):
                        restart = gr.Button("New conversation", elem_id="restart")
                        save_markdown = gr.Button("Save as Markdown", elem_id="save-markdown")
                        save_json = gr.Button("Save as JSON", elem_id="save-json")
                    earlier = _html(elem_id="earlier", js_on_load=_script("kept.js"))
                    download = _html(
                        elem_id="download",
                        html_template="<span hidden></span>",
                        js_on_load=_script("download.js"),
                    )
                article = _html(
                    elem_id="article",
                    html_template=ARTICLE_TEMPLATE,
                    js_on_load=_script("article.js"),
                )
            with gr.Tab("Library"), gr.Column(elem_id="library"):
                state = _html(elem_id="index-state", html_template=STATUS_TEMPLATE)
                adding = _html(library_view.adding(), js_on_load=_script("library_add.js"))
                form = _html(elem_id="filters", js_on_load=_script("library_filters.js"))
                asked_there = _html(elem_id="asked", html_template=STATUS_TEMPLATE)
                table = _html(elem_id="table", js_on_load=_script("library_table.js"))
                bars = _html(elem_id="bars")
            with gr.Tab("Check a quotation"), gr.Column(elem_id="check"):
                pasted = gr.Textbox(
                    label="Paste a quotation: which article holds it, and word for word?",
                    lines=4,
                    max_lines=12,
                    elem_id="pasted",
                )
                check = gr.Button("Check", variant="primary", elem_id="trace")
                traced = _html(elem_id="traced", html_template=STATUS_TEMPLATE)

        shown = [conversation, question, talk, browser, earlier]
        for trigger, answer, asked in (
            (question.submit, events.ask, [question, talk, browser, look]),
            (send.click, events.ask, [question, talk, browser, look]),
            (examples.choose, events.choose, [talk, browser, look]),
            (conversation.retry, events.retry, [talk, browser, look]),
        ):
            trigger(
                answer,
                asked,
                shown,
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
        judged = [panel, heading, note, words]
        stop.click(events.stop, talk, [conversation, talk], **aside)
        restart.click(events.restart, talk, [conversation, talk, *judged], **aside)
        earlier.reopen(events.reopen, [talk, browser], [conversation, talk, *judged], **aside)
        earlier.forget(events.forget, None, [browser, earlier], **aside)
        save_markdown.click(events.save_markdown, talk, download, **aside)
        save_json.click(events.save_json, talk, download, **aside)
        conversation.judge(events.judge, talk, [talk, *judged], **aside)
        opinion = [conversation, talk, *judged]
        keep.click(events.opine, [talk, note, words], opinion, **aside)
        cancel.click(events.close, talk, [talk, *judged], **aside)
        article.visit(events.visit, None, article, **aside)
        gr.on([check.click, pasted.submit], events.trace, pasted, traced, **aside)
        page.load(kept.listed, browser, earlier, **aside)
        listed = [look, asked_there, asked_here, table]
        followed = [status, timer, keep_up, examples, state, form, bars, *listed]
        gr.on([page.load, timer.tick], follow, look, followed, **aside)
        for changed in (adding.changed, table.changed):
            changed(follow, look, followed, trigger_mode="multiple", **aside)
        keep_up.input(switched, [keep_up, look], followed, **aside)
        form.choose(library.choose, look, listed, **aside)
        form.clear(library.clear, look, listed, **aside)
        table.pick(library.pick, look, listed, **aside)
        table.sort(library.sort, look, listed, **aside)
        table.more(library.more, look, listed, **aside)
    page.queue(max_size=EVENTS_WAITING)
    return page
