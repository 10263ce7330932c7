"""Reading pictures: from a file, standard input or bytes, by what they contain."""

from __future__ import annotations

import sys
from pathlib import Path

from convkit.errors import ConvkitError, did_you_mean
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

STDIN = "standard input"


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
    if str(path) == "-":
        return decode(_read_stdin(), STDIN, max_pixels=max_pixels)
    path = Path(path)
    try:
        if path.is_file() and _starts_as_npy(path):
            return map_npy(path, max_pixels=max_pixels)
        data = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    return decode(data, str(path), max_pixels=max_pixels)


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


def _read_stdin() -> bytes:
    if sys.stdin is None or sys.stdin.closed:
        raise ConvkitError("standard input is closed", "name a file")
    if sys.stdin.isatty():
        raise ConvkitError(
            "standard input is a terminal, not a picture", "pipe one in, or name a file"
        )
    return sys.stdin.buffer.read()


def _starts_as_npy(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(len(NPY_MAGIC)) == NPY_MAGIC


def _unreadable(path: Path, error: OSError) -> ConvkitError:
    if isinstance(error, FileNotFoundError):
        return ConvkitError(f"no such file: '{path}'", _similar(path))
    if isinstance(error, IsADirectoryError):
        return ConvkitError(f"'{path}' is a folder, not a file", "name a file in it")
    return ConvkitError(f"can't read '{path}': {error.strerror or error}")


def _similar(path: Path) -> str | None:
    try:
        return did_you_mean(path.name, [neighbour.name for neighbour in path.parent.iterdir()])
    except OSError:
        return None
