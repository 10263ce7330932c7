"""What spoils the inputs of a system that learns to mend them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from convkit.errors import ConvkitError, unknown

Array = NDArray[Any]
Kind = Literal["gaussian", "masking", "salt_and_pepper"]


@dataclass(frozen=True)
class Noise:
    """What is done to the inputs before they come in (Vincent et al. 2010).

    Parameters
    ----------
    amount : float
        Of gaussian noise the standard deviation, in the data's own unit; of the others the share of
        values that are spoilt.
    kind : str
        Gaussian adds a normal number to each value, and cuts off what is then beyond the least and
        the greatest value that the data have; masking sets values to the least; salt_and_pepper to
        the least or the greatest.
    """

    amount: float
    kind: Kind = "gaussian"

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise unknown("kind of noise", self.kind, get_args(Kind))
        if self.kind == "gaussian" and not self.amount > 0:
            raise ConvkitError(f"amount must be more than 0, got {self.amount}")
        if self.kind != "gaussian" and not 0 < self.amount <= 1:
            raise ConvkitError(f"amount must be a share above 0 and up to 1, got {self.amount}")

    def spoil(self, inputs: Array, limits: Array, rng: Generator) -> Array:
        """Return inputs with noise.

        Parameters
        ----------
        inputs : array
            In the data's own units; they aren't changed.
        limits : (2,) array
            The least and the greatest value that the data have.
        rng : Generator
        """
        return _SPOILING[self.kind](inputs, self.amount, limits, rng)


def _gaussian(inputs: Array, deviation: float, limits: Array, rng: Generator) -> Array:
    noisy = rng.standard_normal(inputs.shape, dtype=np.float32)
    noisy *= np.float32(deviation)
    noisy += inputs
    return np.clip(noisy, *limits, out=noisy)


def _masking(inputs: Array, share: float, limits: Array, rng: Generator) -> Array:
    return np.where(rng.random(inputs.shape, dtype=np.float32) < share, limits[0], inputs)


def _salt_and_pepper(inputs: Array, share: float, limits: Array, rng: Generator) -> Array:
    chance = rng.random(inputs.shape, dtype=np.float32)
    spoilt = np.where(chance < share / 2, limits[0], inputs)
    return np.where(chance >= 1 - share / 2, limits[1], spoilt)


_SPOILING: dict[str, Callable[[Array, float, Array, Generator], Array]] = {
    "gaussian": _gaussian,
    "masking": _masking,
    "salt_and_pepper": _salt_and_pepper,
}
