"""Mapping responses, which may be negative or large, to what an image can show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convkit.errors import unknown
from convkit.images import linear_to_srgb

Array = NDArray[Any]


class Limits(NamedTuple):
    """What a map may need to know of a whole picture: white, and its extreme responses."""

    white: float
    smallest: float
    largest: float


def _absolute(values: Array, _limits: Limits) -> Array:
    return np.abs(values, out=values)


def _offset(values: Array, limits: Limits) -> Array:
    return values + np.float32(middle(limits.white))


def _minmax(values: Array, limits: Limits) -> Array:
    span = limits.largest - limits.smallest
    # A picture of one value has no contrast to stretch: it is black.
    scale = limits.white / span if span > 0 else 0.0
    stretched: Array = (values - limits.smallest) * scale
    return stretched


def _same(values: Array, _limits: Limits) -> Array:
    return values


MAPS: dict[str, Callable[[Array, Limits], Array]] = {
    "clip": _same,
    "abs": _absolute,
    "offset": _offset,
    "minmax": _minmax,
    "raw": _same,
}
"""Map name -> what it does, in place if it likes, before values outside 0…white are clipped.

``raw`` isn't clipped.
"""


class ToneMap(NamedTuple):
    """How responses become samples of an image.

    Attributes
    ----------
    name : str
        One of :data:`MAPS`.
    white : float
        The value of white in the responses: 255, 65535, or 1 for floats and linear light.
    dtype : dtype
        Of the image, which may be less deep.
    linear : bool
        Whether responses are linear light, 0…1, to be encoded as sRGB.
    """

    name: str
    white: float
    dtype: np.dtype[Any]
    linear: bool = False

    def apply(self, values: Array, limits: Limits, into: Array) -> int:
        """Write the mapped samples into an array, and return how many were clipped.

        Rounding is half to even. NaN becomes 0 and counts as clipped. The values are used up.
        """
        if self.name == "raw":
            into[...] = values
            return 0
        mapped = MAPS[self.name](values, limits)
        rescaled = self.linear or self.peak != self.white
        if self.is_whole and not rescaled and mapped.dtype.kind == "f":
            mapped = np.rint(mapped, out=mapped)
        clipped = count_outside(mapped, limits.white)
        if clipped:
            if mapped.dtype.kind == "f":
                mapped = np.where(np.isnan(mapped), 0, mapped)
            mapped = np.clip(mapped, 0, int(limits.white), out=mapped)
        if rescaled:
            encoded = linear_to_srgb(mapped) if self.linear else mapped / self.white
            mapped = np.rint(encoded * self.peak) if self.is_whole else encoded * self.peak
        np.copyto(into, mapped, casting="unsafe")
        return clipped

    @property
    def peak(self) -> float:
        """The value of white in the image."""
        return float(np.iinfo(self.dtype).max) if self.is_whole else 1.0

    @property
    def is_whole(self) -> bool:
        """Whether samples are whole numbers."""
        return self.dtype.kind in "ui"


def check_map(name: str) -> str:
    """Return `name` if it is a tone map.

    Raises
    ------
    ConvkitError
        If it isn't.
    """
    if name.lower() not in MAPS:
        raise unknown("tone map", name, MAPS)
    return name.lower()


def middle(white: float) -> float:
    """Return the grey that stands for zero in an ``offset`` picture: 128, 32768 or 0.5."""
    return (white + 1) / 2 if white > 1 else white / 2


def count_outside(values: Array, white: float) -> int:
    """Count the samples that aren't from 0 to white; NaN isn't."""
    smallest, largest = values.min(), values.max()
    if np.isnan(smallest):
        return int(values.size - np.count_nonzero((values >= 0) & (values <= white)))
    below = np.count_nonzero(values < 0) if smallest < 0 else 0
    return int(below + (np.count_nonzero(values > white) if largest > white else 0))
