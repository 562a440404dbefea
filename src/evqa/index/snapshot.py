"""One state of the index's database, read in one transaction."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from evqa import files
from evqa.corpus import WHOLE
from evqa.errors import IndexStoreError
from evqa.filters import Listed
from evqa.index import database
from evqa.index.database import BuiltBy, Manifest
from evqa.records import Article, Passage


class Snapshot:
    """A reader of the database, which keeps the state that it opened; safe between threads."""

    manifest: Manifest

    def __init__(self, folder: Path) -> None:
        """Open the database of the index in a folder.

        Raises IndexNotFound where there is none, IndexCorrupt where what is there is no index of
        evqa or is damaged, IndexMismatch where another version built it.
        """
        self.folder = folder
        self._lock = threading.Lock()
        self._connection, self.manifest = _begin(folder)
        self.article = lru_cache(maxsize=1024)(self._article)
        self._stories: dict[str, tuple[str, ...]] = {}
        self._listed: list[Listed] = []

    def close(self) -> None:
        """Let go of the index."""
        self._connection.close()

    @property
    def bytes_on_disk(self) -> int:
        """The size of the database as it is now and of the files of this state."""
        logged = (self.folder / (database.NAME + suffix) for suffix in ("", "-wal"))
        named = [*(one.file for one in self.manifest.segments), *self.manifest.lexical_files]
        return sum(files.size(path) for path in logged) + sum(file.size for file in named)

    def is_current(self) -> bool:
        """Whether the folder still holds the state that this reader opened."""
        try:
            connection, manifest = _begin(self.folder)
        except IndexStoreError:
            return False
        with closing(connection):
            return manifest == self.manifest

    def require(self, built_by: BuiltBy) -> None:
        """Raise IndexMismatch unless the index was built by exactly this."""
        database.require(self.manifest, built_by, self.folder)

    def articles(self) -> list[Article]:
        """All articles, in order of id."""
        return [
            database.article_of(row) for row in self._rows("SELECT * FROM articles ORDER BY id")
        ]

    def listed(self) -> list[Listed]:
        """All articles without their texts, in order of id."""
        if not self._listed:
            query = (
                "SELECT id, title, rest, (SELECT count(*) FROM passages WHERE article_id ="
                " articles.id) AS passages FROM articles ORDER BY id"
            )
            self._listed = [database.listed_of(row) for row in self._rows(query)]
        return self._listed

    def passage_ids(self, article_ids: Iterable[str]) -> list[int]:
        """The ids of all passages of these articles."""
        query = "SELECT id FROM passages WHERE article_id IN (SELECT value FROM json_each(?))"
        return [row["id"] for row in self._rows(query, json.dumps(sorted(article_ids)))]

    def passages_of(self, article_id: str) -> list[Passage]:
        """The passages of an article, in order."""
        query = "SELECT * FROM passages WHERE article_id = ? ORDER BY ordinal"
        return [database.passage_of(row) for row in self._rows(query, article_id)]

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """The passages with these ids, in their order; ids that are unknown are left out."""
        query = "SELECT * FROM passages WHERE id IN (SELECT value FROM json_each(?))"
        rows = self._rows(query, str(list(ids)))
        found = {row["id"]: database.passage_of(row) for row in rows}
        return [found[id_] for id_ in ids if id_ in found]

    def places(self, ids: Iterable[int]) -> dict[int, tuple[str, int]]:
        """Where the passages with these ids stand: article id and ordinal."""
        query = (
            "SELECT id, article_id, ordinal FROM passages"
            " WHERE id IN (SELECT value FROM json_each(?))"
        )
        rows = self._rows(query, str(list(ids)))
        return {row["id"]: (row["article_id"], row["ordinal"]) for row in rows}

    def hashes(self) -> dict[str, str]:
        """The sha256 of each article's file when it was indexed, by article id."""
        with self.reading() as connection:
            return database.values_in(connection, "articles", "id", "sha256", [WHOLE])

    def looks(self) -> dict[str, str]:
        """How each article's files looked, by article id, where they had rested then."""
        with self.reading() as connection:
            return database.values_in(connection, "looks", "article_id", "look", [WHOLE])

    def story(self, article_id: str) -> tuple[str, ...]:
        """The ids of the articles that tell the same story, the earliest published first.

        Those without a date come last; ties stand in order of id.
        """
        if article_id not in self._stories:
            members = self._members(article_id)
            self._stories |= dict.fromkeys(members, members)
        return self._stories[article_id]

    def stories(self, article_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """What `story` gives for each of these articles; most share no sign with another."""
        ids = list(dict.fromkeys(article_ids))
        unknown = [one for one in ids if one not in self._stories]
        query = (
            "SELECT DISTINCT article_id FROM signs CROSS JOIN shared_signs USING (sign)"
            " WHERE article_id IN (SELECT value FROM json_each(?))"
        )
        rows = self._rows(query, json.dumps(unknown)) if unknown else []
        alone = {*unknown} - {row["article_id"] for row in rows}
        self._stories |= {one: (one,) for one in alone}
        return {one: self.story(one) for one in ids}

    def _members(self, article_id: str) -> tuple[str, ...]:
        found, signs = {article_id}, set[int]()
        fresh = {article_id}
        while fresh:
            query = "SELECT sign FROM signs WHERE article_id IN (SELECT value FROM json_each(?))"
            new = {row["sign"] for row in self._rows(query, json.dumps(list(fresh)))} - signs
            signs |= new
            query = "SELECT article_id FROM signs WHERE sign IN (SELECT value FROM json_each(?))"
            rows = self._rows(query, json.dumps(list(new)))
            fresh = {row["article_id"] for row in rows} - found
            found |= fresh
        if len(found) == 1:
            return (article_id,)
        query = (
            "SELECT id FROM articles WHERE id IN (SELECT value FROM json_each(?)) ORDER BY"
            " json_extract(rest, '$.published') IS NULL, json_extract(rest, '$.published'), id"
        )
        return tuple(row["id"] for row in self._rows(query, json.dumps(sorted(found))))

    def _article(self, article_id: str) -> Article | None:
        rows = self._rows("SELECT * FROM articles WHERE id = ?", article_id)
        return database.article_of(rows[0]) if rows else None

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for one thread at a time."""
        with self._lock, database.translated(self.folder):
            yield self._connection

    def _rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        with self.reading() as connection:
            return connection.execute(query, values).fetchall()


def _begin(folder: Path) -> tuple[sqlite3.Connection, Manifest]:
    """A connection in a read transaction, so that all that it reads is of one state."""
    if not (folder / database.NAME).is_file():
        raise database.no_index(folder)
    with database.translated(folder):
        connection = database.connect(folder, read_only=True)
        try:
            connection.execute("BEGIN")
            return connection, database.read_manifest(connection, folder)
        except (sqlite3.DatabaseError, IndexStoreError):
            connection.close()
            raise
