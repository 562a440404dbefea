"""A small web server for one Gradio page: it takes the port first and lets no request out."""

from __future__ import annotations

import errno
import ipaddress
import logging
import socket
import sys
from collections.abc import Sequence
from importlib.resources import files
from importlib.util import find_spec
from typing import TYPE_CHECKING

from evqa.errors import ServerError
from evqa.web.gate import EndPoints, Gate

if TYPE_CHECKING:
    import gradio as gr
    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Gradio's page needs inline scripts and compiles its templates with Function(). Everything else is
# closed, so that a browser asks no other host for anything, whatever an article holds.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; script-src-attr 'none'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
HEADERS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
CLOSED_ROUTES = tuple(
    f"/gradio_api/{name}"
    for name in ("deep_link", "file", "process_recording", "proxy", "stream", "upload")
)
SESSIONS_KEPT = 500
# The page has these before its style sheet comes, so that it does not flash.
PAPER = "#f7f6f2"
DARK_PAPER = "#161615"
SECONDS_TO_CLOSE = 1


def listen(host: str, port: int, password: str | None = None) -> socket.socket:
    """A socket that listens on the port.

    Raises ServerError where it cannot be had, or other machines could reach it without a password.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ServerError(
                f"Port {port} is in use.",
                f"Stop the other program, or run: evqa chat --port {port % 65535 + 1}",
            ) from error
        raise ServerError(
            f"The chat cannot listen on {host}, port {port}: {error.strerror}.",
            "Choose another --host or --port.",
        ) from error
    if password is None and not _is_local(listener):
        listener.close()
        raise ServerError(
            f"On {host}, other machines can reach evqa, so it needs a password.",
            'Set EVQA_AUTH="user:password", or leave out --host.',
        )
    return listener


def address(listener: socket.socket) -> str:
    """Where a browser finds what listens on the socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run(
    page: gr.Blocks,
    listener: socket.socket,
    password: str | None = None,
    routes: Sequence[BaseRoute] = (),
) -> None:
    """Serve the page on the socket until Ctrl-C, which raises KeyboardInterrupt at the end.

    `routes` are served beside it. `password` is a user name, a colon and a password. Programs can
    call the page's public end points, over MCP too where the package mcp is installed.
    """
    import gradio as gr
    import uvicorn
    from fastapi import FastAPI

    static = files("evqa.web") / "static"
    page.state_session_capacity = SESSIONS_KEPT
    app = gr.mount_gradio_app(
        FastAPI(openapi_url=None, routes=list(routes)),
        page,
        path="/",
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        show_error=False,
        mcp_server=find_spec("mcp") is not None,
        favicon_path=str(static / "icon.svg"),
        theme=gr.themes.Base(
            font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]
        ).set(body_background_fill=PAPER, body_background_fill_dark=DARK_PAPER),
        css=(static / "chat.css").read_text("utf-8"),
    )

    if page.mcp_error:
        print(f"evqa: {page.mcp_error}", file=sys.stderr)

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # Every open page holds a stream that never ends: to cut it off is no error.
            logging.getLogger("uvicorn.error").disabled = True
            await super().shutdown(sockets)

    config = uvicorn.Config(
        _Guarded(Gate(app, EndPoints.of(page), password, local=_is_local(listener))),
        log_level="warning",
        ws="none",
        timeout_graceful_shutdown=SECONDS_TO_CLOSE,
    )
    print(f"evqa chat: {address(listener)}", flush=True)
    Server(config).run(sockets=[listener])


def _is_local(listener: socket.socket) -> bool:
    """Whether only this machine reaches the socket."""
    return ipaddress.ip_address(listener.getsockname()[0].partition("%")[0]).is_loopback


class _Guarded:
    """An app with safe headers, and without the routes for files, of which a chat has none."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(CLOSED_ROUTES):
            from starlette.responses import PlainTextResponse

            await PlainTextResponse("Not found", 404)(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *HEADERS]
            await send(message)

        await self._app(scope, receive, send_guarded)
