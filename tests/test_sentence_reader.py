import hashlib

import pytest
from hypothesis import given
from hypothesis import settings as examples
from texts import TEXTS

from evqa.language.sentences import sentences
from evqa.onnx import SENTENCE_READER
from evqa.sentence_reader import SentenceReader

STORY = (
    "Harbour ferry returns: The ferry Solveig returned to the harbour on Monday. The crossing takes"
    " 17 minutes. A ticket costs 42 kroner. It had lain in dock because a propeller shaft broke."
)
SPANS = list(sentences(STORY, start=len("Harbour ferry returns: ")))


@pytest.fixture(scope="module")
def reader() -> SentenceReader:
    return SentenceReader()


def test_the_model_is_the_one_that_evqa_was_built_for() -> None:
    weights = (SENTENCE_READER.path() / "model.onnx").read_bytes()
    assert hashlib.sha256(weights).hexdigest() == SENTENCE_READER.sha256
    assert len(weights) < 40_000_000


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("When did the ferry come back?", "The ferry Solveig returned to the harbour on Monday."),
        ("how long is the trip", "The crossing takes 17 minutes."),
        ("What is the fare?", "A ticket costs 42 kroner."),
        ("Why was the ferry away?", "It had lain in dock because a propeller shaft broke."),
    ],
)
def test_the_sentence_that_answers_has_the_highest_logit(
    reader: SentenceReader, question: str, answer: str
) -> None:
    (read,) = reader.read(question, [(STORY, SPANS)])
    best = max(range(len(SPANS)), key=read.sentences.__getitem__)
    assert STORY[slice(*SPANS[best])] == answer


def test_a_question_about_something_else_makes_all_logits_negative(reader: SentenceReader) -> None:
    (read,) = reader.read("How is ethanol made?", [(STORY, SPANS)])
    assert max(read.sentences) < 0
    assert read.relevance < 0


def test_a_sentence_beyond_what_the_model_reads_is_told_by_its_logit(
    reader: SentenceReader,
) -> None:
    text = "It rained on the harbour all day long. " * 100 + "The fare is 42 kroner."
    spans = list(sentences(text))
    (read,) = reader.read("What is the fare?", [(text, spans)])
    assert read.sentences[-1] == -30.0
    assert len(read.sentences) == len(spans) == 101


@examples(max_examples=40)
@given(TEXTS, TEXTS)
def test_a_passage_is_read_the_same_whatever_stands_beside_it(
    reader: SentenceReader, one: str, other: str
) -> None:
    passages = [(text, list(sentences(text))) for text in (one, other, STORY)]
    together = reader.read("What is the fare?", passages)
    assert together == [reader.read("What is the fare?", [passage])[0] for passage in passages]
    assert [len(read.sentences) for read in together] == [len(spans) for _, spans in passages]
