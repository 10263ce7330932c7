"""Small coloured pictures of shapes, drawn from signed distances."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from convkit.data.dataset import Dataset, Floats
from convkit.data.limits import check_memory
from convkit.data.source import source
from convkit.errors import ConvkitError

Plane = NDArray[np.floating[Any]]

AT_A_TIME = 256
"""How many pictures are drawn at once: what keeps the memory for it small."""


# Each shape is a function of coordinates x, y in which it has radius 1. It returns how far a point
# is from the outline: negative inside, positive outside.


def _disc(x: Plane, y: Plane) -> Plane:
    return np.hypot(x, y) - 1


def _ring(x: Plane, y: Plane) -> Plane:
    return np.abs(np.hypot(x, y) - 0.75) - 0.25


def _star(x: Plane, y: Plane, *, points: int, inner: float) -> Plane:
    """Return the distance to a star of so many points, whose inner corners have a radius `inner`.

    The mirrors through its points and inner corners fold it into one sector, where its outline is
    a straight line from a point, (1, 0), to an inner corner.
    """
    sector = math.pi / points
    angle = np.abs(np.remainder(np.arctan2(y, x) + sector, 2 * sector) - sector)
    radius = np.hypot(x, y)
    run, rise = 1 - inner * math.cos(sector), inner * math.sin(sector)
    across, along = rise / math.hypot(run, rise), run / math.hypot(run, rise)
    return (radius * np.cos(angle) - 1) * across + radius * np.sin(angle) * along


def _cross(x: Plane, y: Plane, *, half_width: float = 0.3) -> Plane:
    arm = math.sqrt(1 - half_width**2)
    x, y = np.abs(x), np.abs(y)
    return np.maximum(np.maximum(x, y) - arm, np.minimum(x, y) - half_width)


SHAPES: dict[str, Callable[[Plane, Plane], Plane]] = {
    "circle": _disc,
    "ring": _ring,
    "triangle": partial(_star, points=3, inner=0.5),
    "square": partial(_star, points=4, inner=0.5**0.5),
    "star": partial(_star, points=5, inner=0.42),
    "cross": _cross,
}
"""The classes: to add one, write its distance function above and its line here."""


@source()
def shapes(samples: int = 3000, size: int = 32, noise: float = 0.05, *, rng: Generator) -> Dataset:
    """Draw coloured shapes: circle, ring, triangle, square, star and cross.

    RGB pictures with smooth edges. Size, place, rotation and colours are drawn at random; the
    background shades from one dark colour to another. As the shape may be anywhere, and turned, a
    linear model gets every other one wrong.

    Parameters
    ----------
    samples : int
        How many pictures; the classes are of equal size, but for odd ones.
    size : int
        Width and height in pixels.
    noise : float
        Standard deviation of what is added to each value; they are then cut to 0…1.
    """
    if samples < len(SHAPES):
        raise ConvkitError(f"shapes: samples must be at least {len(SHAPES)}, got {samples}")
    if size < 8:
        raise ConvkitError(f"shapes: size must be at least 8 pixels, got {size}")
    if not noise >= 0:
        raise ConvkitError(f"shapes: noise must be 0 or more, got {noise}")
    check_memory(samples * size * size * 3 * 4, "shapes")
    labels = np.arange(samples) % len(SHAPES)
    pictures = np.empty((samples, size, size, 3), np.float32)
    for start in range(0, samples, AT_A_TIME):
        batch = slice(start, start + AT_A_TIME)
        pictures[batch] = _drawn(labels[batch], size, noise, rng)
    return Dataset(
        name="shapes",
        inputs=pictures,
        targets=labels,
        classes=tuple(SHAPES),
        target_names=("shape",),
        source="drawn by convkit",
        licence="MIT",
    )


def _drawn(labels: NDArray[np.int64], size: int, noise: float, rng: Generator) -> Floats:
    """Return pictures (n, size, size, 3) of the shapes of these classes."""
    count = len(labels)
    radius = size * _uniform(rng, 0.25, 0.42, count)
    x, y = _coordinates(radius, size, rng)
    distance = np.empty((count, size, size), np.float32)
    for label, shape in enumerate(SHAPES.values()):
        those = labels == label
        distance[those] = shape(x[those], y[those])
    # An edge that passes a pixel's centre at distance d covers about 0.5 - d of it.
    cover = np.clip(0.5 - radius * distance, 0, 1)[..., np.newaxis]
    background, shade = _colours(count, size, rng)
    pictures: Floats = background + cover * (shade - background)
    pictures += noise * rng.standard_normal(pictures.shape, np.float32)
    return np.clip(pictures, 0, 1, out=pictures)


def _coordinates(radius: Plane, size: int, rng: Generator) -> tuple[Plane, Plane]:
    """Return x and y (n, size, size) of all pixels, in turned frames where the radius is 1.

    Every shape is wholly in its picture.
    """
    count = len(radius)
    x, y = (
        np.arange(size, dtype=np.float32).reshape(place)
        - radius
        - (size - 1 - 2 * radius) * _uniform(rng, 0, 1, count)
        for place in ((1, 1, -1), (1, -1, 1))
    )
    angle = _uniform(rng, 0, 2 * math.pi, count)
    cos, sin = np.cos(angle) / radius, np.sin(angle) / radius
    return cos * x + sin * y, cos * y - sin * x


def _colours(count: int, size: int, rng: Generator) -> tuple[Plane, Plane]:
    """Return backgrounds (n, size, size, 3) and the shapes' colours (n, 1, 1, 3).

    Backgrounds are dark; shapes have any hue, and one channel at least is all there.
    """
    colour = _uniform(rng, 0, 0.4, (count, 3))
    shade = _uniform(rng, 0.1, 1, (count, 3))
    shade /= shade.max(axis=-1, keepdims=True)
    slope = _uniform(rng, -0.2, 0.2, (count, 3))
    angle = _uniform(rng, 0, 2 * math.pi, count)
    ramp = np.linspace(-0.5, 0.5, size, dtype=np.float32)
    along = np.cos(angle) * ramp + np.sin(angle) * ramp[:, np.newaxis]
    return np.clip(colour + slope * along[..., np.newaxis], 0, 1), shade


def _uniform(rng: Generator, low: float, high: float, count: int | tuple[int, int]) -> Plane:
    """Return random numbers (n, 1, 1) or (n, 1, 1, channels), to be spread over pictures."""
    count, *channels = count if isinstance(count, tuple) else (count,)
    return low + (high - low) * rng.random((count, 1, 1, *channels), np.float32)
