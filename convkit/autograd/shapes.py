"""The same elements in another shape or order."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from convkit.autograd.engine import Derived, Operand, Vjp, primitive


@primitive
def reshape(x: Operand, *, shape: tuple[int, ...]) -> Derived:
    """Return x in another shape; one size may be -1."""
    return x.reshape(shape), lambda grad: grad.reshape(x.shape)


@primitive
def flatten(x: Operand, *, start: int = 0) -> Derived:
    """Return x with the axes from `start` on made one; with 1 the batch axis is left alone."""
    return x.reshape((*x.shape[:start], -1)), lambda grad: grad.reshape(x.shape)


@primitive
def transpose(x: Operand, *, axes: tuple[int, ...] | None = None) -> Derived:
    """Return x with its axes in the order of `axes`, or reversed if there are none."""
    value = x.transpose(axes)
    back = None if axes is None else np.argsort([axis % x.ndim for axis in axes])
    return value, lambda grad: grad.transpose(back)


@primitive
def astype(x: Operand, *, dtype: DTypeLike) -> Derived:
    """Return x in another floating-point type; the engine brings gradients back to this one."""
    return x.astype(dtype), lambda grad: grad


@primitive
def expand_dims(x: Operand, *, axis: int | tuple[int, ...]) -> Derived:
    """Return x with new axes of size 1 where `axis` says."""
    return np.expand_dims(x, axis), lambda grad: grad.reshape(x.shape)


@primitive
def squeeze(x: Operand, *, axis: int | tuple[int, ...] | None = None) -> Derived:
    """Return x without the axes of size 1, or those of them that are named."""
    return np.squeeze(x, axis), lambda grad: grad.reshape(x.shape)


@primitive
def broadcast_to(x: Operand, *, shape: tuple[int, ...]) -> Derived:
    """Return x stretched to a shape by NumPy's rules."""
    return np.broadcast_to(x, shape), lambda grad: grad


@primitive
def flip(x: Operand, *, axis: int | tuple[int, ...] | None = None) -> Derived:
    """Return x with the order of the elements along the axes reversed."""
    return np.flip(x, axis), lambda grad: np.flip(grad, axis)


@primitive
def pad(x: Operand, *, pads: tuple[tuple[int, int], ...], value: float = 0.0) -> Derived:
    """Return x with `value` around it: (before, after) for each axis."""
    inner = tuple(slice(before, before + n) for (before, _), n in zip(pads, x.shape, strict=True))
    return np.pad(x, pads, constant_values=value), lambda grad: grad[inner]


@primitive
def concatenate(*parts: Operand, axis: int = 0) -> Derived:
    """Return the parts one after another along an axis that exists."""
    value = np.concatenate(parts, axis=axis)
    axis %= value.ndim
    ends = np.cumsum([part.shape[axis] for part in parts]).tolist()
    before: tuple[Any, ...] = (slice(None),) * axis

    def vjp(start: int, end: int) -> Vjp:
        return lambda grad: grad[(*before, slice(start, end))]

    return value, *map(vjp, [0, *ends], ends)


@primitive
def stack(*parts: Operand, axis: int = 0) -> Derived:
    """Return the parts, all of one shape, side by side along a new axis."""
    value = np.stack(parts, axis=axis)
    before: tuple[Any, ...] = (slice(None),) * (axis % value.ndim)

    def vjp(position: int) -> Vjp:
        return lambda grad: grad[(*before, position)]

    return value, *map(vjp, range(len(parts)))
