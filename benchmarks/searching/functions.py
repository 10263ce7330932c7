"""Functions whose least value is known, and hard to find (Surjanovic and Bingham's collection)."""

from __future__ import annotations

import numpy as np

BRANIN_LEAST = 0.397887
HARTMANN_LEAST = -3.32237

_WEIGHTS = np.array([1.0, 1.2, 3.0, 3.2])
_SCALES = np.array(
    [
        [10, 3, 17, 3.5, 1.7, 8],
        [0.05, 10, 17, 0.1, 8, 14],
        [3, 3.5, 1.7, 10, 17, 8],
        [17, 8, 0.05, 10, 0.1, 14],
    ]
)
_CENTRES = 1e-4 * np.array(
    [
        [1312, 1696, 5569, 124, 8283, 5886],
        [2329, 4135, 8307, 3736, 1004, 9991],
        [2348, 1451, 3522, 2883, 3047, 6650],
        [4047, 8828, 8732, 5743, 1091, 381],
    ]
)


def branin(x: float, y: float) -> float:
    """Return Branin's function, for x from -5 to 10 and y from 0 to 15: three equal minima."""
    bow = y - 5.1 / (4 * np.pi**2) * x**2 + 5 / np.pi * x - 6
    return float(bow**2 + 10 * (1 - 1 / (8 * np.pi)) * np.cos(x) + 10)


def hartmann6(*x: float) -> float:
    """Return Hartmann's function of six numbers from 0 to 1: six minima, one of them the least."""
    distances = (_SCALES * (np.array(x) - _CENTRES) ** 2).sum(axis=1)
    return float(-(_WEIGHTS * np.exp(-distances)).sum())
