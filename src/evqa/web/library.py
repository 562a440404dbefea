"""The corpus as visitors of the chat change it: what they put in and take out, and the index."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Set
from pathlib import Path, PurePosixPath

from evqa import corpus
from evqa.adding import Added, places, put, put_page
from evqa.errors import CorpusError, EvqaError, IndexLocked, SourceError
from evqa.indexing import update_index
from evqa.records import IndexReport
from evqa.settings import Settings
from evqa.sources import extracted
from evqa.sources.addresses import is_url
from evqa.sources.extraction import SUFFIXES
from evqa.sources.fetching import Fetcher

OnUpdate = Callable[[IndexReport | EvqaError], None]

_SECONDS_BETWEEN_TRIES = 1.0
_NAME_BYTES = 255

_logger = logging.getLogger(__name__)


class _Stopped(Exception):
    """The chat ends in the middle of an update."""


class Library:
    """Changes the corpus at once and the index after it, in a thread; safe between threads.

    What it does it says in one line. `on_update` is told of every update of the index, in that
    thread.
    """

    def __init__(
        self, settings: Settings, on_update: OnUpdate, fetcher: Fetcher | None = None
    ) -> None:
        self.progress: tuple[int, int] | None = None
        self._settings = settings
        self._on_update = on_update
        self._fetcher = fetcher or Fetcher()
        self._changing = threading.Lock()
        self._due: set[Path] = set()
        self._undone: set[Path] = set()  # of updates that failed
        self._thread: threading.Thread | None = None
        self._ends = threading.Event()

    @property
    def busy(self) -> bool:
        """Whether the index is being updated after a change."""
        return self._thread is not None

    def add_file(self, name: str, content: bytes) -> str:
        """Put a file into the corpus; raises as `adding.put` does, and for what is no file name."""
        plain = PurePosixPath(name.replace("\\", "/")).name
        unusable = plain.startswith(".") or not plain or len(plain.encode()) > _NAME_BYTES
        if unusable or any(ord(character) < ord(" ") for character in plain):
            raise SourceError(f"{name[:80]!r} is no name for a file.", "Rename it.")
        return self._told(put(self._settings.corpus, plain, content))

    def add_page(self, url: str) -> str:
        """Fetch a page into the corpus; raises as `adding.put_page` does, and for no address."""
        if not is_url(url):
            raise SourceError(
                f"{url[:80]!r} is no web address.", "Write it with its http:// or https://."
            )
        return self._told(put_page(self._settings.corpus, url, self._fetcher))

    def remove(self, article_id: str) -> str:
        """Delete an article's file and what was read out of it.

        Raises SourceError where it has none of its own, CorpusError where it can't be deleted.
        """
        paths = corpus.article_paths(self._settings.corpus)
        path = paths.get(article_id)
        if path is None:
            raise SourceError(f"There is no file {article_id} in the corpus any more.")
        if list(paths.values()).count(path) > 1:
            raise SourceError(
                f"{article_id} is one of several articles in {path.name}.",
                "Take its line out of that file.",
            )
        if len(paths) == 1:
            raise SourceError(f"{article_id} is the last article.", "Add another one first.")
        try:
            path.unlink()
            if path.suffix.lower() in SUFFIXES:
                path.with_name(path.name + extracted.ENDING).unlink(missing_ok=True)
        except OSError as error:
            raise CorpusError(
                f"{article_id} cannot be deleted ({error.strerror or error}).",
                "Check the permissions of the corpus folder.",
            ) from error
        self._begin_update({path.relative_to(self._settings.corpus)})
        return f"{article_id} was removed from the corpus."

    def close(self) -> None:
        """Give up an update that is going on."""
        with self._changing:
            self._ends.set()
            thread = self._thread
        if thread:
            thread.join()

    def _told(self, added: Added) -> str:
        if added.change == "unchanged":
            return f"{added.file} was in the corpus already."
        self._begin_update(places(self._settings.corpus, [added]))
        change = "replaced in" if added.change == "updated" else "added to"
        return f"{added.file} was {change} the corpus."

    def _begin_update(self, changed: Set[Path]) -> None:
        """Update the index soon; changes that come meanwhile make one more update."""
        with self._changing:
            self._due |= changed | self._undone
            self._undone = set()
            if self._thread is None and not self._ends.is_set():
                self._thread = threading.Thread(target=self._update, name="evqa-library")
                self._thread.start()

    def _update(self) -> None:
        while only := self._take_due():
            try:
                update: IndexReport | EvqaError = update_index(
                    self._settings, only=only, progress=self._show_progress
                )
            except _Stopped:
                continue
            except IndexLocked:
                with self._changing:
                    self._due |= only
                self._ends.wait(_SECONDS_BETWEEN_TRIES)
                continue
            except EvqaError as error:
                update = error
            except Exception:
                _logger.exception("the index could not be updated")
                update = EvqaError(
                    "The index could not be updated.", "The output in the terminal says why."
                )
            if isinstance(update, EvqaError):
                with self._changing:
                    self._undone |= only
            self._on_update(update)

    def _take_due(self) -> set[Path]:
        """What is to be looked at in one more update; where nothing is, the thread is over."""
        with self._changing:
            due, self._due = self._due, set()
            if self._ends.is_set():
                due = set()
            if not due:
                self._thread = self.progress = None
            return due

    def _show_progress(self, done: int, total: int) -> None:
        if self._ends.is_set():
            raise _Stopped
        self.progress = (done, total)
