"""Taking a kernel apart into columns times rows, for people to read."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from convkit.kernels.model import Weights
from convkit.kernels.text import simple_fraction

# Singular values below a millionth of the largest are rounding, also of weights kept in float32.
RANK_TOLERANCE = 1e-6

# Products of two such numbers fit into int64.
_LARGEST_INTEGER = 2**31 - 1


class Factors(NamedTuple):
    """A kernel of rank 1, exactly: ``scale * outer(column, row)``, in lowest terms."""

    column: tuple[int, ...]
    row: tuple[int, ...]
    scale: Fraction


class Term(NamedTuple):
    """One separable part of a kernel: ``outer(column, row)``."""

    column: tuple[float, ...]
    row: tuple[float, ...]


def factors(weights: Weights) -> Factors | None:
    """Return the exact factors of a kernel, or None.

    Parameters
    ----------
    weights : array, shape (kh, kw)

    Returns
    -------
    Factors or None
        None if the rank isn't 1, or the weights are no simple fractions. A vector with a sum other
        than 0 is turned so that the sum is positive: sobel-h is (-1, 0, 1) times (1, 2, 1).
    """
    whole = _whole_numbers(weights)
    if whole is None or not whole[0].any():
        return None
    numbers, unit = whole
    pivot = tuple(np.argwhere(numbers)[0])
    column, row = numbers[:, pivot[1]], numbers[pivot[0]]
    if not np.array_equal(np.outer(column, row), numbers * numbers[pivot]):
        return None
    column, row = _oriented(column // np.gcd.reduce(column)), _oriented(row // np.gcd.reduce(row))
    scale = unit * int(numbers[pivot]) / (int(column[pivot[0]]) * int(row[pivot[1]]))
    column, row, scale = _signed(column, row, scale)
    return Factors(tuple(column.tolist()), tuple(row.tolist()), scale)


def separable_terms(weights: Weights) -> list[Term]:
    """Return the fewest separable kernels that sum up to this one, the strongest first.

    From the singular value decomposition; their number is the rank of the kernel.

    Parameters
    ----------
    weights : array, shape (kh, kw)
    """
    columns, strengths, rows = np.linalg.svd(weights, full_matrices=False)
    rank = int((strengths > RANK_TOLERANCE * strengths[0]).sum())
    terms = []
    for index in range(rank):
        root = math.sqrt(strengths[index])
        turn = -1 if rows[index].sum() < 0 else 1
        column, row = turn * root * columns[:, index], turn * root * rows[index]
        terms.append(Term(tuple(column.tolist()), tuple(row.tolist())))
    return terms


def _whole_numbers(weights: Weights) -> tuple[NDArray[np.int64], Fraction] | None:
    """Return integers and a unit with ``weights = unit * integers``, or None if they get large."""
    values, places = np.unique(weights, return_inverse=True)
    fractions = []
    for value in values.tolist():
        fraction = simple_fraction(value)
        if fraction is None or abs(value) > _LARGEST_INTEGER:
            return None
        fractions.append(fraction)
    denominator = math.lcm(*(fraction.denominator for fraction in fractions))
    integers = [int(fraction * denominator) for fraction in fractions]
    if max(map(abs, integers)) > _LARGEST_INTEGER:
        return None
    numbers = np.array(integers, dtype=np.int64)[places].reshape(weights.shape)
    return numbers, Fraction(1, denominator)


def _oriented(vector: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the vector with a positive sum, or, if that is 0, with a positive last number."""
    direction = vector.sum() or vector[np.flatnonzero(vector)[-1]]
    return vector if direction > 0 else -vector


def _signed(
    column: NDArray[np.int64], row: NDArray[np.int64], scale: Fraction
) -> tuple[NDArray[np.int64], NDArray[np.int64], Fraction]:
    """Give the sign of a negative scale to a vector of sum 0, where it belongs, if there is one."""
    if scale < 0 and column.sum() == 0:
        return -column, row, -scale
    if scale < 0 and row.sum() == 0:
        return column, -row, -scale
    return column, row, scale
