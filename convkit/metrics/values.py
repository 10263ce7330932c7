"""Measures of values, whatever they stand for: mean squared error and its kin.

Every measure takes two arrays of the same shape and computes in float64, so that unsigned pixels
don't wrap. ``y`` is an actual value, ``ŷ`` the predicted one, ``ȳ`` the mean of the actual ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convkit.errors import ConvkitError

FloatArray = NDArray[np.float64]
NumberArray = NDArray[Any]


@contextmanager
def within_float64() -> Iterator[None]:
    """Turn an overflow into an error that says so, where NumPy would warn and return infinity."""
    with np.errstate(over="raise"):
        try:
            yield
        except FloatingPointError:
            raise ConvkitError(
                "the values are too large: their squared errors overflow float64",
                "divide both by the same number first",
            ) from None


@within_float64()
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


@within_float64()
def mae(actual: ArrayLike, predicted: ArrayLike) -> float:
    """Return the mean absolute error, ``1/n Σ|y - ŷ|``, in the values' own unit.

    Parameters and errors are those of :func:`sum_squared_error`.
    """
    return float(np.abs(residuals(actual, predicted)).mean())


@within_float64()
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
    values, _ = checked_pair(actual, predicted)
    # Distances from the first value, not from zero: a large common offset costs no digits.
    offsets = _difference(values, np.full_like(values, values.flat[0]))
    spread = float(np.square(offsets - offsets.mean()).sum())
    return 1 - squared_errors / spread if spread > 0 else math.nan


def max_error(actual: ArrayLike, predicted: ArrayLike) -> float:
    """Return the largest absolute error, ``max|y - ŷ|``, in the values' own unit.

    Parameters and errors are those of :func:`sum_squared_error`.
    """
    return float(np.abs(residuals(actual, predicted)).max())


class Measure(NamedTuple):
    """A measure of two arrays, and the formula that people know it by."""

    function: Callable[..., float]
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


@within_float64()
def residual_rows(actual: ArrayLike, predicted: ArrayLike) -> list[Residual]:
    """Return the textbook's table: error and squared error value by value, counted from 1.

    Parameters and errors are those of :func:`sum_squared_error`.
    """
    values, predictions = checked_pair(actual, predicted)
    errors = residuals(values, predictions)
    columns = (values, predictions, errors, np.square(errors))
    cells = zip(*(column.ravel().tolist() for column in columns), strict=True)
    return [Residual(row, *numbers) for row, numbers in enumerate(cells, start=1)]


def residuals(actual: ArrayLike, predicted: ArrayLike) -> FloatArray:
    """Return the errors ``y - ŷ`` as float64, in the shape of the arrays.

    Parameters and errors are those of :func:`sum_squared_error`. Differences of 64-bit integers
    are exact up to the last rounding, though float64 can't hold the integers themselves.
    """
    return _difference(*checked_pair(actual, predicted))


def checked_pair(actual: ArrayLike, predicted: ArrayLike) -> tuple[NumberArray, NumberArray]:
    """Return both as arrays of real, finite numbers, or say what keeps them from being compared.

    Raises
    ------
    ConvkitError
        If the shapes differ, the arrays are empty, or hold something that is no real and finite
        number: the message says where the first one is.
    """
    first, second = _numbers("actual", actual), _numbers("predicted", predicted)
    if first.shape != second.shape:
        raise ConvkitError(
            f"the shapes differ: actual has {shape_name(first)} values, "
            f"predicted {shape_name(second)}",
            "only values that belong together can be compared",
        )
    if first.size == 0:
        raise ConvkitError("nothing to compare: the arrays are empty")
    return first, second


def shape_name(array: NumberArray) -> str:
    """Return a shape as people write it: ``480x640x3``."""
    return "x".join(map(str, array.shape)) or "1"


def _numbers(name: str, values: ArrayLike) -> NumberArray:
    try:
        array = np.asarray(values)
        if array.dtype.kind in "fO":
            # A number beyond float64 becomes infinity, and is refused as such below.
            with np.errstate(over="ignore"):
                array = array.astype(np.float64, copy=False)
    except (TypeError, ValueError, OverflowError) as error:
        raise ConvkitError(f"{name} is not an array of numbers: {error}") from None
    if array.dtype.kind not in "biuf":
        raise ConvkitError(f"{name} is not an array of real numbers: its dtype is {array.dtype}")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        index = tuple(int(axis[0]) for axis in np.nonzero(np.atleast_1d(~np.isfinite(array))))
        raise ConvkitError(
            f"{name}[{', '.join(map(str, index))}] is {np.atleast_1d(array)[index]}",
            "every value must be a finite number",
        )
    return array


@within_float64()
def _difference(first: NumberArray, second: NumberArray) -> FloatArray:
    """Return ``first - second`` in float64, without wrapping and without losing 64-bit digits."""
    if _is_wide_integer(first) and _is_wide_integer(second):
        # float64 holds no more than 53 bits, but the halves of an integer fit.
        (high, low), (other_high, other_low) = _halves(first), _halves(second)
        return (high - other_high) * 2.0**32 + (low - other_low)
    return np.subtract(first, second, dtype=np.float64)


def _is_wide_integer(array: NumberArray) -> bool:
    return array.dtype.kind in "iu" and array.dtype.itemsize == 8


def _halves(array: NumberArray) -> tuple[FloatArray, FloatArray]:
    return (array >> 32).astype(np.float64), (array & 0xFFFFFFFF).astype(np.float64)
