"""A rank-1 kernel as two passes: its column down the strip, then its row along it.

Where that pays both are products with banded matrices: (rows, rows + kh - 1) times the
block, then tiles of columns times (L, T). Otherwise they are sums of shifted copies.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.lib.stride_tricks import as_strided

from convkit.conv.problem import Array, Block, Problem, Span
from convkit.conv.strategies import tiles

TILE = 16
"""Output columns in one product along x: more waste multiplications, fewer keep BLAS less busy."""

GROUP = 16
"""Output rows in one product along y, for the same reason."""

ROWS = 64
"""Output rows in a strip: fewer read the rows between strips more often."""

BUFFERS = 1 << 23
"""Bytes that the buffers of a strip may take, unless the image is very wide."""


def supports(problem: Problem) -> bool:
    """Return whether the kernel is the outer product of a column and a row."""
    return problem.factors is not None


def cost(problem: Problem) -> float:
    """Return nanoseconds for each output sample: gathering, then both passes."""
    if problem.factors is None:
        return float("inf")
    size = problem.compute.itemsize / 4
    kh, kw = problem.kernel_size
    if _as_products(problem):
        return size * (1.0 + 0.016 * (GROUP + kh) + 0.022 * (TILE + kw))
    column, row = (int(np.count_nonzero(factor)) for factor in problem.factors)
    # The vertical pass also computes the columns that a horizontal stride will skip.
    return size * (1.5 + 0.25 * (column * problem.stride[1] + row))


def strip_rows(problem: Problem) -> int:
    """Return how many output rows a strip has."""
    (_, kw), size = problem.kernel_size, problem.compute.itemsize
    # The block, its sums down the columns, the windows along the rows, and what comes of them.
    copies = 4 + kw / TILE
    row = copies * problem.block_width * problem.shape[2] * size
    return max(min(int(BUFFERS / row) // GROUP * GROUP, ROWS), GROUP)


def strips(problem: Problem, image: Array, spans: Sequence[Span]) -> Iterator[Array]:
    """Yield the values of each span."""
    passes = _product_strips if _as_products(problem) else _shifted_strips
    return passes(problem, image, spans)


def _as_products(problem: Problem) -> bool:
    """Return whether products pay."""
    return problem.is_dense and max(problem.kernel_size) >= 4


def _vectors(problem: Problem) -> tuple[Array, Array]:
    assert problem.factors is not None
    column, row = problem.factors
    return column.astype(problem.compute), row.astype(problem.compute)


def _product_strips(problem: Problem, image: Array, spans: Sequence[Span]) -> Iterator[Array]:
    column, row = _vectors(problem)
    tiling = tiles.Tiling.of(problem, TILE)
    down, along = tiles.banded(column, GROUP).T, tiles.banded(row, tiling.width)
    channels, groups = problem.shape[2], -(-(spans[0][1] - spans[0][0]) // GROUP)
    block = Block(problem, groups * GROUP, columns=tiling.columns)
    grouped = _grouped(block.pixels, groups, down.shape[1])
    summed = np.empty((groups * GROUP, tiling.columns, channels), problem.compute)
    windows = np.empty((len(summed), channels, tiling.count, tiling.reach), problem.compute)
    outputs = np.empty((len(summed), channels, tiling.count, tiling.width), problem.compute)
    for span in spans:
        rows = span[1] - span[0]
        block.read(image, span)
        np.matmul(down, grouped, out=summed.reshape(groups, GROUP, -1))
        windows[:rows] = tiles.view(summed[:rows], tiling)
        np.matmul(windows[:rows], along, out=outputs[:rows])
        yield tiles.joined(problem, outputs[:rows])


def _grouped(pixels: Array, groups: int, reads: int) -> Array:
    """View a block as (groups, rows read, samples); neighbouring groups share rows."""
    flat = pixels.reshape(len(pixels), -1)
    per_row, per_sample = flat.strides
    shape = groups, reads, flat.shape[1]
    return as_strided(flat, shape, (GROUP * per_row, per_row, per_sample), writeable=False)


def _shifted_strips(problem: Problem, image: Array, spans: Sequence[Span]) -> Iterator[Array]:
    column, row = _vectors(problem)
    (sy, sx), (dy, dx) = problem.stride, problem.dilation
    block = Block(problem, spans[0][1] - spans[0][0])
    width = problem.out_shape[1]
    for first, last in spans:
        used = block.read(image, (first, last))
        down = _weighted_sum(
            column, [used[i * dy :: sy][: last - first] for i in range(len(column))]
        )
        yield _weighted_sum(row, [down[:, j * dx :: sx][:, :width] for j in range(len(row))])


def _weighted_sum(weights: Array, views: Sequence[Array]) -> Array:
    """Return the sum of views, each times its weight."""
    used = [(weight, view) for weight, view in zip(weights, views, strict=True) if weight]
    (weight, view), *others = used
    total: Array = view * weight
    term = np.empty_like(total)
    for weight, view in others:
        np.multiply(view, weight, out=term)
        total += term
    return total
