"""The scanlines of a PNG: filtered, and deflated to one zlib stream, in bands on several threads.

A band needs nothing of the others but the row above it, and ends on a byte, so that bands may be
done in any order and joined. They are cut by size alone: any number of threads gives the same
bytes. Portable Network Graphics, third edition (W3C 2023); section numbers below are its.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convkit.errors import unknown
from convkit.images.picture import Frame, channels
from convkit.workers import in_parallel

BAND_BYTES = 1 << 19
"""How much is filtered and deflated at a time."""

Rows = NDArray[np.uint8]
Filter = Callable[[Rows, Rows, int], Rows]
"""From the row above (1, W), rows (H, W) and the bytes of a pixel to filtered rows (H, 1 + W)."""

Deflater = Callable[[], Any]
"""Makes an object with ``compress`` and ``flush``, as :func:`zlib.compressobj` does."""


class Way(NamedTuple):
    """One way to make rows small.

    Attributes
    ----------
    filter : callable
        Takes from each byte what its neighbours let expect (9.2): what is left repeats more often.
    deflater : callable
    """

    filter: Filter
    deflater: Deflater


class Compression(NamedTuple):
    """What is tried on every band; the shortest result is kept, the first of equals.

    Attributes
    ----------
    header : bytes
        Of the zlib stream: a window of 32 KiB, and how hard it was worked on (RFC 1950, 2.2).
    ways : tuple of Way
    """

    header: bytes
    ways: tuple[Way, ...]


# --- filters ---


def plain(_above: Rows, rows: Rows, _pixel: int) -> Rows:
    """Leave bytes as they are: the best for few colours."""
    return np.pad(rows, ((0, 0), (1, 0)))


def up(above: Rows, rows: Rows, _pixel: int) -> Rows:
    """Take from each byte the one above it."""
    filtered = np.empty((len(rows), 1 + rows.shape[1]), np.uint8)
    filtered[:, 0] = 2
    np.subtract(rows[:1], above, out=filtered[:1, 1:])
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    return filtered


def adaptive(above: Rows, rows: Rows, pixel: int) -> Rows:
    """Give each row the filter that leaves the smallest sum of absolute differences (12.7)."""
    padded = np.pad(np.concatenate([above, rows]), ((0, 0), (pixel, 0)))
    here, left = padded[1:, pixel:], padded[1:, :-pixel]
    over, corner = padded[:-1, pixel:], padded[:-1, :-pixel]
    average = (left >> 1) + (over >> 1) + (left & over & 1)
    predictions = [np.zeros_like(here), left, over, average, _paeth(left, over, corner)]
    candidates = np.stack([here - prediction for prediction in predictions])
    sums = np.abs(candidates.view(np.int8)).view(np.uint8).sum(axis=2, dtype=np.int64)
    best = sums.argmin(axis=0).astype(np.uint8)
    return np.column_stack([best, candidates[best, np.arange(len(rows))]])


def _paeth(left: Rows, over: Rows, corner: Rows) -> Rows:
    """Predict the neighbour nearest to left + over - corner (9.4)."""
    a, b, c = (neighbour.astype(np.int16) for neighbour in (left, over, corner))
    to_left, to_over, to_corner = np.abs(b - c), np.abs(a - c), np.abs(a + b - 2 * c)
    nearer = np.where(to_over <= to_corner, over, corner)
    return np.where((to_left <= to_over) & (to_left <= to_corner), left, nearer)


# --- deflating ---


def quick() -> Any:
    """Deflate with ISA-L, three times as fast as zlib's fastest for a file 3 % larger."""
    try:
        from isal import isal_zlib
    except ImportError:  # there are processors for which nobody builds it
        return zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS, 9, zlib.Z_RLE)
    return isal_zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)


def thorough() -> Any:
    """Deflate as well as zlib can."""
    return zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9)


def thorough_after_filters() -> Any:
    """Deflate as well as zlib can what has few repetitions left."""
    return zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9, zlib.Z_FILTERED)


COMPRESSIONS = {
    "fast": Compression(b"\x78\x01", (Way(up, quick),)),
    "small": Compression(
        b"\x78\xda", (Way(adaptive, thorough_after_filters), Way(plain, thorough))
    ),
}
"""Word -> what it stands for."""


def check_compression(word: str) -> str:
    """Return `word` if it is one of :data:`COMPRESSIONS`.

    Raises
    ------
    ConvkitError
        If it isn't.
    """
    if word not in COMPRESSIONS:
        raise unknown("compression", word, COMPRESSIONS)
    return word


# --- bands ---


class _Band(NamedTuple):
    """A part of a zlib stream, and the Adler-32 checksum and length of what it unpacks to."""

    deflated: bytes
    checksum: int
    length: int


def compressed(frame: Frame, compression: Compression, threads: int) -> list[bytes]:
    """Return the scanlines of a frame as a zlib stream, in parts.

    Parameters
    ----------
    frame : (H, W) or (H, W, C) array of uint8 or uint16
    compression : Compression
    threads : int
    """
    step = max(1, BAND_BYTES // frame[0].nbytes)
    starts = range(0, len(frame), step)
    bands: dict[int, _Band] = {}

    def deflate(start: int) -> None:
        bands[start] = _band(frame, start, min(start + step, len(frame)), compression.ways)

    in_parallel(deflate, starts, threads)
    ordered = [bands[start] for start in starts]
    checksum = zlib.adler32(b"")
    for band in ordered:
        checksum = adler32_combine(checksum, band.checksum, band.length)
    first, *others = (band.deflated for band in ordered)
    parts = [compression.header + first, *others]
    parts[-1] += checksum.to_bytes(4, "big")
    return parts


def _band(frame: Frame, start: int, stop: int, ways: Sequence[Way]) -> _Band:
    rows = _scanlines(frame[start:stop])
    above = _scanlines(frame[start - 1 : start]) if start else np.zeros_like(rows[:1])
    pixel = frame.itemsize * channels(frame)
    bands = [_deflated(way, way.filter(above, rows, pixel), stop == len(frame)) for way in ways]
    return min(bands, key=lambda band: len(band.deflated))


def _deflated(way: Way, filtered: Rows, last: bool) -> _Band:
    deflate = way.deflater()
    body = deflate.compress(filtered.data)
    end = deflate.flush(zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH)
    return _Band(body + end, zlib.adler32(filtered.data), filtered.size)


def _scanlines(frame: Frame) -> Rows:
    """Return the bytes of each row, samples with the high byte first."""
    samples = np.ascontiguousarray(frame, frame.dtype.newbyteorder(">"))
    return samples.view(np.uint8).reshape(len(frame), -1)


_ADLER = 65521  # the largest prime below 2**16 (RFC 1950, 9)


def adler32_combine(first: int, second: int, length: int) -> int:
    """Return the Adler-32 checksum of two parts together.

    Parameters
    ----------
    first, second : int
        The checksum of each.
    length : int
        Bytes of the second.
    """
    # The low half counts from 1; the high half sums up the low half after each byte.
    before = (first & 0xFFFF) - 1
    low = (before + (second & 0xFFFF)) % _ADLER
    high = ((first >> 16) + (second >> 16) + length * before) % _ADLER
    return high << 16 | low
