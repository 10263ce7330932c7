"""Sums and maxima of rows and columns, where NumPy's own reductions are slow on short ones."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Up to this size BLAS stays on one thread, so that its result has the same bits on any machine.
SMALL = 8192
# NumPy adds long rows quickly and short ones slowly: so many short ones are read as a long one.
FOLD = 64
# Rows up to this length are compared quicker once they are columns.
SHORT = 32


def column_sums(rows: NDArray[Any]) -> NDArray[Any]:
    """Return the sum of each column of a matrix, (n, columns) -> (columns,).

    It does what ``rows.sum(axis=0)`` does, in less time and with less rounding, since no sum is
    made of so many terms one after another.
    """
    sums: NDArray[Any]
    if rows.size <= SMALL:
        sums = _ones(len(rows), rows.dtype) @ rows
        return sums
    count, columns = rows.shape
    folded = count - count % FOLD
    wide = np.add.reduce(rows[:folded].reshape(-1, FOLD * columns), axis=0)
    sums = np.add.reduce(wide.reshape(FOLD, columns), axis=0)
    sums += np.add.reduce(rows[folded:], axis=0)
    return sums


def row_sums(x: NDArray[Any]) -> NDArray[Any]:
    """Return the sums over the last axis, which is kept: (..., n) -> (..., 1)."""
    sums: NDArray[Any] = np.einsum("...i->...", x)
    return sums[..., np.newaxis]


def row_maxima(x: NDArray[Any]) -> NDArray[Any]:
    """Return the maxima over the last axis, which is kept: (..., n) -> (..., 1)."""
    columns = x.shape[-1]
    maxima: NDArray[Any]
    if not 0 < columns <= SHORT:
        maxima = np.maximum.reduce(x, axis=-1, keepdims=True)
        return maxima
    turned = np.ascontiguousarray(x.reshape(-1, columns).T)
    maxima = np.maximum.reduce(turned, axis=0)
    return maxima.reshape(*x.shape[:-1], 1)


@lru_cache(maxsize=64)
def _ones(count: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    ones = np.ones(count, dtype)
    ones.flags.writeable = False
    return ones
