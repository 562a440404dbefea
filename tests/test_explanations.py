"""Which questions ask for a reason, and which sentences announce one."""

import pytest

from evqa.language.explanations import asks_why, gives_reason


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Why was the walrus in Wexford?", True),
        ("how come the bridge is closed", True),
        ("What is the reason for the delay?", True),
        ("What’s behind the rise in fares?", True),
        ("reason orchestra left stage", True),
        ("Who was in Wexford?", False),
        ("What is the price?", False),
        ("Is it a reasonable price?", False),
    ],
)
def test_a_question_for_a_reason_is_known_by_its_words(question: str, expected: bool) -> None:
    assert asks_why(question) is expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("She suspects that a storm drove the animal south.", True),
        ("The bridge is closed because a beam cracked.", True),
        ("The council put it down to a leaking pipe.", True),
        ("The walrus was seen in Wexford on Monday.", False),
        ("The seasonal fares rose by 4 per cent.", False),
    ],
)
def test_a_sentence_announces_a_reason_by_its_words(sentence: str, expected: bool) -> None:
    assert gives_reason(sentence) is expected
