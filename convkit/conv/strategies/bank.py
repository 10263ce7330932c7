"""A bank of kernels over all channels as one matrix product (im2col, Chellapilla et al. 2006)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from numpy.lib.stride_tricks import sliding_window_view

from convkit.conv.problem import Array, Block, Problem, Span
from convkit.geometry import effective_kernel


def supports(problem: Problem) -> bool:
    """Return whether the kernel is a bank."""
    return problem.is_bank


def cost(problem: Problem) -> float:
    """Return nanoseconds for each output sample: its share of the copy, then the product."""
    return int(problem.kernel[0].size) * (1.0 / len(problem.kernel) + 0.025)


def strip_rows(problem: Problem) -> int:
    """Return how many output rows a strip has."""
    window = int(problem.kernel[0].size)
    return problem.cache_rows(problem.out_shape[1] * window * problem.compute.itemsize)


def strips(problem: Problem, image: Array, spans: Sequence[Span]) -> Iterator[Array]:
    """Yield the values of each span."""
    (kh, kw), (sy, sx), (dy, dx) = problem.kernel_size, problem.stride, problem.dilation
    reach = effective_kernel(kh, dy), effective_kernel(kw, dx)
    weights = problem.weights.reshape(len(problem.kernel), -1).T
    block = Block(problem, spans[0][1] - spans[0][0])
    for span in spans:
        used = block.read(image, span)
        windows = sliding_window_view(used, reach, axis=(0, 1))[::sy, ::sx, :, ::dy, ::dx]
        columns = windows.reshape(-1, len(weights))
        yield (columns @ weights).reshape(span[1] - span[0], *problem.out_shape[1:])
