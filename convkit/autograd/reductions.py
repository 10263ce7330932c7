"""Over axes: sums, means and extremes.

`axis` is one axis, several, or None for all; `keepdims` keeps them with size 1.
"""

from __future__ import annotations

from math import prod
from typing import TypeAlias

import numpy as np

from convkit.autograd.engine import Array, Derived, Operand, primitive

Axes: TypeAlias = int | tuple[int, ...] | None


@primitive
def sum(x: Operand, *, axis: Axes = None, keepdims: bool = False) -> Derived:
    """Return the sum."""
    value = x.sum(axis=axis, keepdims=keepdims)
    return value, lambda grad: np.broadcast_to(_kept(grad, x.ndim, axis), x.shape)


@primitive
def mean(x: Operand, *, axis: Axes = None, keepdims: bool = False) -> Derived:
    """Return the mean."""
    value = x.mean(axis=axis, keepdims=keepdims)
    count = _count(x, axis)
    return value, lambda grad: np.broadcast_to(_kept(grad / count, x.ndim, axis), x.shape)


@primitive
def var(x: Operand, *, axis: Axes = None, keepdims: bool = False, ddof: int = 0) -> Derived:
    """Return the variance: the mean square distance from the mean.

    The sum of squares is divided by the number of elements less `ddof`.
    """
    centred = x - x.mean(axis=axis, keepdims=True)
    count = centred.dtype.type(_count(x, axis) - ddof)
    value = (centred * centred).sum(axis=axis, keepdims=keepdims) / count
    return value, lambda grad: centred * _kept(grad * (2 / count), x.ndim, axis)


@primitive
def max(x: Operand, *, axis: Axes = None, keepdims: bool = False) -> Derived:
    """Return the largest element; those that share the maximum share the gradient equally.

    This is PyTorch's ``amax``.
    """
    value = x.max(axis=axis, keepdims=keepdims)
    return value, lambda grad: _to_extremes(x, value, grad, axis)


@primitive
def min(x: Operand, *, axis: Axes = None, keepdims: bool = False) -> Derived:
    """Return the smallest element; those that share the minimum share the gradient equally.

    This is PyTorch's ``amin``.
    """
    value = x.min(axis=axis, keepdims=keepdims)
    return value, lambda grad: _to_extremes(x, value, grad, axis)


@primitive
def logsumexp(x: Operand, *, axis: Axes = None, keepdims: bool = False) -> Derived:
    """Return ``log(sum(exp(x)))``, shifted by the maximum so that nothing overflows."""
    largest = x.max(axis=axis, keepdims=True)
    exps = np.exp(x - largest)
    total = exps.sum(axis=axis, keepdims=True)
    value = np.log(total) + largest
    value = value if keepdims else value.squeeze(axis=axis)
    return value, lambda grad: exps * (_kept(grad, x.ndim, axis) / total)


def _kept(reduced: Array, ndim: int, axis: Axes) -> Array:
    """Give a reduced array the axes back, with size 1, that it was reduced over."""
    if reduced.ndim == ndim:
        return reduced
    if axis is None:
        return reduced.reshape((1,) * ndim)
    return np.expand_dims(reduced, axis)


def _count(x: Array, axis: Axes) -> int:
    """Return how many elements are reduced to one."""
    if axis is None:
        return x.size
    return prod(x.shape[a] for a in ((axis,) if isinstance(axis, int) else axis))


def _to_extremes(x: Array, extreme: Array, grad: Array, axis: Axes) -> Array:
    hits = x == _kept(extreme, x.ndim, axis)
    ties = hits.sum(axis=axis, keepdims=True, dtype=grad.dtype)
    return hits * (_kept(grad, x.ndim, axis) / ties)
