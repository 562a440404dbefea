"""Vectors in immutable files, merged as a log-structured merge tree (O'Neil et al., 1996)."""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evqa import files
from evqa.errors import IndexCorrupt
from evqa.files import FileRecord
from evqa.onnx import Floats
from evqa.static_embedding import StaticEmbedder
from evqa.vectors import FaissIndex, Ids

# A file is merged with the one after it once that has a fourth of its vectors: each vector is then
# written a few times for each power of four, and a search looks at few files.
_MERGE_RATIO = 4
# What is removed costs a search its share; beyond this one the file is written without it.
_DEAD_SHARE = 0.25
_READ_AT_ONCE = 8192


@dataclass(frozen=True, slots=True)
class Source:
    """Rows of the database that have an id of a passage and a vector of length `dim`."""

    rows: str
    dim: int


STAND_INS = Source("stand_ins", StaticEmbedder.dim)
"""The vectors of passages whose own are still to be made; a search never mixes the two."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A file with the vectors of the passages that had an id from `first` to `last`."""

    first: int
    last: int
    count: int
    file: FileRecord
    stand_in: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A run of passage ids with `live` passages, and the file that holds it, if it can stay."""

    first: int
    last: int
    live: int
    segment: Segment | None = None
    stand_in: bool = False


class Segments:
    """The nearest vectors over several files, without those of removed passages."""

    def __init__(self, indexes: Sequence[FaissIndex], dim: int, dead: Ids) -> None:
        """Search indexes of vectors of length `dim` and pass over the ids in `dead`."""
        self._indexes = indexes
        self._dead = dead
        self.dim = dim

    @classmethod
    def load(
        cls, folder: Path, segments: Sequence[Segment], dim: int, dead: Ids
    ) -> Segments | None:
        """Open the files of segments, or None where one is missing or is not as it was written."""
        if not files.have_their_size(folder, [segment.file for segment in segments]):
            return None
        try:
            indexes = [FaissIndex.load(folder / segment.file.name) for segment in segments]
        except (OSError, RuntimeError):
            return None
        whole = all(
            len(index) == segment.count and index.dim == dim
            for index, segment in zip(indexes, segments, strict=True)
        )
        return cls(indexes, dim, dead) if whole else None

    def search(self, vector: Floats, k: int, within: Ids | None = None) -> list[tuple[int, float]]:
        """The ids and inner products of the `k` nearest vectors, nearest first.

        Where `within` is given, only those of passages with an id in it, none of them removed.
        """
        found = [index.search(vector, k, self._dead, within) for index in self._indexes]
        return heapq.nsmallest(k, heapq.merge(*found, key=_farness), key=_farness)

    def __len__(self) -> int:
        return sum(len(index) for index in self._indexes) - len(self._dead)


def plan(parts: Sequence[Part]) -> list[Part]:
    """The runs of ids that the files are to hold after an update, oldest first.

    Neighbours are merged until each has several times the passages of the one after it; a file
    keeps its run unless it was merged or too much of it is dead.
    """
    planned: list[Part] = []
    for part in parts:
        if not part.live:
            continue
        segment = part.segment
        if segment and segment.count - part.live > _DEAD_SHARE * segment.count:
            part = Part(part.first, part.last, part.live)
        planned.append(part)
        while len(planned) > 1 and planned[-2].live < _MERGE_RATIO * planned[-1].live:
            newer, older = planned.pop(), planned.pop()
            planned.append(Part(older.first, newer.last, older.live + newer.live))
    return planned


def source(dim: int, *, stand_in: bool) -> Source:
    """Where the vectors of length `dim` are that the model made, or those that stand in."""
    return STAND_INS if stand_in else Source("passages JOIN embeddings USING (text_key)", dim)


def first_waiting(connection: sqlite3.Connection, first: int) -> int | None:
    """The lowest id of a passage, from `first` on, whose vector is still to be made."""
    row = connection.execute(
        "SELECT id FROM passages WHERE id >= ? AND NOT EXISTS"
        " (SELECT 1 FROM embeddings WHERE text_key = passages.text_key) ORDER BY id LIMIT 1",
        [first],
    ).fetchone()
    return int(row["id"]) if row else None


def index_of(connection: sqlite3.Connection, part: Part, dim: int) -> FaissIndex:
    """The index of the vectors of a run of passages, as the database holds them.

    `dim` is the length of those that the model made.
    """
    held = source(dim, stand_in=part.stand_in)

    def sample(size: int) -> Floats:
        rows = connection.execute(
            "SELECT id FROM passages WHERE id BETWEEN ? AND ?", [part.first, part.last]
        )
        ids = np.fromiter((row["id"] for row in rows), dtype=np.int64)
        chosen = np.sort(np.random.default_rng(0).permutation(ids)[:size])
        batches = [chosen[i : i + _READ_AT_ONCE] for i in range(0, len(chosen), _READ_AT_ONCE)]
        return np.concatenate([vectors_of(connection, batch, held)[1] for batch in batches])

    index = FaissIndex.empty(part.live, held.dim, sample)
    for ids, vectors in stored(connection, part.first, part.last, held):
        index.add(ids, vectors)
    return index


def stored(
    connection: sqlite3.Connection, first: int, last: int, held: Source
) -> Iterator[tuple[Ids, Floats]]:
    """The ids of passages from `first` to `last` and their vectors, in batches, in order."""
    rows = connection.execute(
        f"SELECT id, vector FROM {held.rows} WHERE id BETWEEN ? AND ? ORDER BY id",  # noqa: S608
        [first, last],
    )
    while batch := rows.fetchmany(_READ_AT_ONCE):
        yield _arrays(batch, held.dim)


def vectors_of(connection: sqlite3.Connection, ids: Ids, held: Source) -> tuple[Ids, Floats]:
    """Those of these ids that are of passages, and their vectors, in order."""
    query = (
        f"SELECT id, vector FROM {held.rows}"  # noqa: S608
        " WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"
    )
    return _arrays(connection.execute(query, [str(ids.tolist())]).fetchall(), held.dim)


def _arrays(rows: Sequence[sqlite3.Row], dim: int) -> tuple[Ids, Floats]:
    ids = np.array([row["id"] for row in rows], dtype=np.int64)
    if any(len(row["vector"]) != dim * np.dtype(np.float16).itemsize for row in rows):
        raise IndexCorrupt(
            "A vector in the index is damaged.", "Build it anew: evqa index --rebuild"
        )
    joined = np.frombuffer(b"".join(row["vector"] for row in rows), dtype=np.float16)
    return ids, joined.reshape(len(rows), dim).astype(np.float32)


def _farness(found: tuple[int, float]) -> float:
    return -found[1]
