"""First derivatives: gradient kernels along y and x, and compass sets of eight directions.

Conventions
-----------
All weights are in correlation order, x grows to the right and y downwards.

``*-h`` kernels answer horizontal edges: they differentiate along y and are positive where dark
lies above bright. ``*-v`` kernels answer vertical edges: along x, positive where dark lies left of
bright. They relate to the same operators elsewhere as

============  =====================  =====================  =======================
here          scipy.ndimage          OpenCV                 scikit-image
============  =====================  =====================  =======================
sobel-h       sobel(axis=0)          Sobel(dx=0, dy=1)      4 x sobel_h
sobel-v       sobel(axis=1)          Sobel(dx=1, dy=0)      4 x sobel_v
prewitt-h     prewitt(axis=0)                               3 x prewitt_h
scharr-h                             Scharr(dx=0, dy=1)     16 x scharr_h
farid-h                                                     farid_h
============  =====================  =====================  =======================

Roberts' matrices are scikit-image's as written, but it flips them (true convolution), so that its
response has the other sign.

A compass kernel is named after the side on which bright lies: ``sobel-s`` is ``sobel-h``.
"""

from __future__ import annotations

import numpy as np

from convkit.kernels.model import Weights

# --- pairs: a smoothing vector across, a derivative along ---

_CENTRAL = (-1, 0, 1)

# Farid and Simoncelli 2004, "Differentiation of discrete multidimensional signals", table 1.
_OUTER, _INNER, _MIDDLE = 0.0376593171958126, 0.249153396177344, 0.426374573253687
_FARID_SMOOTH = (_OUTER, _INNER, _MIDDLE, _INNER, _OUTER)
_FAR, _NEAR = 0.109603762960254, 0.276690988455557
_FARID_DERIVATIVE = (-_FAR, -_NEAR, 0, _NEAR, _FAR)

_VECTORS: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "sobel": (_CENTRAL, (1, 2, 1)),
    "prewitt": (_CENTRAL, (1, 1, 1)),
    "scharr": (_CENTRAL, (3, 10, 3)),
    "farid": (_FARID_DERIVATIVE, _FARID_SMOOTH),
}

#: Gradient pairs: (answers horizontal edges, answers vertical edges). Roberts' two are diagonal.
PAIRS: dict[str, tuple[str, str]] = {
    **{name: (f"{name}-h", f"{name}-v") for name in _VECTORS},
    "roberts": ("roberts-pos-diag", "roberts-neg-diag"),
}


def horizontal(name: str) -> Weights:
    """Return the kernel of a pair that answers horizontal edges, the derivative along y."""
    derivative, smooth = _VECTORS[name]
    return np.outer(derivative, smooth).astype(np.float64)


def vertical(name: str) -> Weights:
    """Return the kernel of a pair that answers vertical edges, the derivative along x."""
    return horizontal(name).T


ROBERTS_POS_DIAG = ((1, 0), (0, -1))
ROBERTS_NEG_DIAG = ((0, 1), (-1, 0))

# --- compass sets: one mask, turned in steps of 45 degrees ---

#: Compass points clockwise, and the side of an edge on which bright lies.
COMPASS_POINTS = {
    "n": "above",
    "ne": "above right",
    "e": "on the right",
    "se": "below right",
    "s": "below",
    "sw": "below left",
    "w": "on the left",
    "nw": "above left",
}

#: The north masks. Kirsch 1971; Robinson 1977 (five levels); Prewitt 1970; Sobel's, turned.
COMPASS_NORTH = {
    "kirsch": ((5, 5, 5), (-3, 0, -3), (-3, -3, -3)),
    "robinson": ((1, 2, 1), (0, 0, 0), (-1, -2, -1)),
    "prewitt": ((1, 1, 1), (1, -2, 1), (-1, -1, -1)),
    "sobel": ((1, 2, 1), (0, 0, 0), (-1, -2, -1)),
}

#: Compass sets as they are asked for, and their north masks' names: two are pairs' names too.
COMPASS_SETS = {
    "kirsch": "kirsch",
    "robinson": "robinson",
    "prewitt-compass": "prewitt",
    "sobel-compass": "sobel",
}

# The outer cells of a 3x3 kernel, clockwise from the top left.
_RING = ((0, 0, 0, 1, 2, 2, 2, 1), (0, 1, 2, 2, 2, 1, 0, 0))


def compass(name: str, point: str) -> Weights:
    """Return the kernel of a compass set for one of the eight points: the north mask, turned."""
    weights = np.array(COMPASS_NORTH[name], dtype=np.float64)
    weights[_RING] = np.roll(weights[_RING], list(COMPASS_POINTS).index(point))
    return weights
