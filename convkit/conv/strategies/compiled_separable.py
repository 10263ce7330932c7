"""A column times a row, in two passes compiled by numba, which the extra ``fast`` installs.

The image is read where it lies, as by the strategy ``compiled``; one compilation serves kernels of
every size.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from convkit.conv.compiling import start
from convkit.conv.compiling.compiler import compiling, is_installed
from convkit.conv.compiling.separating import separating
from convkit.conv.compiling.strips import compiled_strip_rows, correlated
from convkit.conv.problem import Array, Problem, Span

TAPS = 72
"""How many are written out in the source, whatever the kernel."""


def supports(problem: Problem) -> bool:
    """Return whether the kernel has rank 1 and is dense, sums are float32, numba is installed."""
    return (
        problem.is_dense
        and problem.factors is not None
        and problem.compute == np.float32
        and is_installed()
    )


def cost(problem: Problem) -> float:
    """Return nanoseconds for each output sample: memory, the taps, and a share of the start."""
    samples = math.prod(problem.out_shape)
    return 0.3 + 0.018 * sum(problem.kernel_size) + start.share(key(problem), samples, TAPS)


def remember(problem: Problem) -> None:
    """Count the samples of a problem that has been asked for."""
    start.remember(key(problem), math.prod(problem.out_shape))


def key(problem: Problem) -> tuple[str, np.dtype[Any]]:
    """Return what is compiled for: the dtype."""
    return "separable", problem.dtype


def strip_rows(problem: Problem) -> int:
    """Return how many output rows a strip has."""
    return compiled_strip_rows(problem)


def strips(problem: Problem, image: Array, spans: Sequence[Span]) -> Iterator[Array]:
    """Return the values of each span, one after the other."""
    assert problem.factors is not None  # what isn't separable isn't supported
    with compiling:
        separate = separating()
    start.begun(key(problem))
    column, row = (factor.astype(np.float32) for factor in problem.factors)
    channels = problem.shape[2]

    def one(pixels: Array, top: int, out: Array, at: int) -> None:
        separate(pixels, top, column, row, channels, out, at)

    return correlated(problem, image, spans, one)
