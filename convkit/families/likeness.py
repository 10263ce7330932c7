"""How like the real samples generated ones are, and whether any kind is left out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.data import Dataset

Array = NDArray[Any]

DRAWN = 2500
"""How many samples are generated to be compared with modes whose centres are known."""

LEAST_SHARE = 0.002
"""The share of the generated samples that a mode must have to count as covered."""

WITHIN = 3.0
"""How many standard deviations from a centre a sample may be to be of high quality."""

NEIGHBOURS = 3
"""Which neighbour is at the radius around a sample (Kynkäänniemi et al. 2019, section 3)."""

MOST_COMPARED = 2000
"""Distances are computed between so many samples at most: every one to every other."""


class Likeness(ABC):
    """Compares generated samples with real ones.

    Attributes
    ----------
    count : int
        How many generated samples it wants.
    """

    count: int

    @abstractmethod
    def measure(self, generated: Array) -> dict[str, float]:
        """Return figures of generated samples (count, \\*sample shape), by name."""


def likeness(real: Dataset) -> Likeness:
    """Return what suits real samples: labelled points have modes with centres, others neighbours.

    Parameters
    ----------
    real : Dataset
        In the unit in which generated samples will be given.
    """
    if len(real.sample_shape) == 1 and real.labelled:
        return ToCentres.of(real)
    return ToNeighbours.of(real)


def figures(shape: tuple[int, ...], *, labelled: bool) -> tuple[str, ...]:
    """Return the names of what is measured of samples of a shape."""
    if len(shape) == 1 and labelled:
        return ("modes", "quality")
    return ("precision", "recall", *(["modes"] if labelled else []))


@dataclass(frozen=True, eq=False)
class ToCentres(Likeness):
    """Compares points with the centres of classes that are normal distributions of equal width.

    ``quality`` is the share of points within three standard deviations of a centre (Srivastava et
    al. 2017, "VEEGAN"), which in the plane is at most 0.989 even of real ones; ``modes`` is how
    many centres at least 0.2 % of the points are so near to.

    Attributes
    ----------
    centres : (classes, features) array
        The means of the classes.
    deviation : float
        Of all features, around the means.
    """

    centres: Array
    deviation: float
    count: int = DRAWN

    @classmethod
    def of(cls, real: Dataset) -> ToCentres:
        """Return the measure for labelled points."""
        points = real.inputs.astype(np.float64)
        present = np.unique(real.targets)
        centres = np.array([points[real.targets == label].mean(axis=0) for label in present])
        from_centre = points - centres[np.searchsorted(present, real.targets)]
        return cls(centres, float(np.sqrt(np.mean(from_centre**2))))

    def measure(self, generated: Array) -> dict[str, float]:
        distances = squared_distances(generated, self.centres)
        near = distances.min(axis=1) <= (WITHIN * self.deviation) ** 2
        nearest = distances.argmin(axis=1)[near]
        return {"modes": _covered(nearest, len(generated)), "quality": float(near.mean())}


@dataclass(frozen=True, eq=False)
class ToNeighbours(Likeness):
    """Compares samples of which nothing is known with each other.

    A sample is as good as real if it is no farther from some real one than that one's third
    neighbour: ``precision`` is the share of the generated samples which that is true of, and
    ``recall`` the share of the real ones that are as near to generated ones (Kynkäänniemi et al.
    2019, "Improved precision and recall metric for assessing generative models"; there of the
    features of a network, here of the numbers themselves). Without recall, kinds are left out.

    Where samples have classes, ``modes`` is how many of them are the class of the nearest real
    sample of at least 0.2 % of the generated ones that are as good as real.

    Attributes
    ----------
    real : (n, features) array
    radii : (n,) array
        The squared distance of each one's third neighbour.
    labels : (n,) array or None
    """

    real: Array
    radii: Array
    labels: Array | None
    count: int

    @classmethod
    def of(cls, real: Dataset) -> ToNeighbours:
        """Return the measure for a data set."""
        chosen = np.linspace(0, len(real) - 1, min(len(real), MOST_COMPARED)).astype(np.int64)
        inputs = _rows(real.inputs[chosen])
        labels = real.targets[chosen] if real.labelled else None
        return cls(inputs, _radii(inputs), labels, len(chosen))

    def measure(self, generated: Array) -> dict[str, float]:
        rows = _rows(generated)
        distances = squared_distances(rows, self.real)
        precise = (distances <= self.radii).any(axis=1)
        recalled = (distances <= _radii(rows)[:, np.newaxis]).any(axis=0)
        measured = {"precision": float(precise.mean()), "recall": float(recalled.mean())}
        if self.labels is None:
            return measured
        nearest = self.labels[distances.argmin(axis=1)[precise]]
        return measured | {"modes": _covered(nearest, len(rows))}


def squared_distances(points: Array, others: Array) -> Array:
    """Return the squared distance of each point from each of the others, (points, others)."""
    lengths, other_lengths = (np.square(each).sum(axis=1) for each in (points, others))
    sums = lengths[:, np.newaxis] + other_lengths
    squared: Array = sums - 2 * (points @ others.T)
    # What rounding alone may have left, below zero or above, is nothing.
    squared[squared < points.shape[1] * np.finfo(squared.dtype).eps * sums] = 0
    return squared


def _radii(rows: Array) -> Array:
    """Return the squared distance of each sample's third neighbour, or of the farthest one."""
    distances = squared_distances(rows, rows)
    np.fill_diagonal(distances, 0)
    place = min(NEIGHBOURS, len(rows) - 1)  # the nearest is the sample itself
    radii: Array = np.partition(distances, place, axis=1)[:, place]
    return radii


def _covered(labels: Array, drawn: int) -> int:
    """Return how many labels at least 0.2 % of the generated samples have."""
    return int(np.count_nonzero(np.bincount(labels) >= LEAST_SHARE * drawn))


def _rows(samples: Array) -> Array:
    return samples.reshape(len(samples), -1)
