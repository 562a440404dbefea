"""What a request has to pass before the page sees it: where it is from, who sends it, how much."""

from __future__ import annotations

import base64
import ipaddress
import json
import secrets
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from evqa.corpus import MAX_DOCUMENT_BYTES

if TYPE_CHECKING:
    import gradio as gr
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_BYTES = 8 * 2**20  # more than what a browser keeps of its conversations, and sends back
CALLS_A_MINUTE = 600
WRONG_PASSWORDS_A_MINUTE = 20
MCP = "/gradio_api/mcp"
LIBRARY = "/library/"  # where the page sends articles for the corpus
_CALL = "/gradio_api/call/"
_CALL_BY_NAME = "/gradio_api/call/v2/"
_CALLS = (_CALL_BY_NAME, _CALL, "/gradio_api/run/", "/gradio_api/api/")


@dataclass(frozen=True, slots=True)
class EndPoints:
    """What programs may call.

    `parameters` says by name which there are, and of each whether it is required; `numbers` are
    the names by the number that Gradio's client sends.
    """

    parameters: Mapping[str, Mapping[str, bool]]
    numbers: Mapping[int, str]

    @classmethod
    def of(cls, page: gr.Blocks) -> EndPoints:
        """The public ones of a page."""
        described = page.get_api_info()["named_endpoints"].items()
        parameters = {
            path.removeprefix("/"): {
                one["parameter_name"]: not one["parameter_has_default"]
                for one in end_point["parameters"]
            }
            for path, end_point in described
        }
        named = {number: one.api_name for number, one in page.fns.items()}
        return cls(parameters, {at: name for at, name in named.items() if name in parameters})

    def called_by(self, path: str, body: Any) -> bool:
        """Whether a POST request calls one of them, itself or over MCP.

        Refuses one that names another, or that lacks something.
        """
        if path.startswith(MCP):
            return True
        given = body if isinstance(body, dict) else {}
        if "fn_index" in given and not path.startswith(_CALL):
            if type(given["fn_index"]) is not int:
                raise _Refused(400, "fn_index has to be a number.")
            return given["fn_index"] in self.numbers
        prefix = next((each for each in _CALLS if path.startswith(each)), None)
        if prefix is None:
            return False
        name = path.removeprefix(prefix).strip("/")
        if name not in self.parameters:
            known = ", ".join(f"/{each}" for each in self.parameters)
            raise _Refused(404, f"There is no such end point; there are {known}.")
        parameters = self.parameters[name]
        if prefix == _CALL_BY_NAME:
            required = {each for each, needed in parameters.items() if needed}
            complete = required <= given.keys() <= parameters.keys()
        else:
            data = given.get("data")
            complete = isinstance(data, list) and len(data) == len(parameters)
        if not complete:
            raise _Refused(400, f"/{name} takes: {', '.join(parameters)}.")
        return True


class _PerMinute:
    """Counts what each address does, anew every minute."""

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self._most = most
        self._clock = clock
        self._began = clock()
        self._counts: Counter[str] = Counter()

    def count(self, address: str) -> None:
        """Count one more for an address."""
        self._counts[address] += 1

    def wait(self, address: str) -> int:
        """Seconds until an address may go on, 0 where it has not used up its minute."""
        passed = self._clock() - self._began
        if passed >= 60:
            self._began += passed
            self._counts.clear()
        return max(1, int(60 - passed)) if self._counts[address] >= self._most else 0


class _Refused(Exception):
    """A request is answered with a status and one line."""

    def __init__(self, status: int, line: str, **headers: str) -> None:
        super().__init__(line)
        self.status = status
        self.line = line
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class Gate:
    """An app that answers only who may ask: pages of its own, with the password, and not too much.

    A page of another site cannot ask, nor one whose name was pointed at this machine. Where there
    is a password (`user:password`), every request has to bring it (RFC 7617). `local` says that the
    app is for this machine alone, so that it has no other names.
    """

    def __init__(
        self,
        app: ASGIApp,
        end_points: EndPoints,
        password: str | None,
        *,
        local: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._end_points = end_points
        self._password = password
        self._local = local
        self._calls = _PerMinute(CALLS_A_MINUTE, clock)
        self._wrong_passwords = _PerMinute(WRONG_PASSWORDS_A_MINUTE, clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it with one line."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        from starlette.datastructures import Headers
        from starlette.responses import PlainTextResponse

        headers = Headers(scope=scope)
        address = scope["client"][0] if scope["client"] else ""
        try:
            self._check_sender(headers, address)
            if scope["method"] == "POST":
                is_article = scope["path"].startswith(LIBRARY)
                most = MAX_DOCUMENT_BYTES if is_article else BODY_BYTES
                body = await _body(headers, receive, most)
                self._check_call(scope["path"], body, address)
                receive = _again(body, receive)
        except _Refused as refused:
            response = PlainTextResponse(refused.line + "\n", refused.status, refused.headers)
            await response(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _check_sender(self, headers: Mapping[str, str], address: str) -> None:
        host = headers.get("host", "")
        if self._local and not _is_local(host):
            raise _Refused(421, "This is evqa; open it as http://127.0.0.1 with its port.")
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != host:
            raise _Refused(403, "Pages of other sites may not ask evqa.")
        if self._password is None:
            return
        if seconds := self._wrong_passwords.wait(address):
            raise _too_many("Too many wrong passwords", seconds)
        expected = b"Basic " + base64.b64encode(self._password.encode())
        given = headers.get("authorization", "").encode("latin-1")
        if not secrets.compare_digest(given, expected):
            if given:
                self._wrong_passwords.count(address)
            raise _Refused(
                401,
                "Give the user name and the password of this evqa.",
                WWW_Authenticate='Basic realm="evqa", charset="UTF-8"',
            )

    def _check_call(self, path: str, body: bytes, address: str) -> None:
        is_article = path.startswith(LIBRARY)  # which is not looked into: it may be any file
        if not is_article and not self._end_points.called_by(path, _parsed(body)):
            return
        if seconds := self._calls.wait(address):
            raise _too_many(f"More than {CALLS_A_MINUTE} calls in a minute", seconds)
        self._calls.count(address)


def _too_many(what: str, seconds: int) -> _Refused:
    return _Refused(429, f"{what}; go on in {seconds} s.", Retry_After=str(seconds))


def _is_local(host: str) -> bool:
    """Whether a Host header names this machine as it names itself."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


async def _body(headers: Mapping[str, str], receive: Receive, most: int) -> bytes:
    """The body of a request, of a length that it names."""
    length = headers.get("content-length", "")
    if not (length.isascii() and length.isdecimal()):
        raise _Refused(411, "Say how long the request is (Content-Length).")
    if int(length) > most:
        raise _Refused(413, f"The request is too long; {most:,} bytes are the most.")
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """Gives the body that was read once more, then what comes after it."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay


def _parsed(body: bytes) -> Any:
    """A body of JSON, without the files that Gradio would fetch or copy for it; else None."""
    try:
        return json.loads(body, object_hook=_without_files)
    except (ValueError, RecursionError):
        return None


def _without_files(value: dict[str, Any]) -> dict[str, Any]:
    meta = value.get("meta")
    if isinstance(meta, dict) and "_type" in meta:
        raise _Refused(415, "evqa takes no files here; send text.")
    return value
