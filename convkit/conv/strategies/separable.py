"""A rank-1 kernel as two passes: its column down the strip, then its row along it.

Where nothing forbids it both are products with banded matrices: (rows, rows + kh - 1) times the
block, then tiles of columns times (L, T). Otherwise they are sums of shifted copies.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from convkit.conv.problem import Array, Block, Problem, Span
from convkit.conv.strategies import tiles

TILE = 32
"""Output columns in one product."""


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
        rows = strip_rows(problem)
        return size * (0.5 + 0.012 * (rows + kh) + 0.3 + 0.016 * (TILE + kw))
    column, row = (int(np.count_nonzero(factor)) for factor in problem.factors)
    # The vertical pass also computes the columns that a horizontal stride will skip.
    return size * (1.5 + 0.25 * (column * problem.stride[1] + row))


def strip_rows(problem: Problem) -> int:
    """Return how many output rows a strip has."""
    rows = problem.cache_rows(problem.block_width * problem.shape[2] * problem.compute.itemsize)
    return max(min(rows, 64), problem.kernel_size[0])


def strips(problem: Problem, image: Array, spans: Sequence[Span]) -> Iterator[Array]:
    """Yield the values of each span."""
    passes = _product_strips if _as_products(problem) else _shifted_strips
    return passes(problem, image, spans)


def _as_products(problem: Problem) -> bool:
    """Return whether products pay, and no zero of a band can meet a NaN."""
    return problem.is_dense and problem.finite and max(problem.kernel_size) >= 4


def _vectors(problem: Problem) -> tuple[Array, Array]:
    assert problem.factors is not None
    column, row = problem.factors
    return column.astype(problem.compute), row.astype(problem.compute)


def _product_strips(problem: Problem, image: Array, spans: Sequence[Span]) -> Iterator[Array]:
    column, row = _vectors(problem)
    tiling = tiles.Tiling.of(problem, TILE)
    along = tiles.banded(row, tiling.width)
    channels, tallest = problem.shape[2], spans[0][1] - spans[0][0]
    block = Block(problem, tallest, columns=tiling.columns)
    summed = np.empty((tallest, tiling.columns, channels), problem.compute)
    windows = np.empty((tallest, channels, tiling.count, tiling.reach), problem.compute)
    outputs = np.empty((tallest, channels, tiling.count, tiling.width), problem.compute)
    for span in spans:
        rows = span[1] - span[0]
        used = block.read(image, span)
        down = tiles.banded(column, rows).T
        np.matmul(down, used.reshape(len(used), -1), out=summed[:rows].reshape(rows, -1))
        windows[:rows] = tiles.view(summed[:rows], tiling)
        np.matmul(windows[:rows], along, out=outputs[:rows])
        yield tiles.joined(problem, outputs[:rows])


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
