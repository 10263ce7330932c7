"""One convolution, described: what a strategy needs to know before it touches a pixel."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.conv.borders import Border, gather
from convkit.conv.factors import factorise
from convkit.geometry import Pads, effective_kernel, output_size

Array = NDArray[Any]
Span = tuple[int, int]
"""First and last + 1 of some rows."""

FLOAT32_INTEGERS = 2**24
"""Whole numbers up to here are exact in float32."""

STRIP_BYTES = 1 << 18
"""What a strip's largest buffer should take: a core's own cache holds a few of them."""


@dataclass(frozen=True, eq=False)
class Problem:
    """A correlation of an (H, W, C) image with a kernel.

    Attributes
    ----------
    shape : (int, int, int)
        Height, width and channels of the image.
    dtype : dtype
        Of the image.
    kernel : float64 array
        (kh, kw), applied to each channel alone, or a bank (out, in, kh, kw) over all channels.
    pads, border, stride, dilation
        Geometry; stride and dilation are (y, x).
    """

    shape: tuple[int, int, int]
    dtype: np.dtype[Any]
    kernel: NDArray[np.float64]
    pads: Pads
    border: Border
    stride: tuple[int, int]
    dilation: tuple[int, int]

    @property
    def is_bank(self) -> bool:
        """Whether the kernel is a bank (out, in, kh, kw)."""
        return self.kernel.ndim == 4

    @property
    def is_dense(self) -> bool:
        """Whether windows are one pixel apart and have no holes."""
        return self.stride == self.dilation == (1, 1)

    @property
    def kernel_size(self) -> tuple[int, int]:
        """Kernel height and width."""
        kh, kw = self.kernel.shape[-2:]
        return kh, kw

    @property
    def taps(self) -> int:
        """How many weights are not zero."""
        return int(np.count_nonzero(self.kernel))

    @cached_property
    def out_shape(self) -> tuple[int, int, int]:
        """Height, width and channels of the output."""
        (kh, kw), (sy, sx), (dy, dx) = self.kernel_size, self.stride, self.dilation
        top, bottom, left, right = self.pads
        return (
            output_size(self.shape[0], kh, pad=(top, bottom), stride=sy, dilation=dy),
            output_size(self.shape[1], kw, pad=(left, right), stride=sx, dilation=dx),
            self.kernel.shape[0] if self.is_bank else self.shape[2],
        )

    @cached_property
    def is_whole(self) -> bool:
        """Whether pixels, border and weights are whole numbers, so that the answer is exact."""
        numbers = [self.kernel, np.asarray(self.border.value)]
        return self.dtype.kind in "biu" and all((n == np.rint(n)).all() for n in numbers)

    @cached_property
    def bound(self) -> float:
        """The largest magnitude that a sum can have, for whole numbers."""
        largest = max(_largest(self.dtype), *(abs(value) for value in self.border.value))
        return float(np.abs(self.kernel).sum() * largest)

    @cached_property
    def result(self) -> np.dtype[Any]:
        """The dtype of the output: float32 for what fits into 16 bits and for float32."""
        widest = 4 if self.dtype.kind == "f" else 2
        return np.dtype(np.float32 if self.dtype.itemsize <= widest else np.float64)

    @cached_property
    def compute(self) -> np.dtype[Any]:
        """What is summed in: float64 where float32 couldn't hold every partial sum exactly."""
        if self.is_whole and self.bound >= FLOAT32_INTEGERS:
            return np.dtype(np.float64)
        return self.result

    @cached_property
    def weights(self) -> Array:
        """The kernel in the dtype that is summed in."""
        return self.kernel.astype(self.compute)

    @cached_property
    def factors(self) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """The column and row whose outer product the kernel is, or None."""
        return None if self.is_bank else factorise(self.kernel)

    @cached_property
    def block_width(self) -> int:
        """How many columns the windows of a row read together."""
        (_, kw), (_, sx), (_, dx) = self.kernel_size, self.stride, self.dilation
        return (self.out_shape[1] - 1) * sx + effective_kernel(kw, dx)

    def block_rows(self, rows: int) -> int:
        """Return how many image rows the windows of some output rows read together."""
        (kh, _), (sy, _), (dy, _) = self.kernel_size, self.stride, self.dilation
        return (rows - 1) * sy + effective_kernel(kh, dy)

    def cache_rows(self, bytes_in_a_row: int) -> int:
        """Return how many rows of a buffer fit into a strip; at least 16, or it isn't worth it."""
        return max(16, STRIP_BYTES // max(1, bytes_in_a_row))


class Block:
    """The pixels (rows, columns, C) that a strip reads, padded and cast.

    One array is filled again for every strip, since fresh memory would cost more than the
    arithmetic, and rows that the strip before has read, too, are kept.

    Parameters
    ----------
    problem : Problem
    rows : int
        Output rows of the tallest strip.
    dtype : dtype, optional
        By default what is summed in.
    columns : int, optional
        More than are read, if the caller needs them; they stay zero.
    """

    def __init__(
        self,
        problem: Problem,
        rows: int,
        *,
        dtype: np.dtype[Any] | None = None,
        columns: int | None = None,
    ) -> None:
        shape = problem.block_rows(rows), columns or problem.block_width, problem.shape[2]
        self.pixels = np.zeros(shape, dtype or problem.compute)
        self._problem = problem
        self._holds: Span | None = None

    def read(self, image: Array, span: Span) -> Array:
        """Return the pixels that a span of output rows reads; spans come in order."""
        problem = self._problem
        start = span[0] * problem.stride[0] - problem.pads.top
        stop = start + problem.block_rows(span[1] - span[0])
        kept = 0
        if self._holds is not None and self._holds[1] > start:
            kept = self._holds[1] - start
            self.pixels[:kept] = self.pixels[start - self._holds[0] :][:kept].copy()
        columns = -problem.pads.left, problem.block_width - problem.pads.left
        used = self.pixels[: stop - start]
        gather(image, (start + kept, stop), columns, problem.border, used[kept:])
        self._holds = start, stop
        return used


def _largest(dtype: np.dtype[Any]) -> int:
    """Return the largest magnitude that a boolean or integer dtype holds."""
    if dtype.kind == "b":
        return 1
    if dtype.kind not in "iu":
        return 0
    bounds = np.iinfo(dtype)
    return max(-int(bounds.min), int(bounds.max))
