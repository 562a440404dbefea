"""The index folder as it is read: SQLite is the truth, the other files are derived from it.

The manifest in SQLite names the files of vectors and the folder of BM25 that belong to its state. A
derived file that is missing or damaged is made again from SQLite, in memory, so that opening never
writes.
"""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np

from evqa.index import database, derived
from evqa.index.database import BuiltBy
from evqa.index.segments import Part, Segments, index_of, source
from evqa.index.snapshot import Snapshot
from evqa.lexical import LexicalIndex

__all__ = ["BuiltBy", "Store"]

_log = logging.getLogger(__name__)

_ATTEMPTS = 100


class Store(Snapshot):
    """A reader of the index folder, which keeps the state that it opened; safe between threads."""

    def __init__(self, folder: Path) -> None:
        """Open the index in a folder, with all its files.

        Raises IndexNotFound where there is none, IndexCorrupt where what is there is no index of
        evqa or is damaged, IndexMismatch where another version built it.
        """
        super().__init__(folder)
        try:
            self._open_searches()
        except BaseException:
            self.close()
            raise

    def vectors(self) -> Segments:
        """The vector index of this state."""
        return self._vectors

    def stand_ins(self) -> Segments:
        """The index of the vectors that stand in for those that are still to be made."""
        return self._stand_ins

    def lexical(self) -> LexicalIndex:
        """The BM25 index of this state."""
        return self._lexical

    def _open_searches(self) -> None:
        """Open what is derived; where an update has swept it away, that of the update's state."""
        for _ in range(_ATTEMPTS):
            vectors = self._saved_vectors(stand_in=False)
            stand_ins = self._saved_vectors(stand_in=True)
            lexical = derived.open_lexical(self.folder, self.manifest)
            if None not in (vectors, stand_ins, lexical) or self.is_current():
                break
            self.close()
            super().__init__(self.folder)
        else:
            vectors = stand_ins = lexical = None
        self._vectors = self._remade_vectors(stand_in=False) if vectors is None else vectors
        self._stand_ins = self._remade_vectors(stand_in=True) if stand_ins is None else stand_ins
        self._lexical = self._remade_lexical() if lexical is None else lexical

    def _saved_vectors(self, *, stand_in: bool) -> Segments | None:
        # Stand-ins are written anew in every state: none of theirs is dead.
        rows = [] if stand_in else self._rows("SELECT id FROM dead")
        dead = np.array([row["id"] for row in rows], dtype=np.int64)
        named = [one for one in self.manifest.segments if one.stand_in == stand_in]
        dim = source(self.manifest.built_by.dim, stand_in=stand_in).dim
        found = Segments.load(self.folder, named, dim, dead)
        count = self._count(stand_in=stand_in)
        return found if found is not None and len(found) == count else None

    def _remade_vectors(self, *, stand_in: bool) -> Segments:
        _log.warning("the vector file is missing or damaged: made again from the database")
        manifest = self.manifest
        with self.reading() as connection:
            last = derived.last_passage(connection)
            waiting = manifest.first_waiting or last + 1
            bounds = (waiting, last) if stand_in else (0, waiting - 1)
            everything = Part(*bounds, self._count(stand_in=stand_in), stand_in=stand_in)
            index = index_of(connection, everything, manifest.built_by.dim)
        return Segments([index], index.dim, np.empty(0, dtype=np.int64))

    def _count(self, *, stand_in: bool) -> int:
        waiting = self.manifest.waiting
        return waiting if stand_in else self.manifest.passages - waiting

    def _remade_lexical(self) -> LexicalIndex:
        _log.warning("the BM25 index is missing or damaged: made again from the database")
        index = LexicalIndex()
        with self.reading() as connection:
            index.update(database.passage_texts(connection))
        return index
