import logging
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from samples import (
    ARTICLES,
    BUILT_BY,
    WordEmbedder,
    add,
    article,
    build,
    passages_of,
)

from evqa.errors import (
    IndexCorrupt,
    IndexLocked,
    IndexMismatch,
    IndexNotFound,
    IndexStoreError,
)
from evqa.index.segments import Segments
from evqa.index.writer import writing
from evqa.records import Original
from evqa.store import BuiltBy, Store


class Interrupted(Exception):
    """Something that goes wrong in the middle of an update."""


REBUILD = "Build it anew: evqa index --rebuild"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index of three articles."""
    build(tmp_path / "index")
    return tmp_path / "index"


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    with closing(Store(folder)) as opened:
        yield opened


def derived(folder: Path, pattern: str) -> Path:
    (path,) = folder.glob(pattern)
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(("-shm", "-wal"))
    }


def found(store: Store, question: str) -> tuple[list[int], list[int]]:
    """The passages that the vectors find and those that BM25 finds."""
    vector = WordEmbedder().embed_query(question)
    dense = [passage for passage, _ in store.vectors().search(vector, 3)]
    return dense, [passage for passage, _ in store.lexical().search(question, 3)]


def ranking(store: Store, question: str) -> list[list[tuple[str, int, float]]]:
    """Where all passages that the vectors and BM25 find stand, and their scores."""
    vector = WordEmbedder().embed_query(question)
    ranked = store.vectors().search(vector, 99), store.lexical().search(question, 99)
    return [
        sorted(
            (passage.article_id, passage.start, round(scores[passage.id], 5))
            for passage in store.passages(list(scores))
        )
        for scores in map(dict, ranked)
    ]


def test_articles_are_stored_whole(store: Store) -> None:
    assert store.articles() == [article(id_, text) for id_, text in sorted(ARTICLES.items())]
    assert store.article("ferry.md") == article("ferry.md", ARTICLES["ferry.md"])
    assert store.article("gone.md") is None
    assert store.hashes() == {one.id: one.sha256 for one in store.articles()}


def test_what_an_article_reports_on_is_stored(tmp_path: Path) -> None:
    front = "reports_on: {outlet: The Post, title: T, author: Jo Fan, published: 2025-12-13}"
    texts = {
        "a.md": f"---\n{front}\n---\nIt rains.",
        "b.md": "---\nreports_on: {published: null}\n---\nIt pours.",
    }
    build(tmp_path / "index", texts)
    with closing(Store(tmp_path / "index")) as store:
        assert [one.reports_on for one in store.articles()] == [
            Original("The Post", "T", "Jo Fan", date(2025, 12, 13)),
            Original(),
        ]


def test_passages_are_given_in_the_order_asked_for(store: Store) -> None:
    ids = [passage.id for passage in store.passages(range(1, 100))]
    assert len(ids) > 3
    backwards = [ids[2], 12345, ids[0]]
    assert [passage.id for passage in store.passages(backwards)] == [ids[2], ids[0]]
    assert store.passages([]) == []


def test_the_manifest_says_what_built_the_index(store: Store) -> None:
    assert store.manifest.built_by == BUILT_BY
    assert store.manifest.generation == 1
    assert store.manifest.passages == len(store.vectors()) == len(store.lexical())


def test_the_same_text_may_stand_in_two_articles(tmp_path: Path) -> None:
    build(tmp_path / "index", {"a.md": "It rains in Bergen.", "b.md": "It rains in Bergen."})
    assert passages_of(tmp_path / "index") == [
        ("a.md", 0, 19, 5, "It rains in Bergen."),
        ("b.md", 0, 19, 5, "It rains in Bergen."),
    ]


def test_opening_and_searching_writes_nothing(folder: Path) -> None:
    before = contents(folder)
    with closing(Store(folder)) as store:
        found(store, "ferry")
    assert contents(folder) == before


def test_an_update_takes_the_place_of_the_files_before(folder: Path) -> None:
    build(folder, {"new.md": "Ethanol is made of maize."})
    assert sorted(path.name for path in folder.iterdir() if "-" in path.name) == [
        *(name for name in ("evqa.sqlite-shm", "evqa.sqlite-wal") if (folder / name).exists()),
        "lexical-2",
        "vectors-1-1.faiss",
        "vectors-2-2.faiss",
    ]
    with closing(Store(folder)) as store:
        dense, lexical = found(store, "ethanol maize")
        assert store.passages(dense[:1]) == store.passages(lexical[:1])
        assert store.passages(lexical)[0].article_id == "new.md"


def test_an_update_that_changes_nothing_makes_no_new_generation(folder: Path) -> None:
    before = contents(folder)
    with writing(folder, BUILT_BY) as writer:
        assert writer.finish().passages == len(passages_of(folder))
    assert contents(folder) == before


def test_a_removed_article_is_found_no_more(folder: Path) -> None:
    with writing(folder, BUILT_BY) as writer:
        writer.remove("ferry.md")
        writer.finish()
    with closing(Store(folder)) as store:
        assert [one.id for one in store.articles()] == ["archiv/brücke.md", "bees.txt"]
        dense, lexical = found(store, "harbour ferry Solveig")
        assert lexical == []
        assert {passage.article_id for passage in store.passages(dense)} <= {
            "archiv/brücke.md",
            "bees.txt",
        }
        assert len(store.vectors()) == len(store.lexical()) == store.manifest.passages


def test_updating_and_rebuilding_come_to_the_same(tmp_path: Path) -> None:
    build(tmp_path / "updated", {"old.md": "It rains.", "bees.txt": "Bees."})
    with writing(tmp_path / "updated", BUILT_BY) as writer:
        writer.remove("old.md")
        writer.remove("bees.txt")
        for article_id in reversed(ARTICLES):
            add(writer, article(article_id, ARTICLES[article_id]))
        writer.finish()
    build(tmp_path / "built")
    assert passages_of(tmp_path / "updated") == passages_of(tmp_path / "built")
    with (
        closing(Store(tmp_path / "updated")) as updated,
        closing(Store(tmp_path / "built")) as built,
    ):
        assert updated.articles() == built.articles()
        for question in ("ferry ticket", "beehives", "lift for cyclists"):
            assert ranking(updated, question) == ranking(built, question)


def interrupted_update(folder: Path) -> None:
    with writing(folder, BUILT_BY) as writer:
        writer.remove("ferry.md")
        add(writer, article("new.md", "Ethanol is made of maize."))
        writer.finish()
        raise Interrupted


def test_an_exception_leaves_the_index_as_it_was(folder: Path) -> None:
    before = passages_of(folder)
    with pytest.raises(Interrupted):
        interrupted_update(folder)
    assert passages_of(folder) == before
    with closing(Store(folder)) as store:
        assert found(store, "ethanol maize")[1] == []
        assert store.passages(found(store, "ferry Solveig")[1])[0].article_id == "ferry.md"
    build(folder, {"new.md": "Ethanol is made of maize."})
    with closing(Store(folder)) as store:
        assert len(found(store, "ethanol maize")[1]) == 1


def test_a_failed_rebuild_leaves_the_index_as_it_was(folder: Path) -> None:
    before = passages_of(folder)
    with pytest.raises(Interrupted), writing(folder, BUILT_BY, rebuild=True):
        raise Interrupted
    assert passages_of(folder) == before


def test_a_failed_first_build_leaves_no_index(tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        interrupted_update(tmp_path / "index")
    with pytest.raises(IndexNotFound):
        Store(tmp_path / "index")
    build(tmp_path / "index")
    assert len(passages_of(tmp_path / "index")) > 3


def test_a_reader_keeps_what_it_opened(folder: Path, store: Store) -> None:
    vectors, lexical = store.vectors(), store.lexical()
    articles, passages = store.articles(), store.passages(range(1, 100))
    with writing(folder, BUILT_BY) as writer:
        writer.remove("ferry.md")
        add(writer, article("new.md", "The ferry Solveig runs on ethanol."))
        writer.finish()
    assert not store.is_current()
    assert store.articles() == articles
    assert store.passages(range(1, 100)) == passages
    assert store.article("ferry.md") is not None
    ids = {passage.id for passage in passages}
    assert {id_ for id_, _ in lexical.search("ferry Solveig ethanol", 9)} <= ids
    assert {id_ for id_, _ in vectors.search(np.ones(64, dtype=np.float32), 9)} <= ids
    assert len(store.vectors()) == len(store.lexical()) == len(passages)


def test_a_reader_keeps_what_it_opened_through_a_rebuild(folder: Path, store: Store) -> None:
    articles = store.articles()
    build(folder, {"new.md": "It rains."}, rebuild=True)
    assert store.articles() == articles
    assert len(store.vectors()) == len(store.lexical()) == store.manifest.passages
    with closing(Store(folder)) as new:
        assert [one.id for one in new.articles()] == ["new.md"]


class Overtaken(Store):
    """A reader beside which updates land just when it opens its files."""

    updates = 0

    def _saved_vectors(self, *, stand_in: bool) -> Segments | None:
        if self.updates < 3:
            self.updates += 1
            text = f"Ethanol {self.updates} is made of maize."
            with writing(self.folder, BUILT_BY) as writer:
                add(writer, article("new.md", text))
                writer.remove("bees.txt")
                writer.finish()
        return super()._saved_vectors(stand_in=stand_in)


def test_a_reader_whose_files_were_just_swept_opens_the_newest(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(Overtaken(folder)) as store, caplog.at_level(logging.WARNING):
        assert store.is_current()
        assert store.manifest.generation == 4
        assert [one.id for one in store.articles()] == ["archiv/brücke.md", "ferry.md", "new.md"]
        assert len(found(store, "ethanol 3")[1]) == 1
        assert len(store.vectors()) == len(store.lexical()) == store.manifest.passages
    assert caplog.messages == []


def test_a_reader_is_current_until_the_index_changes(folder: Path, store: Store) -> None:
    assert store.is_current()
    with writing(folder, BUILT_BY) as writer:
        writer.finish()
    assert store.is_current()
    build(folder, {"new.md": "It rains."})
    assert not store.is_current()


def test_a_reader_is_not_current_when_the_index_is_gone(folder: Path, store: Store) -> None:
    shutil.rmtree(folder)
    assert not store.is_current()


def replaced(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """A change of a file's content that leaves alone who has the old file mapped."""

    def replace(path: Path) -> None:
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(change(content))

    return replace


DAMAGES: dict[str, Callable[[Path], None]] = {
    "missing": Path.unlink,
    "truncated": replaced(lambda content: content[: len(content) // 2]),
    "garbage": replaced(lambda _content: b"garbage" * 1000),
    "empty": replaced(lambda _content: b""),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_vector_file_is_made_again(
    folder: Path, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    with closing(Store(folder)) as store:
        whole = found(store, "ferry Solveig")
    damage(derived(folder, "vectors-*.faiss"))
    before = contents(folder)
    with closing(Store(folder)) as store, caplog.at_level(logging.WARNING):
        assert found(store, "ferry Solveig") == whole
    assert caplog.messages == [
        "the vector file is missing or damaged: made again from the database"
    ]
    assert contents(folder) == before


def test_a_vector_file_of_another_index_is_not_taken(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    build(tmp_path / "other", {"a.md": "It rains."})
    shutil.copy(derived(tmp_path / "other", "vectors-*.faiss"), derived(folder, "vectors-*.faiss"))
    with closing(Store(folder)) as store, caplog.at_level(logging.WARNING):
        assert len(store.vectors()) == store.manifest.passages
    assert len(caplog.messages) == 1


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("which", ["meta.json", "*.store", "*.idx", "*.term"])
def test_a_damaged_lexical_folder_is_made_again(
    folder: Path,
    which: str,
    damage: Callable[[Path], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with closing(Store(folder)) as store:
        whole = found(store, "ferry Solveig")
    for path in derived(folder, "lexical-*").glob(which):
        damage(path)
    before = contents(folder)
    with closing(Store(folder)) as store, caplog.at_level(logging.WARNING):
        assert found(store, "ferry Solveig") == whole
    assert caplog.messages == ["the BM25 index is missing or damaged: made again from the database"]
    assert contents(folder) == before


def test_a_missing_lexical_folder_is_made_again(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(Store(folder)) as store:
        whole = found(store, "ferry Solveig")
    shutil.rmtree(derived(folder, "lexical-*"))
    with closing(Store(folder)) as store, caplog.at_level(logging.WARNING):
        assert found(store, "ferry Solveig") == whole
    assert len(caplog.messages) == 1
    assert not list(folder.glob("lexical-*"))


def test_an_update_mends_the_derived_files(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    shutil.rmtree(derived(folder, "lexical-*"))
    derived(folder, "vectors-*").unlink()
    build(folder, {"new.md": "Ethanol is made of maize."})
    with closing(Store(folder)) as store, caplog.at_level(logging.WARNING):
        assert len(store.vectors()) == len(store.lexical()) == store.manifest.passages
        assert len(found(store, "ferry ethanol")[1]) > 1
    assert caplog.messages == []


@pytest.mark.parametrize("name", [None, "", "notes.txt", "evqa.sqlite"])
def test_where_there_is_no_index_that_is_told(tmp_path: Path, name: str | None) -> None:
    folder = tmp_path / "index"
    if name is not None:
        folder.mkdir()
    if name:
        (folder / name).touch()
    with pytest.raises(IndexNotFound) as caught:
        Store(folder)
    assert (caught.value.message, caught.value.hint) == (
        f"There is no index in {folder}.",
        "Make it: evqa index",
    )
    assert folder.exists() == (name is not None)


def _close_wal(folder: Path) -> Path:
    """Bring all of the database into one file, as it lies after a clean shutdown."""
    with closing(sqlite3.connect(folder / "evqa.sqlite")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode = DELETE")
    return folder / "evqa.sqlite"


def read_all(folder: Path) -> None:
    with closing(Store(folder)) as store:
        store.articles()
        store.vectors()
        store.lexical()


@pytest.mark.parametrize("damage", ["truncated", "garbage", "first page"])
def test_a_damaged_database_is_told_and_a_rebuild_mends_it(folder: Path, damage: str) -> None:
    database = _close_wal(folder)
    if damage == "first page":
        database.write_bytes(b"\x80" * 4096 + database.read_bytes()[4096:])
    else:
        DAMAGES[damage](database)
    with pytest.raises(IndexCorrupt) as caught:
        read_all(folder)
    assert caught.value.message.startswith(f"The index in {folder} ")
    assert caught.value.hint == REBUILD
    build(folder, rebuild=True)
    assert len(passages_of(folder)) > 3


def test_a_damaged_database_is_not_updated(folder: Path) -> None:
    DAMAGES["garbage"](_close_wal(folder))
    with pytest.raises(IndexCorrupt) as caught:
        build(folder)
    assert caught.value.hint == REBUILD


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    database = tmp_path / "evqa.sqlite"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE notes (text)")
        connection.execute("INSERT INTO notes VALUES ('keep me')")
        connection.commit()
    expected = (
        f"{database} is a database of another program.",
        "Name another folder with --index.",
    )
    for attempt in (
        lambda: Store(tmp_path),
        lambda: build(tmp_path),
        lambda: build(tmp_path, rebuild=True),
    ):
        with pytest.raises(IndexCorrupt) as caught:
            attempt()
        assert (caught.value.message, caught.value.hint) == expected
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT text FROM notes").fetchall() == [("keep me",)]


def test_an_index_of_another_version_is_told_and_can_be_rebuilt(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "evqa.sqlite")) as connection:
        connection.execute("UPDATE manifest SET value = '{\"schema\": 0}'")
        connection.commit()
    for attempt in (lambda: Store(folder), lambda: build(folder)):
        with pytest.raises(IndexMismatch) as caught:
            attempt()
        assert (caught.value.message, caught.value.hint) == (
            f"The index in {folder} was built by another version of evqa.",
            REBUILD,
        )
    build(folder, rebuild=True)
    assert len(passages_of(folder)) > 3


def test_an_index_without_a_manifest_is_told(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "evqa.sqlite")) as connection:
        connection.execute("DELETE FROM manifest")
        connection.commit()
    with pytest.raises(IndexStoreError) as caught:
        Store(folder)
    assert caught.value.hint == REBUILD


@pytest.mark.parametrize(
    ("other", "difference"),
    [
        (BuiltBy("letters sha256:1", 64, 64), "embedding model words sha256:0, not letters"),
        (BuiltBy("words sha256:0", 32, 64), "dim 64, not 32"),
        (BuiltBy("words sha256:0", 64, 65), "chunk tokens 64, not 65"),
    ],
)
def test_an_index_of_other_settings_is_neither_read_nor_updated(
    folder: Path, store: Store, other: BuiltBy, difference: str
) -> None:
    before = passages_of(folder)
    for attempt in (lambda: store.require(other), lambda: writing(folder, other).__enter__()):
        with pytest.raises(IndexMismatch) as caught:
            attempt()
        assert caught.value.message.startswith(
            f"The index in {folder} was built with the {difference}"
        )
        assert caught.value.hint == "Go back to that, or build it anew: evqa index --rebuild"
    store.require(BUILT_BY)
    assert passages_of(folder) == before


def test_a_rebuild_takes_other_settings(folder: Path) -> None:
    other = BuiltBy("words sha256:0", 64, 65)
    with writing(folder, other, rebuild=True) as writer:
        writer.finish()
    with closing(Store(folder)) as store:
        assert (store.manifest.built_by, store.articles()) == (other, [])


HOLD = """
import sys
from pathlib import Path
from evqa.store import BuiltBy
from evqa.index.writer import writing
with writing(Path(sys.argv[1]), BuiltBy("words sha256:0", 64, 64)) as writer:
    writer.remove("ferry.md")
    writer.finish()
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("rebuild", [False, True])
def test_only_one_process_writes_at_a_time(folder: Path, rebuild: bool) -> None:
    before = passages_of(folder)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(IndexLocked) as caught:
            build(folder, {"new.md": "It rains."}, rebuild=rebuild)
        assert passages_of(folder) == before
        holder.communicate("")
    assert (caught.value.message, caught.value.hint) == (
        f"Another process is updating the index in {folder}.",
        "Wait until it has finished.",
    )
    build(folder, {"new.md": "It rains."}, rebuild=rebuild)
    assert ("new.md", 0, 9, 3, "It rains.") in passages_of(folder)


def test_a_writer_that_was_killed_leaves_the_index_as_it_was(folder: Path) -> None:
    before = passages_of(folder)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        holder.kill()
    assert passages_of(folder) == before
    build(folder, {"new.md": "It rains."})
    assert len(passages_of(folder)) == len(before) + 1


def test_an_index_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("x")
    with pytest.raises(IndexStoreError) as caught:
        build(tmp_path / "index")
    assert (caught.value.message, caught.value.hint) == (
        f"The index folder {tmp_path / 'index'} cannot be written (File exists).",
        "Name another with --index.",
    )
