"""Products of matrices."""

from __future__ import annotations

import numpy as np

from convkit.autograd.engine import Array, Derived, Operand, primitive
from convkit.autograd.sums import column_sums


@primitive
def matmul(x: Operand, y: Operand) -> Derived:
    """Return the matrix product ``x @ y`` over the last two axes; the axes before broadcast.

    A vector on the left is a row, one on the right a column, as in NumPy.
    """
    value = x @ y
    rows = x[np.newaxis] if x.ndim == 1 else x
    columns = y[:, np.newaxis] if y.ndim == 1 else y

    def full(grad: Array) -> Array:
        """Give the gradient the axes back that a vector has lost."""
        grad = np.expand_dims(grad, -1) if y.ndim == 1 else grad
        return np.expand_dims(grad, -2) if x.ndim == 1 else grad

    def vjp_x(grad: Array) -> Array:
        share = full(grad) @ np.swapaxes(columns, -1, -2)
        return share.sum(axis=-2) if x.ndim == 1 else share

    def vjp_y(grad: Array) -> Array:
        if y.ndim == 2 and x.ndim > 2:
            return x.reshape(-1, x.shape[-1]).T @ grad.reshape(-1, grad.shape[-1])
        share = np.swapaxes(rows, -1, -2) @ full(grad)
        return share.sum(axis=-1) if y.ndim == 1 else share

    return value, vjp_x, vjp_y


@primitive
def dense(x: Operand, w: Operand, b: Operand = None) -> Derived:
    """Return ``x @ w + b``.

    Parameters
    ----------
    x : (..., inputs)
    w : (inputs, outputs)
    b : (outputs,) or None
    """
    value = x @ w
    if b is not None:
        value += b
    inputs, outputs = w.shape
    return (
        value,
        lambda grad: grad @ w.T,
        lambda grad: x.reshape(-1, inputs).T @ grad.reshape(-1, outputs),
        lambda grad: column_sums(grad.reshape(-1, outputs)),
    )
