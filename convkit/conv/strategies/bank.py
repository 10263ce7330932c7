"""A bank of kernels over all channels as one matrix product (im2col, Chellapilla et al. 2006)."""

from __future__ import annotations

from typing import Any

from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from convkit.conv.problem import Problem
from convkit.geometry import effective_kernel


def supports(problem: Problem) -> bool:
    """Return whether the kernel is a bank."""
    return problem.is_bank


def cost(problem: Problem) -> float:
    """Return nanoseconds for each output sample: its share of the copy, then the product."""
    out_channels = int(problem.kernel.shape[0])
    per_window = int(problem.kernel[0].size)
    return per_window * (1.0 / out_channels + 0.025)


def run(problem: Problem, image: NDArray[Any], out: NDArray[Any], first: int) -> None:
    """Compute the output rows first… into `out`."""
    rows, width, out_channels = out.shape
    (kh, kw), (sy, sx), (dy, dx) = problem.kernel_size, problem.stride, problem.dilation
    block = problem.block(image, first, first + rows)
    span = effective_kernel(kh, dy), effective_kernel(kw, dx)
    windows = sliding_window_view(block, span, axis=(0, 1))[::sy, ::sx, :, ::dy, ::dx]
    columns = windows.reshape(rows * width, -1)
    weights = problem.weights.reshape(out_channels, -1).T
    out[...] = (columns @ weights).reshape(out.shape)
