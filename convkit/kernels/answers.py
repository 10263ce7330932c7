"""What a kernel answers to, read off its weights.

A kernel whose weights sum to 0 is a derivative. Its order is that of its first moment
``sum x^i y^j k`` that isn't 0: the first moments are the gradient that it measures, the second ones
the curvature. Any other kernel keeps a part of the image; what it does beside that is read off the
same moments, and off its frequency response where it is a band-pass.

Angles are in degrees, counter-clockwise from the right as seen on the screen; y grows downwards.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from convkit.kernels.model import Kernel, Weights

# A moment below a millionth of what its weights could give is rounding.
MOMENT_TOLERANCE = 1e-6

# Degrees within which a direction is called by its name.
NAMED_WITHIN = 0.5

#: Towards bright, in steps of 45 degrees from the right: how the edge runs, where dark lies.
_EDGES = (
    ("vertical", "left of"),
    ("diagonal (\\)", "below left of"),
    ("horizontal", "below"),
    ("diagonal (/)", "below right of"),
    ("vertical", "right of"),
    ("diagonal (\\)", "above right of"),
    ("horizontal", "above"),
    ("diagonal (/)", "above left of"),
)
_RUNS = ("horizontal", "diagonal (/)", "vertical", "diagonal (\\)")


def answers_to(kernel: Kernel) -> str:
    """Return in words which edges or lines a 2-D kernel answers to, and with which sign.

    Examples
    --------
    >>> from convkit.kernels import parse
    >>> answers_to(parse("sobel-h"))
    'horizontal edges, positive where dark lies above bright'
    """
    if not kernel.weights.any():
        return "nothing: every weight is 0"
    if kernel.sum < 0:
        return f"{answers_to(Kernel(kernel.name, -kernel.weights))}; inverted"
    if np.count_nonzero(kernel.weights) == 1:
        return _single_weight(kernel.weights)
    # What follows doesn't depend on the scale, but squares of tiny weights would vanish.
    weights = kernel.weights / np.abs(kernel.weights).max()
    if kernel.is_zero_sum:
        return _derivative(weights)
    if kernel.is_smoothing:
        return _smoothing(weights)
    return _mixed(weights)


# --- kernels that sum to 0 ---


def _derivative(weights: Weights) -> str:
    gradient = _gradient(weights)
    if gradient is not None:
        return _edge(*gradient)
    curvature = _curvature(weights)
    if curvature is not None:
        return _line_or_spot(curvature)
    return "fine texture, corners and noise (a derivative of third or higher order)"


def _edge(dx: float, dy: float) -> str:
    """Name the edge across which brightness rises towards (dx, dy)."""
    towards = math.degrees(math.atan2(-dy, dx)) % 360
    step = round(towards / 45)
    if abs(towards - 45 * step) <= NAMED_WITHIN:
        run, side = _EDGES[step % 8]
        return f"{run} edges, positive where dark lies {side} bright"
    edges = _running("edges", towards + 90)
    return f"{edges}, positive where it brightens towards {towards:.0f}°"


def _line_or_spot(curvature: NDArray[np.float64]) -> str:
    bends, directions = np.linalg.eigh(curvature)
    strongest = int(np.argmax(np.abs(bends)))
    weaker, stronger = bends[1 - strongest], bends[strongest]
    bright = "bright" if stronger < 0 else "dark"
    if abs(weaker) <= MOMENT_TOLERANCE * abs(stronger):
        lines = _running("lines", _across(directions[:, strongest]))
        return f"{lines}, positive on {bright} ones (second derivative)"
    if weaker * stronger < 0:
        lines = _running("lines", _across(directions[:, 0]))
        return f"corners and {lines}, positive on bright ones (mixed second derivative)"
    return f"edges and spots of every direction, positive on {bright} spots (second derivative)"


# --- kernels that keep a part of the image ---


def _single_weight(weights: Weights) -> str:
    row, column = np.argwhere(weights)[0].tolist()
    # The window's middle for even sizes as well as odd ones is (k - 1) // 2.
    down, right = row - (weights.shape[0] - 1) // 2, column - (weights.shape[1] - 1) // 2
    weight = float(weights[row, column])
    factor = "" if weight == 1 else f", times {weight:.6g}"
    if down or right:
        shift = " and ".join(
            f"{abs(by)} {words[by > 0]}"
            for by, words in ((down, ("down", "up")), (right, ("right", "left")))
            if by
        )
        return f"none: it shifts the image {shift}{factor}"
    return f"none: it keeps the image as it is{factor}"


def _smoothing(weights: Weights) -> str:
    y, x = _positions(weights)
    total = weights.sum()
    y, x = y - (y * weights).sum() / total, x - (x * weights).sum() / total
    spread = _second_moments(weights / total, y, x)
    (narrow, wide), directions = np.linalg.eigh(spread)
    if narrow * 4 < wide:
        return f"none: it smooths, mostly along {_running('lines', _angle(directions[:, 1]))}"
    return "none: it smooths"


def _mixed(weights: Weights) -> str:
    stripes = _stripes(weights)
    if stripes:
        return stripes
    gradient = _gradient(weights)
    if gradient is not None:
        return f"{_edge(*gradient)}, in relief on the image itself"
    if abs(weights.sum()) >= _gains(weights).max() * (1 - MOMENT_TOLERANCE):
        return "none: it smooths"
    return f"{_sharpened(weights)}, added to the image: it sharpens"


def _sharpened(weights: Weights) -> str:
    curvature = _curvature(weights)
    if curvature is not None:
        bends, directions = np.linalg.eigh(curvature)
        weaker, stronger = np.argsort(np.abs(bends))
        if abs(bends[weaker]) <= MOMENT_TOLERANCE * abs(bends[stronger]):
            return _running("edges", _across(directions[:, stronger]))
    return "edges of every direction"


def _stripes(weights: Weights) -> str | None:
    """Describe a band-pass: its gain peaks between flat and the finest pattern.

    At least one whole wave has to fit into the kernel.
    """
    gains = _gains(weights)
    rows, columns = gains.shape
    finest = max(gains[rows // 2, 0], gains[0, columns // 2], gains[rows // 2, columns // 2])
    if gains.max() < 2 * max(gains[0, 0], finest):
        return None
    fy, fx = _peak_frequency(gains)
    wavelength = 1 / math.hypot(fy, fx)
    if wavelength > max(weights.shape):
        return None
    stripes = _running("stripes", math.degrees(math.atan2(-fy, fx)) + 90)
    return f"{stripes}, most with a wavelength of {wavelength:.2g} pixels (band-pass)"


def _peak_frequency(gains: NDArray[np.float64]) -> tuple[float, float]:
    """Return the centre (fy, fx), in cycles per pixel, of the half plane around the peak."""
    fy, fx = (np.fft.fftfreq(side) for side in gains.shape)
    row, column = np.unravel_index(int(np.argmax(gains)), gains.shape)
    peak = fy[row], fx[column]
    fy = fy[:, np.newaxis]
    energy = np.where(fy * peak[0] + fx * peak[1] > 0, gains**2, 0)
    return float((fy * energy).sum() / energy.sum()), float((fx * energy).sum() / energy.sum())


def _gains(weights: Weights) -> NDArray[np.float64]:
    """Return the gain for waves of every frequency, on the grid of `numpy.fft.fftfreq`."""
    rows, columns = (2 ** max(7, math.ceil(math.log2(side))) for side in weights.shape)
    return np.abs(np.fft.fft2(weights, (rows, columns)))


# --- moments and directions ---


def _positions(weights: Weights) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rows, columns = weights.shape
    y = np.arange(rows)[:, np.newaxis] - (rows - 1) / 2
    x = np.arange(columns)[np.newaxis] - (columns - 1) / 2
    return y, x


def _gradient(weights: Weights) -> tuple[float, float] | None:
    """Return the first moments (x, y), or None if both are 0."""
    y, x = _positions(weights)
    moments = float((x * weights).sum()), float((y * weights).sum())
    largest = float(((np.abs(x) + np.abs(y)) * np.abs(weights)).sum())
    return moments if max(map(abs, moments)) > MOMENT_TOLERANCE * largest else None


def _curvature(weights: Weights) -> NDArray[np.float64] | None:
    """Return the second moments [[xx, xy], [xy, yy]], or None if all are 0."""
    y, x = _positions(weights)
    moments = _second_moments(weights, y, x)
    largest = float(((x**2 + y**2) * np.abs(weights)).sum())
    return moments if np.abs(moments).max() > MOMENT_TOLERANCE * largest else None


def _second_moments(
    weights: Weights, y: NDArray[np.float64], x: NDArray[np.float64]
) -> NDArray[np.float64]:
    xy = (x * y * weights).sum()
    return np.array([[(x * x * weights).sum(), xy], [xy, (y * y * weights).sum()]])


def _angle(direction: NDArray[np.float64]) -> float:
    """Return the angle of an (x, y) vector."""
    return math.degrees(math.atan2(-direction[1], direction[0]))


def _across(direction: NDArray[np.float64]) -> float:
    return _angle(direction) + 90


def _running(what: str, angle: float) -> str:
    """Say how lines of an angle run: ``horizontal lines``, ``lines at 30°``."""
    step = round(angle / 45)
    if abs(angle - 45 * step) <= NAMED_WITHIN:
        return f"{_RUNS[step % 4]} {what}"
    return f"{what} at {round(angle) % 180}°"
