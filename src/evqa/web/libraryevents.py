"""What the events of the library do; to import it takes seconds, as Gradio does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import gradio as gr

from evqa.errors import EvqaError, QuestionError
from evqa.web import library_plots, library_view
from evqa.web.looking import ROWS_AT_ONCE, Look, Row, rows_of
from evqa.web.webindex import ServedIndex

# The look, of which articles is asked (here and beside the question), and the table.
Shown = tuple[Look, Any, Any, Any]


class LibraryEvents:
    """The functions behind the library, which share the list of the articles."""

    def __init__(self, served: ServedIndex) -> None:
        self._served = served
        self._rows: list[Row] = []

    async def follow(self, look: Look) -> tuple[Any, ...]:
        """The state of the index, and the form, the bars and the table where it has changed."""
        served = self._served
        version = served.version
        state = library_view.index_state(served.status, served.progress, busy=served.library.busy)
        if look.version == version or not served.ready:
            return state, gr.skip(), gr.skip(), look, gr.skip(), gr.skip(), gr.skip()
        try:
            listed = await served.use(lambda assistant: assistant.listed())
        except EvqaError:
            return state, gr.skip(), gr.skip(), look, gr.skip(), gr.skip(), gr.skip()
        self._rows = rows_of(listed, served.failed)
        look = replace(look, version=version)
        form = library_view.form(look.filters, listed, look.words)
        return state, form, library_plots.plots(listed), *self._shown(look)

    def choose(self, look: Look, event: gr.EventData) -> Shown:
        """Ask only what the form says."""
        try:
            return self._shown(look.chosen(_data(event)))
        except QuestionError as error:
            wrong = library_view.asked_of(look.filters, 0, 0, str(error))
            return look, wrong, gr.skip(), gr.skip()

    def clear(self, look: Look) -> Shown:
        """Ask all articles again."""
        return self._shown(look.cleared())

    def pick(self, look: Look, event: gr.EventData) -> Shown:
        """Ask an article, or no longer."""
        data = _data(event)
        return self._shown(look.picked(data.get("id"), wanted=data.get("wanted") is True))

    def sort(self, look: Look, event: gr.EventData) -> Shown:
        """Sort the table by a column."""
        return self._shown(look.sorted_by(_data(event).get("column")))

    def more(self, look: Look) -> Shown:
        """Show more rows."""
        return self._shown(replace(look, count=look.count + ROWS_AT_ONCE))

    def _shown(self, look: Look) -> Shown:
        articles = [row.article for row in self._rows if row.article.passages]
        asked = [one for one in articles if look.filters.admits(one)]
        told = library_view.asked_of(look.filters, len(asked), len(articles))
        table = library_view.table(
            [(row.article, row.wrong) for row in look.rows(self._rows)],
            look.filters.articles,
            look.column,
            look.count,
            descending=look.descending,
        )
        return look, told, told if look.filters else "", table


def _data(event: gr.EventData) -> Mapping[str, Any]:
    return event._data if isinstance(event._data, dict) else {}
