"""Kernels that average: every weight is positive or zero and the sum is 1."""

from __future__ import annotations

import math

import numpy as np

from convkit.kernels.checks import Size, auto_side, finite, odd_side, positive, sides
from convkit.kernels.model import Weights


def centred(side: int) -> Weights:
    """Return the pixel positions of one axis, counted from the middle of the kernel."""
    return np.arange(side, dtype=np.float64) - (side - 1) / 2


def sigma_for(side: int) -> float:
    """Return the standard deviation that OpenCV takes for a size."""
    return 0.3 * ((side - 1) * 0.5 - 1) + 0.8


def gaussian_profile(side: int, sigma: float) -> Weights:
    """Return a sampled 1-D Gaussian, normalised to sum 1."""
    profile = np.exp(-0.5 * (centred(side) / sigma) ** 2)
    return np.asarray(profile / profile.sum())


def identity(size: Size = 3) -> Weights:
    """The image unchanged."""
    height, width = sides(size, odd=True)
    weights = np.zeros((height, width))
    weights[height // 2, width // 2] = 1
    return weights


def box(size: Size = 3) -> Weights:
    """Mean of the window."""
    height, width = sides(size)
    return np.full((height, width), 1 / (height * width))


def binomial(size: Size = 3) -> Weights:
    """Binomial weights: a Gaussian in fractions."""
    rows, columns = ([math.comb(n - 1, k) / 2 ** (n - 1) for k in range(n)] for n in sides(size))
    return np.outer(rows, columns)


def gaussian(size: Size | None = None, sigma: float | None = None) -> Weights:
    """Gaussian blur, sigma in pixels.

    A missing size is ``2 ceil(3 sigma) + 1``; a missing sigma is OpenCV's
    ``0.3 ((size - 1) / 2 - 1) + 0.8`` of each side; with neither, sigma is 1.
    """
    if size is None:
        sigma = 1.0 if sigma is None else positive("sigma", sigma)
        size = auto_side(3 * sigma)
    column, row = (
        gaussian_profile(side, sigma_for(side) if sigma is None else positive("sigma", sigma))
        for side in sides(size, odd=True)
    )
    return np.outer(column, row)


def motion(size: int = 9, angle: float = 0.0) -> Weights:
    """Motion blur along a line, angle in degrees.

    The line is `size` pixels long; its angle is taken counter-clockwise from the right. A pixel's
    weight falls linearly from 1 on the line to 0 one pixel beside or beyond it.
    """
    side = odd_side(size)
    radians = math.radians(finite("angle", angle))
    x, y = centred(side), -centred(side)[:, np.newaxis]
    beside = y * math.cos(radians) - x * math.sin(radians)
    along = x * math.cos(radians) + y * math.sin(radians)
    beyond = np.maximum(np.abs(along) - (side - 1) / 2, 0)
    # Rounded, so that cos(90 degrees) = 6e-17 leaves no dust beside a vertical line.
    weights = np.round(np.maximum(1 - np.hypot(beside, beyond), 0), 12)
    return np.asarray(weights / weights.sum())
