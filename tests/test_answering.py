import logging
from dataclasses import replace

import pytest
from samples import FERRY, article

from evqa.answering import REFUSAL, compose
from evqa.evidence import Evidence, Sentence
from evqa.records import Answer, Hit, Passage
from evqa.settings import Settings

STORED = article("ferry.md", FERRY)
HIT = Hit(Passage(0, "ferry.md", 0, 1, len(STORED.text) - 1, 70), STORED, 4.0)
WORDS = ("The crossing now takes 17 minutes", "A ticket costs 42 kroner.", "eleven weeks in dock.")


def found(words: str, weight: float = 4.0) -> Sentence:
    start = STORED.text.index(words)
    return Sentence(HIT, start, start + len(words), weight)


EVIDENCE = Evidence(tuple(found(words) for words in WORDS), 0.75)


def answer(evidence: Evidence = EVIDENCE, **settings: float) -> Answer:
    articles = {"ferry.md": STORED}
    return compose(
        "How long?", "How long (Ferry)?", [HIT], evidence, Settings(**settings), articles.get
    )


def test_an_answer_is_its_quotes() -> None:
    composed = answer(max_quotes=2)
    assert [quote.text for quote in composed.quotes] == list(WORDS[:2])
    assert [quote.score for quote in composed.quotes] == [found(WORDS[0]).score] * 2
    assert replace(composed, quotes=()) == Answer(
        question="How long?",
        standalone_question="How long (Ferry)?",
        text=(f"Mara Lindqvist, Port Gazette, 4 March 2025:\n“{WORDS[0]}” [1]\n“{WORDS[1]}” [2]"),
        answered=True,
        confidence=0.75,
        quotes=(),
        hits=(HIT,),
    )


@pytest.mark.parametrize("most", [1, 3])
def test_no_more_quotes_than_the_settings_allow(most: int) -> None:
    assert len(answer(max_quotes=most).quotes) == most


@pytest.mark.parametrize(("threshold", "answered"), [(0.0, True), (0.75, True), (0.76, False)])
def test_below_the_threshold_the_answer_is_a_refusal(threshold: float, answered: bool) -> None:
    assert answer(answer_threshold=threshold).answered is answered


def test_a_refusal_shows_the_nearest_passages() -> None:
    assert answer(answer_threshold=1.0) == Answer(
        question="How long?",
        standalone_question="How long (Ferry)?",
        text=REFUSAL,
        answered=False,
        confidence=0.75,
        quotes=(),
        hits=(HIT,),
    )


def test_without_evidence_the_answer_is_a_refusal_even_at_threshold_0() -> None:
    refused = answer(Evidence((), 0.0), answer_threshold=0.0)
    assert (refused.answered, refused.text) == (False, "The articles don't say.")


def test_a_quote_that_is_not_in_the_stored_article_is_not_shown(
    caplog: pytest.LogCaptureFixture,
) -> None:
    other = replace(STORED, text=STORED.text.replace("17 minutes", "19 minutes"))
    with caplog.at_level(logging.WARNING):
        composed = compose("Q?", "Q?", [HIT], EVIDENCE, Settings(), {"ferry.md": other}.get)
    assert [quote.text for quote in composed.quotes] == list(WORDS[1:])
    assert WORDS[0] not in composed.text
    assert len(caplog.messages) == 1


def test_without_a_quote_that_stands_the_answer_is_a_refusal() -> None:
    composed = compose("Q?", "Q?", [HIT], EVIDENCE, Settings(), lambda _article_id: None)
    assert (composed.answered, composed.text, composed.quotes) == (False, REFUSAL, ())


def test_a_refusal_says_which_name_no_article_has() -> None:
    refused = answer(replace(EVIDENCE, confidence=0.1, unknown_names=("SU8", "BYD")))
    assert refused.text == "The articles don't say. None of them mentions SU8 or BYD."
    assert refused.unknown_names == ("SU8", "BYD")
