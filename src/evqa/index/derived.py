"""The files that are derived from the database: vectors and BM25, written beside those before.

No file is written over: a state of the index names its own, and those of the state before stay as
they were until no manifest names them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from evqa import files, lexical
from evqa.files import FileRecord
from evqa.index import database, segments
from evqa.index.database import Manifest
from evqa.index.segments import Part, Segment
from evqa.lexical import LexicalIndex

PATTERNS = ("vectors-*.faiss", "lexical-*")
# What an update keeps beside the index until it has landed as a whole.
UNLANDED = ("pending.sqlite*",)
# BM25 counts what was removed until it is written anew, which for a small index is quick.
_SMALL = 2000
_REMOVED_SHARE = 0.1


def next_generation(folder: Path, before: int) -> int:
    """A number above `before` that no derived file has in its name."""
    numbers = [before]
    for pattern in PATTERNS:
        for path in folder.glob(pattern):
            number = path.stem.partition("-")[2].partition("-")[0]
            numbers += [int(number)] if number.isdecimal() else []
    return max(numbers) + 1


def is_whole(folder: Path, manifest: Manifest) -> bool:
    """Whether all files of a manifest are there and have their size."""
    return files.have_their_size(
        folder, [segment.file for segment in manifest.segments]
    ) and files.have_their_size(folder / manifest.lexical_folder, manifest.lexical_files)


def open_lexical(folder: Path, manifest: Manifest) -> LexicalIndex | None:
    """The BM25 index of a manifest, or None where its files are not as they were written."""
    path = folder / manifest.lexical_folder
    if not files.have_their_size(path, manifest.lexical_files):
        return None
    try:
        index = LexicalIndex.reading(path)
    except (ValueError, OSError):
        return None
    # A file of positions that was swept away meanwhile tantivy takes for an empty one.
    if not files.have_their_size(path, manifest.lexical_files):
        return None
    return index if len(index) == manifest.passages else None


def write_segments(
    connection: sqlite3.Connection,
    folder: Path,
    before: Sequence[Segment],
    generation: int,
    dim: int,
) -> tuple[Segment, ...]:
    """Write the vectors that have no file yet or whose files are merged; the segments as they are.

    From the first passage on whose vector is still to be made, the stand-ins are written, anew each
    time. The dead leave with the files that they were in. Raises OSError or RuntimeError where a
    file can't be written.
    """

    def count(table: str, first: int, last: int) -> int:
        query = f"SELECT count(*) FROM {table} WHERE id BETWEEN ? AND ?"  # noqa: S608
        return int(connection.execute(query, [first, last]).fetchone()[0])

    parts = [
        Part(
            segment.first,
            segment.last,
            segment.count - count("dead", segment.first, segment.last),
            segment if files.have_their_size(folder, [segment.file]) else None,
        )
        for segment in before
        if not segment.stand_in
    ]
    first, last = (parts[-1].last + 1 if parts else 1), last_passage(connection)
    waiting = segments.first_waiting(connection, first) or last + 1
    if waiting > first:
        parts.append(Part(first, waiting - 1, count("passages", first, waiting - 1)))
    planned = segments.plan(parts)
    if last >= waiting:
        live = count("passages", waiting, last)
        planned.append(Part(waiting, last, live, stand_in=True))
    written = []
    for number, part in enumerate(planned, 1):
        segment = part.segment
        if segment is None:
            index = segments.index_of(connection, part, dim)
            record = files.write(folder, f"vectors-{generation}-{number}.faiss", index.write)
            segment = Segment(part.first, part.last, part.live, record, part.stand_in)
        written.append(segment)
    for segment in before:
        if segment not in written:
            query = "DELETE FROM dead WHERE id BETWEEN ? AND ?"
            connection.execute(query, [segment.first, segment.last])
    return tuple(written)


def write_lexical(
    connection: sqlite3.Connection,
    folder: Path,
    before: Manifest | None,
    generation: int,
    last_before: int,
    removed: Sequence[int],
) -> tuple[str, tuple[FileRecord, ...]]:
    """The name of a BM25 folder that holds the passages as they are now, and its files.

    `last_before` is the highest passage id that the state before had. Raises OSError or ValueError
    where it can't be written.
    """
    if before and open_lexical(folder, before) is None:
        before = None
    if before and not removed and last_passage(connection) <= last_before:
        return before.lexical_folder, before.lexical_files
    name = f"lexical-{generation}"
    target = folder / name
    target.mkdir()
    known: dict[str, FileRecord] = {}
    if before and not _is_written_anew(folder / before.lexical_folder, before, removed):
        known = {file.name: file for file in before.lexical_files}
        files.link_all(folder / before.lexical_folder, target, known)
        added = database.passage_texts(connection, last_before)
        LexicalIndex(target).update(added, removed)
    else:
        LexicalIndex(target).update(database.passage_texts(connection))
    return name, _settled(target, known)


def sweep(folder: Path, manifest: Manifest) -> None:
    """Remove the derived files that the manifest does not name."""
    keep = {segment.file.name for segment in manifest.segments} | {manifest.lexical_folder}
    files.sweep(folder, PATTERNS, keep)


def last_passage(connection: sqlite3.Connection) -> int:
    """The highest id of a passage, 0 where there is none."""
    return int(connection.execute("SELECT max(id) FROM passages").fetchone()[0] or 0)


def _is_written_anew(source: Path, before: Manifest, removed: Sequence[int]) -> bool:
    if not removed:
        return False
    share = lexical.removed_share(source) + len(removed) / max(1, before.passages)
    return before.passages <= _SMALL or share > _REMOVED_SHARE


def _settled(folder: Path, known: Mapping[str, FileRecord]) -> tuple[FileRecord, ...]:
    """The records of a BM25 folder's files, all on disk; `known` ones that are linked, as known."""
    for lock in folder.glob("*.lock"):
        with suppress(PermissionError):  # Windows, while tantivy still has it open
            lock.unlink()
    records = []
    for name in lexical.file_names(folder):
        path = folder / name
        record = known.get(name)
        if record is None or name in lexical.REWRITTEN:
            files.sync(path)
            record = files.recorded(folder, name)
        records.append(record)
    files.sync(folder)
    return tuple(records)
