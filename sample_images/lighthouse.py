"""A lighthouse and its keeper's cottage, seen against the evening light from the right.

Places are (x, y) in heights of the picture, as everywhere in the landscape.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from brushes import Array, Colour, paint, pixel_grid, polygon, smoothstep

Outline = Sequence[tuple[float, float]]

AXIS, FOOT, GALLERY = 0.30, 0.535, 0.215
RADIUS_AT_GALLERY, RADIUS_AT_FOOT = 0.027, 0.044
BANDS = 5

IRON, GLASS, NIGHT = (0.17, 0.18, 0.23), (1.0, 0.86, 0.50), (0.16, 0.18, 0.24)
RED, WHITE = (0.80, 0.20, 0.16), (1.0, 0.96, 0.90)
LAMPLIGHT, FRAME = (0.98, 0.80, 0.44), (0.35, 0.27, 0.24)


def box(left: float, right: float, top: float, bottom: float) -> Outline:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


LANTERN: list[tuple[Colour, Outline]] = [
    *((NIGHT, box(AXIS - 0.006, AXIS + 0.005, y, y + 0.020)) for y in (0.265, 0.385, 0.495)),
    (IRON, box(0.255, 0.345, GALLERY - 0.008, GALLERY + 0.004)),
    (GLASS, box(0.279, 0.321, GALLERY - 0.046, GALLERY - 0.008)),
    *((IRON, box(x, x + 0.003, GALLERY - 0.046, GALLERY)) for x in (0.279, 0.292, 0.305, 0.318)),
    *((IRON, box(x, x + 0.002, GALLERY - 0.024, GALLERY)) for x in np.linspace(0.257, 0.341, 8)),
    (IRON, box(0.255, 0.345, GALLERY - 0.026, GALLERY - 0.0235)),
    ((0.62, 0.15, 0.13), [(0.270, 0.169), (0.330, 0.169), (AXIS, 0.125)]),
    (IRON, box(AXIS - 0.0015, AXIS + 0.0015, 0.100, 0.130)),
]
COTTAGE: list[tuple[Colour, Outline]] = [
    ((0.80, 0.73, 0.67), box(0.10, 0.235, 0.455, 0.53)),
    (
        (1.0, 0.91, 0.80),
        [(0.235, 0.455), (0.262, 0.405), (0.289, 0.455), (0.289, 0.535), (0.235, 0.535)],
    ),
    ((0.24, 0.33, 0.36), box(0.255, 0.270, 0.492, 0.535)),
    (LAMPLIGHT, box(0.256, 0.268, 0.440, 0.458)),
    ((0.33, 0.22, 0.22), [(0.088, 0.458), (0.112, 0.402), (0.262, 0.402), (0.237, 0.458)]),
    ((0.45, 0.30, 0.27), box(0.135, 0.155, 0.375, 0.412)),
    *((LAMPLIGHT, box(x, x + 0.020, 0.475, 0.501)) for x in (0.118, 0.158, 0.198)),
    *((FRAME, box(x + 0.009, x + 0.011, 0.475, 0.501)) for x in (0.118, 0.158, 0.198)),
]


def lighthouse(canvas: Array) -> None:
    """Paint the tower with its lantern, and the cottage before it."""
    tower(canvas)
    for colour, outline in LANTERN + COTTAGE:
        paint(canvas, colour, polygon(canvas.shape[:2], outline))


def tower(canvas: Array) -> None:
    """Paint the white and red bands of the tower, shaded like a cylinder."""
    shape = canvas.shape[:2]
    _, x = pixel_grid(*shape)
    across = np.clip((x - AXIS) / RADIUS_AT_FOOT, -1, 1)
    roundness = np.sqrt(1 - ((across - 0.45) / 1.5) ** 2) * smoothstep(-1.3, 0.4, across)
    light = np.broadcast_to(0.5 + 0.5 * roundness, shape)[..., None]
    for index, (top, bottom) in enumerate(pairwise(np.linspace(GALLERY, FOOT, BANDS + 1))):
        colour = np.array(RED if index % 2 else WHITE)
        paint(canvas, colour * light, polygon(shape, band(top, bottom)))


def band(top: float, bottom: float) -> Outline:
    """Return the outline of the tower between two heights."""
    radii = (RADIUS_AT_GALLERY, RADIUS_AT_FOOT)
    upper, lower = np.interp([top, bottom], [GALLERY, FOOT], radii)
    return [
        (AXIS - upper, top),
        (AXIS + upper, top),
        (AXIS + lower, bottom),
        (AXIS - lower, bottom),
    ]
