"""Shift and add: one pass over the strip for each weight that isn't zero. Fits every kernel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from convkit.conv.problem import Array, Block, Problem, Span


def supports(problem: Problem) -> bool:
    """Return True for a single kernel: this is the fallback."""
    return not problem.is_bank


def cost(problem: Problem) -> float:
    """Return nanoseconds for each output sample: gathering, then a multiply and an add a tap."""
    return (1.0 + 0.25 * problem.taps) * problem.compute.itemsize / 4


def strip_rows(problem: Problem) -> int:
    """Return how many output rows a strip has."""
    return problem.cache_rows(problem.out_shape[1] * problem.shape[2] * problem.compute.itemsize)


def strips(problem: Problem, image: Array, spans: Sequence[Span]) -> Iterator[Array]:
    """Yield the values of each span."""
    tallest = spans[0][1] - spans[0][0]
    block = Block(problem, tallest)
    buffers = [np.empty((tallest, *problem.out_shape[1:]), problem.compute) for _ in range(3)]
    for span in spans:
        used = block.read(image, span)
        yield _strip(problem, used, [buffer[: span[1] - span[0]] for buffer in buffers])


def _strip(problem: Problem, block: Array, buffers: Sequence[Array]) -> Array:
    total, line, term = buffers
    total[...] = 0
    # Each kernel row is summed by itself first: rounding errors then grow with kh + kw terms
    # rather than with kh * kw.
    for i, weights in enumerate(problem.weights):
        taps = [(j, weight) for j, weight in enumerate(weights) if weight]
        for count, (j, weight) in enumerate(taps):
            target = term if count else line
            np.multiply(_window(problem, block, (i, j), total.shape), weight, out=target)
            if count:
                line += term
        if taps:
            total += line
    return total


def _window(problem: Problem, block: Array, tap: tuple[int, int], shape: tuple[int, ...]) -> Array:
    """Return, for every output sample, the pixel under one weight."""
    (sy, sx), (dy, dx) = problem.stride, problem.dilation
    (i, j), (rows, width) = tap, shape[:2]
    down = slice(i * dy, i * dy + (rows - 1) * sy + 1, sy)
    along = slice(j * dx, j * dx + (width - 1) * sx + 1, sx)
    return block[down, along]
