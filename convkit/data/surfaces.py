"""Surfaces over the plane with one lowest point, on which optimizers are watched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from convkit.data.dataset import Dataset
from convkit.data.source import source
from convkit.errors import ConvkitError

STEPS = 81
"""Points along each side of the grid that stands for a surface."""


@dataclass(frozen=True)
class Surface:
    """A function of two numbers.

    Attributes
    ----------
    height : callable
        Of x and y: numbers, arrays or tensors.
    start : (float, float)
        Where a descent usually begins.
    lowest : (float, float)
        Where it is lowest; its height there is 0.
    x, y : (float, float)
        The window that is looked at.
    """

    height: Callable[[Any, Any], Any]
    start: tuple[float, float]
    lowest: tuple[float, float]
    x: tuple[float, float]
    y: tuple[float, float]

    def grid(self, steps: int) -> tuple[Any, Any]:
        """Return the x and the y of a grid of points, (steps, steps) each."""
        return np.meshgrid(np.linspace(*self.x, steps), np.linspace(*self.y, steps))


def _rosenbrock(x: Any, y: Any) -> Any:
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2


def _beale(x: Any, y: Any) -> Any:
    return sum((c - x + x * y**power) ** 2 for power, c in enumerate((1.5, 2.25, 2.625), start=1))


SURFACES = {
    "rosenbrock": Surface(_rosenbrock, (-1.5, 2.0), (1.0, 1.0), (-2.0, 2.0), (-1.0, 3.0)),
    "beale": Surface(_beale, (1.0, 1.5), (3.0, 0.5), (-1.0, 4.5), (-1.0, 2.0)),
}


@source(test=0.0)
def rosenbrock() -> Dataset:
    """Rosenbrock's valley (1960), ``(1 - x)² + 100 (y - x²)²``: curved, flat along, steep across.

    Found at once, its floor leads slowly to the lowest point, (1, 1). The data are a grid of points
    and their heights; the family ``descent`` goes down the function itself.
    """
    return _sampled("rosenbrock")


@source(test=0.0)
def beale() -> Dataset:
    """Beale's function (1958), ``Σ (c - x + x yⁿ)²`` with c = 1.5, 2.25, 2.625: flat far around.

    Its lowest point is (3, 0.5); toward the corners it rises a thousand times as steeply. The data
    are a grid of points and their heights; the family ``descent`` goes down the function itself.
    """
    return _sampled("beale")


def _sampled(name: str) -> Dataset:
    x, y = SURFACES[name].grid(STEPS)
    heights = SURFACES[name].height(x, y)
    return Dataset(
        name=name,
        inputs=np.column_stack([x.ravel(), y.ravel()]).astype(np.float32),
        targets=heights.reshape(-1, 1).astype(np.float32),
        features=("x", "y"),
        target_names=("height",),
        source="computed by convkit",
        licence="MIT",
    )


def surface(name: str) -> Surface:
    """Return the surface that a data set samples.

    Raises
    ------
    ConvkitError
        If it samples none.
    """
    if name not in SURFACES:
        raise ConvkitError(
            f"data '{name}' are no surface to go down", f"choose from: {', '.join(SURFACES)}"
        )
    return SURFACES[name]
