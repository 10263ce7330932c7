"""A rank-1 kernel as two passes: its column down the strip, then its row along it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.conv.problem import Problem


def supports(problem: Problem) -> bool:
    """Return whether the kernel is the outer product of a column and a row."""
    return problem.factors is not None


def cost(problem: Problem) -> float:
    """Return nanoseconds for each output sample: gathering, then both passes."""
    if problem.factors is None:
        return float("inf")
    column, row = (int(np.count_nonzero(factor)) for factor in problem.factors)
    # The vertical pass also computes the columns that a horizontal stride will skip.
    return 1.5 + 0.9 * (column * problem.stride[1] + row)


def run(problem: Problem, image: NDArray[Any], out: NDArray[Any], first: int) -> None:
    """Compute the output rows first… into `out`."""
    assert problem.factors is not None
    column, row = (factor.astype(problem.compute) for factor in problem.factors)
    (sy, sx), (dy, dx) = problem.stride, problem.dilation
    rows, width, _ = out.shape
    block = problem.block(image, first, first + rows)
    down = weighted_sum(block, column, axis=0, size=rows, stride=sy, dilation=dy)
    out[...] = weighted_sum(down, row, axis=1, size=width, stride=sx, dilation=dx)


def weighted_sum(
    block: NDArray[Any],
    weights: NDArray[Any],
    *,
    axis: int,
    size: int,
    stride: int,
    dilation: int,
) -> NDArray[Any]:
    """Return the 1-D correlation of a block (rows, W, C) with `weights` along one axis."""
    total: NDArray[Any] | None = None
    term: NDArray[Any] | None = None
    for tap, weight in enumerate(weights):
        if not weight:
            continue
        start = tap * dilation
        window = slice(start, start + (size - 1) * stride + 1, stride)
        view = block[window] if axis == 0 else block[:, window]
        if total is None:
            total = view * weight
            term = np.empty_like(total)
        else:
            np.multiply(view, weight, out=term)
            total += term
    assert total is not None  # a factor of a kernel that isn't zero isn't zero
    return total
