"""Pictures turned, enlarged and moved: neighbours in the list are done in one go."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from functools import reduce

import numpy as np
from numpy.random import Generator

from convkit.data.augmentation.base import PaddingMode, PictureChange
from convkit.data.augmentation.checks import above_zero, padding_mode_of
from convkit.data.dataset import Floats, Indices
from convkit.errors import ConvkitError


class Affine(PictureChange):
    """The base of those that take each pixel from another place of the picture."""

    padding_mode: PaddingMode

    @abstractmethod
    def sources(self, count: int, rng: Generator) -> Floats:
        """Return for each of some pictures where its pixels come from, (count, 3, 3) float32.

        The matrices take (y, x, 1), from the picture's centre and in pixels, to the same.
        """

    def change(self, inputs: Floats, rng: Generator) -> Floats:
        return warp(inputs, self.sources(len(inputs), rng), self.padding_mode)


class Rotate(Affine):
    """Turn each picture by a random angle around its centre.

    Parameters
    ----------
    degrees : float
        The largest angle, to the left or to the right; at most 180.
    padding_mode : {"constant", "edge"}
        What comes in from beyond the edge: zeros, or the outermost pixels.
    """

    name = "rotate"

    def __init__(self, degrees: float, padding_mode: PaddingMode = "constant") -> None:
        self.degrees = above_zero("degrees", degrees, 180)
        self.padding_mode = padding_mode_of(padding_mode)

    def sources(self, count: int, rng: Generator) -> Floats:
        angles = np.radians(rng.uniform(-self.degrees, self.degrees, count))
        matrices = _unchanged(count)
        matrices[:, 0, 0] = matrices[:, 1, 1] = np.cos(angles)
        matrices[:, 1, 0] = np.sin(angles)
        matrices[:, 0, 1] = -matrices[:, 1, 0]
        return matrices


class Scale(Affine):
    """Make each picture larger or smaller by a random factor, around its centre.

    Parameters
    ----------
    ratio : float
        How far the factor is from 1 at most: 0.1 means from 0.9 to 1.1. Below 1.
    padding_mode : {"constant", "edge"}
        What comes in from beyond the edge: zeros, or the outermost pixels.
    """

    name = "scale"

    def __init__(self, ratio: float, padding_mode: PaddingMode = "constant") -> None:
        self.ratio = above_zero("ratio", ratio)
        if ratio >= 1:
            raise ConvkitError(f"ratio must be below 1, got {ratio}", "0.1 is from 0.9 to 1.1")
        self.padding_mode = padding_mode_of(padding_mode)

    def sources(self, count: int, rng: Generator) -> Floats:
        factors = rng.uniform(1 - self.ratio, 1 + self.ratio, count)
        matrices = _unchanged(count)
        matrices[:, 0, 0] = matrices[:, 1, 1] = 1 / factors
        return matrices


class Shift(Affine):
    """Move each picture up or down and to a side by random parts of pixels.

    Parameters
    ----------
    pixels : float or (float, float)
        How far at most, or how far up or down and how far to a side.
    padding_mode : {"constant", "edge"}
        What comes in from beyond the edge: zeros, or the outermost pixels.
    """

    name = "shift"

    def __init__(
        self, pixels: float | tuple[float, float], padding_mode: PaddingMode = "constant"
    ) -> None:
        self.pixels = np.broadcast_to(np.asarray(pixels, np.float64), 2)
        if not (self.pixels >= 0).all() or not self.pixels.any():
            raise ConvkitError(f"pixels must be above 0, got {pixels}")
        self.padding_mode = padding_mode_of(padding_mode)

    def sources(self, count: int, rng: Generator) -> Floats:
        matrices = _unchanged(count)
        matrices[:, :2, 2] = rng.uniform(-self.pixels, self.pixels, (count, 2))
        return matrices


class Affines(Affine):
    """Several one after the other as one: pixels are interpolated only once.

    Parameters
    ----------
    parts : sequence of Affine
        With the same padding mode.
    """

    name = "affine"

    def __init__(self, parts: Sequence[Affine]) -> None:
        self.parts = parts
        self.padding_mode = parts[0].padding_mode

    def sources(self, count: int, rng: Generator) -> Floats:
        # What is done last decides first where a pixel comes from.
        matrices = [part.sources(count, rng) for part in self.parts]
        return reduce(np.matmul, matrices)


def warp(inputs: Floats, sources: Floats, padding_mode: PaddingMode = "constant") -> Floats:
    """Return pictures whose pixels come from elsewhere, by bilinear interpolation.

    Parameters
    ----------
    inputs : (n, h, w, c) float32 array
    sources : (n, 3, 3) float32 array
        See :meth:`Affine.sources`.
    padding_mode : {"constant", "edge"}
        What lies beyond the edge: zeros, or the outermost pixels.
    """
    height, width = inputs.shape[1:3]
    y, x = _places(sources, height, width)
    if padding_mode == "constant":
        inputs = np.pad(inputs, ((0, 0), (1, 1), (1, 1), (0, 0)))
        y += 1
        x += 1
    return _interpolated(inputs, y, x)


def _unchanged(count: int) -> Floats:
    return np.tile(np.eye(3, dtype=np.float32), (count, 1, 1))


def _places(sources: Floats, height: int, width: int) -> tuple[Floats, Floats]:
    """Return from where in its picture each pixel comes, twice (n, h, w): y and x."""
    middle_y, middle_x = (height - 1) / 2, (width - 1) / 2
    y = np.arange(height, dtype=np.float32)[:, np.newaxis] - np.float32(middle_y)
    x = np.arange(width, dtype=np.float32) - np.float32(middle_x)
    of_y, of_x, of_1 = np.moveaxis(sources, 2, 0)[..., np.newaxis, np.newaxis]
    places = of_y * y + of_x * x + of_1
    return places[:, 0] + np.float32(middle_y), places[:, 1] + np.float32(middle_x)


def _interpolated(inputs: Floats, y: Floats, x: Floats) -> Floats:
    """Return what pictures have between their pixels; beyond the edge it is as on it."""
    count, height, width, channels = inputs.shape
    pixels = inputs.reshape(-1, channels)
    up, low, down = _between(y, height)
    left, right, across = _between(x, width)
    first = np.arange(count)[:, np.newaxis, np.newaxis] * height
    up, low = (first + up) * width, (first + low) * width
    upper = _blend(pixels.take(up + left, axis=0), pixels.take(up + right, axis=0), across)
    lower = _blend(pixels.take(low + left, axis=0), pixels.take(low + right, axis=0), across)
    return _blend(upper, lower, down)


def _between(places: Floats, size: int) -> tuple[Indices, Indices, Floats]:
    """Return the pixels before and behind places, and how far they are on the way."""
    places = places.clip(0, size - 1)
    before = places.astype(np.int64)
    return before, np.minimum(before + 1, size - 1), (places - before).astype(np.float32)


def _blend(one: Floats, other: Floats, share: Floats) -> Floats:
    other -= one
    other *= share[..., np.newaxis]
    other += one
    return other
