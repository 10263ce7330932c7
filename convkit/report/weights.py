"""What the first layer looks for in pictures: its kernels, or its units' weights as pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convkit.report.style import bare, blank

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = NDArray[Any]

MOST = 64
COLUMNS = 8
CELL = 0.72
LEAST_PIXELS, GAP = 24, 3


class Tiles(NamedTuple):
    """Weights as small pictures, and what they are."""

    pictures: Array
    """(count, height, width), or (count, height, width, 3) for those that look at colours."""
    words: str


def first_layer(model: Mapping[str, Array], sample_shape: tuple[int, ...]) -> Tiles | None:
    """Return the first layer's weights as pictures; None if it doesn't look at pictures.

    Parameters
    ----------
    model : dict of str to array
        Parameters by their paths, the first layer's first.
    sample_shape : tuple of int
    """
    weights = next((array for array in model.values() if array.ndim >= 2), None)
    if weights is None or len(sample_shape) != 3:
        return None
    if weights.ndim == 4:
        height, width, channels, count = weights.shape
        words = f"{count} kernels of {height}x{width}"
        return Tiles(_tiles(np.moveaxis(weights, -1, 0)), _with_channels(words, channels))
    if weights.ndim == 2 and weights.shape[0] == math.prod(sample_shape):
        count, channels = weights.shape[1], sample_shape[2]
        words = f"{count} units, a weight for each pixel"
        return Tiles(
            _tiles(weights.T.reshape(count, *sample_shape)), _with_channels(words, channels)
        )
    return None


def _with_channels(words: str, channels: int) -> str:
    return words if channels in (1, 3) else f"{words}, each of {channels} channels by itself"


def _tiles(weights: Array) -> Array:
    """Return (count, height, width, channels) weights as pictures."""
    channels = weights.shape[-1]
    if channels == 3:
        return weights
    return np.moveaxis(weights, -1, 1).reshape(-1, *weights.shape[1:3])


def draw_weights(tiles: Tiles, name: str) -> Figure:
    """Draw weights as pictures: red is positive, blue negative, white zero, on one scale for all.

    Kernels that look at red, green and blue are drawn in these colours instead, grey being zero.
    """
    shown = tiles.pictures[:MOST]
    columns = min(COLUMNS, len(shown))
    rows = math.ceil(len(shown) / columns)
    part = f", the first {MOST}" if len(tiles.pictures) > MOST else ""
    title = f"{name} · first layer: {tiles.words}{part}"
    figure = blank(max(5.6, CELL * columns + 0.9), max(1.7, CELL * rows + 0.5), title)
    axes = figure.subplots()
    bare(axes)
    limit = float(np.abs(shown).max()) or 1.0
    if shown.ndim == 4:
        axes.imshow(_mosaic(0.5 + shown / (2 * limit), columns, 1.0))
    else:
        image = axes.imshow(
            _mosaic(shown, columns, math.nan), cmap="RdBu_r", vmin=-limit, vmax=limit
        )
        figure.colorbar(image, ax=axes, label="weight", aspect=30)
    return figure


def _mosaic(pictures: Array, columns: int, gap: float) -> Array:
    """Return pictures in rows beside each other, with `gap` between them: one image is drawn soon.

    Each weight becomes several pixels, so that the gaps are narrow whatever the kernel's size.
    """
    times = math.ceil(LEAST_PIXELS / max(pictures.shape[1:3]))
    large = pictures.repeat(times, axis=1).repeat(times, axis=2)
    count, height, width, *colours = large.shape
    rows = math.ceil(count / columns)
    frame = np.full((rows, height + GAP, columns, width + GAP, *colours), gap)
    for index, picture in enumerate(large):
        frame[index // columns, :height, index % columns, :width] = picture
    joined = frame.reshape(rows * (height + GAP), columns * (width + GAP), *colours)
    return joined[:-GAP, :-GAP]
