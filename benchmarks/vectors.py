"""Exact vector search against that by short codes, to set `vectors.EXACT_BELOW`, as one table.

    python benchmarks/vectors.py [--sizes 10000 50000 200000 400000]

The vectors stand in for passages of news: clusters around topics, in 384 dimensions, unit length.
Queries are noisy copies of stored vectors. Recall@50 is against the exact search.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np

from evqa.embedding import normalised
from evqa.vectors import EXACT_BELOW, FaissIndex

DIM = 384
PER_TOPIC = 50
QUERIES = 100
K = 50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 50_000, 200_000, 400_000])
    random = np.random.default_rng(0)
    print(f"{'vectors':>9}  {'index':<7}{'build s':>9}{'ms p50':>8}{'recall@50':>11}")
    for size in parser.parse_args().sizes:
        topics = random.standard_normal((max(1, size // PER_TOPIC), DIM), dtype=np.float32)
        noise = random.standard_normal((size, DIM), dtype=np.float32)
        vectors = normalised(topics[random.integers(0, len(topics), size)] + noise)
        picked = vectors[random.integers(0, size, QUERIES)]
        jitter = random.standard_normal((QUERIES, DIM), dtype=np.float32) / np.sqrt(DIM)
        queries = normalised(picked + jitter)
        ids = np.arange(size, dtype=np.int64)
        truth: list[set[int]] = []
        for name, exact_below in (("exact", size + 1), ("codes", 0)):
            began = time.perf_counter()
            index = FaissIndex.build(ids, vectors, exact_below)
            built = time.perf_counter() - began
            milliseconds, found = [], []
            for query in queries:
                began = time.perf_counter()
                hits = index.search(query, K)
                milliseconds.append(1000 * (time.perf_counter() - began))
                found.append({id_ for id_, _ in hits})
            truth = truth or found
            recall = statistics.mean(
                len(one & other) / K for one, other in zip(found, truth, strict=True)
            )
            middle = statistics.median(milliseconds)
            print(f"{size:>9}  {name:<7}{built:>9.1f}{middle:>8.1f}{recall:>11.3f}")
    print(f"In use: exact below {EXACT_BELOW:,} vectors.")


if __name__ == "__main__":
    main()
