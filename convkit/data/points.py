"""Points for teaching: logic gates, and classes in the plane that no straight line parts."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from convkit.data.dataset import Dataset, Floats
from convkit.data.source import source
from convkit.errors import ConvkitError

MADE_HERE = "drawn by convkit"
LICENCE = "MIT"

_CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)

Points = NDArray[np.float64]


@source(test=0.0)
def and_() -> Dataset:
    """Logical AND: four points; a straight line parts them."""
    return _gate("and", (0, 0, 0, 1))


@source(test=0.0)
def or_() -> Dataset:
    """Logical OR: four points; a straight line parts them."""
    return _gate("or", (0, 1, 1, 1))


@source(test=0.0)
def xor() -> Dataset:
    """Exclusive OR: four points that no straight line parts (Minsky and Papert 1969)."""
    return _gate("xor", (0, 1, 1, 0))


@source()
def moons(samples: int = 1000, noise: float = 0.1, *, rng: Generator) -> Dataset:
    """Draw two half circles of radius 1, the ends of each in the middle of the other.

    Parameters
    ----------
    samples : int
        How many points; the classes are of equal size, but for an odd one.
    noise : float
        Standard deviation of what is added to both coordinates.
    """
    labels = _labels("moons", samples, 2)
    angles = np.pi * rng.random(samples)
    upper = np.column_stack([np.cos(angles), np.sin(angles)])
    lower = np.array([1.0, 0.5]) - upper
    points = np.where(labels[:, np.newaxis] == 0, upper, lower)
    return _drawn("moons", points, labels, ("upper", "lower"), noise, rng)


@source()
def circles(
    samples: int = 1000, noise: float = 0.05, factor: float = 0.5, *, rng: Generator
) -> Dataset:
    """Draw two circles around the same centre, the outer one of radius 1.

    Parameters
    ----------
    samples : int
        How many points; the classes are of equal size, but for an odd one.
    noise : float
        Standard deviation of what is added to both coordinates.
    factor : float
        The radius of the inner circle, between 0 and 1.
    """
    if not 0 < factor < 1:
        raise ConvkitError(f"circles: factor must be between 0 and 1, got {factor}")
    labels = _labels("circles", samples, 2)
    radii = np.where(labels == 0, 1.0, factor)
    points = _polar(radii, 2 * np.pi * rng.random(samples))
    return _drawn("circles", points, labels, ("outer", "inner"), noise, rng)


@source()
def spirals(
    samples: int = 1000,
    noise: float = 0.02,
    arms: int = 2,
    turns: float = 1.5,
    *,
    rng: Generator,
) -> Dataset:
    """Draw spirals (of Archimedes) wound into each other, from the centre to radius 1.

    Parameters
    ----------
    samples : int
        How many points; the classes are of equal size, but for odd ones.
    noise : float
        Standard deviation of what is added to both coordinates.
    arms : int
        How many spirals: each is a class.
    turns : float
        How often each goes round.
    """
    if arms < 2:
        raise ConvkitError(f"spirals: arms must be at least 2, got {arms}")
    if not turns > 0:
        raise ConvkitError(f"spirals: turns must be above 0, got {turns}")
    labels = _labels("spirals", samples, arms)
    # The square root spreads the points along the arms, which are longer outside.
    radii = np.sqrt(rng.uniform(0.01, 1.0, samples))
    points = _polar(radii, 2 * np.pi * (turns * radii + labels / arms))
    names = tuple(f"arm {number}" for number in range(1, arms + 1))
    return _drawn("spirals", points, labels, names, noise, rng)


def _gate(name: str, truth: tuple[int, ...]) -> Dataset:
    return Dataset(
        name=name,
        inputs=_CORNERS.copy(),
        targets=np.array(truth, np.int64),
        classes=("false", "true"),
        features=("x1", "x2"),
        target_names=(name,),
        source=MADE_HERE,
        licence=LICENCE,
    )


def _labels(name: str, samples: int, classes: int) -> NDArray[np.int64]:
    """Return the class of each sample, in turns.

    Raises
    ------
    ConvkitError
        If there are fewer samples than classes.
    """
    if samples < classes:
        raise ConvkitError(f"{name}: samples must be at least {classes}, got {samples}")
    return np.arange(samples) % classes


def _polar(radii: Points, angles: Points) -> Points:
    directions: Points = np.column_stack([np.cos(angles), np.sin(angles)])
    return radii[:, np.newaxis] * directions


def _drawn(
    name: str,
    points: Points,
    labels: NDArray[np.int64],
    classes: tuple[str, ...],
    noise: float,
    rng: Generator,
) -> Dataset:
    if not noise >= 0:
        raise ConvkitError(f"{name}: noise must be 0 or more, got {noise}")
    inputs: Floats = (points + noise * rng.standard_normal(points.shape)).astype(np.float32)
    return Dataset(
        name=name,
        inputs=inputs,
        targets=labels,
        classes=classes,
        features=("x", "y"),
        target_names=("class",),
        source=MADE_HERE,
        licence=LICENCE,
    )
