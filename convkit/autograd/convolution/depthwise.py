"""The three products of a convolution that keeps every channel to itself.

As a matrix product it would have one column; here every pixel of the kernel is a product of images
instead. One thread does that: several would mostly wait for their turn in Python. The arguments are
those of :mod:`convkit.autograd.convolution.products`, with one input channel in each group.
"""

from __future__ import annotations

import numpy as np

from convkit.autograd.convolution.blocks import along_row, image_blocks, scratch
from convkit.autograd.convolution.sweep import Size, Sweep, taps
from convkit.autograd.engine import Array


def correlate(x: Array, w: Array, b: Array | None, sweep: Sweep) -> Array:
    """Return the weighted sum of every window, plus a bias for each channel."""
    x = _repeated(x, w)
    value = np.empty((len(x), *sweep.size, x.shape[3]), x.dtype)
    weights = along_row(w[:, :, 0], sweep.size[1])
    for images in image_blocks(value):
        value[images] = 0 if b is None else b
        for (row, column), outputs, inputs in taps(sweep, x.shape[1:3]):
            part = value[images, *outputs]
            part += _product(x[images, *inputs], weights[row, column, outputs[1]])
    return value


def spread(g: Array, w: Array, sweep: Sweep, size: Size, groups: int) -> Array:
    """Return an image of `size` where every window has received the kernel times its value."""
    value = np.zeros((len(g), *size, g.shape[3]), g.dtype)
    weights = along_row(w[:, :, 0], sweep.size[1])
    for images in image_blocks(g):
        for (row, column), outputs, inputs in taps(sweep, size):
            part = value[images, *inputs]
            part += _product(g[images, *outputs], weights[row, column, outputs[1]])
    times = g.shape[3] // groups
    return value if times == 1 else value.reshape(*value.shape[:3], groups, times).sum(axis=4)


def kernel_gradient(x: Array, g: Array, w: Array, sweep: Sweep) -> Array:
    """Return for every weight the sum of each pixel that it met times its window's value."""
    x = _repeated(x, w)
    sums = np.zeros((len(x), *w.shape), g.dtype)
    for images in image_blocks(g):
        for (row, column), outputs, inputs in taps(sweep, x.shape[1:3]):
            product = _product(x[images, *inputs], g[images, *outputs])
            sums[images, row, column, 0] = product.sum(axis=1).sum(axis=1)
    return sums.sum(axis=0)


def _repeated(x: Array, w: Array) -> Array:
    """Return each channel as often as the kernel wants it."""
    times = w.shape[3] // x.shape[3]
    return x if times == 1 else np.repeat(x, times, axis=3)


def _product(x: Array, y: Array) -> Array:
    return np.multiply(x, y, out=scratch("product", x.shape, x.dtype))
