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
from evqa.index.segments import Part, Segments, index_of
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

    def lexical(self) -> LexicalIndex:
        """The BM25 index of this state."""
        return self._lexical

    def _open_searches(self) -> None:
        """Open what is derived; where an update has swept it away, that of the update's state."""
        for _ in range(_ATTEMPTS):
            vectors = self._saved_vectors()
            lexical = derived.open_lexical(self.folder, self.manifest)
            if (vectors is not None and lexical is not None) or self.is_current():
                break
            self.close()
            super().__init__(self.folder)
        else:
            vectors = lexical = None
        self._vectors = self._remade_vectors() if vectors is None else vectors
        self._lexical = self._remade_lexical() if lexical is None else lexical

    def _saved_vectors(self) -> Segments | None:
        dead = np.array([row["id"] for row in self._rows("SELECT id FROM dead")], dtype=np.int64)
        manifest = self.manifest
        found = Segments.load(self.folder, manifest.segments, manifest.built_by.dim, dead)
        return found if found is not None and len(found) == manifest.passages else None

    def _remade_vectors(self) -> Segments:
        _log.warning("the vector file is missing or damaged: made again from the database")
        dim = self.manifest.built_by.dim
        with self.reading() as connection:
            everything = Part(0, derived.last_passage(connection), self.manifest.passages)
            index = index_of(connection, everything, dim)
        return Segments([index], dim, np.empty(0, dtype=np.int64))

    def _remade_lexical(self) -> LexicalIndex:
        _log.warning("the BM25 index is missing or damaged: made again from the database")
        index = LexicalIndex()
        with self.reading() as connection:
            index.update(database.passage_texts(connection))
        return index
