"""What building, updating, opening and searching cost as a corpus grows: SCALE.md and scale.png.

    python benchmarks/scale.py [--sizes 1000,10000,100000,1000000]

The articles are those of `synthetic.py`. Every step runs in a fresh process on two cores. Up to
10,000 passages the default embedder is used, beyond that the static one. Sizes that are not asked
for keep what an earlier run measured.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import pkgutil
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import psutil
from scale_report import report
from speed import machine

Figures = dict[str, float | str]

CORES = 2
SIZES = (1_000, 10_000, 100_000, 1_000_000)
PASSAGES_PER_ARTICLE = 3.7
STATIC_ABOVE = 10_000
UPDATES = 7
QUESTIONS = 200
UNCOUNTED = 5
K = 5
RECALL_AT = 10
# What an update spends its time on: functions of evqa, by the row that they count in.
PARTS = {
    "update_reading": ("evqa.corpus.article_paths", "evqa.indexing.changes"),
    "update_embedding": ("evqa.indexing._embed",),
    "update_faiss": ("evqa.index.derived.write_segments",),
    "update_tantivy": ("evqa.index.derived.write_lexical",),
}


def articles_for(size: int) -> int:
    """How many articles have about `size` passages."""
    return round(size / PASSAGES_PER_ARTICLE)


def settings_for(size: int, folder: Path) -> Any:
    """The settings for a size: the corpus and the index in a folder, and the embedder."""
    from evqa.settings import DEFAULT_EMBEDDING_MODEL, STATIC_EMBEDDING_MODEL, Settings

    model = STATIC_EMBEDDING_MODEL if size > STATIC_ABOVE else DEFAULT_EMBEDDING_MODEL
    return Settings(corpus=folder / "corpus", index=folder / "index", embedding_model=model)


def build(size: int, folder: Path) -> Figures:
    """A first index of the corpus."""
    from evqa.indexing import index_status, update_index

    settings = settings_for(size, folder)
    report = update_index(settings)
    status = index_status(settings)
    return {
        "embedder": settings.embedding_model,
        "articles": status.articles,
        "passages": report.passages,
        "build_rate": report.passages / report.seconds,
        "bytes_per_passage": status.bytes_on_disk / report.passages,
        "build_peak_mb": peak_megabytes(),
    }


def update(size: int, folder: Path) -> Figures:
    """Updates for one article more and for one edited, with a model that is loaded.

    They are told where to look, as `evqa add` and `evqa watch` tell them, and then, as `evqa index`
    does it, they look through the whole corpus.
    """
    from synthetic import Article

    from evqa import indexing, models

    settings = settings_for(size, folder)
    embedder = models.embedder(settings)
    embedder.embed_documents(["A first text is not counted."])
    kinds = ("update_added", "update_edited", "update_whole")
    seconds: dict[str, list[float]] = {kind: [] for kind in kinds}
    parts: dict[str, list[float]] = {name: [] for name in PARTS}
    old = sorted(settings.corpus.rglob("*.md"))[:: max(1, articles_for(size) // UPDATES)]
    for number in range(UPDATES):
        new = settings.corpus / f"new-{number}.md"
        new.write_text(Article(articles_for(size) + number).file(), encoding="utf-8")
        for what, place in zip(kinds, (new, old[number], old[number]), strict=True):
            if place != new:
                text = place.read_text(encoding="utf-8")
                place.write_text(f"{text}\nThe report was corrected today.\n", encoding="utf-8")
            is_told = what != "update_whole"
            only = place.relative_to(settings.corpus) if is_told else Path()
            with timed() as spent:
                began = time.perf_counter()
                report = indexing.update_with(embedder, settings, only=[only])
                seconds[what].append(time.perf_counter() - began)
            assert len(report.added) + len(report.updated) == 1, report
            for name, value in spent.items() if is_told else ():
                parts[name].append(value)
    medians = {name: statistics.median(values) for name, values in (seconds | parts).items()}
    both = statistics.mean([medians["update_added"], medians["update_edited"]])
    rest = both - sum(medians[name] for name in PARTS)
    return {**medians, "update_rest": rest, "update_peak_mb": peak_megabytes()}


def search(size: int, folder: Path) -> Figures:
    """Opening the index and asking it, without reranking and with it, its files in memory."""
    from evqa import models
    from evqa.retrieval import Retriever
    from evqa.store import Store

    settings = settings_for(size, folder)
    embedder, reranker = models.embedder(settings), models.reranker(settings)
    questions = questions_for(size)
    read_through(settings.index)
    before = resident_megabytes()
    began = time.perf_counter()
    store = Store(settings.index)
    opened = time.perf_counter() - began
    figures: Figures = {"open_s": opened, "open_mb": resident_megabytes() - before}
    with closing(store):
        retriever = Retriever(store, embedder, reranker)
        vectors, lexical = store.vectors(), store.lexical()
        figures |= quantiles("search", lambda text: retriever.candidates(text, K), questions)
        figures |= quantiles("rerank", lambda text: retriever.search(text, K), questions)
        queries = [embedder.embed_query(text) for text in questions]
        figures["embed_ms"] = median_milliseconds(embedder.embed_query, questions)
        figures["faiss_ms"] = median_milliseconds(lambda query: vectors.search(query, 51), queries)
        figures["tantivy_ms"] = median_milliseconds(
            lambda text: lexical.search(text, 51), questions
        )
        figures["segments"] = len(store.manifest.segments)
        figures["ask_mb"] = resident_megabytes()
        figures["recall"] = recall(store, queries)
    return figures


def search_on_disk(size: int, folder: Path) -> Figures:
    """The same where the system has let go of the index's files, as after a start of the machine.

    Only on Linux can it be told to.
    """
    from evqa import models
    from evqa.retrieval import Retriever
    from evqa.store import Store

    settings = settings_for(size, folder)
    embedder, reranker = models.embedder(settings), models.reranker(settings)
    if not hasattr(os, "posix_fadvise"):
        return {}
    for path in index_files(settings.index):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    began = time.perf_counter()
    with closing(Store(settings.index)) as store:
        figures: Figures = {"open_disk_s": time.perf_counter() - began}
        retriever = Retriever(store, embedder, reranker)
        return figures | quantiles(
            "disk", lambda text: retriever.candidates(text, K), questions_for(size)
        )


def questions_for(size: int) -> list[str]:
    """Questions on articles from everywhere in the corpus."""
    from synthetic import Article

    step = max(1, articles_for(size) // (QUESTIONS + UNCOUNTED))
    return [Article(number * step).question() for number in range(QUESTIONS + UNCOUNTED)]


def read_through(index: Path) -> None:
    """Let the system have the files of an index in memory."""
    for path in index_files(index):
        with path.open("rb") as file:
            while file.read(2**24):
                pass


def index_files(index: Path) -> list[Path]:
    return [path for path in index.rglob("*") if path.is_file()]


def recall(store: Any, queries: Sequence[Any]) -> float:
    """The share of the nearest vectors that the index finds; what ties with the last one counts."""
    import numpy as np

    from evqa.index.segments import source, stored

    held, matrix = source(store.manifest.built_by.dim, stand_in=False), np.stack(queries)
    best = np.full((len(queries), RECALL_AT), -np.inf, dtype=np.float32)
    with store.reading() as connection:
        for _, vectors in stored(connection, 1, 2**62, held):
            joined = np.concatenate([best, matrix @ vectors.T], axis=1)
            best = np.partition(joined, -RECALL_AT, axis=1)[:, -RECALL_AT:]
    found = [store.vectors().search(query, RECALL_AT) for query in queries]
    least = best.min(axis=1) - 1e-5
    hits = [
        sum(score >= bound for _, score in nearest)
        for nearest, bound in zip(found, least, strict=True)
    ]
    return float(sum(hits)) / (RECALL_AT * len(queries))


@contextmanager
def timed() -> Iterator[dict[str, float]]:
    """Count the seconds that the functions in PARTS take."""
    spent = dict.fromkeys(PARTS, 0.0)

    def counted(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            began = time.perf_counter()
            try:
                return function(*arguments, **options)
            finally:
                spent[name] += time.perf_counter() - began

        return call

    with ExitStack() as patches:
        for name, functions in PARTS.items():
            for function in functions:
                original = pkgutil.resolve_name(function)
                patches.enter_context(mock.patch(function, counted(name, original)))
        yield spent


def milliseconds(ask: Callable[[Any], object], asked: Sequence[Any]) -> list[float]:
    """How long each takes, but for the first few, in order of length."""
    found = []
    for one in asked:
        began = time.perf_counter()
        ask(one)
        found.append(1000 * (time.perf_counter() - began))
    return sorted(found[UNCOUNTED:])


def median_milliseconds(ask: Callable[[Any], object], asked: Sequence[Any]) -> float:
    return statistics.median(milliseconds(ask, asked))


def quantiles(name: str, ask: Callable[[str], object], asked: Sequence[str]) -> Figures:
    """The median and the 95th percentile."""
    found = milliseconds(ask, asked)
    middle, late = found[len(found) // 2], found[int(0.95 * len(found))]
    return {f"{name}_p50_ms": middle, f"{name}_p95_ms": late}


def resident_megabytes() -> float:
    """The memory of this process, mapped files that it has touched included."""
    return psutil.Process().memory_info().rss / 1e6


def peak_megabytes() -> float:
    """The most memory that this process has had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3


def fresh(step: Callable[[int, Path], Figures], size: int, folder: Path) -> Figures:
    """Run a step in a process of its own; adds how many cores others kept busy meanwhile."""
    began, before = time.perf_counter(), busy_seconds()
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawning) as pool:
        figures = pool.submit(step, size, folder).result()
        own = sum(pool.submit(os.times).result()[:2])
    others = (busy_seconds() - before - own) / (time.perf_counter() - began)
    return {**figures, f"{step.__name__}_others": max(0.0, others)}


def busy_seconds() -> float:
    """The seconds that all processes have had on all cores."""
    times = psutil.cpu_times()
    return float(times.user + times.system + getattr(times, "nice", 0.0))


def write_articles(size: int, folder: Path) -> Figures:
    from synthetic import write_corpus

    write_corpus(folder / "corpus", articles_for(size))
    return {}


def measured(size: int) -> Figures:
    """All figures of a size."""
    with tempfile.TemporaryDirectory(prefix="evqa-scale-") as name:
        folder = Path(name)
        fresh(write_articles, size, folder)
        figures: Figures = {"day": f"{datetime.now(UTC):%Y-%m-%d}", "machine": machine()}
        for step in (build, update, search_on_disk, search):
            figures |= fresh(step, size, folder)
            print(f"{size:,}: {step.__name__}", file=sys.stderr, flush=True)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    sizes = [int(size) for size in parser.parse_args().sizes.split(",")]
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    for size in sizes:
        print(report(size, measured(size)), flush=True)


if __name__ == "__main__":
    main()
