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

FLOAT32_INTEGERS = 2**24
"""Whole numbers up to here are exact in float32."""


@dataclass(frozen=True, eq=False)
class Problem:
    """A correlation of an (H, W, C) image with a kernel.

    Attributes
    ----------
    shape : (int, int, int)
        Height, width and channels of the image.
    kernel : float64 array
        (kh, kw), applied to each channel alone, or a bank (out, in, kh, kw) over all channels.
    pads, border, stride, dilation
        Geometry; stride and dilation are (y, x).
    compute : dtype
        What is summed in: float64 where float32 couldn't hold every partial sum exactly.
    result : dtype
        Of the output.
    finite : bool
        Whether the image holds neither NaN nor infinity. Strategies that multiply pixels outside
        a window by zero must not run otherwise.
    """

    shape: tuple[int, int, int]
    kernel: NDArray[np.float64]
    pads: Pads
    border: Border
    stride: tuple[int, int]
    dilation: tuple[int, int]
    compute: np.dtype[np.floating]
    result: np.dtype[np.floating]
    finite: bool

    @property
    def is_bank(self) -> bool:
        """Whether the kernel is a bank (out, in, kh, kw)."""
        return self.kernel.ndim == 4

    @property
    def kernel_size(self) -> tuple[int, int]:
        """Kernel height and width."""
        kh, kw = self.kernel.shape[-2:]
        return kh, kw

    @cached_property
    def weights(self) -> NDArray[np.floating]:
        """The kernel in the dtype that is summed in."""
        return self.kernel.astype(self.compute)

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
    def factors(self) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """The column and row whose outer product the kernel is, or None."""
        return None if self.is_bank else factorise(self.kernel)

    def block(self, image: NDArray[Any], first: int, last: int) -> NDArray[Any]:
        """Gather the pixels that output rows first…last-1 read, in the compute dtype."""
        (kh, kw), (sy, sx), (dy, dx) = self.kernel_size, self.stride, self.dilation
        top, left = -self.pads.top, -self.pads.left
        rows = first * sy + top, (last - 1) * sy + top + effective_kernel(kh, dy)
        width = (self.out_shape[1] - 1) * sx + effective_kernel(kw, dx)
        return gather(image, rows, (left, left + width), self.border, self.compute)


def compute_dtype(
    image: np.dtype[np.generic], kernel: NDArray[np.float64], result: np.dtype[np.floating]
) -> np.dtype[np.floating]:
    """Return what to sum in, so that whole numbers stay exact."""
    whole = image.kind in "biu" and bool((kernel == np.rint(kernel)).all())
    if not whole or result == np.float64:
        return result
    largest = _largest(image)
    exact = np.abs(kernel).sum() * largest < FLOAT32_INTEGERS
    return np.dtype(np.float32) if exact else np.dtype(np.float64)


def result_dtype(image: np.dtype[np.generic]) -> np.dtype[np.floating]:
    """Return float32 for what fits into 16 bits and for float32, else float64."""
    widest = 4 if image.kind == "f" else 2
    return np.dtype(np.float32 if image.itemsize <= widest else np.float64)


def _largest(dtype: np.dtype[Any]) -> int:
    """Return the largest magnitude that a boolean or integer dtype holds."""
    if dtype.kind == "b":
        return 1
    bounds = np.iinfo(dtype)
    return max(-int(bounds.min), int(bounds.max))
