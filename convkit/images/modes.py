"""From Pillow's modes to arrays of grey, grey with alpha, RGB or RGBA."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PIL import Image

from convkit.images.color import with_alpha
from convkit.images.picture import CHANNELS, Frame, Kind, channels, white_of

_TARGETS = {
    "La": "LA",
    "PA": "RGBA",
    "RGBa": "RGBA",
    "RGBX": "RGB",
    "CMYK": "RGB",
    "YCbCr": "RGB",
    "HSV": "RGB",
}
"""Mode -> the one that Pillow converts it to."""

_INTEGERS: dict[str, str] = {
    "I;16B": "u2",
    "I;16S": "i2",
    "I;16BS": "i2",
    "I;32N": "u4",
}
"""Raw mode of the samples of a 32-bit image -> the type that holds them."""

_NATIVE = {
    "F;32BF": "F;32NF",
    "F;32F": "F;32NF",
    "I;16BS": "I;16NS",
    "I;16S": "I;16NS",
    "I;32BS": "I;32NS",
    "I;32S": "I;32NS",
}
"""Raw mode -> the same in the machine's byte order, in which libtiff hands over all samples.

Pillow sees to that for unsigned 16 bits only.
"""

_KEY_SCALES = {"1": 255, "L;2": 85, "L;4": 17}
"""Raw mode of few bits -> what its samples are multiplied by when they become 8 bits."""

TIFF_SUBFILE, TIFF_BITS, TIFF_PHOTOMETRIC = 254, 258, 262
TIFF_PLANAR, TIFF_SAMPLE_FORMAT = 284, 339


def frame_of(image: Image.Image) -> Frame:
    """Return the pixels of an image whose depth Pillow keeps.

    Returns
    -------
    (H, W), (H, W, 2), (H, W, 3) or (H, W, 4) array
        uint8, uint16, float32, or another integer type of up to 32 bits.
    """
    rawmode = raw_mode(image)
    if codec_of(image) == "libtiff" and rawmode in _NATIVE:
        set_raw_mode(image, _NATIVE[rawmode])
    image.load()
    return _READERS.get(image.mode, _converted)(image, rawmode)


def raw_mode(image: Image.Image) -> str:
    """Return how the samples of an image that isn't loaded yet are stored: ``RGB;16B``."""
    tile = getattr(image, "tile", None)
    if not tile:
        return ""
    arguments = tile[0][3]
    raw = arguments[0] if isinstance(arguments, tuple) and arguments else arguments
    return raw if isinstance(raw, str) else ""


def codec_of(image: Image.Image) -> str:
    """Return the name of the decoder of an image that isn't loaded yet."""
    tile = getattr(image, "tile", None)
    return str(tile[0][0]) if tile else ""


def tiff_tag(image: Image.Image, number: int, default: int) -> int:
    """Return the largest value of a tag of a TIFF page; of other formats, the default."""
    tags: Any = getattr(image, "tag_v2", {})
    value = tags.get(number, default)
    return int(max(value)) if isinstance(value, tuple) else int(value)


def set_raw_mode(image: Any, rawmode: str) -> None:
    """Let an image that isn't loaded yet unpack its samples in another way."""
    tiles = []
    for tile in image.tile:
        arguments = tile[3]
        changed = (rawmode, *arguments[1:]) if isinstance(arguments, tuple) else rawmode
        tiles.append(tile._replace(args=changed))
    image.tile = tiles


def with_transparent_color(frame: Frame, color: Any) -> Frame:
    """Return a frame with alpha, 0 where the pixel is of a colour, else white."""
    matches = frame == np.asarray(color)
    transparent = matches if frame.ndim == 2 else matches.all(axis=-1)
    alpha = np.where(transparent, 0, white_of(frame.dtype)).astype(frame.dtype)
    return with_alpha(frame, alpha)


def common_kind(kinds: Sequence[Kind]) -> Kind:
    """Return the kind that holds all of several: colour if any has colour, alpha if any has it."""
    color = any(kind.startswith("rgb") for kind in kinds)
    alpha = any(kind in ("grey+alpha", "rgba") for kind in kinds)
    if color:
        return "rgba" if alpha else "rgb"
    return "grey+alpha" if alpha else "grey"


def with_kind(frame: Frame, kind: Kind) -> Frame:
    """Return a frame as a kind that holds it: grey in each of RGB, opaque without alpha."""
    has = channels(frame)
    wants = CHANNELS[kind]
    if has == wants:
        return frame
    color = frame if has in (1, 3) else frame[..., : has - 1]
    if wants >= 3 and has < 3:
        color = np.repeat(color.reshape(*frame.shape[:2], 1), 3, axis=2)
    if wants % 2:
        return color
    opaque = np.full(frame.shape[:2], white_of(frame.dtype), frame.dtype)
    return with_alpha(color, frame[..., -1] if has in (2, 4) else opaque)


def _converted(image: Image.Image, _: str) -> Frame:
    target = _TARGETS.get(image.mode)
    return np.asarray(image.convert(target) if target else image)


def _keyed(image: Image.Image, rawmode: str) -> Frame:
    """Read grey or RGB, where one colour may be transparent."""
    frame = np.asarray(image.convert("L") if image.mode == "1" else image)
    if tiff_tag(image, TIFF_SAMPLE_FORMAT, 1) == 2:
        return frame.view(np.int8)
    color = image.info.get("transparency")
    if not isinstance(color, int | tuple):
        return frame
    scale = _KEY_SCALES.get(rawmode, 1)
    # One bit is scaled by some versions of Pillow already.
    return with_transparent_color(frame, np.minimum(np.multiply(color, scale), 255))


def _palette(image: Image.Image, _: str) -> Frame:
    return np.asarray(image.convert("RGBA" if image.has_transparency_data else "RGB"))


def _lab(image: Image.Image, _: str) -> Frame:
    from PIL import ImageCms

    lab = ImageCms.createProfile("LAB")
    srgb = ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(image, lab, srgb, outputMode="RGB")
    if converted is None:
        raise ValueError("Lab colours can't be converted")
    return np.asarray(converted)


def _deep_grey(image: Image.Image, rawmode: str) -> Frame:
    frame: Frame = np.asarray(image).astype(np.uint16)
    if rawmode == "I;12":
        # White is 65535: the four high bits are repeated below, as for any other depth.
        frame = (frame << 4) | (frame >> 8)
    if tiff_tag(image, TIFF_PHOTOMETRIC, 1) == 0:
        # White is zero, which Pillow heeds for 8 bits only.
        frame = np.iinfo(np.uint16).max - frame
    color = image.info.get("transparency")
    return with_transparent_color(frame, color) if isinstance(color, int) else frame


def _integers(image: Image.Image, rawmode: str) -> Frame:
    frame = np.asarray(image)
    dtype = "u2" if image.format == "PPM" else _INTEGERS.get(rawmode, "i4")
    return frame.astype(dtype)


_READERS: dict[str, Callable[[Image.Image, str], Frame]] = {
    "1": _keyed,
    "L": _keyed,
    "RGB": _keyed,
    "P": _palette,
    "LAB": _lab,
    "I": _integers,
    "I;16": _deep_grey,
    "I;16B": _deep_grey,
    "I;16L": _deep_grey,
    "I;16N": _deep_grey,
}
"""Mode -> what reads it; any other is converted as :data:`_TARGETS` says."""
