import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqa import measures
from evqa.measures import Estimate, difference, estimate


def arrays(*rows: list[float]) -> tuple[np.ndarray, ...]:
    return tuple(np.array(row, dtype=np.float64) for row in rows)


def test_auroc_counts_pairs_in_order_and_ties_half() -> None:
    scores, labels = arrays([0.9, 0.5, 0.5, 0.1], [1, 1, 0, 0])
    assert measures.auroc(scores, labels) == pytest.approx((1 + 1 + 0.5 + 1) / 4)


def test_auroc_is_undefined_without_both_kinds() -> None:
    assert math.isnan(measures.auroc(*arrays([0.9], [1])))


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=2, max_size=30))
def test_auroc_of_reversed_scores_is_the_rest(cases: list[tuple[float, bool]]) -> None:
    scores, labels = arrays([s for s, _ in cases], [float(label) for _, label in cases])
    forward, backward = measures.auroc(scores, labels), measures.auroc(-scores, labels)
    assert math.isnan(forward) or forward + backward == pytest.approx(1)


def test_calibration_error_weighs_each_bin_by_its_cases() -> None:
    confidences, labels = arrays([0.95, 0.95, 0.95, 0.05], [1, 1, 0, 0])
    expected = 0.75 * abs(0.95 - 2 / 3) + 0.25 * 0.05
    assert measures.calibration_error(confidences, labels) == pytest.approx(expected)


def test_refusal_is_measured_against_what_can_be_answered() -> None:
    answered, labels = arrays([1, 1, 0, 0, 0], [1, 0, 0, 0, 1])
    assert measures.refusal_precision(answered, labels) == pytest.approx(2 / 3)
    assert measures.refusal_recall(answered, labels) == pytest.approx(2 / 3)
    assert measures.refusal_f1(answered, labels) == pytest.approx(2 / 3)
    assert measures.balanced_accuracy(answered, labels) == pytest.approx((1 / 2 + 2 / 3) / 2)


def test_an_interval_holds_the_value_and_narrows_with_more_cases() -> None:
    few, many = (estimate(measures.mean, [0.0, 1.0] * n) for n in (10, 1000))
    assert few.value == many.value == 0.5
    assert few.low < many.low < 0.5 < many.high < few.high
    assert (few.cases, many.cases) == (20, 2000)


def test_a_difference_is_paired_case_by_case() -> None:
    worse, better = [0.0, 1.0] * 50, [1.0, 1.0] * 50
    found = difference(measures.mean, (worse, worse), (better, better))
    assert found.value == 0.5
    assert 0.3 < found.low < 0.5 < found.high < 0.7
    same = difference(measures.mean, (worse, worse), (worse, worse))
    assert same == Estimate(0.0, 0.0, 0.0, 100)
