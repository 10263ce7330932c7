"""Where weights begin.

How many numbers a unit sums up and how many it feeds is read off a weight's shape, (*window, in,
out): ``fan_in = window·in``, ``fan_out = window·out``. All draw in float64 and round, so that a
model has the same weights in every dtype.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from math import prod, sqrt
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from convkit.errors import ConvkitError, unknown
from convkit.nn.checks import Shape, number

Weights = NDArray[Any]
DType = np.dtype[Any]
Initializer = Callable[[Shape, Generator, DType], Weights]
InitializerChoice = str | dict[str, Any]
"""How one is chosen: by name, or with settings as ``{name: normal, std: 0.1}``."""

BLOCK = 2**18
"""How many numbers are drawn at once: two megabytes of them."""


def fans(shape: Shape) -> tuple[int, int]:
    """Return how many inputs a unit sums up, and how many units an input feeds.

    >>> fans((3, 3, 16, 32))
    (144, 288)
    """
    *window, inputs, outputs = (1, *shape) if len(shape) == 1 else shape
    return prod(window) * inputs, prod(window) * outputs


def zeros(shape: Shape, _rng: Generator, dtype: DType) -> Weights:
    """Zeros."""
    return np.zeros(shape, dtype)


def ones(shape: Shape, _rng: Generator, dtype: DType) -> Weights:
    """Ones."""
    return np.ones(shape, dtype)


def normal(
    shape: Shape, rng: Generator, dtype: DType, *, std: float = 0.05, mean: float = 0.0
) -> Weights:
    """Normally distributed, whatever the shape.

    Parameters
    ----------
    std : float
        The standard deviation.
    mean : float
        The middle.
    """
    number("std", std, least=0)
    number("mean", mean)
    return _filled(shape, dtype, partial(rng.normal, mean, std))


def uniform(
    shape: Shape, rng: Generator, dtype: DType, *, low: float = -0.05, high: float = 0.05
) -> Weights:
    """Evenly distributed, whatever the shape.

    Parameters
    ----------
    low : float
        The smallest weight.
    high : float
        The largest weight.
    """
    number("high", high, least=number("low", low))
    return _filled(shape, dtype, partial(rng.uniform, low, high))


def glorot_uniform(shape: Shape, rng: Generator, dtype: DType, *, gain: float = 1.0) -> Weights:
    """Evenly distributed with the variance ``2·gain² / (fan_in + fan_out)``; also called Xavier's.

    For tanh and linear units: activations on the way forward and gradients on the way back keep
    their variance (Glorot and Bengio 2010, equation 16).

    Parameters
    ----------
    gain : float
        What the weights are multiplied by.
    """
    return _evenly(shape, rng, dtype, _glorot(shape, gain))


def glorot_normal(shape: Shape, rng: Generator, dtype: DType, *, gain: float = 1.0) -> Weights:
    """Normally distributed with the variance ``2·gain² / (fan_in + fan_out)``.

    Parameters
    ----------
    gain : float
        What the weights are multiplied by.
    """
    return _normally(shape, rng, dtype, _glorot(shape, gain))


def he_uniform(shape: Shape, rng: Generator, dtype: DType) -> Weights:
    """Evenly distributed with the variance ``2 / fan_in``.

    For ReLU, which loses half of the variance that comes in (He et al. 2015, equation 10).
    """
    return _evenly(shape, rng, dtype, 2 / fans(shape)[0])


def he_normal(shape: Shape, rng: Generator, dtype: DType) -> Weights:
    """Normally distributed with the variance ``2 / fan_in``: for ReLU (He et al. 2015)."""
    return _normally(shape, rng, dtype, 2 / fans(shape)[0])


def lecun_uniform(shape: Shape, rng: Generator, dtype: DType) -> Weights:
    """Evenly distributed with the variance ``1 / fan_in`` (LeCun et al. 1998, equation 16)."""
    return _evenly(shape, rng, dtype, 1 / fans(shape)[0])


def lecun_normal(shape: Shape, rng: Generator, dtype: DType) -> Weights:
    """Normally distributed with the variance ``1 / fan_in`` (LeCun et al. 1998, equation 16)."""
    return _normally(shape, rng, dtype, 1 / fans(shape)[0])


def orthogonal(shape: Shape, rng: Generator, dtype: DType, *, gain: float = 1.0) -> Weights:
    """Orthonormal columns, or rows where there are fewer of them, times `gain`.

    A deep linear network then neither stretches nor shrinks what goes through it (Saxe et al.
    2014). The weight is taken as a matrix (fan_in, out).

    Parameters
    ----------
    gain : float
        What the weights are multiplied by.
    """
    number("gain", gain)
    rows, columns = prod(shape[:-1]), shape[-1]
    q, r = np.linalg.qr(rng.normal(size=(max(rows, columns), min(rows, columns))))
    # QR leaves the signs open; fixed like this, every orthogonal matrix is equally likely.
    q *= np.where(np.diagonal(r) < 0, -gain, gain)
    return (q if rows >= columns else q.T).reshape(shape).astype(dtype)


INITIALIZERS: dict[str, Callable[..., Weights]] = {
    "zeros": zeros,
    "ones": ones,
    "normal": normal,
    "uniform": uniform,
    "glorot_uniform": glorot_uniform,
    "glorot_normal": glorot_normal,
    "xavier_uniform": glorot_uniform,
    "xavier_normal": glorot_normal,
    "he_uniform": he_uniform,
    "he_normal": he_normal,
    "lecun_uniform": lecun_uniform,
    "lecun_normal": lecun_normal,
    "orthogonal": orthogonal,
}
"""Name -> function of shape, generator and dtype; its keyword-only parameters are settings."""


def choose_initializer(argument: str, choice: InitializerChoice) -> Initializer:
    """Return the initialiser that a layer's `argument` chooses.

    >>> choose_initializer("kernel_init", {"name": "normal", "std": 0.1}).keywords
    {'std': 0.1}

    Raises
    ------
    ConvkitError
        If the name or a setting is unknown, or a setting is out of range.
    """
    name, settings = _name_and_settings(argument, choice)
    if name not in INITIALIZERS:
        raise unknown("initializer", str(name), INITIALIZERS, f"in {argument}")
    known = inspect.getfullargspec(INITIALIZERS[name]).kwonlyargs
    for setting in settings:
        if not known:
            raise ConvkitError(f"{argument}: {name} has no settings, got '{setting}'")
        if setting not in known:
            raise unknown("setting", str(setting), known, f"of {name} in {argument}")
    chosen = partial(INITIALIZERS[name], **settings)
    try:
        chosen((1, 1), np.random.default_rng(0), np.dtype(np.float32))  # it checks its settings
    except ConvkitError as error:
        raise ConvkitError(f"{argument}: {error.message}", error.hint) from error
    return chosen


def _name_and_settings(argument: str, choice: object) -> tuple[str, dict[str, Any]]:
    if isinstance(choice, str):
        return choice, {}
    if isinstance(choice, dict) and isinstance(choice.get("name"), str):
        return choice["name"], {key: value for key, value in choice.items() if key != "name"}
    raise ConvkitError(
        f"{argument} must be an initializer's name, alone or with settings, got {choice!r}",
        "write he_normal, or {name: normal, std: 0.1}",
    )


def _glorot(shape: Shape, gain: float) -> float:
    return 2 * number("gain", gain) ** 2 / sum(fans(shape))


def _evenly(shape: Shape, rng: Generator, dtype: DType, variance: float) -> Weights:
    limit = sqrt(3 * variance)
    return _filled(shape, dtype, partial(rng.uniform, -limit, limit))


def _normally(shape: Shape, rng: Generator, dtype: DType, variance: float) -> Weights:
    return _filled(shape, dtype, partial(rng.normal, 0.0, sqrt(variance)))


def _filled(shape: Shape, dtype: DType, draw: Callable[[int], Any]) -> Weights:
    """Return an array of what is drawn: the same numbers as at once, but in blocks.

    At once, the float64 numbers would take twice the memory of the float32 weights beside them.
    """
    weights = np.empty(prod(shape), dtype)
    for start in range(0, weights.size, BLOCK):
        block = weights[start : start + BLOCK]
        block[...] = draw(block.size)
    return weights.reshape(shape)
