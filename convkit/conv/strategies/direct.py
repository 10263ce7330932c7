"""Shift and add: one pass over the strip for each weight that isn't zero. Fits every kernel."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.conv.problem import Problem


def supports(problem: Problem) -> bool:
    """Return True for a single kernel: this is the fallback."""
    return not problem.is_bank


def cost(problem: Problem) -> float:
    """Return nanoseconds for each output sample: gathering, then a multiply and an add a tap."""
    return 1.0 + 0.9 * problem.taps


def run(problem: Problem, image: NDArray[Any], out: NDArray[Any], first: int) -> None:
    """Compute the output rows first… into `out`."""
    block = problem.block(image, first, first + len(out))
    total = np.zeros(out.shape, problem.compute)
    line = np.empty_like(total)
    term = np.empty_like(total)
    # Each kernel row is summed by itself first: rounding errors then grow with kh + kw terms
    # rather than with kh * kw.
    for i, weights in enumerate(problem.weights):
        taps = [(j, weight) for j, weight in enumerate(weights) if weight]
        for count, (j, weight) in enumerate(taps):
            target = term if count else line
            np.multiply(_window(problem, block, (i, j), out.shape), weight, out=target)
            if count:
                line += term
        if taps:
            total += line
    out[...] = total


def _window(
    problem: Problem, block: NDArray[Any], tap: tuple[int, int], shape: tuple[int, ...]
) -> NDArray[Any]:
    """Return, for every output sample, the pixel under one weight."""
    (sy, sx), (dy, dx) = problem.stride, problem.dilation
    (i, j), (rows, width) = tap, shape[:2]
    down = slice(i * dy, i * dy + (rows - 1) * sy + 1, sy)
    along = slice(j * dx, j * dx + (width - 1) * sx + 1, sx)
    return block[down, along]
