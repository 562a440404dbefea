"""Check that all of an index holds together, down to single bits."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evqa import files
from evqa.errors import IndexNotFound, IndexStoreError
from evqa.files import FileRecord
from evqa.index import database, segments
from evqa.index.database import ContentDigest, Manifest
from evqa.index.derived import open_lexical
from evqa.index.segments import Segment
from evqa.index.snapshot import Snapshot
from evqa.index.writer import LOCK
from evqa.settings import Settings
from evqa.vectors import FaissIndex

_ATTEMPTS = 100
_LENGTH_TOLERANCE = 0.01


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked, what is wrong with it, and the files that the index has no use for.

    Those are what a killed update left, which the next one removes, and what is not evqa's.
    """

    articles: int
    passages: int
    files: int
    problems: tuple[str, ...]
    leftovers: tuple[str, ...]


def verify_index(settings: Settings) -> list[str]:
    """What is wrong with the index, a line each; raises IndexNotFound where there is none."""
    return list(verify(settings.index).problems)


def verify(folder: Path) -> Verification:
    """Check the index in a folder, whatever updates it meanwhile.

    Raises IndexNotFound where there is none.
    """
    for _ in range(_ATTEMPTS):
        try:
            with closing(Snapshot(folder)) as snapshot:
                found = _verified(snapshot)
                if not found.problems or snapshot.is_current():
                    break
        except IndexNotFound:
            raise
        except IndexStoreError as error:
            return Verification(0, 0, 0, (error.message,), ())
    return found


def _verified(snapshot: Snapshot) -> Verification:
    folder, manifest = snapshot.folder, snapshot.manifest
    named = [(folder, segment.file) for segment in manifest.segments]
    named += [(folder / manifest.lexical_folder, file) for file in manifest.lexical_files]
    with snapshot.reading() as connection:
        (articles,) = connection.execute("SELECT count(*) FROM articles").fetchone()
        problems = [*_of_database(connection), *_of_rows(connection, manifest)]
        for place, file in named:
            problems += _of_file(place, file, folder)
        if not problems:
            for segment in manifest.segments:
                problems += _of_segment(connection, folder, segment, manifest.built_by.dim)
            problems += _of_lexical(connection, folder, manifest)
    return Verification(
        articles=articles,
        passages=manifest.passages,
        files=len(named) + 1,
        problems=tuple(problems),
        leftovers=tuple(_leftovers(folder, manifest)),
    )


def _of_database(connection: sqlite3.Connection) -> Iterator[str]:
    for check in ("integrity_check", "foreign_key_check"):
        for row in connection.execute(f"PRAGMA {check}"):
            if tuple(row) != ("ok",):
                yield f"{database.NAME}: {' '.join(str(value) for value in row)}"


def _of_rows(connection: sqlite3.Connection, manifest: Manifest) -> Iterator[str]:
    digest = ContentDigest()
    digest.count_all(connection)
    if str(digest) != manifest.content:
        yield f"{database.NAME}: its rows are not those that the last update wrote"
    count = 0
    for article in connection.execute("SELECT id, text, text_sha256 FROM articles ORDER BY id"):
        article_id, text = article["id"], article["text"]
        if hashlib.sha256(text.encode()).hexdigest() != article["text_sha256"]:
            yield f"{article_id}: its text is not the one that was stored"
        end = 0
        rows = connection.execute(
            'SELECT ordinal, start, "end", embeddings.vector, stand_ins.vector AS stand_in'
            " FROM passages LEFT JOIN embeddings USING (text_key) LEFT JOIN stand_ins USING (id)"
            " WHERE article_id = ? ORDER BY ordinal",
            [article_id],
        )
        for ordinal, row in enumerate(rows):
            count += 1
            if row["ordinal"] != ordinal or not end <= row["start"] < row["end"] <= len(text):
                yield f"{article_id}: passage {ordinal} is out of order or out of the text"
            if not (
                _is_vector(row["vector"], manifest.built_by.dim)
                or _is_vector(row["stand_in"], segments.STAND_INS.dim)
            ):
                yield f"{article_id}: passage {ordinal} has no vector of length 1"
            end = row["end"]
    if count != manifest.passages:
        yield f"{database.NAME}: it holds {count} passages, not {manifest.passages}"


def _is_vector(stored: bytes | None, dim: int) -> bool:
    """Whether a vector has `dim` numbers and, unless it is of a text without words, length 1."""
    if stored is None or len(stored) != dim * np.dtype(np.float16).itemsize:
        return False
    length = float(np.linalg.norm(np.frombuffer(stored, dtype=np.float16).astype(np.float32)))
    return length == 0 or abs(length - 1) < _LENGTH_TOLERANCE


def _of_file(place: Path, file: FileRecord, folder: Path) -> Iterator[str]:
    name = (place / file.name).relative_to(folder).as_posix()
    try:
        found = files.recorded(place, file.name)
    except OSError as error:
        yield f"{name}: it cannot be read ({error.strerror or error})"
        return
    if found.size != file.size:
        yield f"{name}: it has {found.size} bytes, not {file.size}"
    elif found.sha256 != file.sha256:
        yield f"{name}: its content has changed since it was written"


def _of_segment(
    connection: sqlite3.Connection, folder: Path, segment: Segment, dim: int
) -> Iterator[str]:
    index = FaissIndex.load(folder / segment.file.name)
    held = segments.source(dim, stand_in=segment.stand_in)
    bounds = (segment.first, segment.last)
    rows = connection.execute("SELECT id FROM dead WHERE id BETWEEN ? AND ?", bounds)
    dead = np.array([row["id"] for row in rows], dtype=np.int64)
    (live,) = connection.execute(
        "SELECT count(*) FROM passages WHERE id BETWEEN ? AND ?", bounds
    ).fetchone()
    found = 0
    for ids, vectors in index.contents():
        is_live = ~np.isin(ids, dead)
        stored_ids, stored = segments.vectors_of(connection, ids[is_live], held)
        found += len(stored_ids)
        if not np.array_equal(stored_ids, ids[is_live]):
            yield f"{segment.file.name}: it holds other passages than the database"
            return
        if not np.array_equal(stored, vectors[is_live]):
            yield f"{segment.file.name}: its vectors are not those of the database"
            return
    if len(index) != segment.count or found != live:
        yield f"{segment.file.name}: it holds other passages than the database"


def _of_lexical(connection: sqlite3.Connection, folder: Path, manifest: Manifest) -> Iterator[str]:
    index = open_lexical(folder, manifest)
    ids = [row["id"] for row in connection.execute("SELECT id FROM passages ORDER BY id")]
    if index is None or index.ids() != ids:
        yield f"{manifest.lexical_folder}: it holds other passages than the database"


def _leftovers(folder: Path, manifest: Manifest) -> list[str]:
    """The files and folders that the manifest does not name."""
    lexical = manifest.lexical_folder
    own = {LOCK, *(database.NAME + suffix for suffix in ("", "-wal", "-shm", "-journal"))}
    own |= {lexical, *(segment.file.name for segment in manifest.segments)}
    inside = {file.name for file in manifest.lexical_files}
    extra = [path for path in folder.iterdir() if path.name not in own]
    extra += [
        path
        for path in (folder / lexical).glob("*")
        if path.name not in inside and path.suffix != ".lock"
    ]
    return sorted(path.relative_to(folder).as_posix() for path in extra)
