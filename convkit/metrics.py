"""How far predictions are from the actual values: mean squared error and its kin.

Every measure takes two arrays of the same shape and computes in float64, so that unsigned pixels
don't wrap. ``y`` is an actual value, ``ŷ`` the predicted one, ``ȳ`` the mean of the actual ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convkit.errors import ConvkitError

FloatArray = NDArray[np.float64]
Frame = NDArray[Any]


@contextmanager
def _within_float64() -> Iterator[None]:
    """Turn an overflow into an error that says so, where NumPy would warn and return infinity."""
    with np.errstate(over="raise"):
        try:
            yield
        except FloatingPointError:
            raise ConvkitError(
                "the values are too large: their squared errors overflow float64",
                "divide both by the same number first",
            ) from None


@_within_float64()
def sum_squared_error(actual: ArrayLike, predicted: ArrayLike) -> float:
    """Return the sum of the squared errors, ``Σ(y - ŷ)²``.

    Parameters
    ----------
    actual, predicted : array_like
        Numbers of any real dtype and any shape, the same for both.

    Returns
    -------
    float
        In the square of the values' unit.

    Raises
    ------
    ConvkitError
        If the shapes differ, the arrays are empty, hold something that is no real and finite
        number (the message says where the first one is), or the result overflows float64.
    """
    return float(np.square(residuals(actual, predicted)).sum())


def mse(actual: ArrayLike, predicted: ArrayLike) -> float:
    """Return the mean squared error, ``1/n Σ(y - ŷ)²``.

    Parameters, unit and errors are those of :func:`sum_squared_error`.

    >>> mse([200000, 220000, 250000, 190000, 230000], [205000, 215000, 245000, 185000, 235000])
    25000000.0
    """
    return sum_squared_error(actual, predicted) / np.size(actual)


def rmse(actual: ArrayLike, predicted: ArrayLike) -> float:
    """Return the root of the mean squared error, in the values' own unit.

    Parameters and errors are those of :func:`sum_squared_error`.
    """
    return math.sqrt(mse(actual, predicted))


@_within_float64()
def mae(actual: ArrayLike, predicted: ArrayLike) -> float:
    """Return the mean absolute error, ``1/n Σ|y - ŷ|``, in the values' own unit.

    Parameters and errors are those of :func:`sum_squared_error`.
    """
    return float(np.abs(residuals(actual, predicted)).mean())


@_within_float64()
def r2(actual: ArrayLike, predicted: ArrayLike) -> float:
    """Return the coefficient of determination, ``1 - Σ(y - ŷ)² / Σ(y - ȳ)²``.

    1 is a perfect prediction; 0 is as good as always predicting the mean; below 0 is worse.
    Parameters and errors are those of :func:`sum_squared_error`.

    Returns
    -------
    float
        NaN if the actual values are all equal: there is no variance to explain, and any number
        (scikit-learn gives 1 or 0) would be an invention.
    """
    squared_errors = sum_squared_error(actual, predicted)
    values, _ = _checked_pair(actual, predicted)
    # Distances from the first value, not from zero: a large common offset costs no digits.
    offsets = _difference(values, np.full_like(values, values.flat[0]))
    spread = float(np.square(offsets - offsets.mean()).sum())
    return 1 - squared_errors / spread if spread > 0 else math.nan


def max_error(actual: ArrayLike, predicted: ArrayLike) -> float:
    """Return the largest absolute error, ``max|y - ŷ|``, in the values' own unit.

    Parameters and errors are those of :func:`sum_squared_error`.
    """
    return float(np.abs(residuals(actual, predicted)).max())


def psnr(actual: ArrayLike, predicted: ArrayLike, *, data_range: float) -> float:
    """Return the peak signal-to-noise ratio, ``10 log₁₀(range² / MSE)``.

    Parameters and errors are those of :func:`sum_squared_error`, and:

    Parameters
    ----------
    data_range : float
        White minus black: 255 for 8-bit images, 65535 for 16-bit ones.

    Returns
    -------
    float
        In decibels; infinity for equal arrays.
    """
    _check_data_range(data_range)
    error = mse(actual, predicted)
    return 20 * math.log10(data_range) - 10 * math.log10(error) if error else math.inf


class Measure(NamedTuple):
    """A measure of two arrays, and the formula that people know it by."""

    function: Callable[[ArrayLike, ArrayLike], float]
    formula: str


MEASURES = {
    "mse": Measure(mse, "1/n Σ(y − ŷ)²"),
    "rmse": Measure(rmse, "√mse"),
    "mae": Measure(mae, "1/n Σ|y − ŷ|"),
    "r2": Measure(r2, "1 − Σ(y − ŷ)² / Σ(y − ȳ)²"),
    "max_error": Measure(max_error, "max |y − ŷ|"),
}


def compare(actual: ArrayLike, predicted: ArrayLike) -> dict[str, float]:
    """Return all of `MEASURES` by name, for two arrays of the same shape."""
    return {name: measure.function(actual, predicted) for name, measure in MEASURES.items()}


class Residual(NamedTuple):
    """One row of the textbook's table."""

    row: int
    actual: float
    predicted: float
    error: float
    squared_error: float


def residual_rows(actual: ArrayLike, predicted: ArrayLike) -> list[Residual]:
    """Return the textbook's table: error and squared error value by value, counted from 1."""
    errors = residuals(actual, predicted)
    columns = (np.asarray(actual, dtype=np.float64), predicted, errors, np.square(errors))
    cells = zip(*(np.ravel(np.asarray(column)).tolist() for column in columns), strict=True)
    return [Residual(row, *map(float, values)) for row, values in enumerate(cells, start=1)]


def residuals(actual: ArrayLike, predicted: ArrayLike) -> FloatArray:
    """Return the errors ``y - ŷ`` as float64, in the shape of the arrays.

    Parameters and errors are those of :func:`sum_squared_error`. Differences of 64-bit integers
    are exact up to the last rounding, though float64 can't hold the integers themselves.
    """
    return _difference(*_checked_pair(actual, predicted))
