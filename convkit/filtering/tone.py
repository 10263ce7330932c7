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


def _minmax(values: Array, limits: Limits) -> Array:
    span = limits.largest - limits.smallest
    # A picture of one value has no contrast to stretch: it is black.
    return (values - limits.smallest) * (limits.white / span if span > 0 else 0.0)


MAPS: dict[str, Callable[[Array, Limits], Array]] = {
    "clip": lambda values, _limits: values,
    "abs": lambda values, _limits: np.abs(values),
    "offset": lambda values, limits: values + middle(limits.white),
    "minmax": _minmax,
    "raw": lambda values, _limits: values,
}
"""Map name -> what it does before values outside 0…white are clipped; ``raw`` isn't clipped."""


class ToneMap(NamedTuple):
    """How responses become samples of an image.

    Attributes
    ----------
    name : str
        One of :data:`MAPS`.
    white : float
        The value of white in the responses and in the image: 255, 65535, or 1 for floats.
    dtype : dtype
        Of the image.
    linear : bool
        Whether responses are linear light, 0…1, to be encoded as sRGB.
    """

    name: str
    white: float
    dtype: np.dtype[Any]
    linear: bool = False

    def limits(self, responses: list[Array]) -> Limits:
        """Return what :meth:`apply` needs to know of all frames together."""
        smallest, largest = extremes(responses) if self.name == "minmax" else (0.0, 0.0)
        return Limits(1.0 if self.linear else self.white, smallest, largest)

    def apply(self, values: Array, limits: Limits) -> tuple[Array, int]:
        """Return the mapped samples, and how many were clipped to 0 or white.

        Rounding is half to even. NaN becomes 0 and counts as clipped.
        """
        if self.name == "raw":
            return values, 0
        mapped = MAPS[self.name](values, limits)
        clipped = count_outside(mapped, limits.white, rounded=not self.linear and self.is_whole)
        mapped = np.clip(
            np.nan_to_num(mapped, nan=0.0, posinf=np.inf, neginf=-np.inf), 0, limits.white
        )
        if self.linear:
            mapped = linear_to_srgb(mapped) * self.white
        return (np.rint(mapped) if self.is_whole else mapped).astype(self.dtype), clipped

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
    if name not in MAPS:
        raise unknown("tone map", name, MAPS)
    return name


def middle(white: float) -> float:
    """Return the grey that stands for zero in an ``offset`` picture: 128, 32768 or 0.5."""
    return (white + 1) / 2 if white > 1 else white / 2


def count_outside(values: Array, white: float, *, rounded: bool) -> int:
    """Count samples that clipping changes; with `rounded`, only by more than rounding does."""
    slack = 0.5 if rounded else 0.0
    inside = (values >= -slack) & (values <= white + slack)  # False for NaN
    return int(values.size - np.count_nonzero(inside))


def extremes(responses: list[Array]) -> tuple[float, float]:
    """Return the smallest and largest finite value of all frames, or NaNs if there is none."""
    finite = [frame[np.isfinite(frame)] if has_gaps(frame) else frame for frame in responses]
    filled = [frame for frame in finite if frame.size]
    if not filled:
        return float("nan"), float("nan")
    return (
        float(min(frame.min() for frame in filled)),
        float(max(frame.max() for frame in filled)),
    )


def has_gaps(values: Array) -> bool:
    """Return whether any value is NaN or infinite."""
    return not (np.isfinite(values.min()) and np.isfinite(values.max()))
