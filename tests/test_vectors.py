from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from evqa import files
from evqa.embedding import normalised
from evqa.onnx import Floats
from evqa.vectors import FaissIndex, Ids


def some_vectors(count: int, dim: int, seed: int = 0) -> tuple[Ids, Floats]:
    random = np.random.default_rng(seed)
    ids = random.choice(10 * count + 1, size=count, replace=False).astype(np.int64)
    return ids, normalised(random.standard_normal((count, dim)).astype(np.float32))


def clustered(count: int, dim: int, topics: int) -> Floats:
    """Vectors that gather around topics, as those of texts do."""
    random = np.random.default_rng(1)
    centres = random.standard_normal((topics, dim))
    noise = 0.6 * random.standard_normal((count, dim))
    vectors = centres[random.integers(topics, size=count)] + noise
    return normalised(vectors.astype(np.float32))


def nearest(ids: Ids, vectors: Floats, vector: Floats, k: int) -> list[int]:
    return [int(ids[row]) for row in np.argsort(-(vectors @ vector), kind="stable")[:k]]


@examples(max_examples=50)
@given(count=st.integers(1, 60), dim=st.integers(1, 40), k=st.integers(1, 80), seed=st.integers(0))
def test_an_exact_search_is_the_sorted_inner_product(
    count: int, dim: int, k: int, seed: int
) -> None:
    ids, vectors = some_vectors(count, dim, seed % 1000)
    vectors = vectors.astype(np.float16).astype(np.float32)
    query = normalised(np.random.default_rng(seed % 997).standard_normal((1, dim)))[0]
    found = FaissIndex.build(ids, vectors).search(query, k)
    product = dict(zip(ids.tolist(), (vectors @ query).tolist(), strict=True))
    assert len(found) == min(k, count)
    assert [score for _, score in found] == pytest.approx(
        sorted(product.values(), reverse=True)[:k], abs=1e-5
    )
    assert [score for _, score in found] == pytest.approx(
        [product[id_] for id_, _ in found], abs=1e-5
    )
    assert len({id_ for id_, _ in found}) == len(found)


def test_a_vector_is_its_own_nearest_under_its_own_id() -> None:
    ids, vectors = some_vectors(300, 24)
    index = FaissIndex.build(ids, vectors)
    assert index.exact
    assert [index.search(vector, 1)[0][0] for vector in vectors] == ids.tolist()


def test_a_large_index_looks_at_a_part_and_finds_nearly_all() -> None:
    vectors = clustered(6000, 32, topics=60)
    ids = np.arange(6000, dtype=np.int64) * 7 + 3
    large = FaissIndex.build(ids, vectors, exact_below=6000)
    assert not large.exact
    assert FaissIndex.build(ids, vectors, exact_below=6001).exact
    queries = vectors[::60]
    shared = sum(
        len({id_ for id_, _ in large.search(query, 10)} & set(nearest(ids, vectors, query, 10)))
        for query in queries
    )
    assert shared / (10 * len(queries)) > 0.97


@pytest.mark.parametrize("exact_below", [1, 10_000])
def test_what_is_left_out_is_not_found_and_makes_room(exact_below: int) -> None:
    ids, vectors = some_vectors(500, 8)
    index = FaissIndex.build(ids, vectors, exact_below)
    for vector in vectors[:20]:
        found = [id_ for id_, _ in index.search(vector, 20)]
        without = np.array(found[:10], dtype=np.int64)
        rest = [id_ for id_, _ in index.search(vector, 10, without)]
        assert rest == found[10:]


def test_a_large_index_finds_what_lies_behind_many_that_are_left_out() -> None:
    vectors = clustered(6000, 32, topics=6)
    ids = np.arange(6000, dtype=np.int64) * 7 + 3
    index = FaissIndex.build(ids, vectors, exact_below=1)
    order = nearest(ids, vectors, vectors[0], 1510)
    found = [id_ for id_, _ in index.search(vectors[0], 10, np.array(order[:1500]))]
    assert len(found) == 10
    assert not {*found} & {*order[:1500]}
    assert len({*found} & {*order[1500:]}) >= 9


@pytest.mark.parametrize("exact_below", [1, 10_000])
def test_the_contents_are_the_vectors_as_they_were_given(tmp_path: Path, exact_below: int) -> None:
    ids, vectors = some_vectors(5000, 8)
    vectors = vectors.astype(np.float16).astype(np.float32)
    files.write(tmp_path, "vectors.faiss", FaissIndex.build(ids, vectors, exact_below).write)
    index = FaissIndex.load(tmp_path / "vectors.faiss")
    assert index.ids().tolist() == sorted(ids.tolist())
    parts = list(index.contents())
    order = np.argsort(ids)
    assert np.concatenate([part for part, _ in parts]).tolist() == ids[order].tolist()
    stored = np.concatenate([rows for _, rows in parts])
    assert (stored == vectors[order]).all()


def test_a_large_index_is_built_alike_every_time() -> None:
    ids, vectors = some_vectors(2000, 16)
    one, other = (FaissIndex.build(ids, vectors, exact_below=1) for _ in range(2))
    assert [one.search(v, 5) for v in vectors[:50]] == [other.search(v, 5) for v in vectors[:50]]


def test_an_empty_index_finds_nothing() -> None:
    ids, vectors = some_vectors(0, 8)
    index = FaissIndex.build(ids, vectors)
    assert (len(index), index.dim) == (0, 8)
    assert index.search(np.ones(8, dtype=np.float32), 5) == []


@pytest.mark.parametrize("exact_below", [1, 10_000])
def test_a_saved_index_finds_the_same(tmp_path: Path, exact_below: int) -> None:
    ids, vectors = some_vectors(1500, 16)
    built = FaissIndex.build(ids, vectors, exact_below)
    files.write(tmp_path, "vectors.faiss", built.write)
    loaded = FaissIndex.load(tmp_path / "vectors.faiss")
    assert (len(loaded), loaded.dim, loaded.exact) == (1500, 16, exact_below > 1500)
    for vector in vectors[:20]:
        assert loaded.search(vector, 5) == built.search(vector, 5)


@pytest.mark.parametrize("content", [None, b"", b"garbage" * 100])
def test_what_is_no_index_cannot_be_loaded(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "vectors.faiss").write_bytes(content)
    with pytest.raises((OSError, RuntimeError)):
        FaissIndex.load(tmp_path / "vectors.faiss")
