"""The three products that a convolution is made of.

With x an image, w a kernel and g an image of the output's size they belong together as
``<correlate(x, w), g> = <x, spread(g, w)> = <w, kernel_gradient(x, g)>``: the last two are the
first one's adjoints, and so its gradients.

Arrays are NHWC and HWIO, of one type: x (N, H, W, C), w (kh, kw, C / groups, O), g (N, H', W', O),
where the sweep over H x W pixels stops at H' x W' places.
"""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter

import numpy as np

from convkit.autograd.convolution import depthwise
from convkit.autograd.convolution.blocks import (
    Block,
    along_row,
    blocks,
    cut,
    each,
    scratch,
)
from convkit.autograd.convolution.columns import columns
from convkit.autograd.convolution.sweep import Size, Sweep, taps
from convkit.autograd.engine import Array

WORTH_THREADS = 1 << 23
"""From how many multiplications on a second thread saves more than waking it costs."""

LANES = 8
"""In how many sums a kernel's gradient is added up, for threads to share."""


def correlate(x: Array, w: Array, b: Array | None, sweep: Sweep, groups: int) -> Array:
    """Return the weighted sum of every window, plus a bias for each output channel."""
    if _is_depthwise(w, groups):
        return depthwise.correlate(x, w, b, sweep)
    value = np.empty((len(x), *sweep.size, w.shape[3]), x.dtype)
    matrices = _by_group(w, groups)
    bias = None if b is None else along_row(b, sweep.size[1]).reshape(-1)

    def compute(block: Block) -> None:
        part = value[block]
        np.matmul(columns(x, sweep, block, groups), matrices, out=_by_group(part, groups))
        if bias is not None:
            lines = part.reshape(-1, bias.size)
            lines += bias

    each(compute, _blocks(value, w, groups), threads=_worth_threads(value, w))
    return value


def spread(g: Array, w: Array, sweep: Sweep, size: Size, groups: int) -> Array:
    """Return an image of `size` where every window has received the kernel times its value."""
    if _is_depthwise(w, groups):
        return depthwise.spread(g, w, sweep, size, groups)
    if sweep.stride == (1, 1):
        return correlate(g, _turned(w, groups), None, _backwards(sweep, size), groups)
    return _scatter(g, w, sweep, size, groups)


def kernel_gradient(x: Array, g: Array, w: Array, sweep: Sweep, groups: int) -> Array:
    """Return for every weight the sum of each pixel that it met times its window's value.

    Of w only the shape matters.
    """
    if _is_depthwise(w, groups):
        return depthwise.kernel_gradient(x, g, w, sweep)
    return _gradient(x, g, w, sweep, groups, None)


def both_gradients(x: Array, g: Array, w: Array, sweep: Sweep, groups: int) -> tuple[Array, Array]:
    """Return ``spread(g, w)`` and ``kernel_gradient(x, g)``, in less time than one by one."""
    if _is_depthwise(w, groups) or sweep.stride != (1, 1):
        share = spread(g, w, sweep, x.shape[1:3], groups)
        return share, kernel_gradient(x, g, w, sweep, groups)
    # Seen from the other side, with the roles of x and g exchanged, both take the same columns.
    turned, share = _turned(w, groups), np.empty(x.shape, x.dtype)
    gradient = _gradient(g, x, turned, _backwards(sweep, x.shape[1:3]), groups, share)
    return share, _turned(gradient, groups)


def _gradient(
    x: Array, g: Array, w: Array, sweep: Sweep, groups: int, value: Array | None
) -> Array:
    """Return the kernel's gradient; put ``correlate(x, w)`` into `value`, if there is one."""
    matrices = _by_group(w, groups)
    every = _blocks(g, w, groups)
    lanes = cut(len(every), max(-(-len(every) // LANES), 1))
    sums = np.zeros((len(lanes), *matrices.shape), g.dtype)

    def add_up(lane: int) -> None:
        share = scratch("share", matrices.shape, g.dtype)
        for block in every[lanes[lane]]:
            met = columns(x, sweep, block, groups)
            np.matmul(met.swapaxes(1, 2), _by_group(g[block], groups), out=share)
            sums[lane] += share
            if value is not None:
                np.matmul(met, matrices, out=_by_group(value[block], groups))

    each(add_up, range(len(lanes)), threads=_worth_threads(g, w))
    return sums.sum(axis=0).transpose(1, 0, 2).reshape(w.shape)


def _scatter(g: Array, w: Array, sweep: Sweep, size: Size, groups: int) -> Array:
    kh, kw, channels, _ = w.shape
    value = np.zeros((len(g), *size, groups, channels), g.dtype)
    matrices = _by_group(w, groups).swapaxes(1, 2)

    def add_up(parts: tuple[Block, ...]) -> None:
        # One image's blocks in turn: their windows may overlap.
        for block in parts:
            values = _by_group(g[block], groups)
            shares = scratch("columns", (*values.shape[:2], matrices.shape[2]), g.dtype)
            np.matmul(values, matrices, out=shares)
            shares = shares.reshape(groups, *g[block].shape[:3], kh, kw, channels)
            by_tap = shares.transpose(4, 5, 1, 2, 3, 0, 6)
            for (y, x), outputs, inputs in taps(sweep.part(block.rows), size):
                part = value[block.images, *inputs]
                part += by_tap[y, x, :, *outputs]

    by_image = groupby(_blocks(g, w, groups), attrgetter("images"))
    items = [tuple(parts) for _, parts in by_image]
    each(add_up, items, threads=_worth_threads(g, w))
    return value.reshape(*value.shape[:3], groups * channels)


def _is_depthwise(w: Array, groups: int) -> bool:
    return groups > 1 and w.shape[2] == 1


def _by_group(x: Array, groups: int) -> Array:
    """Return the matrix of each group: a line for every pixel, a column for every channel."""
    return x.reshape(-1, groups, x.shape[3] // groups).transpose(1, 0, 2)


def _turned(w: Array, groups: int) -> Array:
    """Return the kernel by half a turn, its input and output channels exchanged."""
    kh, kw, into, out = w.shape
    split = w[::-1, ::-1].reshape(kh, kw, into, groups, out // groups)
    return split.transpose(0, 1, 4, 3, 2).reshape(kh, kw, out // groups, groups * into)


def _backwards(sweep: Sweep, size: Size) -> Sweep:
    """Return the sweep of the turned kernel over the values, which stops at each pixel."""
    (kh, kw), (dy, dx), (top, left) = sweep.kernel, sweep.dilation, sweep.before
    return sweep._replace(before=(dy * (kh - 1) - top, dx * (kw - 1) - left), size=size)


def _blocks(outputs: Array, w: Array, groups: int) -> tuple[Block, ...]:
    taps_bytes = w.size // w.shape[3] * groups * outputs.itemsize
    return blocks(len(outputs), outputs.shape[1:3], taps_bytes)


def _worth_threads(outputs: Array, w: Array) -> bool:
    multiplications: int = outputs.size * w.size // w.shape[3]
    return multiplications >= WORTH_THREADS
