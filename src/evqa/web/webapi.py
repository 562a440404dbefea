"""The end points that a running chat has for programs: JSON over HTTP, and tools over MCP.

Gradio makes both from the functions here: from their names, annotations and docstrings.
"""

import json
import logging
from collections.abc import Callable
from typing import Annotated, Any, TypeVar, cast

import gradio as gr
from gradio.events import api
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evqa.assistant import MAX_QUESTION, Assistant
from evqa.errors import EvqaError, QuestionError
from evqa.filters import Filters, read_filters
from evqa.records import Article, Turn, article_to_dict, hit_to_dict
from evqa.web.gate import MCP
from evqa.web.webindex import ServedIndex

MOST_TURNS = 20
LONGEST_ANSWER = 20_000
MOST_PASSAGES = 50
MOST_ARTICLES = 200

_logger = logging.getLogger(__name__)


class _Arguments(BaseModel):
    model_config = ConfigDict(strict=True)


class _Turn(_Arguments):
    question: Annotated[str, Field(max_length=MAX_QUESTION)]
    answer: Annotated[str, Field(max_length=LONGEST_ANSWER)]


_Names = Annotated[list[str], Field(max_length=MOST_ARTICLES)]


class _Filters(_Arguments):
    model_config = ConfigDict(extra="forbid")

    outlets: _Names = []
    published_from: str | None = None
    published_to: str | None = None
    languages: _Names = []
    articles: _Names = []

    def read(self) -> Filters:
        """The filters; raises QuestionError where a day is none."""
        return read_filters(
            self.outlets,
            self.published_from or "",
            self.published_to or "",
            self.languages,
            self.articles,
        )


class _Ask(_Arguments):
    question: str
    history: Annotated[list[_Turn], Field(max_length=MOST_TURNS)]
    filters: _Filters


class _Search(_Arguments):
    query: str
    k: Annotated[int, Field(ge=1, le=MOST_PASSAGES)]
    filters: _Filters


class _Trace(_Arguments):
    text: str


class _Articles(_Arguments):
    article_id: str
    start: Annotated[int, Field(ge=0)]
    count: Annotated[int, Field(ge=1, le=MOST_ARTICLES)]


_Given = TypeVar("_Given", bound=_Arguments)
_Result = TypeVar("_Result")


class _Refusal(gr.Error):
    """What a program is told; over MCP Gradio shows str()."""

    def __init__(self, line: str) -> None:
        super().__init__(line, print_exception=False)

    def __str__(self) -> str:
        return str(self.message)


def add_end_points(served: ServedIndex) -> None:
    """Add /ask, /search, /trace and /articles to the page that is being built."""

    async def ask(
        question: str,
        history: list[dict[str, str]] | None = None,
        filters: dict[str, Any] | None = None,
        request: gr.Request | None = None,
    ) -> dict[str, Any]:
        """Answer a question from the collection of news articles, with verbatim quotes.

        Every quote is checked: it stands in the article `article_id` from character `start` to
        `end`, and comes with the outlet (`source`), the day (`published`), the link (`url`) and the
        file's `sha256`. With `answered` false the articles don't say, and `hits` are the nearest
        passages. `disagreements` are what sources say differently.

        Args:
            question: What to find out, in a sentence of at most 1,000 characters.
            history: For a follow-up, up to 20 turns before it, each {"question": …, "answer": …}.
            filters: To ask only some articles, any of {"outlets": [names], "published_from": day,
                "published_to": day, "languages": [codes], "articles": [ids]}, days as 2026-02-11.
        """

        def work(assistant: Assistant) -> dict[str, Any]:
            given = _checked(_Ask, question=question, history=history or [], filters=filters or {})
            turns = [Turn(turn.question, turn.answer) for turn in given.history]
            answer = assistant.ask(given.question, turns, given.filters.read()).to_dict()
            return {
                **answer,
                "quotes": _with_hashes(answer["quotes"], assistant),
                "hits": _with_hashes(answer["hits"], assistant),
            }

        return await _replied(served, work, request)

    async def search(
        query: str,
        k: int = 5,
        filters: dict[str, Any] | None = None,
        request: gr.Request | None = None,
    ) -> list[dict[str, Any]]:
        """Find the passages nearest to a query, best first, verbatim and with their places.

        Args:
            query: Words or a question, at most 1,000 characters.
            k: How many passages, 1 to 50.
            filters: To search only some articles, what `ask` takes.
        """

        def work(assistant: Assistant) -> list[dict[str, Any]]:
            given = _checked(_Search, query=query, k=k, filters=filters or {})
            hits = assistant.search(given.query, given.k, given.filters.read())
            return _with_hashes([hit_to_dict(hit) for hit in hits], assistant)

        return await _replied(served, work, request)

    async def trace(text: str, request: gr.Request | None = None) -> dict[str, Any]:
        """Check a quotation: say which articles hold a text, and whether word for word.

        `verdict` is "exact", "shortened" (parts around an ellipsis are exact), "near" (with each
        `differences` marked; never quote it as exact) or "none". `places` say where.

        Args:
            text: The quotation, one sentence or several, at most 5,000 characters.
        """

        def work(assistant: Assistant) -> dict[str, Any]:
            given = _checked(_Trace, text=text)
            found = assistant.trace(given.text).to_dict()
            places = [
                {**place, "quotes": _with_hashes(place["quotes"], assistant)}
                for place in found["places"]
            ]
            return {**found, "places": places}

        return await _replied(served, work, request)

    async def articles(
        article_id: str = "",
        start: int = 0,
        count: int = 50,
        request: gr.Request | None = None,
    ) -> dict[str, Any]:
        """List the articles of the collection, or read one of them whole.

        Args:
            article_id: The article to read, with its `text`; without it the articles are listed.
            start: How many articles to leave out at the beginning of the list.
            count: How many to list, 1 to 200.
        """

        def work(assistant: Assistant) -> dict[str, Any]:
            given = _checked(_Articles, article_id=article_id, start=start, count=count)
            if given.article_id:
                one = _article(given.article_id, assistant)
                return {"total": 1, "articles": [{**article_to_dict(one), "text": one.text}]}
            ids = assistant.article_ids()
            chosen = ids[given.start : given.start + given.count]
            listed = [article_to_dict(_article(each, assistant)) for each in chosen]
            return {"total": len(ids), "articles": listed}

        return await _replied(served, work, request)

    for end_point in (ask, search, trace, articles):
        # Outside Gradio's queue, where its MCP server would have to ask the server that it is in.
        api(end_point, api_name=end_point.__name__, queue=False, concurrency_limit=None)


async def _replied(
    served: ServedIndex, work: Callable[[Assistant], _Result], request: gr.Request | None
) -> _Result:
    """What `work` makes of the assistant, as JSON types; over MCP as JSON text.

    Gradio's MCP server shows a result with str(), which is not JSON for a dict.
    """
    try:
        result = await served.use(work)
    except EvqaError as error:
        raise _Refusal(str(error)) from error
    except Exception as error:
        _logger.exception("a program's question could not be answered")
        raise _Refusal("evqa failed on this; its output in the terminal says why.") from error
    over_mcp = request is not None and request.url.path.startswith(MCP)
    return cast(_Result, json.dumps(result, ensure_ascii=False)) if over_mcp else result


def _checked(kind: type[_Given], **values: Any) -> _Given:
    """The arguments of a call; raises QuestionError where one is not what it has to be."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise QuestionError(f"{name} is not what it has to be: {first['msg']}.") from error


def _with_hashes(places: list[dict[str, Any]], assistant: Assistant) -> list[dict[str, Any]]:
    """Quotes or passages, each with the sha256 of the article that it stands in."""
    return [
        {**place, "sha256": _article(place["article_id"], assistant).sha256} for place in places
    ]


def _article(article_id: str, assistant: Assistant) -> Article:
    article = assistant.article(article_id)
    if article is None:
        raise QuestionError("There is no article of this id.", "List the articles without one.")
    return article
