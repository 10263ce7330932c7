"""Reading pictures: from a file, standard input or bytes, by what they contain."""

from __future__ import annotations

from pathlib import Path

from convkit.errors import ConvkitError
from convkit.files import (
    TEXT_SUFFIXES,
    display_name,
    is_file,
    read_bytes,
    standard_input_start,
)
from convkit.images.arrays import (
    NPY_MAGIC,
    decode_csv,
    decode_npy,
    looks_like_numbers,
    map_npy,
)
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


def standard_input_suffix() -> str:
    """Return ``.npy`` or ``.csv`` if standard input begins like one, else an empty string.

    Nothing of it is used up.
    """
    start = standard_input_start(512)
    if start.startswith(NPY_MAGIC):
        return ".npy"
    # The last number may be cut off in its middle, which looks like a number, too.
    return ".csv" if looks_like_numbers(start) else ""


def _is_npy_file(path: Path) -> bool:
    if not is_file(path):  # a pipe can't be read twice
        return False
    try:
        with path.open("rb") as stream:
            return stream.read(len(NPY_MAGIC)) == NPY_MAGIC
    except OSError:  # what keeps it from being read is said when it is
        return False
