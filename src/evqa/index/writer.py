"""An update of the index folder: all of it lands, or nothing does.

A state is one SQLite transaction, which also names the files that are derived from it.
They are new files, never old ones written over, and are on disk before the transaction commits; so
whoever reads the state before still finds all of its own.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from evqa import files
from evqa.errors import IndexLocked, IndexStoreError
from evqa.index import database, derived, segments, stories
from evqa.index.database import BuiltBy, ContentDigest, Manifest
from evqa.language.sentences import Span
from evqa.onnx import Floats
from evqa.records import Article

LOCK = ".lock"
# What the system refuses says nothing about the database.
_NO_DAMAGE = (
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR),
    *(sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM),
)
_EMBEDDED_AT_ONCE = 256
_HAS_VECTOR = "SELECT 1 FROM embeddings WHERE text_key = passages.text_key"
_HAS_STAND_IN = "SELECT 1 FROM stand_ins WHERE id = passages.id"


@dataclass(frozen=True, slots=True)
class Unembedded:
    """A text that is to be embedded: `key` is its hash, `tokens` are its passage's."""

    key: bytes
    text: str
    tokens: int


class Writer:
    """One update of the index folder; `writing` makes it."""

    def __init__(
        self, folder: Path, connection: sqlite3.Connection, built_by: BuiltBy, generation: int
    ) -> None:
        self._folder = folder
        self._connection = connection
        self._built_by = built_by
        before = None
        if database.tables(connection):
            before = database.read_manifest(connection, folder)
            database.require(before, built_by, folder)
        else:
            database.create_tables(connection)
        self._digest = ContentDigest(before.content if before else "0")
        self._digest.follow(connection)
        self._start(before, generation)

    def _start(self, before: Manifest | None, generation: int) -> None:
        """Let no change have been made yet to the state before."""
        self._before, self._generation = before, generation
        rows = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'passages'")
        self._last = int((rows.fetchone() or (0,))[0])
        waiting = before.first_waiting if before else None
        self._first_unsure = waiting or self._last + 1  # from there on, vectors may be missing
        self._removed: list[int] = []
        self._lost_texts: set[bytes] = set()
        self._changed = before is None

    @property
    def is_first(self) -> bool:
        """Whether there is no state before this one."""
        return self._before is None

    def hashes(self, places: Iterable[str]) -> dict[str, str]:
        """The sha256 of the files when they were indexed, by article id, of articles in places."""
        return database.values_in(self._connection, "articles", "id", "sha256", places)

    def looks(self, places: Iterable[str]) -> dict[str, str]:
        """How files looked, by article id, where they had rested then, of articles in places."""
        return database.values_in(self._connection, "looks", "article_id", "look", places)

    def keep_looks(self, looks: Mapping[str, str]) -> None:
        """Record how articles' files looked before they were read; that is no change of state."""
        self._connection.executemany("INSERT OR REPLACE INTO looks VALUES (?, ?)", looks.items())

    def put(
        self, article: Article, passages: Sequence[tuple[Span, int]], was: str | None = None
    ) -> None:
        """Store an article with its passages (span and tokens) in the place of the one before.

        That is the one of this id, or of the id `was`. A passage that it had already keeps its
        number, and so what is derived from it.
        """
        kept = defaultdict(list)
        for number, key, length in reversed(self._take_out(article.id if was is None else was)):
            kept[key, length].append(number)
        database.insert_article(self._connection, article)
        self._connection.executemany(
            "INSERT INTO signs VALUES (?, ?)",
            [(article.id, sign) for sign in stories.signs(article)],
        )
        for ordinal, (span, tokens) in enumerate(passages):
            key = text_key(article.title, article.text[slice(*span)])
            numbers = kept[key, span[1] - span[0]]
            self._connection.execute(
                "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?)",
                [numbers.pop() if numbers else None, article.id, ordinal, *span, tokens, key],
            )
        for (key, _), numbers in kept.items():
            self._bury(key, numbers)

    def remove(self, article_id: str) -> None:
        """Remove an article and its passages."""
        for number, key, _ in self._take_out(article_id):
            self._bury(key, [number])

    def count_unembedded(self) -> int:
        """How many texts have no vector yet."""
        (count,) = self._connection.execute(
            "SELECT count(DISTINCT text_key) FROM passages"  # noqa: S608
            f" WHERE id >= ? AND NOT EXISTS ({_HAS_VECTOR})",
            [self._first_unsure],
        ).fetchone()
        return int(count)

    def unembedded(self) -> Iterator[list[Unembedded]]:
        """The texts without a vector, each once, in batches; `embed` must take one for the next."""
        for batch in self._without(_HAS_VECTOR, self._first_unsure):
            texts = {
                row["text_key"]: Unembedded(row["text_key"], text, row["tokens"])
                for row, text in batch
            }
            yield list(texts.values())

    def embed(self, vectors: Mapping[bytes, bytes]) -> None:
        """Store vectors by the keys of their texts, each as `packed` gives it."""
        self._changed = True
        self._connection.executemany("INSERT INTO embeddings VALUES (?, ?)", vectors.items())

    def stand_in(self, embed: Callable[[Sequence[str]], Floats]) -> None:
        """Make vectors that stand in for those which are still to be made.

        They are dropped as the others come. A passage after the first that waits has one also where
        its text has a vector: each of both kinds is searched in a run of passages of its own.
        """
        first = segments.first_waiting(self._connection, self._first_unsure)
        for batch in self._without(_HAS_STAND_IN, first) if first else ():
            self._changed = True
            vectors = packed(embed([text for _, text in batch]))
            self._connection.executemany(
                "INSERT INTO stand_ins VALUES (?, ?)",
                zip([row["id"] for row, _ in batch], vectors, strict=True),
            )

    def commit(self) -> Manifest:
        """Make a state of all so far, as `finish` does, that readers find, and go on from it."""
        manifest = self.finish()
        self._connection.execute("COMMIT")
        derived.sweep(self._folder, manifest)
        database.begin_update(self._connection)
        self._start(manifest, derived.next_generation(self._folder, manifest.generation))
        return manifest

    def finish(self) -> Manifest:
        """Write the derived files and name them in the manifest, which is returned."""
        before, connection, folder = self._before, self._connection, self._folder
        waiting = segments.first_waiting(connection, self._first_unsure)
        is_changed = self._changed or before is None or waiting != before.first_waiting
        if before and not is_changed and derived.is_whole(folder, before):
            return before
        self._forget_lost_texts()
        connection.execute("DELETE FROM stand_ins WHERE ?1 IS NULL OR id < ?1", [waiting])
        (new,) = connection.execute(
            "SELECT count(*) FROM passages WHERE id > ?", [self._last]
        ).fetchone()
        passages = (before.passages if before else 0) - len(self._removed) + new
        try:
            written = derived.write_segments(
                connection,
                folder,
                before.segments if before else (),
                self._generation,
                self._built_by.dim,
            )
            lexical_folder, lexical_files = derived.write_lexical(
                connection, folder, before, self._generation, self._last, self._removed
            )
            files.sync(folder)
        except (OSError, RuntimeError, ValueError) as error:  # of the system, FAISS and tantivy
            reason = getattr(error, "strerror", None) or str(error)
            raise database.refused(folder, reason) from error
        manifest = Manifest(
            built_by=self._built_by,
            generation=self._generation,
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
            passages=passages,
            reprints=stories.reprints(self._shared_signs()),
            content=str(self._digest),
            segments=written,
            lexical_folder=lexical_folder,
            lexical_files=lexical_files,
        )
        database.write_manifest(connection, manifest)
        return manifest

    def _without(self, what: str, first: int) -> Iterator[list[tuple[sqlite3.Row, str]]]:
        """The passages from `first` on that lack something, and what is embedded for them."""
        while rows := self._connection.execute(
            "SELECT passages.id AS id, text_key, tokens, title"  # noqa: S608
            " FROM passages JOIN articles ON articles.id = article_id"
            f" WHERE passages.id >= ? AND NOT EXISTS ({what}) ORDER BY passages.id LIMIT ?",
            [first, _EMBEDDED_AT_ONCE],
        ).fetchall():
            wanted = {row["id"]: row for row in rows}
            batch = []
            for number, body in database.passage_texts(self._connection, rows[0]["id"] - 1):
                if row := wanted.get(number):
                    batch.append((row, embedded_text(row["title"], body)))
                if len(batch) == len(rows):
                    break
            yield batch
            first = rows[-1]["id"] + 1

    def _take_out(self, article_id: str) -> list[tuple[int, bytes, int]]:
        """Delete an article; the number, text key and length of its passages, in order."""
        rows = self._connection.execute(
            'SELECT id, text_key, "end" - start AS length FROM passages WHERE article_id = ?'
            " ORDER BY ordinal",
            [article_id],
        ).fetchall()
        self._connection.execute("DELETE FROM articles WHERE id = ?", [article_id])
        self._changed = True
        return [(row["id"], row["text_key"], row["length"]) for row in rows]

    def _bury(self, key: bytes, numbers: Sequence[int]) -> None:
        if numbers:
            self._removed += numbers
            self._lost_texts.add(key)
            self._connection.executemany(
                "INSERT INTO dead VALUES (?)", [(number,) for number in numbers]
            )

    def _shared_signs(self) -> Iterator[tuple[int, str]]:
        yield from self._connection.execute(
            "SELECT sign, article_id FROM shared_signs CROSS JOIN signs USING (sign)"
        )

    def _forget_lost_texts(self) -> None:
        self._connection.executemany(
            "DELETE FROM embeddings WHERE text_key = ?1"
            " AND NOT EXISTS (SELECT 1 FROM passages WHERE text_key = ?1)",
            [(key,) for key in self._lost_texts],
        )


@contextmanager
def writing(folder: Path, built_by: BuiltBy, *, rebuild: bool = False) -> Iterator[Writer]:
    """Update the index in a folder; leaving the block commits.

    An exception leaves it as it was, or as the writer's last `commit` left it. `rebuild` starts
    from nothing. Raises IndexLocked while another process writes, IndexMismatch
    where other settings built what is there, IndexCorrupt where it is damaged, IndexStoreError
    where the folder can't be written.
    """
    with _exclusive(folder), database.translated(folder):
        connection = database.connect(folder)
        try:
            generation = derived.next_generation(folder, _generation(connection, folder))
            if rebuild:
                connection = _emptied(folder, connection)
            else:
                database.begin_update(connection)
            writer = Writer(folder, connection, built_by, generation)
            yield writer
            connection.execute("COMMIT")
            derived.sweep(folder, database.read_manifest(connection, folder))
            files.sweep(folder, derived.UNLANDED, ())
        finally:
            connection.close()


def embedded_text(title: str, body: str) -> str:
    """What is embedded for a passage: its text, with the article's title for context."""
    return f"{title}\n{body}" if title else body


def text_key(title: str, body: str) -> bytes:
    """The key of a passage's vector: the sha256 of what is embedded for it."""
    return hashlib.sha256(embedded_text(title, body).encode()).digest()


def packed(vectors: Floats) -> list[bytes]:
    """Vectors, shape (n, dim), as they are stored: in half precision."""
    return [vector.tobytes() for vector in vectors.astype(np.float16)]


def _generation(connection: sqlite3.Connection, folder: Path) -> int:
    """The number of the state that a folder holds, 0 where none can be read."""
    try:
        return database.read_manifest(connection, folder).generation
    except (sqlite3.DatabaseError, IndexStoreError):
        return 0


@contextmanager
def _exclusive(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK, timeout=0)
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
        database.begin_update(connection)
        tables = database.tables(connection)
        if tables and not {"articles", "passages", "manifest"}.issubset(tables):
            database.check_owner(connection, folder)
        for table in tables:
            connection.execute(f'DROP TABLE "{table}"')
    except sqlite3.DatabaseError as error:
        connection.close()
        if database.error_code(error) in _NO_DAMAGE:
            raise
        for suffix in ("", "-wal", "-shm"):
            (folder / (database.NAME + suffix)).unlink(missing_ok=True)
        return _emptied(folder, database.connect(folder))
    return connection
