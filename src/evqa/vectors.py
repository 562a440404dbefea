"""Nearest vectors, by FAISS."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from evqa.onnx import Floats

Ids = npt.NDArray[np.int64]

# benchmarks/vectors.py measures these. Below, an exact search costs little beside the reranker and
# needs no codes; above, as many vectors as this are looked at in full for each that is asked for.
EXACT_BELOW = 100_000
_LOOKED_AT = 4
_LEAST_LOOKED_AT = 200
_DIMENSIONS_PER_CODE = 2
_BITS_PER_CODE = 4
_TRAINING_VECTORS = 20_000
_READ_AT_ONCE = 4096
_READ_AHEAD = 2**22  # bytes at once


class VectorIndex(Protocol):
    """Finds the vectors with the largest inner product."""

    def search(self, vector: Floats, k: int) -> list[tuple[int, float]]:
        """The ids and inner products of the `k` nearest vectors, nearest first."""

    def __len__(self) -> int: ...


class FaissIndex:
    """The nearest of a few vectors, exactly; of many, the nearest by short codes, looked at anew.

    The codes are of a product quantizer (Jégou et al., 2011) of 4 bits, which a processor compares
    many at a time (André et al., 2017). Vectors are kept in half precision, as in the database.
    """

    def __init__(self, index: Any) -> None:
        """Wrap a faiss index that keeps ids; `build`, `empty` and `load` make one."""
        faiss = _faiss()

        self._index = index
        self._codes = None
        self._vectors = faiss.downcast_index(index.index)
        if isinstance(self._vectors, faiss.IndexRefine):
            self._codes = faiss.downcast_index(self._vectors.base_index)
            self._vectors = faiss.downcast_index(self._vectors.refine_index)

    @classmethod
    def empty(
        cls,
        count: int,
        dim: int,
        sample: Callable[[int], Floats],
        exact_below: int = EXACT_BELOW,
    ) -> FaissIndex:
        """An index that is to take `count` vectors, exact where that is below `exact_below`.

        `sample` gives as many of them as it is asked for, or all, shape (n, dim): a large index
        learns its codes from them.
        """
        faiss = _faiss()

        product = faiss.METRIC_INNER_PRODUCT
        vectors = faiss.IndexScalarQuantizer(dim, faiss.ScalarQuantizer.QT_fp16, product)
        if count < exact_below:
            return cls(faiss.IndexIDMap(vectors))
        codes = dim // _DIMENSIONS_PER_CODE if dim % _DIMENSIONS_PER_CODE == 0 else dim
        coded = faiss.IndexPQFastScan(dim, codes, _BITS_PER_CODE, product)
        coded.train(np.ascontiguousarray(sample(_TRAINING_VECTORS)))
        return cls(faiss.IndexIDMap(faiss.IndexRefine(coded, vectors)))

    @classmethod
    def build(cls, ids: Ids, vectors: Floats, exact_below: int = EXACT_BELOW) -> FaissIndex:
        """An index of vectors, shape (n, dim), exact where n is below `exact_below`."""
        count, dim = vectors.shape

        def sample(size: int) -> Floats:
            chosen = np.random.default_rng(0).permutation(count)[:size]
            return vectors[np.sort(chosen)]

        index = cls.empty(count, dim, sample, exact_below)
        index.add(ids, vectors)
        return index

    @classmethod
    def load(cls, path: Path) -> FaissIndex:
        """The index in a file; its vectors are mapped, not read.

        Raises OSError or RuntimeError where none can be read.
        """
        faiss = _faiss()

        _read_ahead(path)
        # A mapped file can't be removed on Windows.
        return cls(faiss.read_index(str(path), 0 if os.name == "nt" else faiss.IO_FLAG_MMAP_IFC))

    @property
    def exact(self) -> bool:
        """Whether a search looks at every vector."""
        return self._codes is None

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return int(self._index.d)

    def add(self, ids: Ids, vectors: Floats) -> None:
        """Take vectors, shape (n, dim), under these ids."""
        self.__dict__.pop("_ids", None)
        if len(ids):
            self._index.add_with_ids(np.ascontiguousarray(vectors), ids)

    def search(
        self, vector: Floats, k: int, without: Ids | None = None, within: Ids | None = None
    ) -> list[tuple[int, float]]:
        """The ids and inner products of the `k` nearest vectors, nearest first.

        Vectors with an id in `without` are passed over; where `within` is given, all others than
        those with an id in it are, and the search is exact.
        """
        faiss = _faiss()

        if not len(self):
            return []
        if within is not None:
            return self._exactly(vector, k, faiss.IDSelectorBatch(within))
        gone = np.empty(0, dtype=np.int64) if without is None else without
        looked_at = max(_LEAST_LOOKED_AT, _LOOKED_AT * k)
        while self._codes is not None and 2 * looked_at < len(self):
            with _one_thread(faiss):
                _, found = self._codes.search(vector.reshape(1, -1), looked_at)
            near = found[0][~np.isin(self._ids[found[0]], gone)]
            if 2 * len(near) >= looked_at:
                scores = self._vectors.reconstruct_batch(near) @ vector
                order = np.lexsort((near, -scores))[:k]
                return self._told(near[order], scores[order])
            looked_at *= 2
        selector = faiss.IDSelectorNot(faiss.IDSelectorBatch(gone)) if len(gone) else None
        return self._exactly(vector, k, selector)

    def _exactly(self, vector: Floats, k: int, selector: Any) -> list[tuple[int, float]]:
        """The nearest of all vectors whose ids a selector of faiss takes."""
        faiss = _faiss()

        options: dict[str, Any] = {}
        if selector:
            options["sel"] = faiss.IDSelectorTranslated(self._index.id_map, selector)
        with _one_thread(faiss):
            scores, found = self._vectors.search(
                vector.reshape(1, -1), min(k, len(self)), params=faiss.SearchParameters(**options)
            )
        taken = found[0] >= 0
        return self._told(found[0][taken], scores[0][taken])

    def _told(self, positions: Ids, scores: Floats) -> list[tuple[int, float]]:
        return list(zip(self._ids[positions].tolist(), scores.tolist(), strict=True))

    @cached_property
    def _ids(self) -> Ids:
        """The ids of all vectors, by position."""
        found: Ids = _faiss().vector_to_array(self._index.id_map)
        return found

    def ids(self) -> Ids:
        """The ids of all vectors, in order."""
        return np.sort(self._ids)

    def contents(self) -> Iterator[tuple[Ids, Floats]]:
        """All ids, in order, and their vectors, in batches."""
        ids, order = self._ids, np.argsort(self._ids)
        for first in range(0, len(ids), _READ_AT_ONCE):
            part = order[first : first + _READ_AT_ONCE]
            yield ids[part], self._vectors.reconstruct_batch(part)

    def write(self, take: Callable[[bytes], None]) -> None:
        """Give the bytes of the index's file, a few at a time."""
        faiss = _faiss()

        faiss.write_index(self._index, faiss.PyCallbackIOWriter(take))

    def __len__(self) -> int:
        return int(self._index.ntotal)


def _read_ahead(path: Path) -> None:
    """Have the system read the codes at the start of a file and the ids at its end.

    FAISS copies these out of the mapped file, page by page, which from a disk takes many times as
    long. Beside the vectors they are less than these shares of the file.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        for start, end in ((0, size // 7), (size - size // 48, size)):
            file.seek(start)
            while file.tell() < end and file.read(_READ_AHEAD):
                pass


@contextmanager
def _one_thread(faiss: Any) -> Iterator[None]:
    """Keep FAISS to the calling thread: one query has no work for others.

    They would spin until the search is over, which on a busy machine takes a thousand times longer.
    """
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)


def _faiss() -> Any:
    """The library, imported when it is used; its type stubs know only a part of it."""
    import faiss

    return faiss
