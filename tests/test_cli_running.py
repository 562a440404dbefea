"""Commands while they run: what they show on a terminal, and how Ctrl-C and SIGTERM end them."""

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from samples import passages_of, write_corpus

from evqa.errors import IndexNotFound
from evqa.store import Store

SECONDS = 60
ENVIRONMENT = {**os.environ, "PYTHONUNBUFFERED": "1", "TERM": "xterm", "COLUMNS": "120"}
STATIC = {**ENVIRONMENT, "EVQA_EMBEDDING_MODEL": "static"}


class Terminal:
    """A terminal that a process has as its standard error."""

    def __init__(self) -> None:
        self._ours, self.theirs = pty.openpty()
        self._printed = b""

    @property
    def shown(self) -> str:
        """All that was printed so far, in lines, without the control sequences."""
        text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self._printed.decode(errors="replace"))
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def read(self) -> bool:
        """Take what was printed since; false once the process has closed its side."""
        try:
            printed = os.read(self._ours, 10_000)
        except OSError:
            printed = b""
        self._printed += printed
        return bool(printed)

    def until(self, pattern: str) -> None:
        while not re.search(pattern, self.shown):
            assert self.read(), self.shown[-200:]

    def rest(self) -> str:
        while self.read():
            pass
        return self.shown

    def close(self) -> None:
        os.close(self._ours)


@contextmanager
def on_a_terminal(
    *arguments: str, folder: Path, environment: dict[str, str] = ENVIRONMENT
) -> Iterator[tuple[subprocess.Popen[str], Terminal]]:
    """Run the command line in a folder, with a terminal as its standard error."""
    with closing(Terminal()) as terminal:
        process = subprocess.Popen(
            [sys.executable, "-m", "evqa", *arguments],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=terminal.theirs,
            text=True,
        )
        os.close(terminal.theirs)
        with process:
            try:
                yield process, terminal
            finally:
                process.kill()


def write_many(folder: Path) -> None:
    """Write more articles than can be embedded in a few seconds."""
    many = {f"many/{n}.txt": f"It rains in town {n}. " * 60 for n in range(200)}
    write_corpus(folder / "corpus", many)


def test_a_terminal_shows_how_far_and_how_fast_it_goes_and_control_c_stops_it(
    corpus: Path, tmp_path: Path
) -> None:
    write_many(tmp_path)
    with on_a_terminal("index", folder=tmp_path) as (process, terminal):
        terminal.until(r"Embedding .+ \d+/\d+ passages \d+ passages/s \d:\d\d:\d\d\n")
        process.send_signal(signal.SIGINT)
        assert process.wait(SECONDS) == 130
        assert process.stdout
        assert process.stdout.read() == ""
        assert terminal.rest().splitlines()[-1] == "evqa: Stopped; there is no index yet."
    with pytest.raises(IndexNotFound):
        Store(tmp_path / "index")


def test_control_c_leaves_the_last_good_index(corpus: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "evqa", "index"]
    subprocess.run(command, cwd=tmp_path, env=ENVIRONMENT, check=True, stdout=subprocess.DEVNULL)
    before = passages_of(tmp_path / "index")
    write_many(tmp_path)
    (corpus / "bees.txt").unlink()
    with on_a_terminal("index", folder=tmp_path) as (process, terminal):
        terminal.until("passages/s")
        process.send_signal(signal.SIGINT)
        assert process.wait(SECONDS) == 130
        last = terminal.rest().splitlines()[-1]
    assert last == "evqa: Stopped; the last good index is unchanged."
    assert passages_of(tmp_path / "index") == before


def test_json_is_printed_without_a_progress_bar(corpus: Path, tmp_path: Path) -> None:
    with on_a_terminal("index", "--json", folder=tmp_path, environment=STATIC) as running:
        process, terminal = running
        assert process.stdout
        assert process.stdout.read().startswith("{")
        assert terminal.rest() == ""
        assert process.wait(SECONDS) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_watch_prints_what_changes_and_ends_cleanly(
    corpus: Path, tmp_path: Path, number: signal.Signals
) -> None:
    (corpus / "latin.txt").write_bytes(b"Gr\xf6\xdfe")
    with subprocess.Popen(
        [sys.executable, "-m", "evqa", "watch"],
        cwd=tmp_path,
        env=STATIC,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stderr
        try:
            failed = "latin.txt: it is not UTF-8 (byte 2 is 0xf6). Save it as UTF-8."
            assert [process.stdout.readline() for _ in range(5)] == [
                "added    archiv/brücke.md\n",
                "added    bees.txt\n",
                "added    ferry.md\n",
                f"failed   {failed}\n",
                "Up to date; watching corpus\n",
            ]
            write_corpus(corpus, {"two\nlines.md": "It rains in Bergen."})
            assert process.stdout.readline() == "added    two lines.md\n"
            (corpus / "bees.txt").write_text("The bees have gone.")
            assert process.stdout.readline() == "updated  bees.txt\n"
            (corpus / "bees.txt").rename(corpus / "wasps.txt")
            assert process.stdout.readline() == "renamed  bees.txt to wasps.txt\n"
            (corpus / "wasps.txt").unlink()
            assert process.stdout.readline() == "removed  wasps.txt\n"
            process.send_signal(number)
            assert process.wait(SECONDS) == 0
            assert (process.stdout.read(), process.stderr.read()) == ("", "")
        finally:
            process.kill()


def test_watch_without_a_corpus_is_told(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "evqa", "watch"],
        cwd=tmp_path,
        env=STATIC,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "evqa: The corpus folder corpus cannot be watched: No path was found."
        " Make it, or name another with --corpus.\n"
    )
