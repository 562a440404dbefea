"""Where a model's name in the settings becomes the model."""

from __future__ import annotations

from evqa.embedding import Embedder, OnnxEmbedder, SentenceTransformerEmbedder
from evqa.errors import BackendNotInstalled
from evqa.judging import BundledJudge, Judge, RerankerJudge, load_numbers
from evqa.reranking import BundledReranker, CrossEncoderReranker, Reranker
from evqa.settings import (
    DEFAULT_EMBEDDING_MODEL,
    DEFAULT_RERANKER_MODEL,
    STATIC_EMBEDDING_MODEL,
    Settings,
)
from evqa.static_embedding import StaticEmbedder


def embedder(settings: Settings) -> Embedder:
    """Load the embedding model; raises BackendNotInstalled or ModelUnavailable."""
    name = settings.embedding_model
    if name == DEFAULT_EMBEDDING_MODEL:
        return OnnxEmbedder()
    if name == STATIC_EMBEDDING_MODEL:
        return StaticEmbedder()
    return SentenceTransformerEmbedder(name)


def stand_in(settings: Settings) -> StaticEmbedder | None:
    """Load what embeds at once until the embedding model has, where that is slower and it is there.

    Raises ModelUnavailable where its file is damaged.
    """
    if settings.embedding_model == STATIC_EMBEDDING_MODEL:
        return None
    try:
        return StaticEmbedder()
    except BackendNotInstalled:
        return None


def reranker(settings: Settings) -> Reranker:
    """Load the reranker; raises BackendNotInstalled or ModelUnavailable."""
    name = settings.reranker_model
    return BundledReranker() if name == DEFAULT_RERANKER_MODEL else CrossEncoderReranker(name)


def judge(settings: Settings, reranker: Reranker) -> Judge:
    """Load what judges sentences: beside the bundled reranker our own model, else the reranker.

    Raises BackendNotInstalled or ModelUnavailable.
    """
    if settings.reranker_model == DEFAULT_RERANKER_MODEL:
        return BundledJudge(reranker)
    return RerankerJudge(reranker, load_numbers("cross_encoder"))
