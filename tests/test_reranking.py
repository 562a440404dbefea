import numpy as np
import pytest
from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

from evqa.assistant import Assistant
from evqa.reranking import CrossEncoderReranker, OnnxReranker
from evqa.settings import Settings

QUESTION = "How long does the ferry take?"
TEXTS = [
    "Volunteers counted beehives on the roofs.",
    "The ferry crossing takes 17 minutes.",
    "The ferry is blue.",
]


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of a tiny cross-encoder with one output and random weights."""
    folder = tmp_path_factory.mktemp("cross-encoder")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "ferry", "takes", "##s"]
    (folder / "vocab.txt").write_text("\n".join(words))
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=8,
        max_position_embeddings=64,
        num_labels=1,
    )
    BertForSequenceClassification(config).eval().save_pretrained(folder)
    tokenizer = BertTokenizerFast(str(folder / "vocab.txt"), model_max_length=64)
    tokenizer.save_pretrained(folder)
    return str(folder)


def test_the_text_that_answers_scores_best(reranker: OnnxReranker) -> None:
    scores = reranker.score(QUESTION, TEXTS)
    assert scores.shape == (3,)
    assert np.argsort(-scores).tolist() == [1, 2, 0]
    assert scores[1] > 0 > scores[0]


def test_no_text_gets_no_score(reranker: OnnxReranker, cross_encoder: str) -> None:
    assert reranker.score(QUESTION, []).shape == (0,)
    assert CrossEncoderReranker(cross_encoder).score(QUESTION, []).shape == (0,)


def test_a_text_of_any_length_gets_a_score(reranker: OnnxReranker, cross_encoder: str) -> None:
    for model in (reranker, CrossEncoderReranker(cross_encoder)):
        scores = model.score("word " * 200, ["", "小米汽车", "takes " * 3000])
        assert scores.shape == (3,)
        assert np.isfinite(scores).all()


def test_a_cross_encoder_of_the_users_own_gives_logits(cross_encoder: str) -> None:
    model = CrossEncoderReranker(cross_encoder)
    scores = model.score("the ferry", ["the ferry takes", "takes"])
    assert scores.dtype == np.float32
    assert scores[0] != scores[1]
    again = CrossEncoderReranker(cross_encoder).score("the ferry", ["takes", "the ferry takes"])
    assert again[::-1] == pytest.approx(scores, abs=1e-5)


def test_the_reranker_of_the_settings_scores_the_hits(
    cross_encoder: str, flagship: Settings
) -> None:
    settings = flagship.model_copy(update={"reranker_model": cross_encoder})
    model = CrossEncoderReranker(cross_encoder)
    with Assistant.open(settings) as assistant:
        hits = assistant.search("the ferry takes", 3)
    texts = [f"{hit.article.title}: {hit.text}" for hit in hits]
    assert [hit.score for hit in hits] == pytest.approx(
        model.score("the ferry takes", texts).tolist(), abs=1e-4
    )
