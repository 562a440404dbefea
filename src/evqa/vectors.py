"""Nearest vectors, by FAISS."""

from __future__ import annotations

import math
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


class VectorIndex(Protocol):
    """Finds the vectors with the largest inner product."""

    def search(self, vector: Floats, k: int) -> list[tuple[int, float]]:
        """The ids and inner products of the `k` nearest vectors, nearest first."""

    def save(self, path: Path) -> None:
        """Write the index to a file."""

    def __len__(self) -> int: ...


class FaissIndex:
    """Exact search in a small index, inverted lists (IVF) in a large one."""

    def __init__(self, index: Any) -> None:
        """Wrap a faiss index that keeps ids; `build` and `load` make one."""
        self._index = index

    @classmethod
    def build(cls, ids: Ids, vectors: Floats, exact_below: int = EXACT_BELOW) -> FaissIndex:
        """An index of vectors, shape (n, dim), exact where n is below `exact_below`."""
        import faiss

        count, dim = vectors.shape
        if count < exact_below:
            index: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dim))
        else:
            lists = max(1, int(4 * math.sqrt(count)))
            sample = np.random.default_rng(0).permutation(count)
            index = faiss.index_factory(dim, f"IVF{lists},Flat", faiss.METRIC_INNER_PRODUCT)
            index.train(vectors[np.sort(sample[: lists * _TRAINING_VECTORS_PER_LIST])])
            index.nprobe = max(1, int(lists * _PROBED_SHARE))
        if count:
            index.add_with_ids(np.ascontiguousarray(vectors), ids)
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> FaissIndex:
        """The index in a file; raises OSError or RuntimeError where none can be read."""
        import faiss

        return cls(faiss.read_index(str(path)))

    @property
    def exact(self) -> bool:
        """Whether a search looks at every vector."""
        return not hasattr(self._index, "nprobe")

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return int(self._index.d)

    def search(self, vector: Floats, k: int) -> list[tuple[int, float]]:
        """The ids and inner products of the `k` nearest vectors, nearest first."""
        if not len(self):
            return []
        scores, ids = self._index.search(vector.reshape(1, -1), min(k, len(self)))
        return [
            (int(id_), float(score))
            for id_, score in zip(ids[0], scores[0], strict=True)
            if id_ >= 0
        ]

    def save(self, path: Path) -> None:
        """Write the index to a file."""
        import faiss

        faiss.write_index(self._index, str(path))

    def __len__(self) -> int:
        return int(self._index.ntotal)
