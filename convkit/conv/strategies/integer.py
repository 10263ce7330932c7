"""Small whole kernels over images of whole numbers, in the narrowest integers that hold the sums.

A strip is one flat run of samples, so that the pixels under a weight are an offset slice. Equal
weights are summed before they are multiplied, 1 and -1 are added and subtracted, zeros skipped,
and a rank-1 kernel is done as its column and its row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from convkit.conv.problem import Array, Block, Problem, Span

STRIP_BYTES = 1 << 21
"""What a strip may take: operations are so short that fewer of them, on more, win."""

WIDTHS = (np.dtype(np.int16), np.dtype(np.int32))


def supports(problem: Problem) -> bool:
    """Return whether all is whole, windows are dense and the sums fit into 32 bits."""
    return (
        problem.is_whole
        and not problem.is_bank
        and problem.is_dense
        and problem.result == np.float32
        and problem.bound <= np.iinfo(WIDTHS[-1]).max
        and problem.taps > 0
    )


def cost(problem: Problem) -> float:
    """Return nanoseconds for each output sample: gathering, then the operations."""
    per_operation = 0.035 * width(problem).itemsize / 2
    return 0.3 + per_operation * sum(_operations(plan) for plan in _passes(problem))


def width(problem: Problem) -> np.dtype[np.signedinteger]:
    """Return the narrowest integers that hold every sum."""
    return next(dtype for dtype in WIDTHS if problem.bound <= np.iinfo(dtype).max)


def strip_rows(problem: Problem) -> int:
    """Return how many output rows a strip has."""
    row = problem.block_width * problem.shape[2] * width(problem).itemsize
    return max(16, STRIP_BYTES // row, 2 * problem.kernel_size[0])


def strips(problem: Problem, image: Array, spans: Sequence[Span]) -> Iterator[Array]:
    """Yield the values of each span, in integers."""
    dtype = width(problem)
    columns, channels = problem.block_width, problem.shape[2]
    passes = _passes(problem)
    block = Block(problem, spans[0][1] - spans[0][0], dtype=dtype)
    for span in spans:
        rows = span[1] - span[0]
        flat = block.read(image, span).reshape(-1)
        for offsets in passes:
            flat = _weighted_sum(flat, offsets)
        # What a window reads beyond its row makes the last columns meaningless: they go.
        whole = np.empty(rows * columns * channels, dtype)
        whole[: len(flat)] = flat
        yield whole.reshape(rows, columns, channels)[:, : problem.out_shape[1]]


Pass = Mapping[int, int]
"""Offset in a flat strip -> weight."""


def _passes(problem: Problem) -> list[Pass]:
    """Return the kernel as one pass, or as two where it is a column times a row."""
    per_column = problem.shape[2]
    per_row = problem.block_width * per_column
    if problem.factors is None or 1 in problem.kernel_size:
        parts = [problem.kernel]
    else:
        column, row = problem.factors
        parts = [column[:, np.newaxis], row[np.newaxis]]
    return [
        {
            int(i * per_row + j * per_column): int(weight)
            for (i, j), weight in np.ndenumerate(part)
            if weight or (i, j) == (part.shape[0] - 1, part.shape[1] - 1)
        }
        for part in parts
    ]


def _operations(offsets: Pass) -> int:
    sizes = {abs(weight) for weight in offsets.values()}
    return len(offsets) + len(sizes - {0, 1})


def _weighted_sum(flat: Array, offsets: Pass) -> Array:
    """Return the sum of the slices of `flat` at the offsets, each times its weight."""
    length = len(flat) - max(offsets)
    groups: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for offset, weight in offsets.items():
        if weight:
            groups[abs(weight)].append((offset, 1 if weight > 0 else -1))
    total: Array | None = None
    for size, members in sorted(groups.items()):
        part = _signed_sum(flat, members, length)
        if size != 1:
            part *= flat.dtype.type(size)
        total = part if total is None else np.add(total, part, out=total)
    assert total is not None  # a kernel that isn't zero has a weight
    return total


def _signed_sum(flat: Array, members: Sequence[tuple[int, int]], length: int) -> Array:
    """Return the sum of slices, with their signs; a positive one goes first if there is one."""
    (offset, sign), *others = sorted(members, key=lambda member: -member[1])
    total = flat[offset : offset + length].copy()
    if sign < 0:
        np.negative(total, out=total)
    for offset, sign in others:
        operation = np.add if sign > 0 else np.subtract
        operation(total, flat[offset : offset + length], out=total)
    return total
