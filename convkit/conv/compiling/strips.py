"""How compiled strategies go over an image: how many rows at a time, and piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from convkit.conv.compiling.pieces import pieces
from convkit.conv.problem import Array, Problem, Span

ROWS = 64
"""Output rows of a strip, at most: fewer lose to threads that hand each other the interpreter."""

Correlate = Callable[[Array, int, Array, int], None]
"""Takes pixels (rows, samples), the row that windows begin in, an output and its first sample."""


def compiled_strip_rows(problem: Problem) -> int:
    """Return how many output rows a strip has."""
    row = problem.out_shape[1] * problem.shape[2] * problem.compute.itemsize
    return min(ROWS, problem.cache_rows(row // 4))


def correlated(
    problem: Problem, image: Array, spans: Sequence[Span], correlate: Correlate
) -> Iterator[Array]:
    """Yield the values of each span; every piece of it is given to `correlate`."""
    values = np.empty((spans[0][1] - spans[0][0], *problem.out_shape[1:]), np.float32)
    for span, found in pieces(problem, image, spans):
        strip = values[: span[1] - span[0]]
        flat = strip.reshape(len(strip), -1)
        for piece in found:
            correlate(piece.pixels, span[0] - piece.first, flat, piece.at)
        yield strip
