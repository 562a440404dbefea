"""The SQLite file of the index: its tables, its manifest, and the digest of its rows."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evqa import files
from evqa.corpus import WHOLE
from evqa.errors import IndexCorrupt, IndexMismatch, IndexNotFound, IndexStoreError
from evqa.files import FileRecord
from evqa.filters import Listed
from evqa.index.segments import Segment
from evqa.records import Article, Passage

if TYPE_CHECKING:
    from pydantic import TypeAdapter

SCHEMA = 6
NAME = "evqa.sqlite"
REBUILD = "Build it anew: evqa index --rebuild"
# Kilobytes: text keys come in no order, and of a page that has no room each change is written.
_CACHE = "cache_size = -200000"
# A question looks at some thousand pages of a large index, most of them again for the next one.
_READ_CACHE = "cache_size = -64000"
_APPLICATION_ID = int.from_bytes(b"evqa")
_TABLES = """
CREATE TABLE articles (
    id TEXT PRIMARY KEY, sha256 TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL,
    text_sha256 TEXT NOT NULL, rest TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX articles_by_content ON articles (sha256);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    tokens INTEGER NOT NULL, text_key BLOB NOT NULL,
    UNIQUE (article_id, ordinal)
);
CREATE INDEX passages_by_text ON passages (text_key);
CREATE TABLE embeddings (text_key BLOB PRIMARY KEY, vector BLOB NOT NULL);
CREATE TABLE stand_ins (
    id INTEGER PRIMARY KEY REFERENCES passages (id) ON DELETE CASCADE, vector BLOB NOT NULL
);
CREATE TABLE looks (
    article_id TEXT PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE, look TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE signs (
    article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE, sign INTEGER NOT NULL,
    PRIMARY KEY (article_id, sign)
) WITHOUT ROWID;
CREATE INDEX signs_by_sign ON signs (sign);
CREATE TABLE shared_signs (sign INTEGER PRIMARY KEY);
CREATE TABLE dead (id INTEGER PRIMARY KEY);
CREATE TABLE manifest (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
# The signs that several articles have, so that none need be looked for among all.
_TRIGGERS = (
    """CREATE TRIGGER sign_added AFTER INSERT ON signs WHEN EXISTS
    (SELECT 1 FROM signs WHERE sign = NEW.sign AND article_id <> NEW.article_id)
    BEGIN INSERT OR IGNORE INTO shared_signs VALUES (NEW.sign); END""",
    """CREATE TRIGGER sign_gone AFTER DELETE ON signs WHEN
    (SELECT count(*) FROM (SELECT 1 FROM signs WHERE sign = OLD.sign LIMIT 2)) < 2
    BEGIN DELETE FROM shared_signs WHERE sign = OLD.sign; END""",
)
_DIGESTED = {
    "articles": ("id", "sha256", "title", "text", "text_sha256", "rest"),
    "passages": ("id", "article_id", "ordinal", "start", "end", "tokens", "text_key"),
    "embeddings": ("text_key", "vector"),
    "stand_ins": ("id", "vector"),
    "dead": ("id",),
    "signs": ("article_id", "sign"),
    "shared_signs": ("sign",),
}
# What the system does not allow says nothing about the database.
_REFUSED = (
    *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN),
    *(sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY),
)
# The columns of an article; its other fields are kept together as JSON.
_OWN_COLUMNS = ("id", "sha256", "title", "text")


@dataclass(frozen=True, slots=True)
class BuiltBy:
    """What built an index; an index of one is never searched with another."""

    embedding_model: str
    dim: int
    chunk_tokens: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the index folder holds, as its last update recorded it.

    `reprints` counts the articles that tell the story of another; `content` is the digest of all
    rows; `lexical_files` are those of the folder `lexical_folder`.
    """

    built_by: BuiltBy
    generation: int
    built_at: str
    passages: int
    reprints: int
    content: str
    segments: tuple[Segment, ...]
    lexical_folder: str
    lexical_files: tuple[FileRecord, ...]
    schema: int = SCHEMA

    @property
    def waiting(self) -> int:
        """How many passages have a vector that stands in for their own."""
        return sum(segment.count for segment in self.segments if segment.stand_in)

    @property
    def first_waiting(self) -> int | None:
        """The lowest id of those; all passages from there on are."""
        firsts = [segment.first for segment in self.segments if segment.stand_in]
        return min(firsts, default=None)


class ContentDigest:
    """The sum of the sha256 of rows, modulo 2**256: rows come and go without a new count.

    After AdHash (Bellare and Micciancio, 1997).
    """

    def __init__(self, value: str = "0") -> None:
        self._sum = int(value, 16)

    def follow(self, connection: sqlite3.Connection) -> None:
        """Take part in all changes that this connection makes from now on."""
        connection.create_function("evqa_row", -1, self._count)
        for table, columns in _DIGESTED.items():
            old, new = (", ".join(f'{row}."{name}"' for name in columns) for row in ("OLD", "NEW"))
            added = f"SELECT evqa_row(1, '{table}', {new});"
            gone = f"SELECT evqa_row(-1, '{table}', {old});"
            for event, body in (("INSERT", added), ("DELETE", gone), ("UPDATE", gone + added)):
                connection.execute(
                    f"CREATE TEMP TRIGGER evqa_{table}_{event} AFTER {event} ON main.{table}"
                    f" BEGIN {body} END"
                )

    def count_all(self, connection: sqlite3.Connection) -> None:
        """Count every row that there is."""
        for table, columns in _DIGESTED.items():
            names = ", ".join(f'"{name}"' for name in columns)
            for row in connection.execute(f"SELECT {names} FROM {table}"):  # noqa: S608
                self._count(1, table, *row)

    def _count(self, sign: int, *row: Any) -> None:
        digest = hashlib.sha256()
        for value in row:
            content = value if isinstance(value, bytes) else str(value).encode()
            digest.update(f"{type(value).__name__} {len(content)} ".encode() + content)
        self._sum = (self._sum + sign * int.from_bytes(digest.digest())) % 2**256

    def __str__(self) -> str:
        return f"{self._sum:064x}"


def connect(folder: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection to the index's database; transactions are begun by hand.

    A folder that can't be written is read as it lies there: SQLite can't share it with a writer,
    of which it has none.
    """
    path = folder / NAME
    mode = "ro" if read_only else "rwc"
    connection = _opened(f"{path.absolute().as_uri()}?mode={mode}")
    if not read_only:
        return connection
    try:
        connection.execute("PRAGMA schema_version")
    except sqlite3.OperationalError as error:
        connection.close()
        cannot_share = error.sqlite_errorcode & 0xFF in (
            sqlite3.SQLITE_READONLY,
            sqlite3.SQLITE_CANTOPEN,
        )
        if not cannot_share or files.size(path.with_name(f"{NAME}-wal")):
            raise
        connection = _opened(f"{path.absolute().as_uri()}?mode=ro&immutable=1")
    except sqlite3.DatabaseError:
        connection.close()
        raise
    connection.execute(f"PRAGMA {_READ_CACHE}")
    return connection


def begin_update(connection: sqlite3.Connection) -> None:
    """Begin the transaction of an update, beside which others can read the state before it."""
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "temp_store = MEMORY", _CACHE):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN IMMEDIATE")


def _opened(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


@contextmanager
def translated(folder: Path) -> Iterator[None]:
    """Turn SQLite's errors into evqa's."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error_code(error) in _REFUSED:
            raise refused(folder, str(error)) from error
        raise IndexStoreError(f"The index in {folder} cannot be used: {error}.", REBUILD) from error
    except sqlite3.DatabaseError as error:
        raise IndexCorrupt(f"The index in {folder} is damaged: {error}.", REBUILD) from error


def error_code(error: sqlite3.DatabaseError) -> int:
    """What SQLite says went wrong; Python's own error, for text that is not UTF-8, has no code."""
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
    return code & 0xFF


def refused(folder: Path, reason: str) -> IndexStoreError:
    """The error where the system refuses to open or write a file of the index."""
    return IndexStoreError(
        f"The index in {folder} could not be opened or written ({reason}); it is as it was before.",
        "Make room on the disk or see to the folder's permissions, then try again.",
    )


def tables(connection: sqlite3.Connection) -> list[str]:
    """The tables of a database, in an order in which they can be dropped."""
    rows = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        " ORDER BY name = 'articles'"
    )
    return [row["name"] for row in rows]


def create_tables(connection: sqlite3.Connection) -> None:
    """Make the tables of an index, which has none."""
    for statement in (*_TABLES.split(";"), *_TRIGGERS):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")


def check_owner(connection: sqlite3.Connection, folder: Path) -> None:
    """Raise IndexCorrupt where the database is not one of evqa."""
    (owner,) = connection.execute("PRAGMA application_id").fetchone()
    if owner != _APPLICATION_ID:
        raise IndexCorrupt(
            f"{folder / NAME} is a database of another program.",
            "Name another folder with --index.",
        )


def read_manifest(connection: sqlite3.Connection, folder: Path) -> Manifest:
    """The manifest; raises IndexNotFound, IndexCorrupt or IndexMismatch where it has none."""
    if not tables(connection):
        raise no_index(folder)
    check_owner(connection, folder)
    row = connection.execute("SELECT value FROM manifest WHERE key = 'manifest'").fetchone()
    try:
        manifest: Manifest = _adapter(Manifest).validate_json(row["value"])
    except (TypeError, ValueError) as error:
        raise _other_version(folder) from error
    if manifest.schema != SCHEMA:
        raise _other_version(folder)
    digest = connection.execute("SELECT value FROM manifest WHERE key = 'sha256'").fetchone()
    if digest is None or digest["value"] != hashlib.sha256(row["value"].encode()).hexdigest():
        raise IndexCorrupt(f"The index in {folder} is damaged: its manifest has changed.", REBUILD)
    return manifest


def write_manifest(connection: sqlite3.Connection, manifest: Manifest) -> None:
    """Record what the index folder holds from the next commit on."""
    value = _adapter(Manifest).dump_json(manifest).decode()
    rows = (("manifest", value), ("sha256", hashlib.sha256(value.encode()).hexdigest()))
    connection.executemany("INSERT OR REPLACE INTO manifest VALUES (?, ?)", rows)


def require(manifest: Manifest, built_by: BuiltBy, folder: Path) -> None:
    """Raise IndexMismatch unless the index was built by exactly this."""
    for field in fields(BuiltBy):
        was, now = getattr(manifest.built_by, field.name), getattr(built_by, field.name)
        if was != now:
            name = field.name.replace("_", " ")
            raise IndexMismatch(
                f"The index in {folder} was built with the {name} {was}, not {now}.",
                "Go back to that, or build it anew: evqa index --rebuild",
            )


def no_index(folder: Path) -> IndexNotFound:
    """The error of a folder without an index."""
    return IndexNotFound(f"There is no index in {folder}.", "Make it: evqa index")


def insert_article(connection: sqlite3.Connection, article: Article) -> None:
    """Store an article; its fields without a column of their own are kept as JSON."""
    rest = _adapter(Article).dump_python(article, mode="json")
    own = [rest.pop(name) for name in _OWN_COLUMNS]
    text_sha256 = hashlib.sha256(article.text.encode()).hexdigest()
    connection.execute(
        "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?)",
        [*own, text_sha256, json.dumps(rest, ensure_ascii=False)],
    )


def article_of(row: sqlite3.Row) -> Article:
    """The article in a row of its table."""
    values = {**json.loads(row["rest"]), **{name: row[name] for name in _OWN_COLUMNS}}
    article: Article = _adapter(Article).validate_python(values)
    return article


def listed_of(row: sqlite3.Row) -> Listed:
    """An article without its text, from a row with its `id`, `title`, `rest` and `passages`."""
    rest = json.loads(row["rest"])
    original = rest["reports_on"] or rest
    return Listed(
        id=row["id"],
        title=row["title"],
        outlet=(rest["reports_on"] or {}).get("outlet") or rest["source"],
        source=rest["source"],
        told_on=original["published"] and date.fromisoformat(original["published"]),
        language=rest["language"],
        passages=row["passages"],
    )


def passage_of(row: sqlite3.Row) -> Passage:
    """The passage in a row of its table."""
    return Passage(**{field.name: row[field.name] for field in fields(Passage)})


def values_in(
    connection: sqlite3.Connection, table: str, key: str, value: str, places: Iterable[str]
) -> dict[str, str]:
    """A column by article id, of the articles of files and folders, as `corpus.is_in` has it."""
    query = f"SELECT {key}, {value} FROM {table}"  # noqa: S608
    found: dict[str, str] = {}
    for place in places:
        if place == WHOLE:
            return dict(connection.execute(query).fetchall())
        # The file itself, the lines of a .jsonl file, and what is in a folder of this name.
        for first, end in (("", "\0"), ("#", "$"), ("/", "0")):
            bounds = (place + first, place + end)
            found |= connection.execute(f"{query} WHERE {key} >= ? AND {key} < ?", bounds)
    return found


def passage_texts(connection: sqlite3.Connection, after: int = 0) -> Iterator[tuple[int, str]]:
    """The ids above `after`, in order, and the texts of the passages that have them."""
    article_id, text = None, ""
    rows = connection.execute(
        'SELECT id, article_id, start, "end" FROM passages WHERE id > ? ORDER BY id', [after]
    )
    for row in rows:
        if row["article_id"] != article_id:
            article_id = row["article_id"]
            (text,) = connection.execute(
                "SELECT text FROM articles WHERE id = ?", [article_id]
            ).fetchone()
        yield row["id"], text[row["start"] : row["end"]]


def _other_version(folder: Path) -> IndexMismatch:
    return IndexMismatch(f"The index in {folder} was built by another version of evqa.", REBUILD)


@cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)
