"""A small dense kernel, compiled for its size by numba, which the extra ``fast`` installs.

The image is read where it lies, whatever its dtype: a sample is cast in a register, multiplied and
added. Only what reaches over an edge is copied first: the strips at the top and the bottom, and a
few columns at the sides. Weights are arguments, so what is compiled and kept on disk serves every
kernel of that size.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from convkit.conv.compiling import start
from convkit.conv.compiling.compiler import compiling, is_installed
from convkit.conv.compiling.correlating import correlating
from convkit.conv.compiling.strips import compiled_strip_rows, correlated
from convkit.conv.problem import Array, Problem, Span

LARGEST = 11
"""Rows and columns of a kernel: a larger one takes seconds to compile, and the DFT is near."""


def supports(problem: Problem) -> bool:
    """Return whether the kernel is small and dense, sums are float32, and numba is installed."""
    return (
        problem.is_dense
        and not problem.is_bank
        and max(problem.kernel_size) <= LARGEST
        and problem.compute == np.float32
        and is_installed()
    )


def cost(problem: Problem) -> float:
    """Return nanoseconds for each output sample: memory, the taps, and a share of the start."""
    samples = math.prod(problem.out_shape)
    work = 0.15 + 0.017 * problem.kernel.size
    return work + start.share(key(problem), samples, problem.kernel.size)


def remember(problem: Problem) -> None:
    """Count the samples of a problem that has been asked for."""
    start.remember(key(problem), math.prod(problem.out_shape))


def key(problem: Problem) -> tuple[int, int, int, np.dtype[Any]]:
    """Return what is compiled for: rows and columns of the kernel, channels, dtype."""
    return *problem.kernel_size, problem.shape[2], problem.dtype


def strip_rows(problem: Problem) -> int:
    """Return how many output rows a strip has."""
    return compiled_strip_rows(problem)


def strips(problem: Problem, image: Array, spans: Sequence[Span]) -> Iterator[Array]:
    """Return the values of each span, one after the other."""
    with compiling:
        correlate = correlating(*problem.kernel_size, problem.shape[2])
    start.begun(key(problem))
    weights = np.ascontiguousarray(problem.weights)

    def one(pixels: Array, top: int, out: Array, at: int) -> None:
        correlate(pixels, top, weights, out, at)

    return correlated(problem, image, spans, one)
