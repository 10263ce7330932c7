"""Gradients against finite differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convkit.autograd.engine import Array, no_grad
from convkit.autograd.tensor import Tensor
from convkit.errors import ConvkitError

# Fourth-order central differences: f'(0) is about the sum of weight · f(distance · step) / step.
STENCIL = ((-2, 1 / 12), (-1, -2 / 3), (1, 2 / 3), (2, -1 / 12))


def check_grads(
    function: Callable[..., Tensor],
    *arrays: Any,
    rng: np.random.Generator | None = None,
    directions: int = 3,
    step: float = 1e-4,
    tolerance: float = 1e-6,
) -> float:
    """Compare a function's gradients with finite differences along random directions.

    The function's result is contracted with a random array, so that it may have any shape. For
    each floating-point argument g · v is compared with the fourth-order central difference along v,
    a random direction with components of about 1, where g is the gradient from ``backward()``.
    The error is relative to the norm of g, which is how large g · v typically is.

    Parameters
    ----------
    function : callable
        Takes as many tensors as there are arrays and returns one. It must give the same result
        each time, so randomness has to be seeded within it.
    *arrays : array_like
        Where to check. Floating-point ones are taken as float64; integers (labels, indices) are
        passed on as they are.
    rng : numpy.random.Generator, optional
        Draws the directions; one with a fixed seed if left out.
    directions : int
        How many directions for each argument.
    step : float
        The distance between the points. Stay further than two steps from kinks (such as relu's
        at 0) and from ties.
    tolerance : float
        The largest relative error that passes.

    Returns
    -------
    float
        The largest relative error.

    Raises
    ------
    ConvkitError
        If an error is larger than the tolerance, or an argument got no gradient.

    >>> round(check_grads(lambda x: (x * x).sum(), [1.0, 2.0]), 6)
    0.0
    """
    rng = rng or np.random.default_rng(0)
    points = [_point(array) for array in arrays]
    result = function(*points)
    cotangent = rng.standard_normal(result.shape)
    result.backward(cotangent)

    def contracted(position: int, move: Array) -> float:
        moved = Tensor(points[position].data + move)
        with no_grad():
            value = function(*points[:position], moved, *points[position + 1 :])
        if value.shape != cotangent.shape:
            raise ConvkitError(
                f"the function's result changes its shape, {cotangent.shape} to {value.shape}",
                "check it where a small step doesn't change the shape",
            )
        return float(np.sum(value.data * cotangent))

    worst = 0.0
    for position, tensor in enumerate(points):
        if not isinstance(tensor, Tensor):
            continue
        if tensor.grad is None:
            raise ConvkitError(f"argument {position} got no gradient")
        for _ in range(directions):
            direction = rng.standard_normal(tensor.shape)
            numeric = sum(
                weight * contracted(position, distance * step * direction)
                for distance, weight in STENCIL
            )
            error = _relative_error(tensor.grad, direction, numeric / step)
            # Written so that a NaN doesn't pass.
            if not error <= tolerance:
                raise ConvkitError(
                    f"the gradient by argument {position} of shape {tensor.shape} is wrong: "
                    f"relative error {error:.2e}, allowed {tolerance:.0e}",
                    "compare its vjp with the formula, and stay clear of kinks and ties",
                )
            worst = max(worst, error)
    return worst


def _point(array: Any) -> Tensor | Array:
    point = np.array(array.data if isinstance(array, Tensor) else array)
    if point.dtype.kind != "f":
        return point
    return Tensor(point.astype(np.float64), requires_grad=True)


def _relative_error(gradient: Array, direction: Array, numeric: float) -> float:
    analytic = float(np.sum(gradient * direction))
    scale = max(float(np.linalg.norm(gradient)), abs(numeric))
    return abs(analytic - numeric) / scale if scale else 0.0
