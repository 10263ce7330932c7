"""Gradients: from two kernels that look different ways, or from one for each compass point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from convkit.errors import ConvkitError, unknown
from convkit.filtering.combining import NORMS
from convkit.filtering.operators import ONE_MAP
from convkit.filtering.response import Array, Geometry, Response
from convkit.kernels import Kernel


@dataclass(frozen=True)
class GradientPair:
    """Two kernels that see different directions: how steep the image is, and which way."""

    first: Kernel
    second: Kernel
    norm: str = "l2"
    map_names = ONE_MAP

    def __post_init__(self) -> None:
        """Check what can be checked without an image."""
        if self.norm not in NORMS:
            raise unknown("norm", self.norm, NORMS)

    @property
    def name(self) -> str:
        """The common stem of both names, or both."""
        stem, other = self.first.name, self.second.name
        while stem and not other.startswith(stem):
            stem = stem[:-1]
        return f"{stem.rstrip('-') or f'{self.first.name},{other}'}-magnitude"

    @property
    def steps(self) -> Sequence[Kernel]:
        """The first kernel stands for both."""
        return (self.first,)

    @property
    def finds_edges(self) -> bool:
        """A gradient of flat regions is zero."""
        return True

    def respond(self, pixels: Array, geometry: Geometry) -> list[Response]:
        """Return the magnitude and the direction of the gradient."""
        response = geometry.respond(
            pixels,
            self.first.weights,
            self.second.weights,
            combine=self.norm,
            turn=self._direction,
        )
        sizes = [plan.problem.out_shape[:2] for plan in response.plans]
        if sizes[0] != sizes[1]:
            raise ConvkitError(
                f"the kernels of a pair must give maps of one size: '{self.first.name}' gives "
                f"{sizes[0]}, '{self.second.name}' gives {sizes[1]}",
                "pad with --pad same",
            )
        self._check_directions()
        return [response]

    def _check_directions(self) -> None:
        moments = self._moments
        if abs(np.linalg.det(moments)) <= 1e-9 * np.abs(moments).max() ** 2:
            raise ConvkitError(
                f"'{self.first.name}' and '{self.second.name}' look the same way, "
                "so they give no direction",
                "pair a kernel with its transpose, such as sobel-h with sobel-v",
            )

    def _direction(self, a: Array, b: Array) -> Array:
        # A kernel answers to a gradient g with m . g, where m are its first moments: two answers
        # give g back, whatever way the two kernels lie (the diagonals of Roberts, too).
        right, down = np.tensordot(np.linalg.inv(self._moments), np.stack([a, b]), axes=1)
        return angle(right, down)

    @property
    def _moments(self) -> Array:
        return np.array([first_moments(self.first.weights), first_moments(self.second.weights)])


def angle(right: Array, down: Array) -> Array:
    """Return the direction of gradients in degrees, 0 to 360: 0 is right, 90 is down."""
    degrees: Array = np.degrees(np.arctan2(down, right)) % 360
    return degrees


def first_moments(weights: NDArray[np.float64]) -> tuple[float, float]:
    """Return (sum of x * k, sum of y * k), the answer to a ramp of slope 1 along x and along y."""
    y, x = np.indices(weights.shape)
    return float((x * weights).sum()), float((y * weights).sum())


@dataclass(frozen=True)
class Compass:
    """One kernel for each direction: the largest answer, and which direction gave it."""

    kernels: Sequence[Kernel]
    set_name: str
    map_names = ONE_MAP

    @property
    def name(self) -> str:
        """The set's name."""
        return f"{self.set_name}-compass"

    @property
    def steps(self) -> Sequence[Kernel]:
        """The first kernel stands for all."""
        return self.kernels[:1]

    @property
    def finds_edges(self) -> bool:
        """Every compass kernel has a zero sum."""
        return True

    def respond(self, pixels: Array, geometry: Geometry) -> list[Response]:
        """Return the maximum over the set, and the direction of the kernel that gave it."""
        kernels = [kernel.weights for kernel in self.kernels]
        return [geometry.respond(pixels, *kernels, combine="largest", turn=self._direction)]

    def _direction(self, *answers: Array) -> Array:
        directions: Array = self._angles[np.argmax(answers, axis=0)]
        return directions

    @cached_property
    def _angles(self) -> Array:
        moments = np.array([first_moments(kernel.weights) for kernel in self.kernels])
        return angle(moments[:, 0], moments[:, 1]).astype(np.float32)
