"""Reading pictures: from a file, standard input or bytes, by what they contain."""

from __future__ import annotations

import os
from pathlib import Path

from convkit.errors import ConvkitError
from convkit.files import display_name, read_bytes
from convkit.images.arrays import (
    NPY_MAGIC,
    decode_csv,
    decode_npy,
    looks_like_numbers,
    map_npy,
)
from convkit.images.formats import TEXT_SUFFIXES
from convkit.images.limits import DEFAULT_MAX_PIXELS
from convkit.images.picture import Picture
from convkit.images.raster import decode_raster


def read(path: str | Path, *, max_pixels: int = DEFAULT_MAX_PIXELS) -> Picture:
    """Read a picture.

    What a file is, its content says: any image that Pillow reads, a .npy array, or numbers in text.

    Parameters
    ----------
    path : str or Path
        ``-`` is standard input.
    max_pixels : int
        The most pixels, of all frames together.

    Returns
    -------
    Picture
        8 bits stay 8 bits, 16 bits 16 bits and floats floats. 1-bit images become grey, palettes,
        CMYK, YCbCr, HSV and Lab become RGB; a transparent colour becomes alpha; the orientation
        that a camera noted is applied.

    Raises
    ------
    ConvkitError
        If there is nothing to read, it is no picture, broken, too large, or deeper than could be
        kept.
    """
    if _is_npy_file(Path(path)):
        return map_npy(Path(path), max_pixels=max_pixels)
    return decode(read_bytes(path), display_name(path), max_pixels=max_pixels)


def decode(data: bytes, name: str, *, max_pixels: int = DEFAULT_MAX_PIXELS) -> Picture:
    """Return the picture in the bytes of a file, see :func:`read`.

    Parameters
    ----------
    data : bytes
    name : str
        What to call it in messages; its suffix tells text apart from images.
    max_pixels : int
    """
    if not data:
        raise ConvkitError(f"'{name}' is empty")
    if data.startswith(NPY_MAGIC):
        return decode_npy(data, name, max_pixels=max_pixels)
    if Path(name).suffix.lower() in TEXT_SUFFIXES or looks_like_numbers(data):
        return decode_csv(data, name, max_pixels=max_pixels)
    return decode_raster(data, name, max_pixels=max_pixels)


def _is_npy_file(path: Path) -> bool:
    if not path.is_file() or not os.access(path, os.R_OK):
        return False
    with path.open("rb") as stream:
        return stream.read(len(NPY_MAGIC)) == NPY_MAGIC
