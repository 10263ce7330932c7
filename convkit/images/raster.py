"""Image files through Pillow: every frame, in full depth, with nothing lost in silence."""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from PIL import Image, UnidentifiedImageError
from PIL.PngImagePlugin import PngImageFile

from convkit.errors import ConvkitError
from convkit.images import deep, gif, png
from convkit.images.hush import hushed
from convkit.images.limits import check_pixels, too_many
from convkit.images.modes import TIFF_SUBFILE, common_kind, frame_of, tiff_tag, with_kind
from convkit.images.orientation import upright
from convkit.images.picture import KINDS, Frame, Picture, channels, white_of
from convkit.images.profiles import fitting_profile

BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    struct.error,
    zlib.error,
)
"""What Pillow's plugins, and readers of headers, raise for broken files."""

REFUSED = frozenset({"BLP", "BUFR", "EPS", "GRIB", "HDF5", "ICNS", "MPEG", "WMF"})
"""Formats that Pillow only names, reads by running another program, or unpacks without a limit."""

FRAMED = frozenset({"AVIF", "DCX", "FLI", "GIF", "PNG", "TIFF", "WEBP"})
"""Formats whose further images are frames or pages; elsewhere they are thumbnails and layers."""

CHECKS = {"GIF": gif.check, "PNG": png.check}
"""Format -> what finds damage that Pillow passes over."""

_TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


class _Read(NamedTuple):
    """A frame and how long it is shown, in milliseconds."""

    frame: Frame
    duration: int | None


class _Contents(NamedTuple):
    """What a file holds: its frames, colour profile, and repetitions."""

    reads: list[_Read]
    profile: bytes | None
    loop: int | None


def decode_raster(data: bytes, name: str, *, max_pixels: int) -> Picture:
    """Return the picture in the bytes of an image file.

    Raises
    ------
    ConvkitError
        If it is no image, broken, too large, or deeper than could be kept.
    """
    contents = _read(data, name, max_pixels)
    frames, durations = zip(*contents.reads, strict=True)
    kind = common_kind([KINDS[channels(frame)] for frame in frames])
    _check_depths(frames, name)
    animated = len(frames) > 1 and None not in durations
    return Picture(
        frames=[with_kind(frame, kind) for frame in frames],
        kind=kind,
        white=white_of(frames[0].dtype),
        source=name,
        icc_profile=fitting_profile(contents.profile, kind),
        durations=list(durations) if animated else None,
        loop=contents.loop if animated else None,
    )


def _read(data: bytes, name: str, max_pixels: int) -> _Contents:
    """Return what a file holds. Here, and only here, an exception means that the file is broken."""
    with hushed():
        try:
            image = _open(data, name, max_pixels)
            profile, loop = image.info.get("icc_profile"), image.info.get("loop")
            reads = list(_frames(image, data, name, max_pixels))
            return _Contents(reads, profile, None if loop is None else int(loop))
        except ConvkitError:
            raise
        except UnidentifiedImageError as error:
            raise _unidentified(data, name) from error
        except Image.DecompressionBombError as error:
            raise _bomb(error, name, max_pixels) from error
        except MemoryError as error:
            raise ConvkitError(f"'{name}' doesn't fit into memory") from error
        except BROKEN as error:
            raise ConvkitError(f"'{name}' is broken or truncated{_reason(error)}") from error


def _open(data: bytes, name: str, max_pixels: int) -> Image.Image:
    # Pillow's own guard, which counts for the process and lets twice its limit pass, stays on, for
    # what a file only unpacks later. It is only ever raised, on request.
    if Image.MAX_IMAGE_PIXELS is not None and max_pixels > 2 * Image.MAX_IMAGE_PIXELS:
        Image.MAX_IMAGE_PIXELS = (max_pixels + 1) // 2
    image = _opener(data)(io.BytesIO(data))
    if image.format in REFUSED:
        raise ConvkitError(f"'{name}' is {image.format}, which isn't read", "convert it to PNG")
    check_pixels(image.width * image.height, name, max_pixels)
    CHECKS.get(image.format or "", _sound)(data, name)
    return image


def _opener(data: bytes) -> Callable[[io.BytesIO], Image.Image]:
    """Return what opens a file; for PNG without importing what opens other formats."""
    return PngImageFile if data.startswith(png.SIGNATURE) else Image.open


def _sound(data: bytes, name: str) -> None:
    """Leave it to Pillow to find damage."""


def _frames(image: Image.Image, data: bytes, name: str, max_pixels: int) -> Iterator[_Read]:
    reader = deep.Reader(data, name)
    pixels = 0
    for index in _wanted(image):
        if index:
            image.seek(index)
        # A page may be a smaller copy of another: bit 0 says so.
        if index and tiff_tag(image, TIFF_SUBFILE, 0) & 1:
            continue
        pixels += image.width * image.height
        check_pixels(pixels, name, max_pixels)
        frame = reader.frame(image, index) if reader.is_deep(image) else frame_of(image)
        duration = image.info.get("duration")
        yield _Read(upright(frame, image), None if duration is None else round(duration))


def _wanted(image: Image.Image) -> range:
    if image.format not in FRAMED:
        return range(1)
    # In an animated PNG the default image may stand beside the animation, for old viewers.
    first = 1 if image.info.get("default_image") else 0
    return range(first, getattr(image, "n_frames", 1))


def _check_depths(frames: tuple[Frame, ...], name: str) -> None:
    depths = sorted({str(frame.dtype) for frame in frames})
    if len(depths) > 1:
        raise ConvkitError(
            f"'{name}' has frames of unlike depth: {', '.join(depths)}", "save each as its own file"
        )


def _bomb(error: Image.DecompressionBombError, name: str, max_pixels: int) -> ConvkitError:
    pixels = re.search(r"\d+", str(error))
    return too_many(int(pixels[0]) if pixels else max_pixels + 1, name, max_pixels)


def _unidentified(data: bytes, name: str) -> ConvkitError:
    if data.startswith(_TIFF_STARTS):
        return ConvkitError(
            f"'{name}' is a broken TIFF, or of a kind that isn't read",
            "floats are read as one 32-bit channel; for anything else save a .npy",
        )
    return ConvkitError(
        f"'{name}' isn't an image that can be read", "give an image, a .npy array or a .csv matrix"
    )


def _reason(error: Exception) -> str:
    """Return what Pillow says in one line, where it says it on purpose."""
    if not isinstance(error, OSError | SyntaxError | ValueError | EOFError) or not str(error):
        return ""
    return f": {' '.join(str(error).split())[:120]}"
