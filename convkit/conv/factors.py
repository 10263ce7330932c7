"""Splitting a rank-1 kernel into a column and a row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

TOLERANCE = 1e-13
"""How far, relative to the largest weight, an outer product may be from the kernel it replaces."""


def factorise(kernel: NDArray[np.float64]) -> tuple[Vector, Vector] | None:
    """Return the column (kh,) and row (kw,) whose outer product is `kernel`, or None.

    A kernel of whole numbers gets whole factors, so that integer images stay exact.
    """
    largest = np.abs(kernel).max()
    if largest == 0:
        return None
    pivot_row, pivot_column = np.unravel_index(np.abs(kernel).argmax(), kernel.shape)
    row = kernel[pivot_row] / _common_divisor(kernel[pivot_row])
    column = kernel[:, pivot_column] / row[pivot_column]
    if np.abs(np.outer(column, row) - kernel).max() > TOLERANCE * largest:
        return None
    return column, row


def _common_divisor(weights: Vector) -> float:
    """Return the greatest common divisor of whole weights, and 1 for others."""
    if not (weights == np.rint(weights)).all() or np.abs(weights).max() > 2**53:
        return 1.0
    return float(np.gcd.reduce(np.abs(weights).astype(np.int64)))
