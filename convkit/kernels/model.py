"""What a kernel is: named weights, and the few properties that others decide by."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from convkit.errors import ConvkitError

Weights = NDArray[np.float64]

MAX_SIDE = 10_001

# Room to square weights and to sum them up without overflow.
MAX_WEIGHT = 1e100

# Weights kept in float32 are off by 6e-8 of themselves, and so is their sum of their absolute sum.
ZERO_SUM_TOLERANCE = 1e-7


@dataclass(frozen=True, eq=False)
class Kernel:
    """A named kernel, in correlation order: weight (0, 0) meets the top left pixel of a window.

    Parameters
    ----------
    name : str
        What the user called it.
    weights : array, shape (kh, kw), or (out, in, kh, kw) for a bank
        Any real numbers; kept as a read-only float64 copy.

    Raises
    ------
    ConvkitError
        If the weights aren't real, finite, 2-D or 4-D, or are none, or a side exceeds 10,001.
    """

    name: str
    weights: Weights

    def __post_init__(self) -> None:
        weights = _checked(self.name, np.asarray(self.weights)).astype(np.float64)
        weights.setflags(write=False)
        object.__setattr__(self, "weights", weights)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the weights, (kh, kw) or (out, in, kh, kw)."""
        return self.weights.shape

    @property
    def is_bank(self) -> bool:
        """Whether the weights are 4-D: a feature map for each entry of the first axis."""
        return self.weights.ndim == 4

    @property
    def sum(self) -> float:
        """What a flat image is multiplied by; exactly 0 where only rounding keeps it from 0."""
        return _sum(self.weights)

    @property
    def is_zero_sum(self) -> bool:
        """Whether a flat image becomes 0 (in every map of a bank): an edge or derivative kernel."""
        return all(_sum(weights) == 0 for weights in self._per_map())

    @property
    def is_smoothing(self) -> bool:
        """Whether every output is a weighted mean, up to a factor: no weight is negative."""
        return bool(self.weights.min() >= 0) and all(_sum(w) > 0 for w in self._per_map())

    @property
    def is_integer(self) -> bool:
        """Whether every weight is a whole number."""
        return bool((self.weights == np.rint(self.weights)).all())

    def slices(self) -> Iterator[Kernel]:
        """Yield the 2-D kernels of a bank, as ``name[map,channel]``; else the kernel itself."""
        if not self.is_bank:
            yield self
            return
        for index in np.ndindex(self.shape[:2]):
            yield Kernel(f"{self.name}[{index[0]},{index[1]}]", self.weights[index])

    def _per_map(self) -> Iterator[Weights]:
        yield from self.weights if self.is_bank else [self.weights]


def _sum(weights: Weights) -> float:
    total = math.fsum(weights.ravel().tolist())
    magnitude = float(np.abs(weights).sum())
    return 0.0 if abs(total) <= ZERO_SUM_TOLERANCE * magnitude else total


def _checked(name: str, weights: NDArray[np.generic]) -> NDArray[np.generic]:
    shape = "x".join(map(str, weights.shape))
    if weights.dtype.kind not in "biuf":
        raise ConvkitError(
            f"kernel '{name}' holds values of type {weights.dtype}", "a weight is a real number"
        )
    if weights.ndim not in (2, 4):
        raise ConvkitError(
            f"kernel '{name}' has {weights.ndim} dimensions ({shape or 'a single number'})",
            "a kernel is 2-D (rows, columns), a bank 4-D (out, in, rows, columns)",
        )
    if weights.size == 0:
        raise ConvkitError(f"kernel '{name}' is empty ({shape})", "give at least one weight")
    if max(weights.shape[-2:]) > MAX_SIDE:
        raise ConvkitError(f"kernel '{name}' is {shape}", f"a side is {MAX_SIDE} at most")
    bad = np.argwhere(~(np.abs(weights.astype(np.float64)) <= MAX_WEIGHT))
    if bad.size:
        row, column = bad[0][-2:] + 1
        raise ConvkitError(
            f"kernel '{name}' holds {weights[tuple(bad[0])]} in row {row}, column {column}",
            f"a weight is a finite number, up to {MAX_WEIGHT:g}",
        )
    return weights
