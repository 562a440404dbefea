import pytest
from hypothesis import given
from texts import TEXTS

from evqa.conversation import standalone
from evqa.records import Turn

FIRST = Turn("Why was a Xiaomi YU7 on I-5?", "It was a benchmark vehicle.")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who bought it?", "Who bought the Xiaomi YU7?"),
        ("What did the company say?", "What did Xiaomi say?"),
        ("When?", "When was a Xiaomi YU7 on I-5?"),
        ("and in Europe?", "Why was a Xiaomi YU7 in Europe?"),
        ("how much is that", "how much is the Xiaomi YU7?"),
    ],
)
def test_a_question_that_leans_on_the_one_before_gets_what_it_leaves_out(
    question: str, expected: str
) -> None:
    assert standalone(question, [FIRST]) == expected


@pytest.mark.parametrize(
    "question",
    [
        "How many cars did Tesla sell?",
        "Does Rivian say that it bought the SU7?",
        "What is the range of an electric car in winter?",
    ],
)
def test_a_question_that_names_its_subject_stays_as_it_is(question: str) -> None:
    assert standalone(question, [FIRST]) == question


def test_after_a_why_what_was_said_is_the_reason() -> None:
    quote = (
        "The YU7 on the I-5 puzzled many, for Xiaomi does not sell it there. "
        "Lei Jun suspects that a rival bought the YU7 seen on I-5 as a benchmark vehicle."
    )
    answered = Turn("Why was a YU7 on I-5?", f"Gazette, undated:\n“{quote}” [1]")
    looked_up = standalone("who said that?", [answered])
    assert "bought the YU7 seen on I-5 as a benchmark vehicle" in looked_up
    assert "puzzled" not in looked_up


def test_what_is_meant_comes_from_the_last_question_that_names_anything() -> None:
    turns = [Turn("Where is Rivian based?", ""), FIRST, Turn("who saw it?", "")]
    assert standalone("Who bought it?", turns) == "Who bought the Xiaomi YU7?"


def test_without_any_name_before_the_question_stays_as_it_is() -> None:
    assert standalone("Who bought it?", [Turn("what happened?", "")]) == "Who bought it?"


@given(TEXTS)
def test_a_first_question_stays_as_it_is(question: str) -> None:
    assert standalone(question, []) == question


@given(TEXTS, TEXTS, TEXTS)
def test_any_conversation_leaves_something_to_look_up(
    question: str, before: str, said: str
) -> None:
    question = " ".join(f"why {question}".split())
    looked_up = standalone(question, [Turn(before, said)])
    assert any(character.isalnum() for character in looked_up)
