"""Parts of a batch, small enough for a core's cache, and who works on them.

The parts are the same however many threads share them, and so are the bits of the results.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise, starmap
from math import prod
from threading import local
from typing import Any, NamedTuple, TypeVar

import numpy as np

from convkit.autograd.convolution.sweep import Size
from convkit.autograd.engine import Array
from convkit.workers import default_threads, in_parallel

BLOCK_BYTES = 1 << 20
"""How much a block works on, unless a row of one image is more. Smaller ones cost more calls."""

T = TypeVar("T")


class Block(NamedTuple):
    """Some images of a batch with all of their rows, or one image with some."""

    images: slice
    rows: slice


@lru_cache(maxsize=256)
def blocks(images: int, size: Size, pixel_bytes: int) -> tuple[Block, ...]:
    """Cut a batch into blocks; each pixel of an image of `size` takes `pixel_bytes` of work."""
    height, width = size
    rows = max(BLOCK_BYTES // (width * pixel_bytes), 1)
    if rows >= height:
        return tuple(Block(part, slice(0, height)) for part in cut(images, rows // height))
    return tuple(
        Block(slice(image, image + 1), part)
        for image in range(images)
        for part in cut(height, rows)
    )


@lru_cache(maxsize=256)
def cut(length: int, most: int) -> tuple[slice, ...]:
    """Cut a length into the fewest parts that are no longer than `most`, as equal as can be."""
    parts = max(-(-length // most), 1)
    edges = (length * part // parts for part in range(parts + 1))
    return tuple(starmap(slice, pairwise(edges)))


def each(work: Callable[[T], None], items: Sequence[T], *, threads: bool) -> None:
    """Call `work` for each item, on several threads if that is worth it."""
    if threads and len(items) > 1:
        in_parallel(work, items, default_threads())
    else:
        for item in items:
            work(item)


def image_blocks(x: Array) -> tuple[slice, ...]:
    """Cut a batch into blocks of whole images, for what is done element by element."""
    image_bytes = max(x.nbytes // max(len(x), 1), 1)
    return cut(len(x), max(BLOCK_BYTES // image_bytes, 1))


def along_row(values: Array, width: int) -> Array:
    """Return (..., C) values as (..., width, C): whole rows are added faster than pixels."""
    shape = (*values.shape[:-1], width, values.shape[-1])
    return np.ascontiguousarray(np.broadcast_to(values[..., None, :], shape))


class _Shelf(local):
    def __init__(self) -> None:
        self.buffers: dict[tuple[str, np.dtype[Any]], Array] = {}


_shelf = _Shelf()


def scratch(name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Return uninitialised memory, valid until this thread asks for the same name again.

    It is for what is used up within a block: new memory for each would have to be faulted in.
    """
    size = prod(shape)
    buffer = _shelf.buffers.get((name, dtype))
    if buffer is None or buffer.size < size:
        buffer = _shelf.buffers[name, dtype] = np.empty(size, dtype)
    return buffer[:size].reshape(shape)
