"""A dense kernel as matrix products with a banded matrix (phase GEMM).

A strip is cut into column blocks of ``BLOCK`` outputs. A block reads L = BLOCK + kw - 1 columns;
stepping down by kh rows gives slabs of kh * L pixels that don't overlap, so that BLAS takes them
where they lie, and each slab times a banded (kh * L, BLOCK) matrix is one row of outputs. Starting
at each of the kh row phases covers every output row.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view
from numpy.typing import NDArray

from convkit.conv.problem import Problem

BLOCK = 16
"""Output columns in one product: more waste multiplications by zero, fewer waste the copy."""


def supports(problem: Problem) -> bool:
    """Return whether the windows are dense and no zero of the band can meet a NaN."""
    return (
        not problem.is_bank
        and problem.finite
        and problem.stride == (1, 1)
        and problem.dilation == (1, 1)
    )


def cost(problem: Problem) -> float:
    """Return nanoseconds for each output sample: the copy into blocks, then the products."""
    kh, kw = problem.kernel_size
    length = BLOCK + kw - 1
    rate = 0.025 if problem.compute == np.float32 else 0.05  # ns for a multiply-add
    return 1.5 + 1.5 * length / BLOCK + rate * kh * length


def run(problem: Problem, image: NDArray[Any], out: NDArray[Any], first: int) -> None:
    """Compute the output rows first… into `out`."""
    rows, width, channels = out.shape
    kh, kw = problem.kernel_size
    block = problem.block(image, first, first + rows)
    nb = min(BLOCK, width)
    band = banded(problem.weights, nb)
    # The last block is moved left so that it ends with the row; its overlap is computed twice.
    starts = np.minimum(np.arange(0, width, nb), width - nb)
    windows = sliding_window_view(block, nb + kw - 1, axis=1)[:, starts]
    for channel in range(channels):
        slabs = np.ascontiguousarray(windows[:, :, channel].swapaxes(0, 1))
        for phase in range(min(kh, rows)):
            product = _phase(slabs, phase, kh, rows) @ band
            for index, start in enumerate(starts):
                out[phase::kh, start : start + nb, channel] = product[index]


def banded(kernel: NDArray[Any], nb: int) -> NDArray[Any]:
    """Return the (kh * L, nb) matrix whose column x holds the kernel moved right by x."""
    kh, kw = kernel.shape
    length = nb + kw - 1
    matrix = np.zeros((kh, length, nb), kernel.dtype)
    for column in range(nb):
        matrix[:, column : column + kw, column] = kernel
    return matrix.reshape(kh * length, nb)


def _phase(slabs: NDArray[Any], phase: int, kh: int, rows: int) -> NDArray[Any]:
    """View slabs (blocks, rows + kh - 1, L) as (blocks, m, kh * L): rows phase, phase + kh, …"""
    count = len(range(phase, rows, kh))
    per_block, per_row, per_pixel = slabs.strides
    shape = slabs.shape[0], count, kh * slabs.shape[2]
    strides = per_block, kh * per_row, per_pixel
    return as_strided(slabs[:, phase:], shape, strides, writeable=False)
