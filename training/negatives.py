"""Passages that look as if they answered a question: its nearest ones, the right one left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from data import Case
from tokenizers import Tokenizer

_PREFIX = "Represent this sentence for searching relevant passages: "


class Embedder:
    """bge-small-en-v1.5, int8: the normalised state of the first token."""

    def __init__(self, folder: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 2
        self._session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(256)

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """One row for each text."""
        rows = []
        for encoding in self._tokenizer.encode_batch(list(texts)):
            inputs = {
                "input_ids": np.array([encoding.ids]),
                "attention_mask": np.array([encoding.attention_mask]),
                "token_type_ids": np.array([encoding.type_ids]),
            }
            state = self._session.run(None, inputs)[0][0, 0]
            rows.append(state / np.linalg.norm(state))
        return np.stack(rows)


def hard_negatives(
    embedder: Embedder,
    cases: Sequence[Case],
    passages: Sequence[Case],
    count: int,
    allowed: Callable[[Case, Case], bool] = lambda _case, _passage: True,
) -> list[list[Case]]:
    """For each case the `count` nearest allowed passages other than its own.

    The passages may repeat: of those with the same text only the first is used.
    """
    unique = list({passage.text: passage for passage in reversed(passages)}.values())
    matrix = embedder.embed([f"{passage.title}: {passage.text}" for passage in unique])
    queries = embedder.embed([_PREFIX + case.question for case in cases])
    found = []
    for case, scores in zip(cases, queries @ matrix.T, strict=True):
        nearest: list[Case] = []
        for index in np.argsort(-scores):
            passage = unique[index]
            if passage.text != case.text and allowed(case, passage):
                nearest.append(passage)
            if len(nearest) == count:
                break
        found.append(nearest)
    return found
