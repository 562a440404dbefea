"""Vectors of an update that has not landed yet: what a killed one had made is not made again."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from evqa.index.database import translated

NAME = "pending.sqlite"
# Keeping takes no more than this share of the time that making takes.
_SHARE_OF_TIME = 1 / 20


class Pending:
    """A database beside the index, in which vectors are kept as they are made.

    They are kept by the model's identity and the hash of the embedded text. Only who holds the
    index's lock may open it. The vectors made before an exception, or Ctrl-C, are kept too.
    `was_left` says whether an update before this one left it, which had not landed.
    """

    def __init__(self, folder: Path, model: str) -> None:
        """Open what an update before this one left in the folder, if it left anything."""
        self._folder = folder
        self._model = model
        self.was_left = (folder / NAME).exists()

    def __enter__(self) -> Pending:
        with translated(self._folder):
            try:
                self._connection = _open(self._folder / NAME)
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:
                (self._folder / NAME).unlink()
                self._connection = _open(self._folder / NAME)
        self._kept_at, self._took = 0.0, 0.0
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self._commit()
        finally:
            self._connection.close()

    def found(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """The vectors that are there for texts with these hashes."""
        marks = ", ".join("?" * len(keys))
        with translated(self._folder):
            rows = self._connection.execute(
                f"SELECT text_key, vector FROM vectors WHERE model = ? AND text_key IN ({marks})",  # noqa: S608
                [self._model, *keys],
            ).fetchall()
        return dict(rows)

    def keep(self, vectors: Mapping[bytes, bytes]) -> None:
        """Keep vectors by the hashes of their texts."""
        with translated(self._folder):
            self._connection.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
                [(self._model, key, vector) for key, vector in vectors.items()],
            )
        if time.monotonic() - self._kept_at >= self._took / _SHARE_OF_TIME:
            self._commit()

    def _commit(self) -> None:
        began = time.monotonic()
        with translated(self._folder):
            if self._connection.in_transaction:
                self._connection.execute("COMMIT")
            self._connection.execute("BEGIN")
        self._kept_at = time.monotonic()
        self._took = self._kept_at - began


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("BEGIN")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS vectors (model TEXT, text_key BLOB, vector BLOB NOT NULL,"
            " PRIMARY KEY (model, text_key)) WITHOUT ROWID"
        )
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection
