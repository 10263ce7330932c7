"""Pictures of many samples at once: in a grid, or in rows, such as those of a film strip."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.errors import ConvkitError
from convkit.experiment.run import Run
from convkit.files import refusals
from convkit.images import KINDS, Picture, write

Array = NDArray[Any]
Pixels = NDArray[np.uint8]

SIDE = 48
"""The pixels of a sample's longer side from which on it is shown as it is."""

BETWEEN = 128
"""The grey between samples: neither the paper's nor the ink's, whichever is which."""


def picture_grid(
    samples: Array, columns: int | None = None, gap: int = 2, enlarge: int | None = None
) -> Pixels:
    """Return one picture of many samples, row by row.

    Parameters
    ----------
    samples : (n, h, w, c) array
        From 0, black, to 1, white; what is beyond is cut off. One channel is grey, three are RGB.
    columns : int, optional
        Samples in a row; by default as many as there are rows, or one more.
    gap : int
        Pixels between samples, and around them.
    enlarge : int, optional
        How many pixels wide and high each of a sample's becomes; by default as many as bring small
        ones to a side of about 48.

    Returns
    -------
    (H, W, c) uint8 array
        The places behind the last sample stay empty.

    Raises
    ------
    ConvkitError
        If there is no sample, a size is out of range, or the samples are no pictures.
    """
    _check_pictures(samples.shape[1:])
    count = _at_least("the number of samples", len(samples), 1)
    columns = math.ceil(math.sqrt(count)) if columns is None else _at_least("columns", columns, 1)
    columns = min(columns, count)
    tiles = _bytes(samples, enlarge)
    height, width, channels = tiles.shape[1:]
    gap = _at_least("gap", gap, 0)
    rows = math.ceil(count / columns)
    shape = (rows * (height + gap) + gap, columns * (width + gap) + gap, channels)
    grid = np.full(shape, BETWEEN, np.uint8)
    for number, tile in enumerate(tiles):
        row, column = divmod(number, columns)
        top, left = gap + row * (height + gap), gap + column * (width + gap)
        grid[top : top + height, left : left + width] = tile
    return grid


def film_strip(frames: Array, gap: int = 2, enlarge: int | None = None) -> Pixels:
    """Return one picture of rows of samples: a column shows how one of them changes.

    Parameters
    ----------
    frames : (rows, columns, h, w, c) array
        Each row the same samples at another time, or seen in another way; from 0 to 1.
    gap, enlarge
        As of :func:`picture_grid`.

    Returns
    -------
    (H, W, c) uint8 array

    Raises
    ------
    ConvkitError
        As :func:`picture_grid`.
    """
    if frames.ndim != 5:
        raise ConvkitError(f"rows of samples must be (rows, columns, h, w, c), got {frames.shape}")
    _check_pictures(frames.shape[2:])
    return picture_grid(frames.reshape(-1, *frames.shape[2:]), frames.shape[1], gap, enlarge)


def write_pictures(run: Run, pictures: Mapping[str, Array]) -> list[Path]:
    """Write pictures of what was learnt into a run's folder, and return their files.

    Parameters
    ----------
    run : Run
    pictures : dict of str to (rows, columns, h, w, c) array
        By name, see :meth:`convkit.families.Family.pictures`; those of before are replaced.

    Raises
    ------
    ConvkitError
        If the disk refuses.
    """
    with refusals("make", run.plots):
        run.plots.mkdir(exist_ok=True)
    paths = {run.plots / f"{name}.png": frames for name, frames in pictures.items()}
    for path, frames in paths.items():
        write(as_picture(film_strip(frames)), path, force=True)
    return list(paths)


def as_picture(pixels: Pixels) -> Picture:
    """Return pixels (H, W, c) as a picture that :func:`convkit.images.write` takes."""
    return Picture([pixels], KINDS[pixels.shape[2]], 255.0)


def _bytes(samples: Array, enlarge: int | None) -> Pixels:
    """Return samples as bytes, each pixel repeated."""
    if enlarge is None:
        enlarge = max(1, round(SIDE / max(samples.shape[1:3])))
    times = _at_least("enlarge", enlarge, 1)
    # What is no number is black.
    pixels = np.rint(255 * np.clip(np.nan_to_num(samples), 0, 1)).astype(np.uint8)
    return np.asarray(pixels.repeat(times, axis=1).repeat(times, axis=2))


def _check_pictures(shape: tuple[int, ...]) -> None:
    if len(shape) != 3 or shape[2] not in (1, 3) or 0 in shape:
        size = "x".join(map(str, shape))
        raise ConvkitError(
            f"samples of {size} can't be shown as pictures",
            "grey ones are (height, width, 1), coloured ones (height, width, 3)",
        )


def _at_least(name: str, value: int, least: int) -> int:
    if value < least:
        raise ConvkitError(f"{name} (={value}) must be at least {least}")
    return value
