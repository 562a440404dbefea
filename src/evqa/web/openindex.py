"""An index that several threads ask at once, opened anew where it has changed."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from evqa.settings import Settings

if TYPE_CHECKING:
    from evqa.assistant import Assistant


class OpenIndex:
    """Lends out the assistant of the index as it is now, and closes one before it once given back.

    Safe to use from several threads.
    """

    def __init__(self, settings: Settings) -> None:
        """Open the index; raises as `Assistant.open` does."""
        from evqa.assistant import Assistant

        self._settings = settings
        self._current = Assistant.open(settings)
        self._lent: Counter[Assistant] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def lend(self) -> Iterator[Assistant]:
        """The assistant, which stays open until given back; raises as `Assistant.open` does."""
        with self._lock:
            assistant = self._brought_up_to_date()
            self._lent[assistant] += 1
        try:
            yield assistant
        finally:
            with self._lock:
                self._lent[assistant] -= 1
                if not self._lent[assistant]:
                    del self._lent[assistant]
                    if assistant is not self._current:
                        assistant.close()

    def close(self) -> None:
        """Let go of the index, once nothing is lent."""
        self._current.close()

    def _brought_up_to_date(self) -> Assistant:
        from evqa.assistant import Assistant

        before = self._current
        if not before.serves(self._settings):
            self._current = Assistant.open(self._settings)
            if before not in self._lent:
                before.close()
        return self._current
