"""Whether a line separates two classes: the widest margin, or a proof that there is none.

Give every sample a 1 as its last coordinate and turn those of the second class around: ``p = y·(x,
1)``. A line w separates the classes if ``w·p > 0`` for all p, and the point of their convex hull
that lies nearest to the origin is the w with the widest margin: its length is the margin γ. If
the origin itself lies in the hull, no line can separate them (Gordan 1873): then some mixture of
samples of one class is the very same point as a mixture of samples of the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

MOST_STEPS = 1000
CLOSE = 1e-9


@dataclass(frozen=True)
class Separation:
    """What is known about separating two classes by a line through the origin.

    Attributes
    ----------
    margin : float
        γ: how far the nearest point stands from the best line found; 0 or less if none separates.
    radius : float
        R: how far the farthest point stands from the origin.
    weights : (d,) array
        The best line found, of length 1.
    mixture : (n,) array or None
        The shares of the points in a mixture that is the origin: the proof that no line separates
        them. None where there is no such proof.
    """

    margin: float
    radius: float
    weights: Points
    mixture: Points | None

    @property
    def separable(self) -> bool:
        """Whether a line was found that separates the classes."""
        return self.margin > 0

    @property
    def bound(self) -> float:
        """(R/γ)²: no perceptron makes more mistakes (Novikoff 1962)."""
        return float((self.radius / self.margin) ** 2) if self.separable else float("inf")


def separate(points: NDArray[Any]) -> Separation:
    """Look for the line with the widest margin.

    Parameters
    ----------
    points : (n, d) array
        Samples times their sign, see above.

    Notes
    -----
    The point of the hull next to the origin by Wolfe's algorithm (1976, "Finding the nearest point
    in a polytope"): the nearest point of a few corners' plane, to which the corner that reaches
    least is added, until none reaches less. The margin is that of the line found, so that it is
    never said to be wider than it is.
    """
    points = np.asarray(points, dtype=np.float64)
    lengths = np.linalg.norm(points, axis=1)
    radius = float(lengths.max())
    corners, shares = [int(lengths.argmin())], np.ones(1)
    margin, weights = -np.inf, np.zeros(points.shape[1])
    for _ in range(MOST_STEPS):
        nearest = shares @ points[corners]
        length = float(np.linalg.norm(nearest))
        if length <= CLOSE * radius:
            return Separation(0.0, radius, weights, _of_all(len(points), corners, shares))
        reach = points @ nearest / length
        least = int(reach.argmin())
        if reach[least] > margin:
            margin, weights = float(reach[least]), nearest / length
        if length - reach[least] <= CLOSE * radius or least in corners:
            break
        corners, shares = _nearest(points, [*corners, least], np.append(shares, 0.0))
    return Separation(margin, radius, weights, None)


def _nearest(points: Points, corners: list[int], shares: Points) -> tuple[list[int], Points]:
    """Move to the point next to the origin between corners; drop those that have no share in it."""
    while True:
        wanted = _nearest_in_plane(points[corners])
        if (wanted > CLOSE).all():
            return corners, wanted
        # As far towards it as all shares stay positive: at least one becomes 0.
        falling = wanted <= CLOSE
        steps = shares[falling] / np.maximum(shares[falling] - wanted[falling], CLOSE**2)
        shares = shares + min(1.0, float(steps.min())) * (wanted - shares)
        keep = shares > CLOSE
        corners = [corner for corner, kept in zip(corners, keep, strict=True) if kept]
        shares = shares[keep] / shares[keep].sum()


def _nearest_in_plane(corners: Points) -> Points:
    """Return the shares, negative ones too, of the point next to the origin in a plane."""
    first, *others = corners
    if not others:
        return np.ones(1)
    shares = np.linalg.lstsq((np.array(others) - first).T, -first, rcond=None)[0]
    return np.concatenate([[1.0 - shares.sum()], shares])


def _of_all(count: int, corners: list[int], shares: Points) -> Points:
    """Return the shares of all points, most of them 0."""
    every = np.zeros(count)
    every[corners] = shares
    return every
