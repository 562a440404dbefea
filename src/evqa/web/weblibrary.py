"""Where the page sends changes of the corpus: files, addresses, and what is to be removed.

Gradio's own way for files is closed, because it stores and serves any. Here a file is the body of a
request and goes where `Library` puts it; the answer is JSON, `changed` and one line, `said`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from evqa.errors import EvqaError
from evqa.web.gate import LIBRARY
from evqa.web.library import Library

LONGEST_TEXT = 4000  # of an address or an article's id

_logger = logging.getLogger(__name__)


def routes(library: Library) -> list[BaseRoute]:
    """The three routes; what could not be changed is told as what was, with `changed` false."""

    async def file(request: Request) -> Response:
        name, content = request.query_params.get("name", ""), await request.body()
        return await _said(lambda: library.add_file(name, content))

    async def page(request: Request) -> Response:
        url = await _text(request)
        return await _said(lambda: library.add_page(url))

    async def remove(request: Request) -> Response:
        article_id = await _text(request)
        return await _said(lambda: library.remove(article_id))

    return [
        Route(f"{LIBRARY}{end_point.__name__}", end_point, methods=["POST"])
        for end_point in (file, page, remove)
    ]


async def _text(request: Request) -> str:
    return (await request.body()).decode("utf-8", "replace").strip()[:LONGEST_TEXT]


async def _said(work: Callable[[], str]) -> Response:
    try:
        changed, said = True, await asyncio.to_thread(work)
    except EvqaError as error:
        changed, said = False, str(error)
    except Exception:
        _logger.exception("the corpus could not be changed")
        changed, said = False, "evqa failed on this; its output in the terminal says why."
    return JSONResponse({"changed": changed, "said": said})
