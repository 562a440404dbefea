import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import BUILT_BY, WordEmbedder, add, article, build

from evqa import files
from evqa.index.segments import Part, Segment, Segments, plan
from evqa.index.writer import writing
from evqa.store import Store
from evqa.vectors import FaissIndex, Ids

RECORD = files.FileRecord("vectors-1-1.faiss", 1, "")


def part(first: int, last: int, live: int, count: int | None = None) -> Part:
    """A run of ids with a file of `count` vectors."""
    return Part(first, last, live, Segment(first, last, live if count is None else count, RECORD))


def test_a_small_addition_leaves_a_big_file_alone() -> None:
    big, new = part(1, 1000, 1000), Part(1001, 1003, 3)
    assert plan([big, new]) == [big, new]


def test_neighbours_are_merged_once_the_newer_one_has_grown() -> None:
    big, small, new = part(1, 1000, 1000), part(1001, 1010, 10), Part(1011, 1013, 3)
    assert plan([big, small, new]) == [big, Part(1001, 1013, 13)]
    assert plan([big, Part(1001, 1250, 250)]) == [big, Part(1001, 1250, 250)]
    assert plan([big, Part(1001, 1251, 251)]) == [Part(1, 1251, 1251)]


def test_a_file_with_many_dead_is_written_anew_and_one_of_only_dead_is_dropped() -> None:
    kept = part(1, 1000, 750, 1000)
    assert plan([kept]) == [kept]
    assert plan([part(1, 1000, 749, 1000)]) == [Part(1, 1000, 749)]
    assert plan([part(1, 9, 0, 9), part(10, 99, 90)]) == [part(10, 99, 90)]


@given(st.lists(st.integers(1, 30), min_size=1, max_size=200))
def test_additions_are_written_a_few_times_and_leave_few_files(sizes: list[int]) -> None:
    parts: list[Part] = []
    last = written = 0
    for size in sizes:
        parts = plan([*parts, Part(last + 1, last + size, size)])
        last += size
        written += sum(one.live for one in parts if one.segment is None)
        parts = [part(one.first, one.last, one.live) for one in parts]
    assert [one.live for one in parts] == [one.last - one.first + 1 for one in parts]
    assert (parts[0].first, parts[-1].last) == (1, last)
    levels = 1 + np.log2(last) / 2
    assert len(parts) <= levels + 1
    assert written <= 5 * last * levels


def index(ids: list[int], seed: int) -> tuple[FaissIndex, Ids, np.ndarray]:
    vectors = np.random.default_rng(seed).standard_normal((len(ids), 8)).astype(np.float16)
    array = np.array(ids, dtype=np.int64)
    return FaissIndex.build(array, vectors.astype(np.float32)), array, vectors


def test_a_search_over_files_is_a_search_over_all_without_the_dead() -> None:
    one, ids_one, vectors_one = index(list(range(1, 60)), 1)
    two, ids_two, vectors_two = index(list(range(60, 80)), 2)
    dead = np.array([3, 5, 61], dtype=np.int64)
    both = Segments([one, two], 8, dead)
    assert len(both) == 79 - 3
    query = np.ones(8, dtype=np.float32)
    products = np.concatenate([vectors_one, vectors_two]).astype(np.float32) @ query
    ids = np.concatenate([ids_one, ids_two]).tolist()
    expected = [id_ for _, id_ in sorted(zip(-products, ids, strict=True)) if id_ not in dead]
    assert [id_ for id_, _ in both.search(query, 20)] == expected[:20]
    assert sorted(id_ for id_, _ in both.search(query, 500)) == sorted(expected)
    assert Segments([], 8, np.empty(0, dtype=np.int64)).search(query, 5) == []


def vector_files(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_ino for path in folder.glob("vectors-*.faiss")}


def test_one_article_rewrites_no_big_file(tmp_path: Path) -> None:
    many = {f"{n}.txt": f"On day {n} the ferry sails to number {n * 7}." for n in range(60)}
    build(tmp_path, many)
    before = vector_files(tmp_path)
    for n in range(3):
        build(tmp_path, {f"new-{n}.txt": f"Ethanol is made of maize on day {n}."})
        with writing(tmp_path, BUILT_BY) as writer:
            writer.remove(f"{n}.txt")
            writer.finish()
        assert before.items() <= vector_files(tmp_path).items()
        assert len(vector_files(tmp_path)) == 2
        with closing(Store(tmp_path)) as store:
            assert len(store.vectors()) == store.manifest.passages == 60
            vector = WordEmbedder().embed_query(f"ferry day {n} number {n * 7}")
            found = store.passages([id_ for id_, _ in store.vectors().search(vector, 60)])
            assert f"{n}.txt" not in {one.article_id for one in found}
            assert len(found) == 60


def test_the_dead_leave_with_their_file(tmp_path: Path) -> None:
    many = {f"{n}.txt": f"On day {n} the ferry sails." for n in range(40)}
    build(tmp_path, many)
    for n in range(11):
        with writing(tmp_path, BUILT_BY) as writer:
            writer.remove(f"{n}.txt")
            writer.finish()
        with closing(sqlite3.connect(tmp_path / "evqa.sqlite")) as connection:
            (dead,) = connection.execute("SELECT count(*) FROM dead").fetchone()
            (vectors,) = connection.execute("SELECT count(*) FROM embeddings").fetchone()
        assert dead == (n + 1 if n < 10 else 0)
        assert vectors == 39 - n


@pytest.mark.parametrize("count", [1900, 2300])
def test_what_is_removed_does_not_count_in_bm25_for_long(tmp_path: Path, count: int) -> None:
    many = {f"{n}.txt": f"Day {n} of rain." for n in range(count)}
    build(tmp_path / "index", many)
    before = (tmp_path / "index" / "lexical-1").stat().st_ino
    with writing(tmp_path / "index", BUILT_BY) as writer:
        for n in range(20):
            writer.remove(f"{n}.txt")
        add(writer, article("new.md", "Ethanol is made of maize."))
        writer.finish()
    with closing(Store(tmp_path / "index")) as store:
        assert store.manifest.passages == len(store.lexical()) == count - 20 + 1
        assert store.lexical().search("ethanol", 3)[0][0] == count + 1
        kept = {file.name for file in store.manifest.lexical_files}
        segments = {name.partition(".")[0] for name in kept if name.endswith(".idx")}
    assert len(segments) == (1 if count <= 2000 else 2)
    assert not (tmp_path / "index" / "lexical-1").exists()
    assert (tmp_path / "index" / "lexical-2").stat().st_ino != before
