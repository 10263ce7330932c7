"""Element by element, of two: the operators of arithmetic, extremes and choices.

All of them broadcast as NumPy does; the engine sums gradients back.
"""

from __future__ import annotations

import numpy as np

from convkit.autograd.engine import Array, Derived, Operand, primitive


@primitive
def add(x: Operand, y: Operand) -> Derived:
    """Return ``x + y``."""
    return x + y, lambda grad: grad, lambda grad: grad


@primitive
def subtract(x: Operand, y: Operand) -> Derived:
    """Return ``x - y``."""
    return x - y, lambda grad: grad, lambda grad: -grad


@primitive
def multiply(x: Operand, y: Operand) -> Derived:
    """Return ``x * y``."""
    return x * y, lambda grad: grad * y, lambda grad: grad * x


@primitive
def divide(x: Operand, y: Operand) -> Derived:
    """Return ``x / y``."""
    value = x / y
    return value, lambda grad: grad / y, lambda grad: -grad * value / y


@primitive
def negate(x: Operand) -> Derived:
    """Return ``-x``."""
    return -x, lambda grad: -grad


@primitive
def power(x: Operand, y: Operand) -> Derived:
    """Return x to the power of y.

    Where the exponent is 0, so is the derivative by x; where the base is 0, that by the exponent
    (PyTorch's convention, and the limits for positive bases and exponents).
    """
    value = x**y

    def vjp_x(grad: Array) -> Array:
        exponent = y if isinstance(y, int | float) else y.astype(grad.dtype)
        return grad * (exponent * x ** (exponent - (exponent != 0)))

    def vjp_y(grad: Array) -> Array:
        base = np.asarray(x, dtype=grad.dtype)
        return grad * value * np.log(base + (base == 0)) * (base != 0)

    return value, vjp_x, vjp_y


@primitive
def maximum(x: Operand, y: Operand) -> Derived:
    """Return the larger of x and y; where they are equal, each gets half of the gradient."""
    return (
        np.maximum(x, y),
        lambda grad: grad * _share(x, y, grad),
        lambda grad: grad * _share(y, x, grad),
    )


@primitive
def minimum(x: Operand, y: Operand) -> Derived:
    """Return the smaller of x and y; where they are equal, each gets half of the gradient."""
    return (
        np.minimum(x, y),
        lambda grad: grad * _share(y, x, grad),
        lambda grad: grad * _share(x, y, grad),
    )


@primitive
def where(condition: Operand, x: Operand, y: Operand) -> Derived:
    """Return x where the condition (an array of bools) holds, else y."""
    return (
        np.where(condition, x, y),
        None,
        lambda grad: np.where(condition, grad, 0),
        lambda grad: np.where(condition, 0, grad),
    )


@primitive
def clip(x: Operand, low: Operand = None, high: Operand = None) -> Derived:
    """Return x limited to low…high, which are numbers or arrays without a gradient, or None.

    The gradient passes where x lies between them, the limits included.
    """
    value = np.clip(x, low, high)
    return value, lambda grad: grad * (value == x), None, None


def _share(x: Operand, y: Operand, grad: Array) -> Array:
    """Return 1 where x is larger, 1/2 where both are equal, else 0."""
    return ((x > y).astype(grad.dtype) + (x >= y)) / 2
