"""What the sample images are painted with: noise, gradients, coverage and compositing.

Pictures are float arrays, 0 for black and 1 for white; a *coverage* is an (H, W) array that says
how much of each pixel a shape covers, from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw

Array = NDArray[np.float64]
Colour = tuple[float, float, float]


def pixel_grid(height: int, width: int) -> tuple[Array, Array]:
    """Return y (H, 1) and x (1, W) of the pixel centres, both in heights of the picture."""
    y = (np.arange(height) + 0.5) / height
    x = (np.arange(width) + 0.5) / height
    return y[:, None], x[None, :]


def fractal(rng: np.random.Generator, shape: tuple[int, ...], slope: float = 1.8) -> Array:
    """Return noise with the amplitude spectrum ``f ** -slope``: mean 0, deviation 1, seamless."""
    spectrum = np.fft.rfftn(rng.standard_normal(shape))
    axes = [np.fft.fftfreq(n) * n for n in shape[:-1]] + [np.fft.rfftfreq(shape[-1]) * shape[-1]]
    squares = sum(f**2 for f in np.meshgrid(*axes, indexing="ij"))
    spectrum *= np.maximum(squares, 1.0) ** (-slope / 2)
    spectrum.flat[0] = 0
    noise = np.fft.irfftn(spectrum, s=shape, axes=range(len(shape)))
    return np.asarray(noise / noise.std())


def sample(field: Array, y: ArrayLike, x: ArrayLike) -> Array:
    """Return the (H, W) or (H, W, C) field between its pixels, bilinear; it repeats for ever."""
    y, x = np.broadcast_arrays(y, x)
    top, left = np.floor(y), np.floor(x)
    rows, columns = top.astype(int), left.astype(int)
    dy, dx = y - top, x - left
    if field.ndim == 3:
        dy, dx = dy[..., None], dx[..., None]
    height, width = field.shape[:2]

    def corner(down: int, right: int) -> Array:
        return np.asarray(field[(rows + down) % height, (columns + right) % width])

    above = corner(0, 0) * (1 - dx) + corner(0, 1) * dx
    below = corner(1, 0) * (1 - dx) + corner(1, 1) * dx
    return np.asarray(above * (1 - dy) + below * dy)


def smoothstep(low: float, high: float, x: ArrayLike) -> Array:
    """Return ``3t² - 2t³``, where t goes from 0 at `low` to 1 at `high`, which may be the lower."""
    t = np.clip((np.asarray(x) - low) / (high - low), 0.0, 1.0)
    return np.asarray(t * t * (3 - 2 * t))


def gradient(stops: Sequence[tuple[float, Colour]], t: Array | float) -> Array:
    """Return the colours (..., 3) at the positions `t` (...) of a gradient."""
    positions = [position for position, _ in stops]
    channels = zip(*(colour for _, colour in stops), strict=True)
    return np.stack([np.interp(t, positions, channel) for channel in channels], axis=-1)


def paint(canvas: Array, colour: ArrayLike, coverage: ArrayLike) -> None:
    """Lay a colour, one for all or one per pixel, over an (H, W, 3) canvas, in place."""
    opacity = np.clip(coverage, 0.0, 1.0)[..., None]
    canvas += (np.asarray(colour) - canvas) * opacity


def inside(distance: ArrayLike, softness: float = 1.0) -> Array:
    """Return the coverage of a shape from the signed distance to its outline, negative inside."""
    return np.clip(0.5 - np.asarray(distance) / softness, 0.0, 1.0)


def polygon(shape: tuple[int, int], points: Sequence[tuple[float, float]]) -> Array:
    """Return the coverage of a polygon whose corners (x, y) are in heights of the picture."""
    height, width = shape
    mask = Image.new("L", (width, height))
    ImageDraw.Draw(mask).polygon([(x * height, y * height) for x, y in points], fill=1)
    return np.asarray(mask, dtype=float)


def reduced(picture: Array, factor: int) -> Array:
    """Return the picture reduced by averaging blocks of `factor` x `factor` pixels."""
    height, width = (n // factor for n in picture.shape[:2])
    blocks = picture.reshape(height, factor, width, factor, *picture.shape[2:])
    return np.asarray(blocks.mean(axis=(1, 3)))


def quantised(picture: Array, white: int = 255) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """Return the picture as integers from 0 to `white`, rounded half to even."""
    levels = np.rint(np.clip(picture, 0.0, 1.0) * white)
    return levels.astype(np.uint8) if white == 255 else levels.astype(np.uint16)
