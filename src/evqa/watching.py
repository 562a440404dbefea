"""Keep the index up to date while the corpus changes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from evqa.corpus import EVERYTHING
from evqa.errors import CorpusError, EvqaError, IndexLocked
from evqa.indexing import update_index
from evqa.records import IndexReport
from evqa.settings import Settings
from evqa.sources import extracted

OnUpdate = Callable[[IndexReport | EvqaError], None]

# Of so many changes the system may have dropped some.
_MOST_CHANGES = 1000
# A burst of changes is one update: it ends when nothing has changed for the quiet time, and is cut
# off after the longest one.
_QUIET_MS = 500
_LONGEST_BURST_MS = 5000
_ROUND_MS = 1000


class _Stopped(Exception):
    """The watch is to end in the middle of an update."""


def watch(settings: Settings, stop: threading.Event, on_update: OnUpdate) -> None:
    """Bring the index up to date, and again after every change of the corpus, until `stop` is set.

    After the first time only what changed is looked at, unless an update has failed. `on_update` is
    called with the report of every update, or with the error of one that failed: the next change
    tries again, and so does the next second where another process holds the index. The same error
    is told once in a row. Raises CorpusError where the corpus folder can't be watched or goes away.
    """
    told = ""
    is_due, everything = True, True
    for changed in _rounds(settings, stop):
        if not (is_due or changed):
            continue
        only = EVERYTHING if everything or len(changed) > _MOST_CHANGES else changed
        try:
            report = update_index(settings, only=only, progress=lambda _done, _total: _go_on(stop))
        except _Stopped:
            return
        except EvqaError as error:
            if not settings.corpus.is_dir():
                raise
            is_due, everything = isinstance(error, IndexLocked), True
            if str(error) != told:
                on_update(error)
            told = str(error)
        else:
            is_due, everything, told = False, False, ""
            on_update(report)


def _rounds(settings: Settings, stop: threading.Event) -> Iterator[frozenset[Path]]:
    """What has changed below the corpus, after every burst of changes and every second of quiet.

    What changes between two rounds is told in the next one, the time before the first included.
    """
    import watchfiles

    corpus, index = settings.corpus.resolve(), settings.index.resolve()
    try:
        for changes in watchfiles.watch(
            corpus,
            watch_filter=lambda _, path: _matters(Path(path), corpus, index),
            debounce=_LONGEST_BURST_MS,
            step=_QUIET_MS,
            stop_event=stop,
            rust_timeout=_ROUND_MS,
            yield_on_timeout=True,
        ):
            yield frozenset(Path(path).relative_to(corpus) for _, path in changes)
    except (OSError, RuntimeError) as error:
        raise CorpusError(
            f"The corpus folder {settings.corpus} cannot be watched: {error}",
            "Make it, or name another with --corpus.",
        ) from error


def _go_on(stop: threading.Event) -> None:
    if stop.is_set():
        raise _Stopped


def _matters(path: Path, corpus: Path, index: Path) -> bool:
    """Whether a change there can change an article: not in a hidden file or one of evqa's own."""
    if path.is_relative_to(index) or extracted.is_name(path.name):
        return False
    return not any(part.startswith(".") for part in path.relative_to(corpus).parts)
