import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqa import static_embedding
from evqa.assistant import Assistant
from evqa.errors import BackendNotInstalled, IndexMismatch, ModelUnavailable
from evqa.indexing import update_index
from evqa.models import embedder
from evqa.settings import Settings
from evqa.static_embedding import WORDLLAMA, StaticEmbedder

FERRY = "The harbour ferry takes 17 minutes to cross the fjord."
BEES = "Volunteers counted beehives on the roofs of the city."
BRIDGE = "The council will install a lift for wheelchairs at the old bridge."
STRATEGY = "The central bank raised its interest rate by half a percentage point."
TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), max_size=8)


@pytest.fixture(scope="module")
def static() -> StaticEmbedder:
    return StaticEmbedder()


@pytest.mark.parametrize(
    ("question", "nearest"),
    [
        ("How long is the boat trip?", FERRY),
        ("Who keeps insects in the town?", BEES),
        ("Can disabled people get across the river?", BRIDGE),
        ("What did monetary policy makers decide about borrowing costs?", STRATEGY),
    ],
)
def test_a_question_is_nearest_to_the_text_that_answers_it(
    static: StaticEmbedder, question: str, nearest: str
) -> None:
    texts = [FERRY, BEES, BRIDGE, STRATEGY]
    similarities = static.embed_documents(texts) @ static.embed_query(question)
    assert texts[int(similarities.argmax())] == nearest


def test_a_vector_is_the_scaled_mean_of_the_vectors_of_the_words(static: StaticEmbedder) -> None:
    table, tokenizer = static._table, static._tokenizer
    ids = tokenizer.encode(FERRY, add_special_tokens=False).ids
    mean = table[ids].mean(axis=0)
    expected = mean / np.linalg.norm(mean)
    assert static.embed_query(FERRY) == pytest.approx(expected, abs=1e-6)
    assert table.shape == (tokenizer.get_vocab_size(), static.dim) == (32_000, 256)


def test_vectors_have_length_1_and_a_text_without_tokens_has_zeros(static: StaticEmbedder) -> None:
    texts = [FERRY, "", " ", "小米没有计划进入美国市场。", "😀\x00\u0301", "word " * 5000]
    vectors = static.embed_documents(texts)
    assert vectors.shape == (6, 256)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 0, 1, 1, 1, 1], abs=1e-5)
    assert static.embed_documents([]).shape == (0, 256)


def test_a_text_that_spells_a_special_token_is_read_as_words(static: StaticEmbedder) -> None:
    tokens = static._tokenizer.encode("<s> a </s><unk>", add_special_tokens=False).tokens
    assert {"<s>", "</s>", "<unk>"} & set(tokens) == set()


@given(texts=TEXTS)
def test_a_vector_depends_on_its_text_alone(static: StaticEmbedder, texts: list[str]) -> None:
    together = static.embed_documents(texts)
    alone = [static.embed_query(text) for text in texts]
    assert together.tobytes() == b"".join(vector.tobytes() for vector in alone)
    assert np.isfinite(together).all()


def test_more_texts_than_are_taken_at_once_keep_their_order(static: StaticEmbedder) -> None:
    texts = [f"Edition {number} of the gazette." for number in range(2500)]
    vectors = static.embed_documents(texts)
    for position in (0, 1023, 1024, 2047, 2048, 2499):
        assert (vectors[position] == static.embed_query(texts[position])).all()


@pytest.fixture
def brought_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a package of our own that the table is loaded from."""
    package = tmp_path / "brought_along"
    for name in (WORDLLAMA.weights_file, WORDLLAMA.tokenizer_file):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(WORDLLAMA.path() / name, package / name)
    (package / "__init__.py").write_text("raise AssertionError('it must not be imported')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(static_embedding, "WORDLLAMA", replace(WORDLLAMA, package=package.name))
    return package


def test_the_table_is_loaded_out_of_a_package_that_is_not_imported(
    brought_along: Path, static: StaticEmbedder
) -> None:
    assert (StaticEmbedder().embed_query(FERRY) == static.embed_query(FERRY)).all()


def test_a_table_with_a_changed_byte_is_refused(brought_along: Path) -> None:
    path = brought_along / WORDLLAMA.weights_file
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelUnavailable) as caught:
        StaticEmbedder()
    assert caught.value.message.startswith(
        f"The model file {path} is not the one that evqa was built for (sha256 "
    )
    assert caught.value.message.endswith(f" instead of {WORDLLAMA.sha256[:12]}…).")
    assert caught.value.hint == "Install it again: pip install --force-reinstall brought_along"


def test_a_missing_package_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(static_embedding, "WORDLLAMA", replace(WORDLLAMA, package="no_such_one"))
    with pytest.raises(BackendNotInstalled) as caught:
        StaticEmbedder()
    assert caught.value.message == (
        "The package no_such_one, which carries the model static, is missing."
    )


def test_an_index_is_made_and_asked_with_it_and_with_no_other(corpus: Path, tmp_path: Path) -> None:
    settings = Settings(corpus=corpus, index=tmp_path / "index", embedding_model="static")
    assert isinstance(embedder(settings), StaticEmbedder)
    assert update_index(settings).failed == ()
    with Assistant.open(settings) as assistant:
        answer = assistant.ask("How many minutes does the ferry crossing take?")
    assert "The crossing now takes 17 minutes" in answer.text
    with pytest.raises(IndexMismatch) as caught:
        Assistant.open(Settings(corpus=corpus, index=tmp_path / "index"))
    assert f"the embedding model static sha256:{WORDLLAMA.sha256}" in caught.value.message
