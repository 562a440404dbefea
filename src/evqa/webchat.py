"""The chat in the browser: the page, and the server that shows it."""

from __future__ import annotations

from contextlib import suppress

from evqa.settings import Settings
from evqa.web.webindex import ServedIndex
from evqa.web.webserver import listen, run


def serve(settings: Settings, *, host: str = "127.0.0.1", port: int = 7860) -> None:
    """Serve the chat until Ctrl-C.

    The port is taken first and the articles are read in the background, so that the page is there
    at once. Raises ServerError where the port cannot be had, or where other machines could reach it
    without a password.
    """
    password = settings.auth.get_secret_value() if settings.auth else None
    with suppress(KeyboardInterrupt), listen(host, port, password) as listener:
        served = ServedIndex(settings)
        served.begin()
        try:
            # The articles are read while Gradio loads.
            from evqa.web.chatpage import build
            from evqa.web.weblibrary import routes

            run(build(served), listener, password, routes(served.library))
        finally:
            served.close()
