"""Question and text to how well they match: the bundled cross-encoder, or any other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from evqa import sentence_transformer
from evqa.language.scripts import is_latin
from evqa.lexical import content_terms, terms
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


class OverlapReranker:
    """The share of a question's words, or of its pairs of Chinese characters, that a text holds."""

    def score(self, question: str, texts: Sequence[str]) -> Floats:
        """A score for each text, shape (texts,): 0 to 1, higher is better."""
        wanted = set(content_terms(question))
        shares = [len(wanted & set(terms(text))) / max(1, len(wanted)) for text in texts]
        return np.array(shares, dtype=np.float32)


class BundledReranker:
    """The bundled cross-encoder for what it can read, overlap for questions in other scripts.

    On the Chinese half of XQuAD the cross-encoder, whose vocabulary is English, puts the right one
    of all paragraphs first for 30 % of the questions, overlap for 93 %.
    """

    def __init__(self) -> None:
        self._latin = OnnxReranker()
        self._other = OverlapReranker()

    def score(self, question: str, texts: Sequence[str]) -> Floats:
        """A score for each text, shape (texts,), of the reranker that reads the question."""
        return (self._latin if is_latin(question) else self._other).score(question, texts)


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
