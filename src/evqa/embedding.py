"""Texts to vectors: the bundled model, or any that sentence-transformers can load."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from evqa import sentence_transformer
from evqa.onnx import BGE_SMALL, Floats, OnnxModel

_QUERY_PREFIX = "Represent this sentence for searching relevant passages: "


class Embedder(Protocol):
    """Makes vectors of length 1, so that their inner product is the cosine."""

    identity: str
    """The model's name and the sha256 of its weights: vectors of two identities never mix."""
    dim: int
    """The length of a vector."""
    latin_only: bool
    """Whether it reads no script but the Latin one."""

    def embed_documents(self, texts: Sequence[str]) -> Floats:
        """The vectors of texts to be found, shape (texts, dim)."""

    def embed_query(self, text: str) -> Floats:
        """The vector of a question, shape (dim,)."""


class OnnxEmbedder:
    """bge-small-en-v1.5 (Xiao et al., 2023, C-Pack), int8, CLS pooling."""

    identity = f"{BGE_SMALL.name} sha256:{BGE_SMALL.sha256}"
    dim = 384
    latin_only = True

    def __init__(self) -> None:
        self._model = OnnxModel(BGE_SMALL)

    def embed_documents(self, texts: Sequence[str]) -> Floats:
        """The vectors of texts to be found, shape (texts, dim)."""
        return normalised(self._model.run(texts, self.dim))

    def embed_query(self, text: str) -> Floats:
        """The vector of a question, shape (dim,)."""
        vector: Floats = self.embed_documents([_QUERY_PREFIX + text])[0]
        return vector


class SentenceTransformerEmbedder:
    """Any embedding model that sentence-transformers can load, by hub name or folder."""

    latin_only = False

    def __init__(self, name: str) -> None:
        """Load a model; raises BackendNotInstalled or ModelUnavailable."""
        self._model = sentence_transformer.load("SentenceTransformer", name)
        self.identity = f"{name} sha256:{sentence_transformer.weights_sha256(self._model)}"
        self.dim = int(self._model.get_embedding_dimension())

    def embed_documents(self, texts: Sequence[str]) -> Floats:
        """The vectors of texts to be found, shape (texts, dim)."""
        if not texts:
            return np.empty((0, self.dim), dtype=np.float32)
        return normalised(self._model.encode_document(list(texts), show_progress_bar=False))

    def embed_query(self, text: str) -> Floats:
        """The vector of a question, shape (dim,)."""
        vector: Floats = normalised(self._model.encode_query([text], show_progress_bar=False))[0]
        return vector


def normalised(vectors: Floats) -> Floats:
    """The vectors scaled to length 1; a vector of zeros stays one."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Floats = (vectors / np.maximum(lengths, np.finfo(np.float32).tiny)).astype(np.float32)
    return unit
