"""Where a model's name in the settings becomes the model."""

from __future__ import annotations

from evqa.embedding import Embedder, OnnxEmbedder, SentenceTransformerEmbedder
from evqa.reranking import CrossEncoderReranker, OnnxReranker, Reranker
from evqa.settings import DEFAULT_EMBEDDING_MODEL, DEFAULT_RERANKER_MODEL, Settings


def embedder(settings: Settings) -> Embedder:
    """Load the embedding model; raises BackendNotInstalled or ModelUnavailable."""
    name = settings.embedding_model
    return OnnxEmbedder() if name == DEFAULT_EMBEDDING_MODEL else SentenceTransformerEmbedder(name)


def reranker(settings: Settings) -> Reranker:
    """Load the reranker; raises BackendNotInstalled or ModelUnavailable."""
    name = settings.reranker_model
    return OnnxReranker() if name == DEFAULT_RERANKER_MODEL else CrossEncoderReranker(name)
