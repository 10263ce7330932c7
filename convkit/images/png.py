"""PNG in 8 and 16 bits, still and animated, written straight on zlib; and its checksums verified.

Pillow writes no colour deeper than 8 bits, and is slower.
Portable Network Graphics, third edition (W3C 2023); section numbers below are its.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from convkit.errors import ConvkitError
from convkit.images.picture import Frame, channels
from convkit.images.scanlines import COMPRESSIONS, check_compression, compressed
from convkit.workers import default_threads

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_COLOR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}
"""Channels -> colour type (11.2.1)."""

Deflate = Callable[[Frame], list[bytes]]
"""From a frame to the zlib stream of its rows, in parts."""


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
    compress: str = "fast",
    threads: int | None = None,
) -> bytes:
    """Return frames as a PNG file, or as an animated one if they are more than one.

    Parameters
    ----------
    frames : sequence of (H, W), (H, W, 2), (H, W, 3) or (H, W, 4) arrays
        uint8 or uint16, all of one shape.
    icc_profile : bytes, optional
    animation : Animation, optional
        By default every frame is shown for 100 ms, for ever.
    compress : {"fast", "small"}
    threads : int, optional
        The bytes are the same for any number; by default as :func:`default_threads` says.

    Raises
    ------
    ConvkitError
        If `compress` is another word.
    """
    compression = COMPRESSIONS[check_compression(compress)]
    deflate = partial(compressed, compression=compression, threads=threads or default_threads())
    chunks = [_header(frames[0])]
    if icc_profile:
        chunks.append(_chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(icc_profile)))
    if len(frames) == 1:
        chunks += (_chunk(b"IDAT", part) for part in deflate(frames[0]))
    else:
        chunks += _animated(frames, animation or Animation([100] * len(frames)), deflate)
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


def _animated(frames: Sequence[Frame], animation: Animation, deflate: Deflate) -> Iterator[bytes]:
    """Yield the chunks of an animation (11.3.6), each frame a whole image in place of the last."""
    height, width = frames[0].shape[:2]
    yield _chunk(b"acTL", struct.pack(">II", len(frames), animation.loop))
    sequence = 0
    for index, (frame, duration) in enumerate(zip(frames, animation.durations, strict=True)):
        control = struct.pack(">IIIIIHHBB", sequence, width, height, 0, 0, duration, 1000, 0, 0)
        yield _chunk(b"fcTL", control)
        sequence += 1
        if index == 0:
            yield from (_chunk(b"IDAT", part) for part in deflate(frame))
        else:
            yield _chunk(b"fdAT", b"".join([struct.pack(">I", sequence), *deflate(frame)]))
            sequence += 1


def _chunk(tag: bytes, body: bytes) -> bytes:
    checksum = zlib.crc32(body, zlib.crc32(tag))
    return b"".join([struct.pack(">I", len(body)), tag, body, checksum.to_bytes(4, "big")])
