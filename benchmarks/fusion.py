"""How to merge dense and lexical candidates: recall over QED's paragraphs, as one table.

    python benchmarks/fusion.py QED.jsonl [--questions 300]

Every paragraph of the file is a document; a question's gold is its own paragraph. Questions with
an even position are the development part, on which the weight is chosen; the odd ones report it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from evqa.embedding import OnnxEmbedder
from evqa.lexical import LexicalIndex
from evqa.retrieval import LEXICAL_WEIGHT, fuse
from evqa.vectors import FaissIndex

DEPTH = 50
RRF_CONSTANT = 60
Ranking = list[tuple[int, float]]


def reciprocal_rank_fusion(dense: Ranking, lexical: Ranking) -> list[int]:
    """Merge by ranks alone (Cormack, Clarke and Buettcher, 2009)."""
    scores: dict[int, float] = {}
    for ranking in (dense, lexical):
        for rank, (passage, _) in enumerate(ranking, 1):
            scores[passage] = scores.get(passage, 0.0) + 1 / (RRF_CONSTANT + rank)
    return sorted(scores, key=lambda passage: -scores[passage])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("qed", type=Path)
    parser.add_argument("--questions", type=int, default=300)
    arguments = parser.parse_args()

    rows = [json.loads(line) for line in arguments.qed.read_text(encoding="utf-8").splitlines()]
    texts = list(dict.fromkeys(row["paragraph_text"] for row in rows))
    titles = {row["paragraph_text"]: row["title_text"] for row in rows}
    number = {text: i for i, text in enumerate(texts)}

    embedder = OnnxEmbedder()
    vectors = embedder.embed_documents([f"{titles[text]}\n{text}" for text in texts])
    dense_index = FaissIndex.build(np.arange(len(texts), dtype=np.int64), vectors)
    lexical_index = LexicalIndex()
    lexical_index.update(enumerate(texts))

    cases = []
    for row in rows[: arguments.questions]:
        question = row["question_text"]
        dense = dense_index.search(embedder.embed_query(question), DEPTH)
        cases.append((number[row["paragraph_text"]], dense, lexical_index.search(question, DEPTH)))

    methods: dict[str, Callable[[Ranking, Ranking], list[int]]] = {
        "dense": lambda dense, _: [passage for passage, _ in dense],
        "BM25": lambda _, lexical: [passage for passage, _ in lexical],
        "RRF": reciprocal_rank_fusion,
    }
    for weight in (0.05, 0.1, 0.15, 0.2, 0.3, 0.5):
        methods[f"dense + {weight} BM25"] = lambda dense, lexical, weight=weight: [
            passage for passage, _ in fuse(dense, lexical, weight)
        ]
    print(f"{len(texts)} paragraphs, {len(cases)} questions; in use: {LEXICAL_WEIGHT}")
    for part, chosen in (("development", cases[::2]), ("report", cases[1::2])):
        print(f"\n{part} ({len(chosen)} questions)\n{'method':<18} R@1    R@3    R@6    R@20   MRR")
        for name, merge in methods.items():
            ranks = [
                ranking.index(gold) + 1 if gold in (ranking := merge(dense, lexical)) else 0
                for gold, dense, lexical in chosen
            ]
            recalls = [sum(0 < rank <= k for rank in ranks) / len(ranks) for k in (1, 3, 6, 20)]
            mrr = sum(1 / rank for rank in ranks if rank) / len(ranks)
            print(f"{name:<18} " + "  ".join(f"{value:.3f}" for value in (*recalls, mrr)))


if __name__ == "__main__":
    main()
