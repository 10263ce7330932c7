"""The checks that the arguments and the saved states of this package share."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.errors import ConvkitError

FloatArray = NDArray[np.floating[Any]]
State = dict[str, NDArray[Any]]


def not_negative(name: str, value: float) -> float:
    """Return `value` as a float, or say that the argument `name` must be 0 or more."""
    return _number(name, value, lambda x: x >= 0, "0 or more")


def positive(name: str, value: float) -> float:
    """Return `value` as a float, or say that the argument `name` must be greater than 0."""
    return _number(name, value, lambda x: x > 0, "greater than 0")


def share(name: str, value: float) -> float:
    """Return `value` as a float, or say that the argument `name` must be from 0 to 1."""
    return _number(name, value, lambda x: 0 <= x <= 1, "from 0 to 1")


def decay(name: str, value: float) -> float:
    """Return `value` as a float, or say that the argument `name` must be in [0, 1)."""
    return _number(name, value, lambda x: 0 <= x < 1, "from 0 up to, but not, 1")


def whole(name: str, value: int, least: int) -> int:
    """Return `value`, or say that the argument `name` must be a whole number from `least`."""
    if int(_number(name, value, lambda x: x >= least, f"{least} or more")) != value:
        raise ConvkitError(f"{name} must be a whole number, got {value}")
    return int(value)


def decays(name: str, values: Any) -> tuple[float, float]:
    """Return two numbers in [0, 1), or say which of the pair `name` is none."""
    if not isinstance(values, Sequence) or len(values) != 2:
        raise ConvkitError(f"{name} must be two numbers, got {values}")
    first, second = (decay(f"{name}[{index}]", value) for index, value in enumerate(values))
    return first, second


def same_layout(own: Mapping[str, NDArray[Any]], given: Mapping[str, NDArray[Any]]) -> None:
    """Say in one error how the names, shapes and dtypes of a saved state differ from one's own."""
    wrong = [f"'{name}' is missing" for name in own if name not in given]
    wrong += [f"'{name}' isn't part of it" for name in given if name not in own]
    wrong += [
        f"'{name}' is {_layout(given[name])} instead of {_layout(own[name])}"
        for name in own
        if name in given and _layout(own[name]) != _layout(given[name])
    ]
    if wrong:
        raise ConvkitError(
            f"the saved optimizer state doesn't fit: {'; '.join(wrong)}",
            "start an optimizer of the same options with the parameters of the same model",
        )


def _number(name: str, value: float, valid: Callable[[float], bool], wanted: str) -> float:
    if not isinstance(value, Real) or not math.isfinite(value) or not valid(value):
        raise ConvkitError(f"{name} must be {wanted}, got {value}")
    return float(value)


def _layout(array: NDArray[Any]) -> str:
    return f"{array.dtype} {'x'.join(map(str, array.shape)) or 'number'}"
