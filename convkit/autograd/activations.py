"""Activation functions, each one primitive; names, defaults and kinks as in PyTorch."""

from __future__ import annotations

from functools import lru_cache
from math import pi, sqrt
from typing import Any, Literal

import numpy as np

from convkit.autograd.engine import Array, Derived, Operand, primitive
from convkit.autograd.normal import normal_cdf, normal_density
from convkit.autograd.sums import row_maxima, row_sums
from convkit.errors import unknown

Approximate = Literal["none", "tanh"]


@primitive
def sigmoid(x: Operand) -> Derived:
    """Return ``1 / (1 + exp(-x))``."""
    value = logistic(x)
    return value, lambda grad: grad * (value * (1 - value))


@primitive
def tanh(x: Operand) -> Derived:
    """Return the hyperbolic tangent of x."""
    value = np.tanh(x)
    return value, lambda grad: grad * (1 - value * value)


@primitive
def relu(x: Operand) -> Derived:
    """Return ``max(x, 0)``; the derivative at 0 is 0."""
    value = _positive_part(x)
    return value, lambda grad: grad * (value > 0).astype(grad.dtype)


@primitive
def leaky_relu(x: Operand, *, negative_slope: float = 0.01) -> Derived:
    """Return x where it is positive, else x times the slope (Maas et al. 2013)."""
    # A product with a mask is many times faster than a choice by np.where.
    slope = np.asarray(x > 0, x.dtype)
    slope += negative_slope * (1 - slope)
    return x * slope, lambda grad: grad * slope


@primitive
def elu(x: Operand, *, alpha: float = 1.0) -> Derived:
    """Return x where it is positive, else ``alpha (exp(x) - 1)`` (Clevert et al. 2016)."""
    below = alpha * np.expm1(np.minimum(x, 0))

    def vjp(grad: Array) -> Array:
        slope = np.asarray(x > 0, x.dtype)
        slope *= 1 - alpha
        slope += below + alpha
        return grad * slope

    return _positive_part(x) + below, vjp


@primitive
def gelu(x: Operand, *, approximate: Approximate = "none") -> Derived:
    """Return ``x Φ(x)``, Φ being the normal distribution's (Hendrycks and Gimpel 2016).

    With ``approximate="tanh"`` Φ(x) is taken as ``(1 + tanh(√(2/π) (x + 0.044715 x³))) / 2``.

    Raises
    ------
    ConvkitError
        If `approximate` is neither ``none`` nor ``tanh``.
    """
    if approximate == "tanh":
        return _gelu_by_tanh(x)
    if approximate != "none":
        raise unknown("approximation of gelu", approximate, ("none", "tanh"))
    cdf = normal_cdf(x)
    return x * cdf, lambda grad: grad * (cdf + x * normal_density(x))


@primitive
def silu(x: Operand) -> Derived:
    """Return ``x sigmoid(x)``, also called swish (Elfwing et al. 2018)."""
    gate = logistic(x)
    return x * gate, lambda grad: grad * (gate * (1 + x * (1 - gate)))


@primitive
def softplus(x: Operand) -> Derived:
    """Return ``log(1 + exp(x))``."""
    return log_of_one_plus_exp(x), lambda grad: grad * logistic(x)


@primitive
def softmax(x: Operand, *, axis: int = -1) -> Derived:
    """Return ``exp(x) / sum(exp(x))`` over an axis, shifted so that nothing overflows."""
    rows = x.swapaxes(axis, -1)
    value = np.exp(rows - row_maxima(rows))
    value /= row_sums(value)

    def vjp(grad: Array) -> Array:
        share = grad.swapaxes(axis, -1) * value
        share -= value * row_sums(share)
        return share.swapaxes(axis, -1)

    return value.swapaxes(axis, -1), vjp


@primitive
def log_softmax(x: Operand, *, axis: int = -1) -> Derived:
    """Return the logarithm of the softmax over an axis, never by way of the softmax itself."""
    rows = x.swapaxes(axis, -1)
    value = rows - row_maxima(rows)
    value -= np.log(row_sums(np.exp(value)))

    def vjp(grad: Array) -> Array:
        rows_grad = grad.swapaxes(axis, -1)
        return (rows_grad - np.exp(value) * row_sums(rows_grad)).swapaxes(axis, -1)

    return value.swapaxes(axis, -1), vjp


def logistic(x: Array) -> Array:
    """Return the sigmoid of an array.

    Where exp(-x) overflows to infinity the result is 0, as it should be.
    """
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x))


def log_of_one_plus_exp(x: Array) -> Array:
    """Return the softplus of an array, ``max(x, 0) + log(1 + exp(-|x|))``."""
    return _positive_part(x) + np.log1p(np.exp(-np.abs(x)))


def _positive_part(x: Array) -> Array:
    """Return ``max(x, 0)``: of two arrays NumPy finds it in a third of the time."""
    return np.maximum(x, _zeros(x.shape[1:], x.dtype))


@lru_cache(maxsize=64)
def _zeros(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    zeros = np.zeros(shape, dtype)
    zeros.flags.writeable = False
    return zeros


def _gelu_by_tanh(x: Array) -> Derived:
    slope, cubic = sqrt(2 / pi), 0.044715
    inner = np.tanh(slope * (x + cubic * x * x * x))

    def vjp(grad: Array) -> Array:
        inner_slope = slope * (1 + 3 * cubic * x * x)
        return grad * (0.5 * (1 + inner) + 0.5 * x * (1 - inner * inner) * inner_slope)

    return 0.5 * x * (1 + inner), vjp
