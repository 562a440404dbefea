"""The index folder: SQLite is the truth; the FAISS and tantivy files are derived from it.

An update is one SQLite transaction, which also names the FAISS file and the tantivy commit that
belong to it; both are on disk before it commits. A derived file that is missing or does not match
is made again from SQLite, in memory, so that opening never writes.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from evqa.errors import IndexCorrupt, IndexLocked, IndexMismatch, IndexNotFound, IndexStoreError
from evqa.lexical import LexicalIndex, commit_on_disk
from evqa.onnx import Floats
from evqa.records import Article, Original, Passage
from evqa.sentences import Span
from evqa.vectors import FaissIndex, Ids

_log = logging.getLogger(__name__)

SCHEMA = 1
_APPLICATION_ID = int.from_bytes(b"evqa")
_DATABASE = "evqa.sqlite"
_REBUILD = "Build it anew: evqa index --rebuild"
_TABLES = """
CREATE TABLE articles (
    id TEXT PRIMARY KEY, sha256 TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL,
    source TEXT NOT NULL, url TEXT NOT NULL, author TEXT NOT NULL, published TEXT,
    language TEXT NOT NULL, text_offset INTEGER NOT NULL, reports_on TEXT
) WITHOUT ROWID;
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    tokens INTEGER NOT NULL, embedding BLOB NOT NULL,
    UNIQUE (article_id, ordinal)
);
CREATE TABLE manifest (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


@dataclasses.dataclass(frozen=True, slots=True)
class BuiltBy:
    """What built an index; an index of one is never searched with another."""

    embedding_model: str
    dim: int
    chunk_tokens: int


@dataclasses.dataclass(frozen=True, slots=True)
class Manifest:
    """What the index folder holds, as its last update recorded it."""

    built_by: BuiltBy
    generation: int
    built_at: str
    passages: int
    vectors_file: str
    lexical_folder: str
    lexical_commit: int
    schema: int = SCHEMA


class Store:
    """A reader of the index folder, which keeps the state that it opened; safe between threads."""

    def __init__(self, folder: Path) -> None:
        """Open the index in a folder.

        Raises IndexNotFound where there is none, IndexCorrupt where what is there is no index of
        evqa or is damaged.
        """
        self.folder = folder
        if not (folder / _DATABASE).is_file():
            raise _no_index(folder)
        self._lock = threading.Lock()
        self._connection = _connect(folder, read_only=True)
        try:
            with _translated(folder):
                # The read transaction stays open, so that all that is read is of one generation.
                self._connection.execute("BEGIN")
                self.manifest = _read_manifest(self._connection, folder)
        except IndexStoreError:
            self._connection.close()
            raise
        self.article = lru_cache(maxsize=1024)(self._article)

    def close(self) -> None:
        """Let go of the index."""
        self._connection.close()

    def is_current(self) -> bool:
        """Whether the folder still holds the state that this reader opened."""
        try:
            with closing(_connect(self.folder, read_only=True)) as connection:
                return _read_manifest(connection, self.folder) == self.manifest
        except (IndexStoreError, sqlite3.DatabaseError):
            return False

    def require(self, built_by: BuiltBy) -> None:
        """Raise IndexMismatch unless the index was built by exactly this."""
        _require(self.manifest, built_by, self.folder)

    def vectors(self) -> FaissIndex:
        """The vector index of this state."""
        try:
            index = FaissIndex.load(self.folder / self.manifest.vectors_file)
        except (OSError, RuntimeError):
            index = None
        if (
            index
            and len(index) == self.manifest.passages
            and index.dim == self.manifest.built_by.dim
        ):
            return index
        _log.warning("the vector file is missing or damaged: made again from the database")
        rows = self._rows("SELECT id, embedding FROM passages ORDER BY id")
        return FaissIndex.build(*_vectors(rows, self.manifest.built_by.dim))

    def lexical(self) -> LexicalIndex:
        """The BM25 index of this state."""
        manifest = self.manifest
        folder = self.folder / manifest.lexical_folder
        index = _open_lexical(folder, manifest.lexical_commit, manifest.passages)
        if index:
            return index
        _log.warning("the BM25 index is missing or damaged: made again from the database")
        index = LexicalIndex()
        with self._lock, _translated(self.folder):
            index.update(_passage_texts(self._connection))
        return index

    def articles(self) -> list[Article]:
        """All articles, in order of id."""
        return [_article(row) for row in self._rows("SELECT * FROM articles ORDER BY id")]

    def passages_of(self, article_id: str) -> list[Passage]:
        """The passages of an article, in order."""
        query = "SELECT * FROM passages WHERE article_id = ? ORDER BY ordinal"
        return [_passage(row) for row in self._rows(query, article_id)]

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """The passages with these ids, in their order; ids that are unknown are left out."""
        marks = ", ".join("?" * len(ids))
        rows = self._rows(f"SELECT * FROM passages WHERE id IN ({marks})", *ids)  # noqa: S608
        found = {row["id"]: _passage(row) for row in rows}
        return [found[id_] for id_ in ids if id_ in found]

    def hashes(self) -> dict[str, str]:
        """The sha256 of each article's file when it was indexed, by article id."""
        return {row["id"]: row["sha256"] for row in self._rows("SELECT id, sha256 FROM articles")}

    def _article(self, article_id: str) -> Article | None:
        rows = self._rows("SELECT * FROM articles WHERE id = ?", article_id)
        return _article(rows[0]) if rows else None

    def _rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock, _translated(self.folder):
            return self._connection.execute(query, values).fetchall()


class Writer:
    """One update of the index folder: all of it lands, or nothing does. `writing` makes it."""

    def __init__(self, folder: Path, connection: sqlite3.Connection, built_by: BuiltBy) -> None:
        self._folder = folder
        self._connection = connection
        self._built_by = built_by
        self._before = _read_manifest(connection, folder) if _tables(connection) else None
        if self._before:
            _require(self._before, built_by, folder)
        else:
            _create_tables(connection)
        self._added: list[tuple[int, str]] = []
        self._removed: list[int] = []
        self._changed = self._before is None

    def hashes(self) -> dict[str, str]:
        """The sha256 of each article's file when it was indexed, by article id."""
        rows = self._connection.execute("SELECT id, sha256 FROM articles")
        return {row["id"]: row["sha256"] for row in rows}

    def remove(self, article_id: str) -> None:
        """Remove an article and its passages."""
        rows = self._connection.execute(
            "SELECT id FROM passages WHERE article_id = ?", [article_id]
        )
        self._removed += [row["id"] for row in rows]
        self._connection.execute("DELETE FROM articles WHERE id = ?", [article_id])
        self._changed = True

    def add(self, article: Article, passages: Sequence[tuple[Span, int]], vectors: Floats) -> None:
        """Add an article with its passages (span and tokens) and their vectors, shape (n, dim)."""
        values = dataclasses.asdict(article)
        values["published"] = article.published and article.published.isoformat()
        values["reports_on"] = article.reports_on and json.dumps(
            dataclasses.asdict(article.reports_on), default=date.isoformat
        )
        names = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        self._connection.execute(f"INSERT INTO articles ({names}) VALUES ({marks})", values)  # noqa: S608
        for ordinal, ((start, end), tokens) in enumerate(passages):
            embedding = vectors[ordinal].astype(np.float16).tobytes()
            cursor = self._connection.execute(
                'INSERT INTO passages (article_id, ordinal, start, "end", tokens, embedding)'
                " VALUES (?, ?, ?, ?, ?, ?)",
                [article.id, ordinal, start, end, tokens, embedding],
            )
            self._added.append((cursor.lastrowid or 0, article.text[start:end]))
        self._changed = True

    def finish(self) -> int:
        """Write the derived files and name them in the manifest; returns the number of passages."""
        if self._before and not self._changed:
            return self._before.passages
        generation = _next_generation(self._folder)
        rows = self._connection.execute("SELECT id, embedding FROM passages ORDER BY id").fetchall()
        vectors_file = f"vectors-{generation}.faiss"
        FaissIndex.build(*_vectors(rows, self._built_by.dim)).save(self._folder / vectors_file)
        _sync(self._folder / vectors_file)
        lexical_folder, lexical_commit = self._update_lexical(generation)
        manifest = Manifest(
            built_by=self._built_by,
            generation=generation,
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
            passages=len(rows),
            vectors_file=vectors_file,
            lexical_folder=lexical_folder,
            lexical_commit=lexical_commit,
        )
        self._connection.execute(
            "INSERT OR REPLACE INTO manifest VALUES ('manifest', ?)",
            [json.dumps(dataclasses.asdict(manifest))],
        )
        return manifest.passages

    def _update_lexical(self, generation: int) -> tuple[str, int]:
        """The folder and the number of a commit that holds the passages as they are now."""
        if self._before:
            name, commit = self._before.lexical_folder, self._before.lexical_commit
            index = _open_lexical(self._folder / name, commit, self._before.passages)
            if index:
                return name, index.update(self._added, self._removed)
        name = f"lexical-{generation}"
        shutil.rmtree(self._folder / name, ignore_errors=True)
        return name, LexicalIndex(self._folder / name).update(_passage_texts(self._connection))


@contextmanager
def writing(folder: Path, built_by: BuiltBy, *, rebuild: bool = False) -> Iterator[Writer]:
    """Update the index in a folder; leaving the block commits, an exception leaves it as it was.

    `rebuild` starts from nothing. Raises IndexLocked while another process writes, IndexMismatch
    where other settings built what is there, IndexCorrupt where it is damaged, IndexStoreError
    where the folder can't be written.
    """
    with _exclusive(folder):
        connection = _connect(folder)
        try:
            with _translated(folder):
                if rebuild:
                    connection = _emptied(folder, connection)
                else:
                    connection.execute("PRAGMA journal_mode = WAL")
                    connection.execute("BEGIN IMMEDIATE")
                writer = Writer(folder, connection, built_by)
                yield writer
                connection.execute("COMMIT")
                _sweep(folder, _read_manifest(connection, folder))
        finally:
            connection.close()


@contextmanager
def _exclusive(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock", timeout=0)
        lock.acquire()
    except Timeout as error:
        raise IndexLocked(
            f"Another process is updating the index in {folder}.", "Wait until it has finished."
        ) from error
    except OSError as error:
        raise IndexStoreError(
            f"The index folder {folder} cannot be written ({error.strerror or error}).",
            "Name another with --index.",
        ) from error
    try:
        yield
    finally:
        lock.release()


def _emptied(folder: Path, connection: sqlite3.Connection) -> sqlite3.Connection:
    """A connection whose open transaction dropped all tables; a damaged database is replaced."""
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")
        if _tables(connection):
            _check_owner(connection, folder)
        for table in _tables(connection):
            connection.execute(f'DROP TABLE "{table}"')
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        connection.close()
        for suffix in ("", "-wal", "-shm"):
            (folder / (_DATABASE + suffix)).unlink(missing_ok=True)
        return _emptied(folder, _connect(folder))
    return connection


def _connect(folder: Path, *, read_only: bool = False) -> sqlite3.Connection:
    mode = "ro" if read_only else "rwc"
    uri = f"{(folder / _DATABASE).absolute().as_uri()}?mode={mode}"
    with _translated(folder):
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


@contextmanager
def _translated(folder: Path) -> Iterator[None]:
    """Turn SQLite's errors into evqa's."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise IndexStoreError(
            f"The index in {folder} cannot be used: {error}.", _REBUILD
        ) from error
    except sqlite3.DatabaseError as error:
        raise IndexCorrupt(f"The index in {folder} is damaged: {error}.", _REBUILD) from error


def _tables(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        " ORDER BY name = 'articles'"
    )
    return [row["name"] for row in rows]


def _create_tables(connection: sqlite3.Connection) -> None:
    for statement in _TABLES.split(";"):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")


def _check_owner(connection: sqlite3.Connection, folder: Path) -> None:
    (owner,) = connection.execute("PRAGMA application_id").fetchone()
    if owner != _APPLICATION_ID:
        raise IndexCorrupt(
            f"{folder / _DATABASE} is a database of another program.",
            "Name another folder with --index.",
        )


def _read_manifest(connection: sqlite3.Connection, folder: Path) -> Manifest:
    if not _tables(connection):
        raise _no_index(folder)
    _check_owner(connection, folder)
    row = connection.execute("SELECT value FROM manifest WHERE key = 'manifest'").fetchone()
    try:
        values = json.loads(row["value"])
        return Manifest(**{**values, "built_by": BuiltBy(**values["built_by"])})
    except (TypeError, KeyError, ValueError) as error:
        raise IndexMismatch(
            f"The index in {folder} was built by another version of evqa.", _REBUILD
        ) from error


def _no_index(folder: Path) -> IndexNotFound:
    return IndexNotFound(f"There is no index in {folder}.", "Make it: evqa index")


def _require(manifest: Manifest, built_by: BuiltBy, folder: Path) -> None:
    for field in dataclasses.fields(BuiltBy):
        was, now = getattr(manifest.built_by, field.name), getattr(built_by, field.name)
        if was != now:
            name = field.name.replace("_", " ")
            raise IndexMismatch(
                f"The index in {folder} was built with the {name} {was}, not {now}.",
                "Go back to that, or build it anew: evqa index --rebuild",
            )


def _open_lexical(folder: Path, commit: int, passages: int) -> LexicalIndex | None:
    """The BM25 index in a folder, or None where it is not at the commit or does not hold all."""
    if commit_on_disk(folder) != commit:
        return None
    try:
        index = LexicalIndex(folder)
    except (ValueError, OSError):
        return None
    return index if commit_on_disk(folder) == commit and len(index) == passages else None


def _next_generation(folder: Path) -> int:
    """A number that no derived file has, so that none of another generation is overwritten."""
    names = [path.stem for path in (*folder.glob("vectors-*.faiss"), *folder.glob("lexical-*"))]
    numbers = [int(name.rpartition("-")[2]) for name in names if name.rpartition("-")[2].isdigit()]
    return max(numbers, default=0) + 1


def _sweep(folder: Path, manifest: Manifest) -> None:
    """Remove the derived files that the manifest does not name."""
    for path in folder.glob("vectors-*.faiss"):
        if path.name != manifest.vectors_file:
            path.unlink(missing_ok=True)
    for path in folder.glob("lexical-*"):
        if path.name != manifest.lexical_folder:
            shutil.rmtree(path, ignore_errors=True)


def _sync(path: Path) -> None:
    for target in (path, path.parent):
        descriptor = os.open(target, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _vectors(rows: Sequence[sqlite3.Row], dim: int) -> tuple[Ids, Floats]:
    ids = np.array([row["id"] for row in rows], dtype=np.int64)
    joined = np.frombuffer(b"".join(row["embedding"] for row in rows), dtype=np.float16)
    return ids, joined.reshape(len(rows), dim).astype(np.float32)


def _passage_texts(connection: sqlite3.Connection) -> list[tuple[int, str]]:
    # substr counts code points, as Python does; it would stop at a NUL, which no article holds.
    rows = connection.execute(
        'SELECT passages.id, substr(text, start + 1, "end" - start) AS body'
        " FROM passages JOIN articles ON articles.id = article_id ORDER BY passages.id"
    )
    return [(row["id"], row["body"]) for row in rows]


def _article(row: sqlite3.Row) -> Article:
    values = dict(row)
    values["published"] = values["published"] and date.fromisoformat(values["published"])
    if values["reports_on"]:
        original = json.loads(values["reports_on"])
        day = original["published"]
        original["published"] = day and date.fromisoformat(day)
        values["reports_on"] = Original(**original)
    return Article(**values)


def _passage(row: sqlite3.Row) -> Passage:
    return Passage(
        id=row["id"],
        article_id=row["article_id"],
        ordinal=row["ordinal"],
        start=row["start"],
        end=row["end"],
        tokens=row["tokens"],
    )
