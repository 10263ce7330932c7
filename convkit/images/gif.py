"""GIF: its 256 colours found, and its blocks followed to the end."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from convkit.errors import ConvkitError
from convkit.images.modes import with_kind
from convkit.images.picture import Frame, channels

_COLORS = 256
_TRAILER, _EXTENSION, _IMAGE = 0x3B, 0x21, 0x2C


def encode(
    frames: Sequence[Frame], *, durations: Sequence[int] | None = None, loop: int | None = None
) -> bytes:
    """Return frames as a GIF file.

    Up to 256 colours a frame are kept as they are; more are reduced to the 256 of a median cut
    (Heckbert 1982), without dither.

    Parameters
    ----------
    frames : sequence of uint8 (H, W), (H, W, 2), (H, W, 3) or (H, W, 4) arrays
    durations : sequence of int, optional
        Milliseconds; GIF counts hundredths of a second.
    loop : int, optional
        Repetitions; 0 is for ever.

    Raises
    ------
    ConvkitError
        If alpha is neither 0 nor 255 somewhere.
    """
    has_alpha = channels(frames[0]) in (2, 4)
    pages = [_palettised(frame) for frame in frames]
    options: dict[str, object] = {"save_all": True, "append_images": pages[1:], "optimize": False}
    if durations:
        options["duration"] = list(durations)
    if loop is not None:
        options["loop"] = loop
    if has_alpha:
        # What a frame leaves transparent must not show the one before.
        options["disposal"] = 2
    buffer = io.BytesIO()
    pages[0].save(buffer, "GIF", **options)
    return buffer.getvalue()


def check(data: bytes, name: str) -> None:
    """Refuse a GIF file that ends before its trailer: Pillow would leave out frames.

    Raises
    ------
    ConvkitError
    """
    try:
        position = 13 + _table_size(data[10])
        while data[position] != _TRAILER:
            if data[position] == _EXTENSION:
                position = _after_blocks(data, position + 2)
            elif data[position] == _IMAGE:
                position = _after_blocks(data, position + 11 + _table_size(data[position + 9]))
            else:
                # Some writers pad their blocks.
                position += 1
    except IndexError as error:
        raise ConvkitError(f"'{name}' is truncated: a GIF ends with a trailer") from error


def _table_size(flags: int) -> int:
    """Return the bytes of a colour table, if its flags say that there is one."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _after_blocks(data: bytes, position: int) -> int:
    """Return where a chain of sub-blocks, each after its length, has ended."""
    while data[position]:
        position += data[position] + 1
    return position + 1


def _palettised(frame: Frame) -> Image.Image:
    """Return a frame as an image with a palette, exactly where its colours are few enough."""
    if channels(frame) == 1:
        return Image.fromarray(frame)
    color, opaque = _split(frame)
    room = _COLORS - (not opaque.all())
    packed = color.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    found, indices = np.unique(packed[opaque], return_inverse=True)
    if len(found) > room:
        reduced = Image.fromarray(color).quantize(
            room, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
        )
        numbers, palette = np.asarray(reduced).copy(), bytes(reduced.getpalette() or ())
    else:
        numbers = np.zeros(frame.shape[:2], np.uint8)
        numbers[opaque] = indices.reshape(-1)
        palette = (
            np.stack([found >> 16, found >> 8 & 255, found & 255], axis=-1).astype("u1").tobytes()
        )
    numbers[~opaque] = _COLORS - 1
    image = Image.fromarray(numbers)
    image.putpalette(palette.ljust(3 * _COLORS, b"\0"))
    if not opaque.all():
        image.info["transparency"] = _COLORS - 1
    return image


def _split(frame: Frame) -> tuple[Frame, Frame]:
    """Return the RGB of a frame (H, W, 3), and where it is opaque (H, W)."""
    color = np.ascontiguousarray(with_kind(frame, "rgb"))
    if channels(frame) == 3:
        return color, np.ones(frame.shape[:2], np.bool_)
    alpha = frame[..., -1]
    if ((alpha > 0) & (alpha < 255)).any():
        raise ConvkitError("GIF can't hold soft alpha, only 0 and 255", "write .png or .webp")
    return color, alpha == 255
