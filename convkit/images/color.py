"""Grey, linear light and alpha: what is done to colours before and after filtering."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.images.picture import Frame, channels

GREY_WEIGHTS = (0.299, 0.587, 0.114)
"""Rec. 601 luma (ITU-R BT.601-7, 2.5.1), the weights of Pillow and OpenCV."""

Floats = NDArray[np.floating[Any]]


def float_type(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the float type that holds a type's values: float32 up to 16 bits, else float64."""
    return np.result_type(dtype, np.float32)


def to_grey(frame: Frame) -> Floats:
    """Return the luma of a frame, ``0.299 R + 0.587 G + 0.114 B`` (Rec. 601), not rounded.

    Parameters
    ----------
    frame : (H, W), (H, W, 1), (H, W, 2), (H, W, 3) or (H, W, 4) array
        Grey, grey with alpha, RGB or RGBA. Alpha is left out.

    Returns
    -------
    (H, W) array
        In the units of the frame; float32 for up to 16 bits and float32, else float64.
    """
    dtype = float_type(frame.dtype)
    if frame.ndim == 2:
        return frame.astype(dtype)
    if channels(frame) < 3:
        return frame[..., 0].astype(dtype)
    red, green, blue = (frame[..., channel].astype(dtype) for channel in range(3))
    red_weight, _, blue_weight = (dtype.type(weight) for weight in GREY_WEIGHTS)
    # The weights sum to 1. Written this way, grey pixels keep their value to the last bit.
    grey: Floats = green + red_weight * (red - green) + blue_weight * (blue - green)
    return grey


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
