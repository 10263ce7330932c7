"""Normalizations, each one primitive: batch, layer and group norm.

All subtract a mean and divide by a standard deviation, √(variance + eps), then scale by gamma and
shift by beta; they differ in what the statistics are taken over. The variance is that of the
population: the sum of squares is divided by n.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import prod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from convkit.autograd.engine import Array, Derived, Operand, primitive, shared
from convkit.autograd.sums import column_sums
from convkit.errors import ConvkitError

if TYPE_CHECKING:
    from convkit.autograd.tensor import Tensor


class BatchNormalized(NamedTuple):
    """What :func:`batch_norm_train` returns: the statistics are plain arrays of shape (c,)."""

    value: Tensor
    mean: Array
    variance: Array


def batch_norm_train(
    x: Operand, gamma: Operand, beta: Operand, *, eps: float = 1e-5
) -> BatchNormalized:
    """Normalize each channel by its mean and variance in this batch (Ioffe and Szegedy 2015).

    Parameters
    ----------
    x : (..., c)
    gamma, beta : (c,)

    Returns
    -------
    BatchNormalized
        The value, a tensor like x, and the statistics, for the running averages. The gradient takes
        into account that the statistics depend on x.
    """
    statistics: list[Array] = []
    value = _batch_norm_train(x, gamma, beta, eps=eps, statistics=statistics)
    return BatchNormalized(value, *statistics)


@primitive
def _batch_norm_train(
    x: Operand, gamma: Operand, beta: Operand, *, eps: float, statistics: list[Array]
) -> Derived:
    rows = x.reshape(-1, x.shape[-1])
    count = len(rows)
    mean = column_sums(rows) / count
    centred = rows - mean
    variance = column_sums(centred * centred) / count
    statistics += mean, variance
    scale = 1 / np.sqrt(variance + eps)
    normal = np.multiply(centred, scale, out=centred)

    @shared
    def sums(grad: Array) -> tuple[Array, Array]:
        flat = grad.reshape(rows.shape)
        return column_sums(flat * normal), column_sums(flat)

    def vjp_x(grad: Array) -> Array:
        along, total = sums(grad)
        share = grad.reshape(rows.shape) - normal * (along / count)
        share -= total / count
        share *= gamma * scale
        return share.reshape(x.shape)

    value = normal * gamma
    value += beta
    return (
        value.reshape(x.shape),
        vjp_x,
        lambda grad: sums(grad)[0],
        lambda grad: sums(grad)[1],
    )


@primitive
def batch_norm(
    x: Operand,
    gamma: Operand,
    beta: Operand,
    mean: Operand,
    variance: Operand,
    *,
    eps: float = 1e-5,
) -> Derived:
    """Normalize each channel by statistics that are given, as in evaluation.

    Parameters
    ----------
    x : (..., c)
    gamma, beta, mean, variance : (c,)
        The statistics are constants: they can't have a gradient.
    """
    scale = 1 / np.sqrt(np.asarray(variance, x.dtype) + eps)
    normal = (x - np.asarray(mean, x.dtype)) * scale
    return (
        normal * gamma + beta,
        lambda grad: grad * (gamma * scale),
        lambda grad: column_sums((grad * normal).reshape(-1, x.shape[-1])),
        lambda grad: column_sums(grad.reshape(-1, x.shape[-1])),
        None,
        None,
    )


@primitive
def layer_norm(
    x: Operand,
    gamma: Operand,
    beta: Operand,
    *,
    axes: tuple[int, ...] = (-1,),
    eps: float = 1e-5,
) -> Derived:
    """Normalize each sample over its last axes (Ba, Kiros and Hinton 2016).

    Parameters
    ----------
    x : (n, ...)
    gamma, beta
        Of the shape of these axes.
    axes : tuple of int
        Which they are: (-1,), (-2, -1) and so on.

    Raises
    ------
    ConvkitError
        If they aren't the last ones, in their order.
    """
    if axes != tuple(range(-len(axes), 0)) or not 0 < len(axes) <= x.ndim:
        raise ConvkitError(
            f"layer_norm takes the last axes of {x.ndim}, got {axes}", "write (-1,) or (-2, -1)"
        )
    rows = (-1, prod(x.shape[-len(axes) :]))
    return _normalized(x, gamma, beta, shape=rows, means=_row_means, eps=eps)


@primitive
def group_norm(
    x: Operand, gamma: Operand, beta: Operand, *, groups: int, eps: float = 1e-5
) -> Derived:
    """Normalize each sample over positions and over a group of channels (Wu and He 2018).

    Parameters
    ----------
    x : (n, ..., c)
    gamma, beta : (c,)
    groups : int
        Into how many groups of neighbouring channels c is split.

    Raises
    ------
    ConvkitError
        If `groups` doesn't divide c.
    """
    channels = x.shape[-1]
    if groups < 1 or channels % groups:
        raise ConvkitError(
            f"groups (={groups}) must divide the number of channels (={channels})",
            "choose a divisor; 1 takes all channels together",
        )
    means = partial(_group_means, groups=groups)
    return _normalized(x, gamma, beta, shape=(len(x), -1, channels), means=means, eps=eps)


def _normalized(
    x: Array,
    gamma: Array,
    beta: Array,
    *,
    shape: tuple[int, ...],
    means: Callable[..., Array],
    eps: float,
) -> Derived:
    """Return x, read in a shape, less its mean and divided by its deviation, scaled and shifted.

    `means` takes an array of this shape, or two to be multiplied, and returns the mean over each
    part that is normalized, to be broadcast over it.
    """
    flat = x.reshape(shape)
    normal = flat - means(flat)
    scale = 1 / np.sqrt(means(normal, normal) + eps)
    normal *= scale
    value = normal.reshape(x.shape) * gamma
    value += beta

    def vjp_x(grad: Array) -> Array:
        """Take out of the gradient what moving or stretching all of x would undo: its mean, and
        the part along the normalized x.
        """
        inner = (grad * gamma).reshape(shape)
        share = inner - means(inner)
        share -= normal * means(inner, normal)
        share *= scale
        return share.reshape(x.shape)

    return value, vjp_x, lambda grad: grad * normal.reshape(x.shape), lambda grad: grad


def _row_means(*factors: Array) -> Array:
    """Return the mean of each row's products, (n, k) -> (n, 1)."""
    operands = ",".join(["ij"] * len(factors))
    return np.einsum(f"{operands}->i", *factors)[:, np.newaxis] / factors[0].shape[1]


def _group_means(*factors: Array, groups: int) -> Array:
    """Return the mean of each group's products, (n, positions, c) -> (n, 1, c)."""
    samples, positions, channels = factors[0].shape
    operands = ",".join(["npc"] * len(factors))
    sums = np.einsum(f"{operands}->nc", *factors).reshape(samples, groups, -1).sum(axis=-1)
    width = channels // groups
    return np.repeat(sums / (positions * width), width, axis=1)[:, np.newaxis]
