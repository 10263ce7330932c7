"""How the answers of several kernels become one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def _first(part: Array) -> Array:
    return part


def _l2(a: Array, b: Array) -> Array:
    kind = np.result_type(a, np.float32)
    squares: Array = np.multiply(a, a, dtype=kind)
    squares += np.multiply(b, b, dtype=kind)
    return np.sqrt(squares, out=squares)


def _l1(a: Array, b: Array) -> Array:
    kind = np.result_type(a, np.float32)  # two sums may be more than narrow integers hold
    return np.add(np.abs(a), np.abs(b), dtype=kind)


def _largest(*answers: Array) -> Array:
    largest, *others = answers
    for answer in others:
        largest = np.maximum(largest, answer)
    return largest


COMBINATIONS: dict[str, Callable[..., Array]] = {
    "first": _first,
    "l2": _l2,
    "l1": _l1,
    "largest": _largest,
}
"""Name -> from the parts, for any number of rows, to the answer."""

NORMS = ("l2", "l1")
"""Those that make the magnitude of a gradient out of its two parts."""
