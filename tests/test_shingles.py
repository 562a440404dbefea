from itertools import permutations

import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from evqa.shingles import are_nearly_same, holds_most, near_duplicates, shingles

WORDS = some.lists(
    some.sampled_from(["ferry", "pier", "rain", "I-5", "蔚来汽车", "of"]), max_size=30
)
TEXTS = WORDS.map(" ".join)


def runs(text: str) -> set[tuple[str, ...]]:
    words = text.lower().split()
    return {tuple(words[first : first + 4]) for first in range(max(1, len(words) - 3)) if words}


def test_a_text_has_as_many_shingles_as_runs_of_four_words() -> None:
    for text in ("", "ferry", "one two three", "one two three four", "a b c d e f g a b c d e"):
        assert len(shingles(text)) == len(runs(text)), text


def test_case_and_marks_make_no_difference_and_order_does() -> None:
    same = shingles("The ferry, late again, left pier 7.")
    assert np.array_equal(same, shingles("the FERRY late again left pier 7"))
    assert not np.array_equal(shingles("one two three four"), shingles("four three two one"))


@given(some.lists(TEXTS, max_size=6))
def test_texts_are_compared_all_at_once_as_they_are_two_by_two(texts: list[str]) -> None:
    found = [shingles(text) for text in texts]
    same = near_duplicates(texts)
    assert same.shape == (len(texts), len(texts))
    for one, other in permutations(range(len(texts)), 2):
        assert same[one, other] == are_nearly_same(found[one], found[other])


def test_a_part_is_nearly_the_same_as_the_whole_but_does_not_hold_it() -> None:
    whole = shingles("The ferry Solveig carried ninety people and left the pier in heavy rain.")
    part = shingles("the ferry Solveig carried ninety people")
    assert are_nearly_same(whole, part)
    assert are_nearly_same(part, whole)
    assert (holds_most(whole, part), holds_most(part, whole)) == (True, False)
    assert not are_nearly_same(whole, shingles("Bees were seen on the old stone bridge."))
