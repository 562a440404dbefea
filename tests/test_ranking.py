import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqa.ranking import Ranking, best


def test_ties_stand_in_order_of_article_and_passage_also_at_the_end() -> None:
    places = {1: ("b", 0), 2: ("a", 1), 3: ("a", 0), 4: ("c", 0), 5: ("a", 2)}
    found = [(4, 0.9), (1, 0.5), (2, 0.5000001), (3, 0.5), (5, 0.4)]

    def search(k: int) -> Ranking:
        return sorted(found, key=lambda item: -item[1])[:k]

    assert [id_ for id_, _ in best(search, 5, lambda _: places)] == [4, 3, 2, 1, 5]
    assert best(search, 2, lambda _: places) == [(4, 0.9), (3, 0.5000001)]
    assert best(search, 0, lambda _: places) == []


def test_what_has_no_place_is_left_out() -> None:
    assert best(lambda k: [(1, 0.5), (2, 0.4)][:k], 5, lambda _: {2: ("a", 0)}) == [(2, 0.4)]


@given(
    scores=st.lists(st.integers(0, 9), max_size=60),
    k=st.integers(1, 30),
    seed=st.integers(0, 99),
)
def test_the_numbers_of_passages_and_rounding_say_nothing(
    scores: list[int], k: int, seed: int
) -> None:
    chance = random.Random(seed)
    numbers = chance.sample(range(1000), len(scores))
    places = {number: (f"{at // 3:02}.md", at % 3) for at, number in enumerate(numbers)}
    noisy = [
        (number, score + chance.uniform(-1e-7, 1e-7))
        for number, score in zip(numbers, scores, strict=True)
    ]

    def search(size: int) -> Ranking:
        return sorted(noisy, key=lambda item: -item[1])[:size]

    found = best(search, k, lambda _: places)
    expected = sorted(range(len(scores)), key=lambda at: (-scores[at], at))[:k]
    assert [places[number] for number, _ in found] == [
        (f"{at // 3:02}.md", at % 3) for at in expected
    ]
    assert [score for _, score in found] == pytest.approx([scores[at] for at in expected], abs=1e-6)
