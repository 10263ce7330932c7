"""PNG in 8 and 16 bits, still and animated, written straight on zlib; and its checksums verified.

Pillow writes no colour deeper than 8 bits, and is slower. Rows are filtered and compressed in
bands which depend only on the row above each, so that they may be done in any order.
Portable Network Graphics, third edition (W3C 2023); section numbers below are its.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from convkit.errors import ConvkitError
from convkit.images.picture import Frame, channels

SIGNATURE = b"\x89PNG\r\n\x1a\n"
BAND_BYTES = 1 << 20
"""How much is filtered and compressed at a time."""

_COLOR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}
"""Channels -> colour type (11.2.1)."""

_UP = 2  # the filter: each byte less the one above it (9.2)
_ZLIB_HEADER = b"\x78\x01"  # a window of 32 KiB, the fastest algorithm (RFC 1950)

Rows = NDArray[np.uint8]


@dataclass(frozen=True)
class Animation:
    """How frames follow one another: milliseconds each, and repetitions (0 is for ever)."""

    durations: Sequence[int]
    loop: int = 0


def encode(
    frames: Sequence[Frame],
    *,
    icc_profile: bytes | None = None,
    animation: Animation | None = None,
) -> bytes:
    """Return frames as a PNG file, or as an animated one if they are more than one.

    Parameters
    ----------
    frames : sequence of (H, W), (H, W, 2), (H, W, 3) or (H, W, 4) arrays
        uint8 or uint16, all of one shape.
    icc_profile : bytes, optional
    animation : Animation, optional
        By default every frame is shown for 100 ms, for ever.
    """
    chunks = [_header(frames[0])]
    if icc_profile:
        chunks.append(_chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(icc_profile)))
    if len(frames) == 1:
        chunks += _data(frames[0], b"IDAT", b"")
    else:
        chunks += _animated(frames, animation or Animation([100] * len(frames)))
    return b"".join([SIGNATURE, *chunks, _chunk(b"IEND", b"")])


def check(data: bytes, name: str) -> None:
    """Refuse a PNG file of which a part is missing or changed, by its lengths and checksums.

    Raises
    ------
    ConvkitError
    """
    view, position, tag = memoryview(data), len(SIGNATURE), b""
    while tag != b"IEND":
        start = position + 8
        if start > len(data):
            raise ConvkitError(f"'{name}' is truncated: a PNG ends with a chunk IEND")
        length, tag = struct.unpack_from(">I4s", data, position)
        position = start + length + 4
        if position > len(data):
            raise ConvkitError(f"'{name}' is truncated: its PNG chunk {_readable(tag)} is cut off")
        stored = int.from_bytes(view[start + length : position], "big")
        # Pixels can do without an ancillary chunk: its first letter is small (5.4).
        if not tag[0] & 0x20 and zlib.crc32(view[start - 4 : start + length]) != stored:
            raise ConvkitError(
                f"'{name}' is broken: the checksum of its PNG chunk {_readable(tag)} is wrong"
            )


def _readable(tag: bytes) -> str:
    return tag.decode("ascii", "backslashreplace")


def _header(frame: Frame) -> bytes:
    height, width = frame.shape[:2]
    color_type = _COLOR_TYPES[channels(frame)]
    return _chunk(
        b"IHDR", struct.pack(">IIBBBBB", width, height, 8 * frame.itemsize, color_type, 0, 0, 0)
    )


def _animated(frames: Sequence[Frame], animation: Animation) -> Iterator[bytes]:
    """Yield the chunks of an animation (11.3.6), each frame a whole image in place of the last."""
    height, width = frames[0].shape[:2]
    yield _chunk(b"acTL", struct.pack(">II", len(frames), animation.loop))
    sequence = 0
    for index, (frame, duration) in enumerate(zip(frames, animation.durations, strict=True)):
        control = struct.pack(">IIIIIHHBB", sequence, width, height, 0, 0, duration, 1000, 0, 0)
        yield _chunk(b"fcTL", control)
        sequence += 1
        if index == 0:
            yield from _data(frame, b"IDAT", b"")
        else:
            yield from _data(frame, b"fdAT", struct.pack(">I", sequence))
            sequence += 1


def _data(frame: Frame, tag: bytes, prefix: bytes) -> Iterator[bytes]:
    """Yield the pixels of a frame in chunks."""
    stream = _compressed(_rows(frame))
    if not prefix:
        yield from (_chunk(tag, part) for part in stream)
    else:
        yield _chunk(tag, prefix + b"".join(stream))


def _rows(frame: Frame) -> Rows:
    """Return the bytes of each row, samples with the high byte first."""
    samples = np.ascontiguousarray(frame, frame.dtype.newbyteorder(">"))
    return samples.view(np.uint8).reshape(frame.shape[0], -1)


def _compressed(rows: Rows) -> Iterator[bytes]:
    """Yield a zlib stream band by band."""
    step = max(1, BAND_BYTES // rows.shape[1])
    checksum = zlib.adler32(b"")
    head, tail = _ZLIB_HEADER, b""
    for start in range(0, len(rows), step):
        filtered = _filtered(rows, start, min(start + step, len(rows)))
        checksum = zlib.adler32(filtered.data, checksum)
        last = start + step >= len(rows)
        if last:
            tail = checksum.to_bytes(4, "big")
        yield head + _deflated(filtered, last=last) + tail
        head = b""


def _filtered(rows: Rows, start: int, stop: int) -> Rows:
    """Return rows as differences to those above, each after the number of its filter."""
    filtered = np.empty((stop - start, 1 + rows.shape[1]), np.uint8)
    filtered[:, 0] = _UP
    if start == 0:
        filtered[0, 1:] = rows[0]
        np.subtract(rows[1:stop], rows[: stop - 1], out=filtered[1:, 1:])
    else:
        np.subtract(rows[start:stop], rows[start - 1 : stop - 1], out=filtered[:, 1:])
    return filtered


def _deflated(filtered: Rows, *, last: bool) -> bytes:
    """Return a band as raw deflate data that ends on a byte, to be joined with the next."""
    deflate = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS, 9, zlib.Z_RLE)
    body = deflate.compress(filtered.data)
    return body + deflate.flush(zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH)


def _chunk(tag: bytes, body: bytes) -> bytes:
    checksum = zlib.crc32(body, zlib.crc32(tag))
    return b"".join([struct.pack(">I", len(body)), tag, body, checksum.to_bytes(4, "big")])
