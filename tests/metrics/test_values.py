"""The measures of values, against figures worked out by hand, by loops and with fractions."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import convkit
from convkit import metrics
from convkit.errors import ConvkitError

ACTUAL = [200000, 220000, 250000, 190000, 230000]
PREDICTED = [205000, 215000, 245000, 185000, 235000]

# To three digits: where the values hardly differ, R² is a quotient of roundings.
finite = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))
pairs = hnp.array_shapes(max_dims=3, max_side=6).flatmap(
    lambda shape: st.tuples(*[hnp.arrays(np.float64, shape, elements=finite)] * 2)
)


def by_fractions(actual, predicted):
    """Return every measure by name, computed without rounding until the very end."""
    y = [Fraction(value) for value in np.ravel(actual).tolist()]
    guesses = [Fraction(value) for value in np.ravel(predicted).tolist()]
    errors = [a - b for a, b in zip(y, guesses, strict=True)]
    squares = sum(error**2 for error in errors)
    mean = sum(y) / len(y)
    spread = sum((value - mean) ** 2 for value in y)
    return {
        "mse": float(squares / len(y)),
        "rmse": math.sqrt(squares / len(y)),
        "mae": float(sum(abs(error) for error in errors) / len(y)),
        "r2": float(1 - squares / spread) if spread else math.nan,
        "max_error": float(max(abs(error) for error in errors)),
    }


def test_house_prices_of_the_notes():
    assert convkit.mse(ACTUAL, PREDICTED) == 25_000_000
    assert metrics.sum_squared_error(ACTUAL, PREDICTED) == 125_000_000
    # Mean 218,000, so the spread is 18² + 2² + 32² + 28² + 12² = 2,280 million.
    assert metrics.compare(ACTUAL, PREDICTED) == {
        "mse": 25_000_000,
        "rmse": 5000,
        "mae": 5000,
        "r2": 1 - 125 / 2280,
        "max_error": 5000,
    }


def test_rows_of_the_notes_table():
    rows = metrics.residual_rows(ACTUAL, PREDICTED)
    assert [row.row for row in rows] == [1, 2, 3, 4, 5]
    assert [row.error for row in rows] == [-5000, 5000, 5000, 5000, -5000]
    assert [row.squared_error for row in rows] == [25_000_000] * 5
    assert [(row.actual, row.predicted) for row in rows] == list(
        zip(ACTUAL, PREDICTED, strict=True)
    )


@given(pairs)
def test_every_measure_agrees_with_fractions(pair):
    expected = by_fractions(*pair)
    assert expected.keys() == metrics.MEASURES.keys()
    for name, measure in metrics.MEASURES.items():
        assert measure.function(*pair) == pytest.approx(
            expected[name], rel=1e-9, abs=1e-12, nan_ok=True
        )


@given(pairs)
def test_equal_arrays_have_no_error(pair):
    same = pair[0]
    errors = [metrics.mse, metrics.rmse, metrics.mae, metrics.max_error]
    assert [measure(same, same) for measure in errors] == [0, 0, 0, 0]
    assert np.ptp(same) == 0 or metrics.r2(same, same) == 1


@given(pairs)
def test_errors_are_symmetric(pair):
    actual, predicted = pair
    for name in ("mse", "rmse", "mae", "max_error"):
        measure = metrics.MEASURES[name].function
        assert measure(actual, predicted) == measure(predicted, actual)


@given(pairs, st.sampled_from([0.25, 2.0, -8.0]))
def test_errors_scale_with_the_values(pair, factor):
    actual, predicted = pair
    scaled = actual * factor, predicted * factor
    assert metrics.mse(*scaled) == factor**2 * metrics.mse(actual, predicted)
    assert metrics.mae(*scaled) == abs(factor) * metrics.mae(actual, predicted)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32, np.int8, bool])
def test_narrow_integers_do_not_wrap(dtype):
    low, high = (False, True) if dtype is bool else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    difference = int(high) - int(low)
    pair = np.array([low, high], dtype), np.array([high, low], dtype)
    assert metrics.mse(*pair) == float(difference**2)
    assert metrics.max_error(*pair) == difference


@pytest.mark.parametrize("offset", [2**60, -(2**60), 2**63 - 10])
def test_differences_of_wide_integers_are_exact(offset):
    actual = [offset, offset + 1, offset + 2, offset + 9]
    predicted = [offset + 3, offset + 1, offset, offset + 9]
    assert metrics.compare(actual, predicted) == pytest.approx(by_fractions(actual, predicted))
    assert metrics.mse(actual, predicted) == (9 + 0 + 4 + 0) / 4


def test_unsigned_and_signed_wide_integers_mix():
    assert metrics.mse(np.array([2**64 - 1], np.uint64), np.array([-1])) == 2.0**128
    assert metrics.mse(np.array([2**63 + 5], np.uint64), np.array([2**63 - 1])) == 36


def test_a_large_offset_costs_no_digits():
    actual = 1e12 + np.arange(5.0)
    predicted = actual + np.array([0.5, -0.5, 0.25, 0, 1])
    assert metrics.compare(actual, predicted) == pytest.approx(
        by_fractions(actual, predicted), rel=1e-14
    )


def test_r2_of_a_bad_prediction_is_negative_and_of_the_mean_zero():
    assert metrics.r2([1, 2, 3], [2, 2, 2]) == 0
    assert metrics.r2([1, 2, 3], [3, 2, 1]) == -3


@pytest.mark.parametrize("predicted", [[7, 7, 7], [1, 2, 3]])
def test_r2_is_undefined_when_the_actual_values_are_equal(predicted):
    assert math.isnan(metrics.r2([7, 7, 7], predicted))
    assert math.isnan(metrics.r2([0.1] * 3, predicted))


def test_single_numbers_and_lists_are_arrays_too():
    assert metrics.mse(3, 5) == 4
    assert metrics.mse([[1, 2], [3, 4]], np.array([[1, 2], [3, 6]])) == 1
    assert metrics.mse([Fraction(1, 2)], [1]) == 0.25


@pytest.mark.parametrize(
    ("actual", "predicted", "words"),
    [
        ([1, 2], [1, 2, 3], "actual has 2 values, predicted 3"),
        (np.zeros((4, 5)), np.zeros((5, 4)), "actual has 4x5 values, predicted 5x4"),
        (np.zeros((4, 1)), np.zeros(4), "actual has 4x1 values, predicted 4"),
        ([], [], "empty"),
        ([1, math.nan], [1, 2], r"actual\[1\] is nan"),
        (np.zeros((2, 3)), [[0, 0, 0], [0, math.inf, math.nan]], r"predicted\[1, 1\] is inf"),
        (math.nan, 1, r"actual\[0\] is nan"),
        ([2**2000], [1], "actual is not an array of numbers"),
        ([1], [None], r"predicted\[0\] is nan"),
        ([1], [object()], "predicted is not an array of numbers"),
        ([[1, 2], [3]], [1], "actual is not an array of numbers"),
        (["a"], [1], "actual is not an array of real numbers"),
        ([1], [1j], "predicted is not an array of real numbers: its dtype is complex128"),
    ],
)
@pytest.mark.parametrize("name", metrics.MEASURES)
def test_what_cannot_be_compared_is_refused(name, actual, predicted, words):
    with pytest.raises(ConvkitError, match=words):
        metrics.MEASURES[name].function(actual, predicted)


@pytest.mark.parametrize(("actual", "predicted"), [([1e200], [0]), ([1.7e308], [-1.7e308])])
def test_an_overflow_is_an_error_not_infinity(actual, predicted):
    with pytest.raises(ConvkitError, match="overflow"):
        metrics.mse(actual, predicted)
