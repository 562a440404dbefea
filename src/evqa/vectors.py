"""Nearest vectors, by FAISS."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from evqa.onnx import Floats

Ids = npt.NDArray[np.int64]

# benchmarks/vectors.py measures it: below, an exact search costs little beside the reranker, misses
# no neighbour and is built at once.
EXACT_BELOW = 100_000
_TRAINING_VECTORS_PER_LIST = 40
_PROBED_SHARE = 1 / 8
_READ_AT_ONCE = 4096


class VectorIndex(Protocol):
    """Finds the vectors with the largest inner product."""

    def search(self, vector: Floats, k: int) -> list[tuple[int, float]]:
        """The ids and inner products of the `k` nearest vectors, nearest first."""

    def __len__(self) -> int: ...


class FaissIndex:
    """Exact search in a small index, inverted lists (IVF) in a large one.

    Vectors are kept in half precision, as they are in the database.
    """

    def __init__(self, index: Any) -> None:
        """Wrap a faiss index that keeps ids; `build`, `empty` and `load` make one."""
        self._index = index

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
        makes its lists from them.
        """
        faiss = _faiss()

        half = faiss.ScalarQuantizer.QT_fp16
        if count < exact_below:
            flat = faiss.IndexScalarQuantizer(dim, half, faiss.METRIC_INNER_PRODUCT)
            return cls(faiss.IndexIDMap2(flat))
        lists = max(1, int(4 * math.sqrt(count)))
        centres = faiss.IndexFlatIP(dim)
        # What is left of a vector after its list's centre would not fit in half precision.
        index = faiss.IndexIVFScalarQuantizer(
            centres, dim, lists, half, faiss.METRIC_INNER_PRODUCT, False
        )
        index.train(np.ascontiguousarray(sample(lists * _TRAINING_VECTORS_PER_LIST)))
        index.nprobe = max(1, int(lists * _PROBED_SHARE))
        return cls(index)

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
        """The index in a file; the lists of a large one are mapped, not read.

        Raises OSError or RuntimeError where none can be read.
        """
        faiss = _faiss()

        # faiss maps no lists on Windows.
        return cls(faiss.read_index(str(path), 0 if os.name == "nt" else faiss.IO_FLAG_MMAP))

    @property
    def exact(self) -> bool:
        """Whether a search looks at every vector."""
        return not hasattr(self._index, "nprobe")

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return int(self._index.d)

    def add(self, ids: Ids, vectors: Floats) -> None:
        """Take vectors, shape (n, dim), under these ids."""
        if len(ids):
            self._index.add_with_ids(np.ascontiguousarray(vectors), ids)

    def search(
        self, vector: Floats, k: int, without: Ids | None = None, within: Ids | None = None
    ) -> list[tuple[int, float]]:
        """The ids and inner products of the `k` nearest vectors, nearest first.

        Vectors with an id in `without` are passed over; where `within` is given, all others than
        those with an id in it are, and every list is searched, since they may lie in any.
        """
        if not len(self):
            return []
        faiss = _faiss()

        options: dict[str, Any] = {}
        if within is not None:
            options["sel"] = faiss.IDSelectorBatch(within)
        elif without is not None and len(without):
            options["sel"] = faiss.IDSelectorNot(faiss.IDSelectorBatch(without))
        if self.exact:
            parameters = faiss.SearchParameters(**options)
        else:
            probed = self._index.nprobe if within is None else self._index.nlist
            parameters = faiss.SearchParametersIVF(nprobe=probed, **options)
        with _one_thread(faiss):
            scores, ids = self._index.search(
                vector.reshape(1, -1), min(k, len(self)), params=parameters
            )
        return [
            (int(id_), float(score))
            for id_, score in zip(ids[0], scores[0], strict=True)
            if id_ >= 0
        ]

    def ids(self) -> Ids:
        """The ids of all vectors, in order."""
        faiss = _faiss()

        if self.exact:
            found: Ids = faiss.vector_to_array(self._index.id_map)
            return np.sort(found)
        lists = self._index.invlists
        parts = [
            faiss.rev_swig_ptr(lists.get_ids(number), lists.list_size(number)).copy()
            for number in range(lists.nlist)
            if lists.list_size(number)
        ]
        return np.sort(np.concatenate(parts)) if parts else np.empty(0, dtype=np.int64)

    def contents(self) -> Iterator[tuple[Ids, Floats]]:
        """All ids, in order, and their vectors, in batches."""
        faiss = _faiss()

        ids = self.ids()
        if not self.exact:
            self._index.set_direct_map_type(faiss.DirectMap.Hashtable)
        for first in range(0, len(ids), _READ_AT_ONCE):
            part = ids[first : first + _READ_AT_ONCE]
            yield part, self._index.reconstruct_batch(part)

    def write(self, take: Callable[[bytes], None]) -> None:
        """Give the bytes of the index's file, a few at a time."""
        faiss = _faiss()

        faiss.write_index(self._index, faiss.PyCallbackIOWriter(take))

    def __len__(self) -> int:
        return int(self._index.ntotal)


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
