"""A kernel as one matrix product over shifted rows.

The rows that A output rows read are copied once for each kernel column, shifted by it; below each
other they make a matrix with as many columns as the row has samples. The weights make a matrix
(A, copied rows) in which the kernel moves down from output row to output row. Their product is the
A output rows: no pixel is moved more than kw times, channels stay interleaved, and the product is
wide, as BLAS likes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.lib.stride_tricks import as_strided

from convkit.conv.problem import Array, Block, Problem, Span

ROWS = 8
"""Output rows of one product: more waste multiplications by zero, fewer keep BLAS less busy."""

COPY_BYTES = 1 << 22
"""What the shifted copies of a strip may take."""


def supports(problem: Problem) -> bool:
    """Return whether there is a single kernel."""
    return not problem.is_bank


def cost(problem: Problem) -> float:
    """Return nanoseconds for each output sample: the copies, then the product."""
    per_output = problem.block_rows(ROWS) * problem.kernel_size[1] / ROWS
    return (0.3 + per_output * (0.035 + 0.026 * ROWS)) * problem.compute.itemsize / 4


def strip_rows(problem: Problem) -> int:
    """Return how many output rows a strip has."""
    group = _group_bytes(problem)
    return ROWS * max(1, min(8, COPY_BYTES // group))


def strips(problem: Problem, image: Array, spans: Sequence[Span]) -> Iterator[Array]:
    """Yield the values of each span."""
    tallest = spans[0][1] - spans[0][0]
    groups = -(-tallest // ROWS)
    block = Block(problem, groups * ROWS)
    width, channels = problem.out_shape[1:]
    reads, kw = problem.block_rows(ROWS), problem.kernel_size[1]
    copies = np.empty((groups, kw, reads, width, channels), problem.compute)
    windows = _shifted(problem, block.pixels, copies.shape)
    outputs = np.empty((groups, ROWS, width * channels), problem.compute)
    weights = _weights(problem)
    for span in spans:
        block.read(image, span)
        used = -(-(span[1] - span[0]) // ROWS)
        copies[:used] = windows[:used]
        columns = copies[:used].reshape(used, kw * reads, width * channels)
        np.matmul(weights, columns, out=outputs[:used])
        yield outputs.reshape(-1, width, channels)[: span[1] - span[0]]


def _group_bytes(problem: Problem) -> int:
    samples = problem.block_rows(ROWS) * problem.kernel_size[1] * problem.out_shape[1]
    return samples * problem.shape[2] * problem.compute.itemsize


def _shifted(problem: Problem, block: Array, shape: tuple[int, ...]) -> Array:
    """View a block as (groups, kw, rows read, W', C): each group's rows, moved by every column."""
    per_row, per_column, per_channel = block.strides
    (sy, sx), dx = problem.stride, problem.dilation[1]
    strides = ROWS * sy * per_row, dx * per_column, per_row, sx * per_column, per_channel
    return as_strided(block, shape, strides, writeable=False)


def _weights(problem: Problem) -> Array:
    """Return the (ROWS, kw * rows read) matrix that takes shifted rows to output rows."""
    (kh, kw), sy, dy = problem.kernel_size, problem.stride[0], problem.dilation[0]
    matrix = np.zeros((ROWS, kw, problem.block_rows(ROWS)), problem.compute)
    for row in range(ROWS):
        for i in range(kh):
            matrix[row, :, row * sy + i * dy] = problem.weights[i]
    return matrix.reshape(ROWS, -1)
