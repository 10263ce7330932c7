"""Some of the elements: indexing, and the rows of a table."""

from __future__ import annotations

from types import EllipsisType
from typing import Any

import numpy as np

from convkit.autograd.engine import Array, Derived, Operand, primitive
from convkit.errors import ConvkitError


@primitive
def index(x: Operand, *, key: Any) -> Derived:
    """Return ``x[key]``: whole numbers, slices, ``...``, None, and arrays of indices or bools.

    An element that is taken several times gets the sum of the gradients.
    """
    value = x[key]

    def vjp(grad: Array) -> Array:
        whole_grad = np.zeros(x.shape, grad.dtype)
        if _takes_once(key):
            whole_grad[key] = grad
        else:
            np.add.at(whole_grad, key, grad)
        return whole_grad

    return value, vjp


@primitive
def embedding(table: Operand, indices: Operand) -> Derived:
    """Return the rows of a table that are named by indices.

    Parameters
    ----------
    table : (rows, features)
    indices : integers of any shape

    Returns
    -------
    Tensor of shape (*indices.shape, features)

    Raises
    ------
    ConvkitError
        If an index names no row; none counts from the end.
    """
    indices = np.asarray(indices)
    if indices.size and (lowest := indices.min()) < 0:
        raise ConvkitError(f"embedding: index {lowest} is negative")

    def vjp(grad: Array) -> Array:
        rows, features = table.shape
        # NumPy adds at single elements much quicker than at rows.
        cells = indices.reshape(-1, 1) * features + np.arange(features)
        sums = np.zeros(rows * features, grad.dtype)
        np.add.at(sums, cells.ravel(), grad.ravel())
        return sums.reshape(table.shape)

    return table[indices], vjp, None


def _takes_once(key: Any) -> bool:
    """Say whether no element can be taken twice: there are no arrays of indices."""
    parts = key if isinstance(key, tuple) else (key,)
    return all(
        part is None or isinstance(part, int | np.integer | slice | EllipsisType) or _is_mask(part)
        for part in parts
    )


def _is_mask(part: Any) -> bool:
    return bool(np.asarray(part).dtype == bool)
