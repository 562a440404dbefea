"""The index behind the chat: brought up to date, opened, and opened anew when it has changed."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from typing import TYPE_CHECKING, TypeVar

from evqa.errors import EvqaError, ServerBusy, ServerError
from evqa.index.snapshot import Snapshot
from evqa.indexing import still_failing
from evqa.records import Failure, IndexReport
from evqa.settings import Settings
from evqa.web import cards
from evqa.web.library import Library
from evqa.web.openindex import OpenIndex

if TYPE_CHECKING:
    from evqa.assistant import Assistant

T = TypeVar("T")

MOST_WAITING = 64
# The models of one answer take every core, but between them it takes only one.
ANSWERS_AT_ONCE = 2
QUIET_SECONDS = 1.0

_logger = logging.getLogger(__name__)


class ServedIndex:
    """Brings the index up to date and opens it in a thread, and keeps it so while that is asked.

    `failed` are the files that could not be read when last looked at; `version` counts the updates.
    """

    def __init__(self, settings: Settings) -> None:
        self.status = cards.status("Reading the articles…")
        self._settings = settings
        self._thread = threading.Thread(target=self._run, name="evqa-startup")
        self._stopping = threading.Event()
        self._opened: Future[OpenIndex] = Future()
        # A running future cannot be cancelled by a visitor who leaves while waiting for it.
        self._opened.set_running_or_notify_cancel()
        self._workers = ThreadPoolExecutor(ANSWERS_AT_ONCE, thread_name_prefix="evqa-answers")
        self._waiting = 0
        self._last_used = -QUIET_SECONDS
        self._switching = threading.Lock()
        self._watcher: threading.Thread | None = None
        self._watch_ends = threading.Event()
        self._reading: tuple[int, int] | None = None
        self.failed: tuple[Failure, ...] = ()
        self.version = 0
        self._generation = 0
        self.library = Library(settings, self._show_update)

    def begin(self) -> None:
        """Start the thread."""
        self._thread.start()

    @property
    def finished(self) -> bool:
        """Whether the index is open, or could not be opened."""
        return self._opened.done()

    @property
    def ready(self) -> bool:
        """Whether the index is open."""
        return self.finished and not self._opened.exception()

    @property
    def kept_up(self) -> bool:
        """Whether the corpus is watched for changes."""
        return self._watcher is not None and self._watcher.is_alive()

    @property
    def progress(self) -> tuple[int, int] | None:
        """How many passages of how many an update has embedded; None where none is going on."""
        return self._reading or self.library.progress

    async def opened(self) -> None:
        """Wait until the index is open. Raises the EvqaError that prevented it."""
        await asyncio.wrap_future(self._opened)

    async def use(self, work: Callable[[Assistant], T]) -> T:
        """What `work` makes of the assistant, after those who asked before.

        ANSWERS_AT_ONCE are made at a time. Raises the EvqaError that prevented the index from being
        opened, ServerBusy where MOST_WAITING wait already, and what `work` raises.
        """
        try:
            return await self._in_turn(work)
        finally:
            self._last_used = time.monotonic()

    async def use_when_idle(self, work: Callable[[Assistant], T]) -> T:
        """The same, begun only when nobody has used it for QUIET_SECONDS."""
        while self._waiting or time.monotonic() - self._last_used < QUIET_SECONDS:
            await asyncio.sleep(QUIET_SECONDS / 10)
        return await self._in_turn(work)

    async def _in_turn(self, work: Callable[[Assistant], T]) -> T:
        if self._waiting >= MOST_WAITING:
            raise ServerBusy(
                f"evqa is busy: {MOST_WAITING} questions are waiting.", "Ask again in a minute."
            )
        self._waiting += 1
        try:
            await self.opened()
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._workers, self._work, work)
        finally:
            self._waiting -= 1

    def look_again(self) -> None:
        """Tell of the index as it is now where another process has changed it."""
        if not self.ready or self.library.busy:
            return
        with suppress(EvqaError):  # the next question is told why
            with closing(Snapshot(self._settings.index)) as state:
                is_newer = state.manifest.generation != self._generation
            if is_newer:
                self._show(self.failed)

    def keep_up(self, wanted: bool) -> None:
        """Begin to watch the corpus for changes, or end it."""
        with self._switching:
            if wanted and not self.kept_up:
                self._watch_ends.clear()
                self._watcher = threading.Thread(target=self._watch, name="evqa-watch")
                self._watcher.start()
            elif self._watcher and not wanted:
                self._watch_ends.set()
                self._watcher.join()

    def close(self) -> None:
        """Give up reading the articles, or close the index."""
        self._stopping.set()
        self._thread.join()
        self.library.close()
        self.keep_up(False)
        self._workers.shutdown(cancel_futures=True)
        if self.ready:
            self._opened.result().close()

    def _work(self, work: Callable[[Assistant], T]) -> T:
        with self._opened.result().lend() as assistant:
            return work(assistant)

    def _run(self) -> None:
        try:
            opened = self._open()
        except EvqaError as error:
            self._fail(error)
        except Exception:
            _logger.exception("the chat could not start")
            self._fail(EvqaError("evqa could not start.", "Its output in the terminal says why."))
        else:
            self._opened.set_result(opened)

    def _open(self) -> OpenIndex:
        from evqa.indexing import update_index

        report = update_index(self._settings, progress=self._show_progress)
        self._reading = None
        self.status = cards.status("Loading the models…")
        opened = OpenIndex(self._settings)
        self._show(report.failed)
        return opened

    def _show_progress(self, done: int, total: int) -> None:
        if self._stopping.is_set():
            raise ServerError("The chat was stopped.")
        self._reading = (done, total)
        self.status = cards.status(f"Reading the articles… {done} of {total} passages")

    def _fail(self, error: EvqaError) -> None:
        if not self._stopping.is_set():
            print(f"evqa: {error}", file=sys.stderr)
        self._reading = None
        self.status = cards.problem(error.message, error.hint)
        self._opened.set_exception(error)

    def _watch(self) -> None:
        from evqa.watching import watch

        try:
            watch(self._settings, self._watch_ends, self._show_update)
        except EvqaError as error:
            self._show_update(error)
        except Exception:
            _logger.exception("the corpus is no longer watched")
            self._show_update(
                EvqaError(
                    "The index is no longer kept up to date.",
                    "The output in the terminal says why.",
                )
            )

    def _show_update(self, update: IndexReport | EvqaError) -> None:
        if isinstance(update, EvqaError):
            self.status = cards.problem(update.message, update.hint)
            return
        try:
            if self.finished and not self.ready:
                self._open_after_all()
            self._show(still_failing(self.failed, update))
        except EvqaError as error:
            self.status = cards.problem(error.message, error.hint)

    def _show(self, failed: tuple[Failure, ...]) -> None:
        """Tell of the index as it is now. Raises IndexStoreError where it cannot be read."""
        with closing(Snapshot(self._settings.index)) as state:
            self._generation = state.manifest.generation
            articles, passages = len(state.hashes()), state.manifest.passages
        self.failed = failed
        self.status = cards.collection(articles, passages, failed)
        self.version += 1

    def _open_after_all(self) -> None:
        """Open the index where it could not be, before articles were put in the corpus."""
        opened: Future[OpenIndex] = Future()
        opened.set_running_or_notify_cancel()
        opened.set_result(OpenIndex(self._settings))
        self._opened = opened
