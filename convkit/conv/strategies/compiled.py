"""A small dense kernel, compiled for its size by numba, which the extra ``fast`` installs.

The image is read where it lies, whatever its dtype: a sample is cast in a register, multiplied and
added. Only what reaches over an edge is copied first: the strips at the top and the bottom, and a
few columns at the sides. Weights are arguments, so what is compiled and kept on disk serves every
kernel of that size.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from threading import Lock
from typing import Any, NamedTuple

import numpy as np

from convkit.conv.borders import gather
from convkit.conv.problem import Array, Block, Problem, Span
from convkit.conv.strategies import loops

LARGEST = 11
"""Rows and columns of a kernel: a larger one takes seconds to compile, and the DFT is near."""

IN_PLACE = frozenset(map(np.dtype, ("uint8", "uint16", "float32")))
"""Dtypes of images to compile for; others are cast into a block first."""

ROWS = 64
"""Output rows of a strip, at most: fewer lose to threads that hand each other the interpreter."""

IMPORT_NS, COMPILE_NS, COMPILE_TAP_NS = 0.3e9, 0.2e9, 0.01e9
"""What the first use in a process costs: importing numba, then compiling."""

Key = tuple[int, int, int, np.dtype[Any]]
"""What is compiled for: rows and columns of the kernel, channels, dtype."""

_warm: set[Key] = set()
_asked: Counter[Key] = Counter()


def supports(problem: Problem) -> bool:
    """Return whether the kernel is small and dense, sums are float32, and numba is installed."""
    return (
        problem.is_dense
        and not problem.is_bank
        and max(problem.kernel_size) <= LARGEST
        and problem.compute == np.float32
        and is_installed()
    )


@cache
def is_installed() -> bool:
    """Return whether numba could be imported, without doing so."""
    return find_spec("numba") is not None


def cost(problem: Problem) -> float:
    """Return nanoseconds for each output sample: memory, the taps, and a share of the start.

    The start is shared by the samples that :func:`remember` has been told of, and these. Who has
    asked for so many is likely to ask for as many again, and if not, has waited at most twice.
    """
    samples = _asked[_key(problem)] + math.prod(problem.out_shape)
    return 0.4 + 0.02 * problem.kernel.size + _start(problem) / samples


def remember(problem: Problem) -> None:
    """Count the samples of a problem that has been asked for.

    Which call is the first to be compiled may show in the last bits of its result. So only those
    remember who compute one image after another, and not those whose order the clock decides.
    """
    _asked[_key(problem)] += math.prod(problem.out_shape)


def strip_rows(problem: Problem) -> int:
    """Return how many output rows a strip has."""
    row = problem.out_shape[1] * problem.shape[2] * problem.compute.itemsize
    return min(ROWS, problem.cache_rows(row // 4))


def strips(problem: Problem, image: Array, spans: Sequence[Span]) -> Iterator[Array]:
    """Yield the values of each span."""
    correlate = _compiled(*problem.kernel_size, problem.shape[2])
    _warm.add(_key(problem))
    weights = np.ascontiguousarray(problem.weights)
    values = np.empty((spans[0][1] - spans[0][0], *problem.out_shape[1:]), np.float32)
    for span, pieces in _pieces(problem, image, spans):
        strip = values[: span[1] - span[0]]
        flat = strip.reshape(len(strip), -1)
        for piece in pieces:
            correlate(piece.pixels, span[0] - piece.first, weights, flat, piece.at)
        yield strip


class _Piece(NamedTuple):
    """Some columns of a strip: the pixels (rows, samples) that they read, and where they go.

    `first` is the output row whose windows begin in row 0 of the pixels, `at` the first sample.
    """

    pixels: Array
    first: int
    at: int


def _pieces(
    problem: Problem, image: Array, spans: Sequence[Span]
) -> Iterator[tuple[Span, list[_Piece]]]:
    """Yield each span and what its strip is made of: pieces of the image, or one padded block."""
    inside = [span for span in spans if _reads_only_pixels(problem, image, span)]
    across = _across(problem, image, (inside[0][0], inside[-1][1])) if inside else []
    block = Block(problem, spans[0][1] - spans[0][0]) if len(inside) < len(spans) else None
    for span in spans:
        if block is None or span in inside:
            yield span, across
        else:
            yield span, [_Piece(_flat(block.read(image, span)), span[0], 0)]


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


def _across(problem: Problem, image: Array, span: Span) -> list[_Piece]:
    """Return the pieces of some output rows: the image itself, and a copy at each padded side."""
    (_, width, channels), (_, kw) = problem.shape, problem.kernel_size
    top, _, left, right = problem.pads
    rows = span[0] - top, span[0] - top + problem.block_rows(span[1] - span[0])
    pieces = [_Piece(_flat(image), top, left * channels)]
    sides = ((-left, kw - 1), 0), ((width - kw + 1, width + right), left + width - kw + 1)
    for (start, stop), column in sides:
        if stop - start >= kw:
            side = np.empty((rows[1] - rows[0], stop - start, channels), np.float32)
            gather(image, rows, (start, stop), problem.border, side)
            pieces.append(_Piece(_flat(side), span[0], column * channels))
    return pieces


def _flat(pixels: Array) -> Array:
    """View pixels as (rows, samples), read-only, so that one compilation serves all."""
    view = np.asarray(pixels).reshape(len(pixels), -1)
    view.flags.writeable = False
    return view


def _key(problem: Problem) -> Key:
    return *problem.kernel_size, problem.shape[2], problem.dtype


def _start(problem: Problem) -> float:
    """Return the nanoseconds before the first sample."""
    if _key(problem) in _warm:
        return 0
    imports = 0 if "numba" in sys.modules else IMPORT_NS
    return imports + COMPILE_NS + COMPILE_TAP_NS * problem.kernel.size


_compiling = Lock()


def _compiled(kh: int, kw: int, channels: int) -> Callable[..., None]:
    """Return the compiled loops for a size; threads that come meanwhile wait."""
    with _compiling:
        return loops.compiled(kh, kw, channels)
