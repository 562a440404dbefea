"""Texts to vectors without a neural network: the mean of a table's vectors of their tokens."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evqa.bundled import BundledModel
from evqa.embedding import normalised
from evqa.onnx import Floats

WORDLLAMA = BundledModel(
    "static",
    "wordllama",
    "",
    "64b47a2dc493cb8e85944076601189739852d7b64e0e1eedcb1937a251cd9fd5",
    weights_file="weights/l2_supercat_256.safetensors",
    tokenizer_file="tokenizers/l2_supercat_tokenizer_config.json",
)
# Enough texts for every core, and few enough that their tokens take little memory.
_TEXTS_AT_ONCE = 1024


class StaticEmbedder:
    """WordLlama's l2_supercat_256 (Miller, 2024): vectors of tokens, trained to be averaged.

    Safe to use from several threads. What a text's vector is depends on that text alone, and a
    text without tokens has a vector of zeros.
    """

    identity = f"{WORDLLAMA.name} sha256:{WORDLLAMA.sha256}"
    dim = 256
    latin_only = False

    def __init__(self) -> None:
        """Load the table; raises BackendNotInstalled or ModelUnavailable."""
        from safetensors.numpy import load

        self._table: Floats = load(WORDLLAMA.weights())["embedding.weight"].astype(np.float32)
        self._tokenizer = WORDLLAMA.tokenizer()
        # A text that spells out `</s>` is about that, and has not ended.
        self._tokenizer.encode_special_tokens = True

    def embed_documents(self, texts: Sequence[str]) -> Floats:
        """The vectors of texts to be found, shape (texts, dim)."""
        sums = np.zeros((len(texts), self.dim), dtype=np.float32)
        for first in range(0, len(texts), _TEXTS_AT_ONCE):
            some = list(texts[first : first + _TEXTS_AT_ONCE])
            encodings = self._tokenizer.encode_batch_fast(some, add_special_tokens=False)
            for row, encoding in enumerate(encodings, first):
                self._table[encoding.ids].sum(axis=0, out=sums[row])
        # Scaled to length 1, the sum of the vectors is their mean.
        return normalised(sums)

    def embed_query(self, text: str) -> Floats:
        """The vector of a question, shape (dim,)."""
        vector: Floats = self.embed_documents([text])[0]
        return vector
