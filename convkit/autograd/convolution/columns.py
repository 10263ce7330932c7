"""The windows of images as a matrix, so that a convolution becomes a matrix product.

Chellapilla, Puri and Simard (2006), "High performance convolutional neural networks for document
processing", section 3.
"""

from __future__ import annotations

from math import prod

import numpy as np

from convkit.autograd.convolution.blocks import Block, scratch
from convkit.autograd.convolution.sweep import Sweep
from convkit.autograd.engine import Array

SHORT_RUN = 16
"""Fewer neighbouring values than this are too few to copy window by window."""


def columns(x: Array, sweep: Sweep, block: Block, groups: int) -> Array:
    """Return the windows of a block: one line for each, zeros where it reaches over an edge.

    Parameters
    ----------
    x : (N, H, W, C) array
    sweep : Sweep
    block : Block
        Images of the batch, and rows of the sweep's stops.
    groups : int

    Returns
    -------
    (groups, windows, kh * kw * C / groups) array
        Valid until the thread asks again. Which of its last two axes is contiguous depends on
        what can be copied faster; a matrix product takes either.
    """
    sweep = sweep.part(block.rows)
    source, corner = _surrounded(x, sweep, block.images)
    image, row, pixel, value = source.strides
    channels = x.shape[3] // groups
    windows = (
        (block.images.stop - block.images.start, image),
        (sweep.size[0], sweep.stride[0] * row),
        (sweep.size[1], sweep.stride[1] * pixel),
    )
    pixels = (
        (sweep.kernel[0], sweep.dilation[0] * row),
        (sweep.kernel[1], sweep.dilation[1] * pixel),
        (channels, value),
    )
    run = channels * (sweep.kernel[1] if sweep.dilation[1] == 1 else 1)
    by_pixel = run < SHORT_RUN
    axes = pixels + windows if by_pixel else windows + pixels
    shape, steps = zip((groups, channels * value), *axes, strict=True)
    view: Array = np.ndarray(shape, x.dtype, source, corner, steps)
    if not view.flags.c_contiguous:
        gathered = scratch("columns", shape, x.dtype)
        np.copyto(gathered, view)
        view = gathered
    matrix = view.reshape(groups, prod(shape[1:4]), prod(shape[4:]))
    return matrix.swapaxes(1, 2) if by_pixel else matrix


def _surrounded(x: Array, sweep: Sweep, images: slice) -> tuple[Array, int]:
    """Return contiguous images with all that the windows see, and the byte where that begins."""
    (top, left), (rows, columns) = sweep.before, sweep.span
    height, width, channels = x.shape[1:]
    if (
        max(top, left) <= 0
        and rows - top <= height
        and columns - left <= width
        and x.flags.c_contiguous
    ):
        image, row, pixel, _ = x.strides
        return x, images.start * image - top * row - left * pixel
    plane = scratch("plane", (images.stop - images.start, rows, columns, channels), x.dtype)
    to_rows, from_rows = _overlap(top, height, rows)
    to_columns, from_columns = _overlap(left, width, columns)
    plane.fill(0)
    plane[:, to_rows, to_columns] = x[images, from_rows, from_columns]
    return plane, 0


def _overlap(before: int, n: int, room: int) -> tuple[slice, slice]:
    """Return where n pixels that begin at `before` lie within a room, and which ones do."""
    first, last = max(before, 0), max(min(before + n, room), 0)
    first = min(first, last)
    return slice(first, last), slice(first - before, last - before)
