"""Pooling: one value for every window, channel by channel."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from convkit.autograd.convolution.blocks import image_blocks
from convkit.autograd.convolution.sweep import (
    NO_PADS,
    Pads,
    Size,
    Sweep,
    sweep_over,
    taps,
)
from convkit.autograd.engine import Array, Derived, Operand, primitive
from convkit.errors import ConvkitError


@primitive
def max_pool2d(
    x: Operand, *, size: Size, stride: Size | None = None, pads: Pads = NO_PADS
) -> Derived:
    """Return the largest value of every window; its first place receives the gradient.

    Parameters
    ----------
    x : (N, H, W, C)
    size : (int, int)
        The window's, in pixels.
    stride : (int, int), optional
        The window's size if left out.
    pads : ((top, bottom), (left, right))
        Never the largest: less than the window's size on each side.

    Returns
    -------
    (N, H', W', C)

    Raises
    ------
    ConvkitError
        If x isn't of that shape, a number is out of range, no window fits or one lies in the
        padding.
    """
    sweep = _sweep(x, size, stride, pads)
    every = taps(sweep, x.shape[1:3])
    value = np.full((len(x), *sweep.size, x.shape[3]), _least(x.dtype), x.dtype)
    for images in image_blocks(x):
        for _, outputs, inputs in every:
            best = value[images, *outputs]
            np.maximum(best, x[images, *inputs], out=best)

    def vjp(grad: Array) -> Array:
        apart = sweep.stride[0] >= size[0] and sweep.stride[1] >= size[1]
        share = np.empty_like(x) if _tiles(sweep, x.shape[1:3]) else np.zeros_like(x)
        for images in image_blocks(x):
            free = np.ones((images.stop - images.start, *value.shape[1:]), bool)
            for _, outputs, inputs in every:
                place, rest = (images, *outputs), free[:, *outputs]
                first = x[images, *inputs] == value[place]
                first &= rest
                rest ^= first
                target = share[images, *inputs]
                if apart:
                    np.multiply(grad[place], first, out=target)
                else:
                    target += grad[place] * first
        return share

    return value, vjp


@primitive
def avg_pool2d(
    x: Operand,
    *,
    size: Size,
    stride: Size | None = None,
    pads: Pads = NO_PADS,
    count_pads: bool = True,
) -> Derived:
    """Return the mean of every window.

    Parameters
    ----------
    x : (N, H, W, C)
    size : (int, int)
        The window's, in pixels.
    stride : (int, int), optional
        The window's size if left out.
    pads : ((top, bottom), (left, right))
        Zeros: less than the window's size on each side.
    count_pads : bool
        Whether zeros of the padding count as pixels, as in PyTorch, or not, as in Keras.

    Returns
    -------
    (N, H', W', C)

    Raises
    ------
    ConvkitError
        If x isn't of that shape, a number is out of range, no window fits or one lies in the
        padding.
    """
    sweep = _sweep(x, size, stride, pads)
    every = taps(sweep, x.shape[1:3])
    kind = np.result_type(x, np.float32)
    weight = _weights(sweep, x.shape[1:3], count_pads).astype(kind)
    value = np.zeros((len(x), *sweep.size, x.shape[3]), kind)
    for images in image_blocks(x):
        total = value[images]
        for _, outputs, inputs in every:
            part = total[:, *outputs]
            part += x[images, *inputs]
        total *= weight

    def vjp(grad: Array) -> Array:
        share = np.zeros_like(x)
        for images in image_blocks(x):
            each_pixel = grad[images] * weight
            for _, outputs, inputs in every:
                target = share[images, *inputs]
                target += each_pixel[:, *outputs]
        return share

    return value, vjp


@primitive
def global_max_pool2d(x: Operand) -> Derived:
    """Return the largest value of every channel (N, C); its first place receives the gradient."""
    pixels = _flat(x)
    first = pixels.argmax(axis=1)[:, np.newaxis]

    def vjp(grad: Array) -> Array:
        share = np.zeros_like(pixels)
        np.put_along_axis(share, first, grad[:, np.newaxis], axis=1)
        return share.reshape(x.shape)

    return np.take_along_axis(pixels, first, axis=1)[:, 0], vjp


@primitive
def global_avg_pool2d(x: Operand) -> Derived:
    """Return the mean of every channel (N, C) of images (N, H, W, C)."""
    pixels = _flat(x)

    def vjp(grad: Array) -> Array:
        share = grad[:, np.newaxis, np.newaxis] / pixels.shape[1]
        return np.broadcast_to(share, x.shape)

    return pixels.mean(axis=1), vjp


def _flat(x: Array) -> Array:
    _check_images(x)
    count, height, width, channels = x.shape
    return x.reshape(count, height * width, channels)


def _sweep(x: Array, size: Size, stride: Size | None, pads: Pads) -> Sweep:
    _check_images(x)
    sweep = sweep_over(x.shape[1:3], size, stride or size, pads)
    # A window that reaches over the edge by all of its size may see padding only.
    if any(max(pad) >= n for pad, n in zip(pads, size, strict=True)):
        raise ConvkitError(
            f"a window of {size} padded by {pads} would lie in the padding",
            "pad by less than the window's size",
        )
    return sweep


def _tiles(sweep: Sweep, size: Size) -> bool:
    """Return whether every pixel lies in exactly one window."""
    covered = (sweep.size[0] * sweep.kernel[0], sweep.size[1] * sweep.kernel[1])
    return sweep.stride == sweep.kernel and sweep.before == (0, 0) and covered == size


def _check_images(x: Array) -> None:
    if x.ndim != 4:
        raise ConvkitError(f"pooling takes images of shape (N, H, W, C), got {x.shape}")


def _least(dtype: np.dtype[Any]) -> float | int:
    """Return what loses against every value."""
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min


@lru_cache(maxsize=256)
def _weights(sweep: Sweep, size: Size, count_pads: bool) -> Array:
    """Return one over how many pixels each window counts: (H', W', 1)."""
    if count_pads:
        return np.full((1, 1, 1), 1 / (sweep.kernel[0] * sweep.kernel[1]))
    counts = np.zeros((*sweep.size, 1))
    for _, outputs, _ in taps(sweep, size):
        counts[outputs] += 1
    return 1 / counts
