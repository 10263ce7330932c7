"""Colours of 16 bits, which Pillow opens as 8 bits without a word.

Pillow unpacks such samples by keeping the high byte of each. Told that they are stored in the other
byte order, it keeps the low byte instead: two decodings hold all 16 bits.
"""

from __future__ import annotations

import io
import struct
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image

from convkit.errors import ConvkitError
from convkit.images.color import unpremultiply
from convkit.images.modes import (
    TIFF_BITS,
    TIFF_PLANAR,
    codec_of,
    raw_mode,
    set_raw_mode,
    tiff_tag,
    with_transparent_color,
)
from convkit.images.picture import Frame

_SHALLOW_MODES = frozenset({"L", "LA", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "P"})
"""Modes of 8 bits a channel, as which a deeper image would lose something."""

_WHITE = 65535


class Reader:
    """Reads the frames of one file, in order, at 16 bits.

    Parameters
    ----------
    data : bytes
        The file.
    name : str
        What to call it in messages.
    """

    def __init__(self, data: bytes, name: str) -> None:
        self._data = data
        self._name = name
        self._twin: Image.Image | None = None

    def is_deep(self, image: Image.Image) -> bool:
        """Return whether the current frame, not loaded yet, is deeper than Pillow's mode of it."""
        bits = _BITS.get(image.format or "")
        return image.mode in _SHALLOW_MODES and bits is not None and bits(image, self._data) > 8

    def frame(self, image: Image.Image, index: int) -> Frame:
        """Return the current frame of an image, which isn't loaded yet, as uint16.

        Raises
        ------
        ConvkitError
            If its 16 bits can't be kept.
        """
        if image.format == "PPM" and raw_mode(image) == "RGB" and codec_of(image) == "ppm":
            return _netpbm(image, self._data)
        kind, depth, order = raw_mode(image).partition(";16")
        in_planes = tiff_tag(image, TIFF_PLANAR, 1) == 2
        if not depth or kind not in _CHANNELS or in_planes or _blends(image, index):
            raise self._refusal(image)
        if kind == "LA":
            return _grey_alpha(image)
        frame = self._samples(image, index, kind, order)
        if kind == "RGBa":
            return _straight(frame)
        color = image.info.get("transparency")
        return with_transparent_color(frame, color) if isinstance(color, tuple) else frame

    def _samples(self, image: Image.Image, index: int, kind: str, order: str) -> Frame:
        """Return the 16-bit samples (H, W, C) from their first and second bytes."""
        if self._twin is None:
            self._twin = Image.open(io.BytesIO(self._data))
        self._twin.seek(index)
        # Unpacking premultiplied colours byte by byte must not divide them by alpha.
        stored = kind.replace("a", "A")
        first = _decoded(image, f"{stored};16B")
        second = _decoded(self._twin, f"{stored};16L")
        little = order == "L" or (order == "N" and sys.byteorder == "little")
        high, low = (second, first) if little else (first, second)
        return high.astype(np.uint16) << 8 | low

    def _refusal(self, image: Image.Image) -> ConvkitError:
        return ConvkitError(
            f"'{self._name}' has more than 8 bits a channel, "
            f"in a kind of {image.format} that would be cut to 8",
            "save it as a PNG, a TIFF with interleaved channels, or a .npy, of 16 bits",
        )


_CHANNELS = frozenset({"LA", "RGB", "RGBA", "RGBX", "RGBa"})
"""What Pillow unpacks from 16-bit samples of either byte order."""


def _decoded(image: Image.Image, rawmode: str) -> Frame:
    set_raw_mode(image, rawmode)
    image.load()
    return np.asarray(image)


def _blends(image: Image.Image, index: int) -> bool:
    """Return whether an APNG frame is to be blended with the one before, which needs all bits."""
    over = 1
    translucent = image.mode == "RGBA" or "transparency" in image.info
    return index > 0 and image.info.get("blend") == over and translucent


def _grey_alpha(image: Image.Image) -> Frame:
    """Read PNG's 16-bit grey with alpha, four bytes a pixel, as if it were 8-bit RGBA."""
    raw = np.ascontiguousarray(_decoded(image, "RGBA"))
    samples: Frame = raw.view(">u2").astype(np.uint16)
    return samples


def _straight(frame: Frame) -> Frame:
    """Return premultiplied RGBA samples with colours divided by alpha."""
    scaled = frame.astype(np.float64) / _WHITE
    color = np.rint(unpremultiply(scaled[..., :3], scaled[..., 3]).clip(0, 1) * _WHITE)
    return np.concatenate([color.astype(np.uint16), frame[..., 3:]], axis=-1)


def _netpbm(image: Any, data: bytes) -> Frame:
    """Read a binary PPM with a maximum above 255, scaled so that it becomes 65535."""
    _, _, offset, (_, maximum) = image.tile[0]
    count = image.width * image.height * 3
    if len(data) < offset + 2 * count:
        raise OSError("pixels are missing at its end")
    samples = np.frombuffer(data, ">u2", count, offset).reshape(image.height, image.width, 3)
    scaled = samples.astype(np.uint32) * _WHITE + maximum // 2
    frame: Frame = np.minimum(scaled // maximum, _WHITE).astype(np.uint16)
    return frame


# --- how many bits a format's own header names ---


def _raw_bits(image: Image.Image, _: bytes) -> int:
    return 16 if ";16" in raw_mode(image) else 8


def _tiff_bits(image: Image.Image, _: bytes) -> int:
    return tiff_tag(image, TIFF_BITS, 1)


def _netpbm_bits(image: Any, _: bytes) -> int:
    arguments = image.tile[0][3]
    return int(arguments[1]).bit_length() if isinstance(arguments, tuple) else 8


def _sgi_bits(_: Image.Image, data: bytes) -> int:
    return 8 * data[3]


def _jpeg2000_bits(_: Image.Image, data: bytes) -> int:
    """Read the SIZ segment (ISO/IEC 15444-1, A.5.1)."""
    start = data.index(b"\xff\x4f\xff\x51") + 4
    (count,) = struct.unpack_from(">H", data, start + 36)
    return max((data[start + 38 + 3 * channel] & 0x7F) + 1 for channel in range(count))


def _avif_bits(_: Image.Image, data: bytes) -> int:
    """Read high_bitdepth of the AV1 configuration box (AV1-ISOBMFF 2.3)."""
    start = data.index(b"av1C") + 4
    return 10 if data[start + 2] & 0x40 else 8


_BITS: dict[str, Callable[[Any, bytes], int]] = {
    "AVIF": _avif_bits,
    "JPEG2000": _jpeg2000_bits,
    "PNG": _raw_bits,
    "PPM": _netpbm_bits,
    "SGI": _sgi_bits,
    "TIFF": _tiff_bits,
}
"""Format -> bits of each channel as its file says."""
