import asyncio
import base64
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from evqa.corpus import MAX_DOCUMENT_BYTES
from evqa.web.gate import (
    BODY_BYTES,
    CALLS_A_MINUTE,
    WRONG_PASSWORDS_A_MINUTE,
    EndPoints,
    Gate,
)

END_POINTS = EndPoints({"ask": {"question": True, "history": False}}, {3: "ask"})
LOCAL = "http://127.0.0.1:7860"
ASK = "/gradio_api/run/ask"


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Says what body reached it."""
    body = await Request(scope, receive).body()
    await PlainTextResponse(b"reached: " + body)(scope, receive, send)


class Visitor:
    """Asks through a gate, from one address."""

    def __init__(self, gate: Gate, address: str = "127.0.0.1") -> None:
        self.transport = httpx.ASGITransport(gate, client=(address, 50_000))

    def ask(self, method: str, url: str, **options: Any) -> tuple[int, str]:
        response = self.response(method, url, **options)
        return response.status_code, response.text

    def response(self, method: str, url: str, **options: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            async with httpx.AsyncClient(transport=self.transport, base_url=LOCAL) as client:
                return await client.request(method, url, **options)

        return asyncio.run(send())

    def call(self, url: str = ASK, **body: Any) -> tuple[int, str]:
        return self.ask("POST", url, json=body or {"data": ["Why?", None]})


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def gate(clock: Clock, password: str | None = None, *, local: bool = True) -> Gate:
    return Gate(echo, END_POINTS, password, local=local, clock=clock)


@pytest.fixture
def visitor(clock: Clock) -> Iterator[Visitor]:
    return Visitor(gate(clock))


def test_what_may_pass_reaches_the_app_whole(visitor: Visitor) -> None:
    assert visitor.ask("GET", "/") == (200, "reached: ")
    body = {"data": ["Why was Mühlbach’s bridge “lifted”? " * 2000, None]}
    assert visitor.ask("POST", ASK, json=body) == (
        200,
        "reached: " + json.dumps(body, ensure_ascii=False, separators=(",", ":")),
    )


@pytest.mark.parametrize(
    "host", ["127.0.0.1:7860", "localhost:7860", "LOCALHOST", "[::1]:7860", "127.8.9.1"]
)
def test_this_machine_has_many_names(visitor: Visitor, host: str) -> None:
    assert visitor.ask("GET", "/", headers={"Host": host}) == (200, "reached: ")
    own = {"Host": host, "Origin": f"http://{host}"}
    assert visitor.ask("GET", "/", headers=own) == (200, "reached: ")


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:7860",
        "127.0.0.1.evil.example",
        "10.0.0.1",
        "",
        "[::1",
        "0.0.0.0",
    ],
)
def test_a_name_that_was_pointed_at_this_machine_is_refused(visitor: Visitor, host: str) -> None:
    assert visitor.ask("GET", "/", headers={"Host": host}) == (
        421,
        "This is evqa; open it as http://127.0.0.1 with its port.\n",
    )


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "http://127.0.0.1:8000",
        "http://localhost:7860",
        "null",
        "http://127.0.0.1:7860.evil.example",
    ],
)
def test_a_page_of_another_site_is_refused(visitor: Visitor, origin: str) -> None:
    for method in ("GET", "POST", "OPTIONS"):
        assert visitor.ask(method, ASK, headers={"Origin": origin}) == (
            403,
            "Pages of other sites may not ask evqa.\n",
        )


def test_where_others_may_ask_the_name_is_theirs_to_choose(clock: Clock) -> None:
    headers = {
        "Host": "news.example",
        "Origin": "https://news.example",
        "Authorization": "Basic " + base64.b64encode("reader:pä:ss".encode()).decode(),
    }
    visitor = Visitor(gate(clock, "reader:pä:ss", local=False))
    assert visitor.ask("GET", "/", headers=headers) == (200, "reached: ")


def test_a_password_opens_and_nothing_else(clock: Clock) -> None:
    visitor = Visitor(gate(clock, "reader:secret"))
    assert visitor.ask("GET", "/", auth=("reader", "secret")) == (200, "reached: ")
    for path in ("/", "/config", "/theme.css", "/gradio_api/mcp/", "/gradio_api/heartbeat/1"):
        refused = visitor.response("GET", path)
        assert (refused.status_code, refused.text) == (
            401,
            "Give the user name and the password of this evqa.\n",
        )
        assert refused.headers["www-authenticate"] == 'Basic realm="evqa", charset="UTF-8"'
    for wrong in [("reader", "Secret"), ("reader", ""), ("", "secret"), ("reader:secret", "")]:
        assert visitor.ask("GET", "/", auth=wrong)[0] == 401
    assert visitor.ask("GET", "/", headers={"Authorization": "Bearer secret"})[0] == 401


def test_guessing_the_password_is_slow(clock: Clock) -> None:
    guarded = gate(clock, "reader:secret")
    guesser, reader = Visitor(guarded, "192.0.2.1"), Visitor(guarded, "192.0.2.2")
    for number in range(WRONG_PASSWORDS_A_MINUTE):
        assert guesser.ask("GET", "/", auth=("reader", str(number)))[0] == 401
    clock.now += 18
    refused = guesser.response("GET", "/", auth=("reader", "secret"))
    assert (refused.status_code, refused.text) == (
        429,
        "Too many wrong passwords; go on in 42 s.\n",
    )
    assert refused.headers["retry-after"] == "42"
    assert reader.ask("GET", "/", auth=("reader", "secret")) == (200, "reached: ")
    clock.now += 42
    assert guesser.ask("GET", "/", auth=("reader", "secret")) == (200, "reached: ")


def test_calls_are_limited_by_the_minute_and_address(clock: Clock) -> None:
    shared = gate(clock)
    one, another = Visitor(shared, "192.0.2.1"), Visitor(shared, "192.0.2.2")
    ways = [
        ("/gradio_api/run/ask", {"data": ["Why?", None]}),
        ("/gradio_api/call/v2/ask/", {"question": "Why?"}),
        ("/gradio_api/call/ask", {"data": ["Why?", None], "fn_index": 0}),
        ("/gradio_api/queue/join", {"data": ["Why?", None], "fn_index": 3}),
        ("/gradio_api/run/predict", {"data": ["Why?", None], "fn_index": 3}),
        ("/gradio_api/mcp/", {"method": "tools/call"}),
    ]
    for number in range(CALLS_A_MINUTE):
        path, body = ways[number % len(ways)]
        assert one.call(path, **body)[0] == 200
    for path, body in ways:
        assert one.call(path, **body) == (
            429,
            f"More than {CALLS_A_MINUTE} calls in a minute; go on in 60 s.\n",
        )
    assert one.call("/gradio_api/queue/join", data=[], fn_index=0)[0] == 200  # the page's own
    assert one.ask("GET", "/") == (200, "reached: ")
    assert another.call()[0] == 200
    clock.now += 60
    assert one.call()[0] == 200


def test_a_call_that_lacks_something_is_told_what_there_is(visitor: Visitor) -> None:
    takes = (400, "/ask takes: question, history.\n")
    assert visitor.call(data=["Why?"]) == takes
    assert visitor.call(data="Why?") == takes
    assert visitor.call(question="Why?") == takes
    by_name = "/gradio_api/call/v2/ask"
    assert visitor.call(by_name, question="Why?", history=[])[0] == 200
    assert visitor.call(by_name, questoin="Why?") == takes
    assert visitor.call(by_name, question="Why?", k=3) == takes
    assert visitor.ask("POST", ASK, content=b"{") == takes
    assert visitor.ask("POST", ASK, content=b"[" * 100_000) == takes
    for name in ("asks", "ask/x", "predict", "follow"):
        assert visitor.ask("POST", f"/gradio_api/call/{name}", json={"data": []})[0] == 404
    assert visitor.call("/gradio_api/run/predict", fn_index="3") == (
        400,
        "fn_index has to be a number.\n",
    )


def test_a_body_is_only_so_long_and_says_how_long(visitor: Visitor) -> None:
    assert visitor.ask("POST", "/", content=b"x" * BODY_BYTES)[0] == 200
    assert visitor.ask("POST", "/", content=b"x" * (BODY_BYTES + 1)) == (
        413,
        "The request is too long; 8,388,608 bytes are the most.\n",
    )
    for length in (b"-1", b"1e9", b"\xb2", b""):
        assert visitor.ask("POST", "/", headers={"Content-Length": length})[0] == 411


@pytest.mark.parametrize("path", [ASK, "/gradio_api/queue/join", "/gradio_api/mcp/"])
def test_a_file_is_no_argument_anywhere(visitor: Visitor, path: str) -> None:
    for place in ("/etc/passwd", "http://192.0.2.1/"):
        file = {"path": place, "meta": {"_type": "gradio.FileData"}}
        assert visitor.call(path, data=[[{"deep": file}], None], fn_index=0) == (
            415,
            "evqa takes no files here; send text.\n",
        )


def test_an_article_may_be_longer_and_hold_anything(clock: Clock) -> None:
    visitor = Visitor(gate(clock, "reader:secret"))
    own = {"auth": ("reader", "secret")}
    file = json.dumps({"meta": {"_type": "gradio.FileData"}}).encode()
    path = "/library/file?name=a.json"
    assert visitor.ask("POST", path, content=file, **own)[0] == 200
    assert visitor.ask("POST", path, content=b"x" * (BODY_BYTES + 1), **own)[0] == 200
    assert visitor.ask("POST", path, content=b"x" * (MAX_DOCUMENT_BYTES + 1), **own) == (
        413,
        "The request is too long; 50,000,000 bytes are the most.\n",
    )
    assert visitor.ask("POST", path, content=file)[0] == 401
    evil = {"Origin": "http://evil.example"}
    assert visitor.ask("POST", path, content=file, headers=evil, **own)[0] == 403
    for _ in range(CALLS_A_MINUTE):
        last = visitor.ask("POST", "/library/remove", content=b"a", **own)[0]
    assert last == 429
