"""Where compiled loops read: the image itself, and copies of what reaches over an edge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from convkit.conv.borders import gather
from convkit.conv.problem import Array, Block, Problem, Span

IN_PLACE = frozenset(map(np.dtype, ("uint8", "uint16", "float32")))
"""Dtypes of images to compile for; others are cast into a block first."""


class Piece(NamedTuple):
    """Some columns of a strip: the pixels (rows, samples) that they read, and where they go.

    `first` is the output row whose windows begin in row 0 of the pixels, `at` the first sample.
    """

    pixels: Array
    first: int
    at: int


def pieces(
    problem: Problem, image: Array, spans: Sequence[Span]
) -> Iterator[tuple[Span, list[Piece]]]:
    """Yield each span and what its strip is made of: pieces of the image, or one padded block.

    Their dtype is what :func:`dtype` says, but for those of the image itself.
    """
    inside = [span for span in spans if _reads_only_pixels(problem, image, span)]
    across = _across(problem, image, (inside[0][0], inside[-1][1])) if inside else []
    block = None
    if len(inside) < len(spans):
        tallest = max(last - first for first, last in spans if (first, last) not in inside)
        block = Block(problem, tallest, dtype=dtype(problem))
    for span in spans:
        if block is None or span in inside:
            yield span, across
        else:
            yield span, [Piece(_flat(block.read(image, span)), span[0], 0)]


def dtype(problem: Problem) -> np.dtype[Any]:
    """Return what pixels are read in: the image's own dtype, if loops and its border can be."""
    if problem.dtype not in IN_PLACE or not problem.border.fits(problem.dtype):
        return problem.compute
    return problem.dtype


def _reads_only_pixels(problem: Problem, image: Array, span: Span) -> bool:
    """Return whether the windows of a strip need no row beyond the image, nor a cast of it."""
    first = span[0] - problem.pads.top
    return (
        image.dtype in IN_PLACE
        and image.flags.c_contiguous
        and image.flags.aligned
        and problem.shape[1] >= problem.kernel_size[1]
        and first >= 0
        and first + problem.block_rows(span[1] - span[0]) <= problem.shape[0]
    )


def _across(problem: Problem, image: Array, span: Span) -> list[Piece]:
    """Return the pieces of some output rows: the image itself, and a copy at each padded side."""
    (_, width, channels), (_, kw) = problem.shape, problem.kernel_size
    top, _, left, right = problem.pads
    rows = span[0] - top, span[0] - top + problem.block_rows(span[1] - span[0])
    found = [Piece(_flat(image), top, left * channels)]
    sides = ((-left, kw - 1), 0), ((width - kw + 1, width + right), left + width - kw + 1)
    for (start, stop), column in sides:
        if stop - start >= kw:
            side = np.empty((rows[1] - rows[0], stop - start, channels), dtype(problem))
            gather(image, rows, (start, stop), problem.border, side)
            found.append(Piece(_flat(side), span[0], column * channels))
    return found


def _flat(pixels: Array) -> Array:
    """View pixels as (rows, samples), read-only, so that one compilation serves all."""
    view = np.asarray(pixels).reshape(len(pixels), -1)
    view.flags.writeable = False
    return view
