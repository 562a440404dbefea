import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from samples import build

from evqa.errors import IndexNotFound
from evqa.index.verify import Verification, verify, verify_index
from evqa.settings import Settings

ROWS = "evqa.sqlite: its rows are not those that the last update wrote"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    build(tmp_path / "index")
    return tmp_path / "index"


def test_a_whole_index_has_no_problem(folder: Path) -> None:
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"]
    named = [path for path in files if path.name != ".lock"]
    assert verify(folder) == Verification(3, 4, len(named), (), ())
    assert verify_index(Settings(index=folder)) == []


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        (
            "UPDATE articles SET text = replace(text, '1,204', '1,205') WHERE id = 'bees.txt'",
            [ROWS, "bees.txt: its text is not the one that was stored"],
        ),
        ("UPDATE articles SET title = 'Other' WHERE id = 'ferry.md'", [ROWS]),
        (
            "UPDATE passages SET \"end\" = 9999 WHERE article_id = 'ferry.md'",
            [ROWS, "ferry.md: passage 0 is out of order or out of the text"],
        ),
        (
            "UPDATE embeddings SET vector = zeroblob(127) WHERE text_key ="
            " (SELECT text_key FROM passages WHERE article_id = 'ferry.md')",
            [ROWS, "ferry.md: passage 0 has no vector of length 1"],
        ),
        (
            "DELETE FROM embeddings WHERE text_key ="
            " (SELECT text_key FROM passages WHERE article_id = 'ferry.md')",
            [ROWS, "ferry.md: passage 0 has no vector of length 1"],
        ),
        ("INSERT INTO dead VALUES (2)", [ROWS]),
        (
            "DELETE FROM passages WHERE article_id = 'ferry.md'",
            [ROWS, "evqa.sqlite: it holds 3 passages, not 4"],
        ),
        (
            "UPDATE manifest SET value = replace(value, '\"generation\":1', '\"generation\":2')",
            ["The index in {folder} is damaged: its manifest has changed."],
        ),
    ],
)
def test_what_was_changed_in_the_database_is_named(
    folder: Path, change: str, problems: list[str]
) -> None:
    with closing(sqlite3.connect(folder / "evqa.sqlite")) as connection:
        connection.execute(change)
        connection.commit()
    assert verify(folder).problems == tuple(one.format(folder=folder) for one in problems)


def test_a_file_that_is_missing_or_was_swapped_is_named(folder: Path, tmp_path: Path) -> None:
    (meta,) = folder.glob("lexical-*/meta.json")
    meta.unlink()
    (vectors,) = folder.glob("vectors-*.faiss")
    content = vectors.read_bytes()
    vectors.unlink()
    vectors.write_bytes(content + b"more")
    assert verify(folder).problems == (
        f"{vectors.name}: it has {len(content) + 4} bytes, not {len(content)}",
        "lexical-1/meta.json: it cannot be read (No such file or directory)",
    )


def test_where_there_is_no_index_that_is_told(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFound):
        verify(tmp_path)
