"""Running the real chat in a process of its own, and asking it through its page."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "corpus"
SECONDS_FOR_AN_ANSWER = 120


expect.set_options(timeout=SECONDS_FOR_AN_ANSWER * 1000)


@dataclass
class Chat:
    """A running `evqa chat`."""

    url: str
    port: int
    process: subprocess.Popen[str]
    stderr: Path

    def interrupt(self) -> int:
        """Press Ctrl-C; returns the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=30)


Serve = Callable[[Path], Chat]
Visit = Callable[..., Page]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(corpus: Path, folder: Path) -> Iterator[Chat]:
    """Run `evqa chat` on a corpus; its index and error output go to the folder."""
    port = free_port()
    stderr = folder / "stderr.txt"
    command = [
        sys.executable,
        "-m",
        "evqa",
        "chat",
        "--corpus",
        corpus,
        "--index",
        folder / "index",
    ]
    with (
        stderr.open("w") as errors,
        subprocess.Popen(
            [*map(str, command), "--port", str(port)],
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        assert process.stdout
        try:
            greeting = process.stdout.readline()
            url = f"http://127.0.0.1:{port}"
            assert greeting == f"evqa chat: {url}\n", stderr.read_text()
            yield Chat(url, port, process, stderr)
        finally:
            process.kill()


def ask(page: Page, question: str) -> None:
    """Paste a question into the focused box, send it with Enter and wait for the reply."""
    before = page.locator(".exchange").count()
    page.get_by_label("Your question").focus()
    page.keyboard.insert_text(question)
    page.keyboard.press("Enter")
    exchange = page.locator(".exchange").nth(before)
    exchange.locator(".lead, .refusal, .problem").first.wait_for()
