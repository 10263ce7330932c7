"""How a window goes over an image: whole numbers only, each pair is (y, x)."""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from typing import NamedTuple

from convkit import geometry

Size = tuple[int, int]
Pads = tuple[tuple[int, int], tuple[int, int]]
Range = tuple[slice, slice]

NO_PADS: Pads = ((0, 0), (0, 0))


class Sweep(NamedTuple):
    """The way of a window over an image; it stops at `size` places.

    The first window begins `before` the image's corner, or inside the image if that is negative.
    """

    kernel: Size
    stride: Size
    dilation: Size
    before: Size
    size: Size

    @property
    def span(self) -> Size:
        """How many rows and columns all windows together reach over."""
        return (
            (self.size[0] - 1) * self.stride[0]
            + geometry.effective_kernel(self.kernel[0], self.dilation[0]),
            (self.size[1] - 1) * self.stride[1]
            + geometry.effective_kernel(self.kernel[1], self.dilation[1]),
        )

    def part(self, rows: slice) -> Sweep:
        """Return the part of the way that stops in these rows."""
        top, left = self.before
        return self._replace(
            before=(top - rows.start * self.stride[0], left),
            size=(rows.stop - rows.start, self.size[1]),
        )


class Tap(NamedTuple):
    """One pixel of the window: at these `outputs` it lies inside the image, on these `inputs`."""

    place: Size
    outputs: Range
    inputs: Range


@lru_cache(maxsize=256)
def sweep_over(
    size: Size, kernel: Size, stride: Size, pads: Pads, dilation: Size = (1, 1)
) -> Sweep:
    """Return the sweep over an image of `size` padded by ((top, bottom), (left, right)).

    Raises
    ------
    ConvkitError
        If a number is out of range, or no window fits.
    """
    rows, columns = (
        geometry.output_size(n, k, pad=pad, stride=s, dilation=d)
        for n, k, pad, s, d in zip(size, kernel, pads, stride, dilation, strict=True)
    )
    return Sweep(kernel, stride, dilation, (pads[0][0], pads[1][0]), (rows, columns))


@lru_cache(maxsize=256)
def transposed_sweep(
    size: Size, kernel: Size, stride: Size, pads: Pads, dilation: Size, output_padding: Size
) -> tuple[Sweep, Size]:
    """Return the sweep that stops at `size` places, and the size of the image that it goes over.

    Raises
    ------
    ConvkitError
        If a number is out of range, or the padding cuts everything away.
    """
    rows, columns = (
        geometry.transposed_size(n, k, pad=pad, stride=s, dilation=d, output_padding=extra)
        for n, k, pad, s, d, extra in zip(
            size, kernel, pads, stride, dilation, output_padding, strict=True
        )
    )
    return Sweep(kernel, stride, dilation, (pads[0][0], pads[1][0]), size), (rows, columns)


@lru_cache(maxsize=256)
def taps(sweep: Sweep, size: Size) -> tuple[Tap, ...]:
    """Return the window's pixels, row by row, with what each sees of an image of `size`.

    Nothing of it lies outside, so that padding needs no pixels of its own.
    """
    axes = (
        [_reach(tap * d - before, s, count, n) for tap in range(k)]
        for k, s, d, before, count, n in zip(
            sweep.kernel, sweep.stride, sweep.dilation, sweep.before, sweep.size, size, strict=True
        )
    )
    return tuple(
        Tap((y, x), (out_rows, out_columns), (rows, columns))
        for (y, (out_rows, rows)), (x, (out_columns, columns)) in product(*map(enumerate, axes))
    )


def _reach(start: int, stride: int, count: int, n: int) -> Range:
    """Return which of `count` steps from `start` on stay within 0…n, and where they lead."""
    first = max(-(start // stride), 0)
    last = max(min((n - 1 - start) // stride + 1, count), first)
    begin = start + first * stride
    return slice(first, last), slice(begin, begin + (last - first) * stride, stride)
