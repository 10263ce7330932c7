"""Grey, linear light and alpha: what is done to colours before and after filtering."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from convkit.images.picture import Frame

RED, BLUE = 0.299, 0.114
"""What Rec. 601 luma (ITU-R BT.601-7, 2.5.1) takes of each; the rest is green."""

LUMA_BYTES = 1 << 20
"""How much is turned to grey at a time: what stays in the cache."""

Floats = NDArray[np.floating[Any]]


def float_type(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the float type that holds a type's values: float32 up to 16 bits, else float64."""
    return np.result_type(dtype, np.float32)


def luma(frame: Frame) -> Frame:
    """Return the grey of a colour frame, ``0.299 R + 0.587 G + 0.114 B`` (Rec. 601).

    Parameters
    ----------
    frame : (H, W, 3) array

    Returns
    -------
    (H, W) array
        Of the type of the frame, and rounded where that holds whole numbers. 8 bits are converted
        by Pillow, whose fixed-point weights are exact to 2**-16.
    """
    grey = np.empty(frame.shape[:2], frame.dtype)
    convert = _luma_of_bytes if frame.dtype == np.uint8 else _luma_of_numbers
    step = max(1, LUMA_BYTES // frame[:1].nbytes)
    for start in range(0, len(frame), step):
        grey[start : start + step] = convert(frame[start : start + step])
    return grey


def _luma_of_bytes(frame: Frame) -> Frame:
    return np.asarray(Image.fromarray(frame).convert("L"))


def _luma_of_numbers(frame: Frame) -> Frame:
    red, green, blue = np.moveaxis(frame.astype(float_type(frame.dtype)), -1, 0)
    # The weights sum to 1. Written this way, grey pixels keep their value to the last bit.
    red -= green
    blue -= green
    grey: Floats = green + RED * red
    grey += BLUE * blue
    return np.rint(grey, out=grey) if frame.dtype.kind in "iu" else grey


def srgb_to_linear(encoded: Floats) -> Floats:
    """Return the light that sRGB values in 0…1 stand for (IEC 61966-2-1).

    Values beyond 0…1 are carried on, negative ones as the mirror image of positive ones.
    """
    size = np.abs(encoded)
    light = np.where(size <= 0.04045, size / 12.92, ((size + 0.055) / 1.055) ** 2.4)
    return np.copysign(light, encoded).astype(encoded.dtype, copy=False)


def linear_to_srgb(light: Floats) -> Floats:
    """Return the sRGB values of light in 0…1, the inverse of :func:`srgb_to_linear`."""
    size = np.abs(light)
    encoded = np.where(size <= 0.0031308, size * 12.92, 1.055 * size ** (1 / 2.4) - 0.055)
    return np.copysign(encoded, light).astype(light.dtype, copy=False)


def premultiply(color: Floats, alpha: Floats) -> Floats:
    """Return colours weighted by their opacity (Porter and Duff 1984).

    Parameters
    ----------
    color : (H, W) or (H, W, C) float array
    alpha : (H, W) float array
        From 0, transparent, to 1, opaque.
    """
    return color * _like(color, alpha)


def unpremultiply(color: Floats, alpha: Floats) -> Floats:
    """Return premultiplied colours as they were; 0 where nothing is opaque."""
    alpha = _like(color, alpha)
    return np.divide(color, alpha, out=np.zeros_like(color), where=alpha > 0)


def with_alpha(color: Frame, alpha: Frame) -> Frame:
    """Return (H, W) or (H, W, C) colours with an (H, W) alpha as their last channel."""
    planes = color[..., np.newaxis] if color.ndim == 2 else color
    return np.concatenate([planes, alpha[..., np.newaxis]], axis=-1)


def _like(color: Floats, alpha: Floats) -> Floats:
    return alpha if color.ndim == 2 else alpha[..., np.newaxis]
