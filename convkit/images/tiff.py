"""TIFF, uncompressed, in 8 and 16 bits and 32-bit floats, one or several pages.

Pillow writes no 16-bit colour. TIFF revision 6.0 (Adobe 1992); extra tags as named below.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np

from convkit.errors import ConvkitError
from convkit.images.picture import Frame, channels

_SHORT, _LONG, _UNDEFINED = 3, 4, 7
_FORMS = {_SHORT: "H", _LONG: "I", _UNDEFINED: "B"}
_HEADER = struct.Struct("<2sHI")
_LARGEST = 2**32 - 1

Tag = tuple[int, int, Sequence[int]]


def encode(frames: Sequence[Frame], *, icc_profile: bytes | None = None) -> bytes:
    """Return frames as a little-endian TIFF file.

    Parameters
    ----------
    frames : sequence of (H, W), (H, W, 2), (H, W, 3) or (H, W, 4) arrays
        uint8, uint16 or float32. They may differ in size.
    icc_profile : bytes, optional

    Raises
    ------
    ConvkitError
        If the file would pass the 4 GiB that its offsets can count.
    """
    size = sum(frame.nbytes + len(icc_profile or b"") + 1024 for frame in frames)
    if size > _LARGEST:
        raise ConvkitError(f"TIFF ends at 4 GiB, this picture has {size:,} bytes", "write .npy")
    parts = [_HEADER.pack(b"II", 42, _HEADER.size)]
    position = _HEADER.size
    for index, frame in enumerate(frames):
        page = _page(frame, icc_profile, position, last=index == len(frames) - 1)
        parts.append(page)
        position += len(page)
    return b"".join(parts)


def _page(frame: Frame, icc_profile: bytes | None, position: int, *, last: bool) -> bytes:
    """Return a directory at a position, followed by its values and pixels."""
    pixels = np.ascontiguousarray(frame, frame.dtype.newbyteorder("<")).tobytes()
    # A directory starts at an even offset.
    pixels += bytes(len(pixels) % 2)
    unplaced = _directory(_tags(frame, icc_profile, 0), position, 0)
    start = position + len(unplaced)
    following = 0 if last else start + len(pixels)
    return _directory(_tags(frame, icc_profile, start), position, following) + pixels


def _tags(frame: Frame, icc_profile: bytes | None, start: int) -> list[Tag]:
    count = channels(frame)
    height, width = frame.shape[:2]
    tags: list[Tag] = [
        (256, _LONG, [width]),
        (257, _LONG, [height]),
        (258, _SHORT, [8 * frame.itemsize] * count),
        (259, _SHORT, [1]),  # no compression
        (262, _SHORT, [2 if count >= 3 else 1]),  # RGB, or grey with 0 for black
        (273, _LONG, [start]),
        (277, _SHORT, [count]),
        (278, _LONG, [height]),  # one strip
        (279, _LONG, [frame.nbytes]),
    ]
    if count in (2, 4):
        tags.append((338, _SHORT, [2]))  # the last channel is alpha, not premultiplied
    tags.append((339, _SHORT, [3 if frame.dtype.kind == "f" else 1] * count))
    if icc_profile:
        tags.append((34675, _UNDEFINED, icc_profile))
    return tags


def _directory(tags: Sequence[Tag], position: int, following: int) -> bytes:
    """Return an image file directory; values longer than 4 bytes stand behind it."""
    entries = [struct.pack("<H", len(tags))]
    values = b""
    end = position + 2 + 12 * len(tags) + 4
    for tag, kind, numbers in tags:
        packed = struct.pack(f"<{len(numbers)}{_FORMS[kind]}", *numbers)
        field = packed.ljust(4, b"\0")
        if len(packed) > 4:
            field = struct.pack("<I", end + len(values))
            values += packed + bytes(len(packed) % 2)
        entries.append(struct.pack("<HHI", tag, kind, len(numbers)) + field)
    return b"".join([*entries, struct.pack("<I", following), values])
