"""What an evaluation counts: ranks, refusal and calibration, each with a bootstrap interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_RESAMPLES = 1000
_BINS = 10

Doubles = npt.NDArray[np.float64]
Measure = Callable[[Doubles, Doubles], float]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measure over cases, with the 95 % interval of a bootstrap (Efron, 1979) over them."""

    value: float
    low: float
    high: float
    cases: int


def mean(values: Doubles, _labels: Doubles) -> float:
    """The mean of the values."""
    return float(values.mean())


def auroc(scores: Doubles, labels: Doubles) -> float:
    """How often a case of label 1 scores above one of label 0, ties counted half (Hanley, 1982)."""
    positive, negative = scores[labels == 1], np.sort(scores[labels == 0])
    if not len(positive) or not len(negative):
        return float("nan")
    below = np.searchsorted(negative, positive, "left")
    upto = np.searchsorted(negative, positive, "right")
    return float((below + upto).mean() / 2 / len(negative))


def calibration_error(confidences: Doubles, labels: Doubles) -> float:
    """Expected calibration error over ten bins of equal width (Naeini et al., 2015)."""
    bins = np.minimum((confidences * _BINS).astype(int), _BINS - 1)
    gaps = [
        abs(confidences[bins == number].mean() - labels[bins == number].mean())
        * (bins == number).mean()
        for number in np.unique(bins)
    ]
    return float(sum(gaps))


def balanced_accuracy(answered: Doubles, labels: Doubles) -> float:
    """The mean of the shares of answerable cases answered and of unanswerable ones refused."""
    return (_share(answered[labels == 1] == 1) + _share(answered[labels == 0] == 0)) / 2


def refusal_precision(answered: Doubles, labels: Doubles) -> float:
    """The share of refusals that are right."""
    return _share(labels[answered == 0] == 0)


def refusal_recall(answered: Doubles, labels: Doubles) -> float:
    """The share of unanswerable cases that are refused."""
    return _share(answered[labels == 0] == 0)


def refusal_f1(answered: Doubles, labels: Doubles) -> float:
    """The harmonic mean of the precision and recall of refusals."""
    right = ((answered == 0) & (labels == 0)).sum()
    wrong = ((answered == 0) != (labels == 0)).sum()
    return float(2 * right / (2 * right + wrong)) if right + wrong else float("nan")


def estimate(measure: Measure, values: Sequence[float], labels: Sequence[float] = ()) -> Estimate:
    """A measure of values with 0/1 labels, or of values alone, with its interval."""
    data = np.asarray(values, dtype=np.float64)
    marks = np.asarray(labels if len(labels) else np.ones(len(data)), dtype=np.float64)
    draws = _draws(len(data), lambda picked: measure(data[picked], marks[picked]))
    return Estimate(measure(data, marks), *_interval(draws), len(data))


def difference(
    measure: Measure,
    one: tuple[Sequence[float], Sequence[float]],
    other: tuple[Sequence[float], Sequence[float]],
) -> Estimate:
    """How much a measure of the second is above that of the first, over the same cases in order."""
    (a, a_labels), (b, b_labels) = (
        tuple(np.asarray(part, dtype=np.float64) for part in pair) for pair in (one, other)
    )

    def gap(picked: npt.NDArray[np.int64]) -> float:
        return measure(b[picked], b_labels[picked]) - measure(a[picked], a_labels[picked])

    return Estimate(gap(np.arange(len(a))), *_interval(_draws(len(a), gap)), len(a))


def _share(right: npt.NDArray[np.bool_]) -> float:
    """The share of cases that are right, undefined without any."""
    return float(right.mean()) if len(right) else float("nan")


def _draws(count: int, measure: Callable[[npt.NDArray[np.int64]], float]) -> Doubles:
    random = np.random.default_rng(0)
    return np.array([measure(random.integers(0, count, count)) for _ in range(_RESAMPLES)])


def _interval(draws: Doubles) -> tuple[float, float]:
    kept = draws[~np.isnan(draws)]
    if not len(kept):
        return float("nan"), float("nan")
    low, high = np.percentile(kept, [2.5, 97.5])
    return float(low), float(high)
