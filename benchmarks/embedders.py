"""What each bundled embedder finds, alone and with BM25, and what it costs, as one table.

    python benchmarks/embedders.py FILE... [--questions 1500]

The files are any of the public ones that `evqa eval` reads. The paragraphs of all of them are
searched together; a question's gold is its own paragraph, and where there are more than
`--questions` of them, every nth is asked. Of two questions the first is the development part, on
which the weight of BM25 is chosen for each embedder; the second reports it.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from speed import machine

from evqa.embedding import Embedder, OnnxEmbedder
from evqa.lexical import LexicalIndex
from evqa.question_files import Document, read_questions
from evqa.retrieval import LEXICAL_WEIGHT, fuse
from evqa.static_embedding import StaticEmbedder
from evqa.vectors import FaissIndex

DEPTH = 50
WEIGHTS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.0)
CUTS = (1, 5, 20)
EMBEDDERS: dict[str, Callable[[], Embedder]] = {"default": OnnxEmbedder, "static": StaticEmbedder}
Ranking = list[tuple[int, float]]


def read(files: Sequence[Path], most: int) -> tuple[list[Document], list[tuple[str, int]]]:
    """The documents with distinct texts, and at most `most` questions with their gold's place."""
    documents: dict[str, Document] = {}
    questions: list[tuple[str, int]] = []
    for file in files:
        found = read_questions(file)
        texts = {document.id: document.text for document in found.documents}
        for document in found.documents:
            documents.setdefault(document.text, document)
        place = {text: position for position, text in enumerate(documents)}
        questions += [
            (case.question, place[texts[case.document]]) for case in found.cases if case.answerable
        ]
    step = max(1, math.ceil(len(questions) / most))
    return list(documents.values()), questions[::step]


def ranked(
    load: Callable[[], Embedder], documents: Sequence[Document], questions: Sequence[str]
) -> tuple[list[Ranking], str]:
    """Each question's nearest documents, and what it took to load, embed and ask."""
    times = [time.perf_counter()]
    embedder = load()
    times.append(time.perf_counter())
    vectors = embedder.embed_documents([f"{one.title}\n{one.text}" for one in documents])
    times.append(time.perf_counter())
    asked = [embedder.embed_query(question) for question in questions]
    times.append(time.perf_counter())
    loading, embedding, asking = np.diff(times)
    passages, milliseconds = len(documents) / embedding, 1000 * asking / len(questions)
    cost = f"{loading:>12.2f}{passages:>12,.0f}{milliseconds:>15.2f}"
    index = FaissIndex.build(np.arange(len(documents), dtype=np.int64), vectors)
    return [index.search(vector, DEPTH) for vector in asked], cost


def measures(ranks: Sequence[int]) -> list[float]:
    """Recall at the cuts and the mean reciprocal rank of golds by rank, 0 for one not found."""
    recalls = [sum(0 < rank <= cut for rank in ranks) / len(ranks) for cut in CUTS]
    return [*recalls, sum(1 / rank for rank in ranks if rank) / len(ranks)]


def rank(ranking: Ranking, gold: int) -> int:
    return next((place for place, (found, _) in enumerate(ranking, 1) if found == gold), 0)


def row(name: str, ranks: Sequence[int]) -> str:
    return f"{name:<26}" + "".join(f"{value:>8.3f}" for value in measures(ranks))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--questions", type=int, default=1500)
    arguments = parser.parse_args()
    documents, cases = read(arguments.files, arguments.questions)
    questions, golds = zip(*cases, strict=True)
    print(
        f"{machine()}\n{len(documents)} paragraphs; {len(cases)} questions, half of them reported"
    )

    bm25 = LexicalIndex()
    bm25.update(enumerate(document.text for document in documents))
    lexical = [bm25.search(question, DEPTH) for question in questions]
    head = "".join(f"{name:>8}" for name in (*(f"R@{cut}" for cut in CUTS), "MRR"))
    print(f"\n{'':<26}{head}")
    print(row("BM25", [rank(*pair) for pair in zip(lexical, golds, strict=True)][1::2]))
    costs = []
    for name, load in EMBEDDERS.items():
        dense, cost = ranked(load, documents, questions)
        costs.append(f"{name:<26}{cost}")
        print(row(name, [rank(*pair) for pair in zip(dense, golds, strict=True)][1::2]))
        by_weight = {
            weight: [
                rank(fuse(near, found, weight), gold)
                for near, found, gold in zip(dense, lexical, golds, strict=True)
            ]
            for weight in WEIGHTS
        }
        best = max(WEIGHTS, key=lambda weight: measures(by_weight[weight][::2])[-1])
        for weight in sorted({LEXICAL_WEIGHT, best}):
            chosen = " (best)" if weight == best else ""
            print(row(f"{name} + {weight} BM25{chosen}", by_weight[weight][1::2]))
    print(f"\n{'':<26}{'s to load':>12}{'passages/s':>12}{'ms a question':>15}")
    print(*costs, sep="\n")


if __name__ == "__main__":
    main()
