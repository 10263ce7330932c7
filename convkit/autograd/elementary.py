"""Element by element, of one: the elementary functions."""

from __future__ import annotations

import numpy as np

from convkit.autograd.engine import Derived, Operand, primitive


@primitive
def absolute(x: Operand) -> Derived:
    """Return \\|x\\|; its derivative at 0 is taken as 0."""
    return np.abs(x), lambda grad: grad * np.sign(x)


@primitive
def square(x: Operand) -> Derived:
    """Return x²."""
    return x * x, lambda grad: grad * (2 * x)


@primitive
def sqrt(x: Operand) -> Derived:
    """Return the square root of x."""
    value = np.sqrt(x)
    return value, lambda grad: grad / (2 * value)


@primitive
def exp(x: Operand) -> Derived:
    """Return e to the power of x."""
    value = np.exp(x)
    return value, lambda grad: grad * value


@primitive
def expm1(x: Operand) -> Derived:
    """Return ``exp(x) - 1``, exactly also for small x."""
    value = np.expm1(x)
    return value, lambda grad: grad * (value + 1)


@primitive
def log(x: Operand) -> Derived:
    """Return the natural logarithm of x."""
    return np.log(x), lambda grad: grad / x


@primitive
def log1p(x: Operand) -> Derived:
    """Return ``log(1 + x)``, exactly also for small x."""
    return np.log1p(x), lambda grad: grad / (1 + x)


@primitive
def sin(x: Operand) -> Derived:
    """Return the sine of x."""
    return np.sin(x), lambda grad: grad * np.cos(x)


@primitive
def cos(x: Operand) -> Derived:
    """Return the cosine of x."""
    return np.cos(x), lambda grad: -grad * np.sin(x)
