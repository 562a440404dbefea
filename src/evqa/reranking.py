"""Question and text to how well they match: the bundled cross-encoder, or any other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from evqa import sentence_transformer
from evqa.onnx import MS_MARCO_MINILM, Floats, OnnxModel


class Reranker(Protocol):
    """Reads a question and a text together."""

    def score(self, question: str, texts: Sequence[str]) -> Floats:
        """A score for each text, shape (texts,): a logit, higher is better."""


class OnnxReranker:
    """ms-marco-MiniLM-L-12-v2 (Reimers and Gurevych), int8."""

    def __init__(self) -> None:
        self._model = OnnxModel(MS_MARCO_MINILM)

    def score(self, question: str, texts: Sequence[str]) -> Floats:
        """A score for each text, shape (texts,): a logit, higher is better."""
        return self._model.run([(question, text) for text in texts], 1)[:, 0]


class CrossEncoderReranker:
    """Any cross-encoder with one output that sentence-transformers can load, by name or folder."""

    def __init__(self, name: str) -> None:
        """Load a model; raises BackendNotInstalled or ModelUnavailable."""
        self._model = sentence_transformer.load("CrossEncoder", name)

    def score(self, question: str, texts: Sequence[str]) -> Floats:
        """A score for each text, shape (texts,): a logit, higher is better."""
        if not texts:
            return np.empty(0, dtype=np.float32)
        pairs = [(question, text) for text in texts]
        logits = self._model.predict(pairs, show_progress_bar=False, activation_fn=_identity)
        return np.asarray(logits, dtype=np.float32).reshape(len(texts), -1)[:, 0]


def _identity(logits: object) -> object:
    return logits
