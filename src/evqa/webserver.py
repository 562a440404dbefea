"""A small web server for one Gradio page: it takes the port first and lets no request out."""

from __future__ import annotations

import errno
import logging
import socket
from importlib.resources import files
from typing import TYPE_CHECKING

from evqa.errors import ServerError

if TYPE_CHECKING:
    import gradio as gr
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Gradio's page needs inline scripts and compiles its templates with Function(). Everything else is
# closed, so that a browser asks no other host for anything, whatever an article holds.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; script-src-attr 'none'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'"
)
HEADERS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
CLOSED_ROUTES = tuple(f"/gradio_api/{name}" for name in ("file", "upload", "proxy", "stream"))
# The page has these before its style sheet comes, so that it does not flash.
PAPER = "#f7f6f2"
DARK_PAPER = "#161615"
SECONDS_TO_CLOSE = 1


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on the port. Raises ServerError where it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
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


def address(listener: socket.socket) -> str:
    """Where a browser finds what listens on the socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run(page: gr.Blocks, listener: socket.socket) -> None:
    """Serve the page on the socket until Ctrl-C, which raises KeyboardInterrupt at the end."""
    import gradio as gr
    import uvicorn
    from fastapi import FastAPI

    static = files("evqa") / "static"
    app = gr.mount_gradio_app(
        FastAPI(openapi_url=None),
        page,
        path="/",
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        favicon_path=str(static / "icon.svg"),
        theme=gr.themes.Base(
            font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]
        ).set(body_background_fill=PAPER, body_background_fill_dark=DARK_PAPER),
        css=(static / "chat.css").read_text("utf-8"),
    )

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # Every open page holds a stream that never ends: to cut it off is no error.
            logging.getLogger("uvicorn.error").disabled = True
            await super().shutdown(sockets)

    config = uvicorn.Config(
        _Guarded(app),
        log_level="warning",
        ws="none",
        timeout_graceful_shutdown=SECONDS_TO_CLOSE,
    )
    print(f"evqa chat: {address(listener)}", flush=True)
    Server(config).run(sockets=[listener])


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
