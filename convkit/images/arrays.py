"""Arrays in files: NumPy's .npy, and numbers in text."""

from __future__ import annotations

import io
import math
import re
from pathlib import Path
from tokenize import TokenError
from typing import Any, BinaryIO, Literal, NamedTuple

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from convkit.errors import ConvkitError
from convkit.images.hush import hushed
from convkit.images.limits import check_pixels
from convkit.images.picture import Frame, Picture, white_of_numbers

NPY_MAGIC = npy.MAGIC_PREFIX

_INTEGER = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(
    r"[+-]?(([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?|nan|inf(inity)?)", re.IGNORECASE
)
_LIKE_NUMBERS = re.compile(rb"[\s0-9.,;eE+\-]*[0-9][\s0-9.,;eE+\-]*")
_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


BROKEN_HEADER = (ValueError, LookupError, EOFError, SyntaxError, TypeError, TokenError)
"""What NumPy raises for a header that isn't one."""


# --- .npy ---


class _Layout(NamedTuple):
    """Where the numbers of a .npy file lie."""

    shape: tuple[int, ...]
    order: Literal["C", "F"]
    dtype: np.dtype[Any]
    offset: int


def map_npy(path: Path, *, max_pixels: int) -> Picture:
    """Return the array of a .npy file, mapped rather than read into memory.

    Raises
    ------
    ConvkitError
        If it is broken, or no real (H, W) or (H, W, C) array; (n,) is read as one row.
    """
    with path.open("rb") as stream:
        layout = _layout(stream, path.stat().st_size, str(path), max_pixels)
    array = np.memmap(path, layout.dtype, "r", layout.offset, layout.shape, layout.order)
    return _picture(np.atleast_2d(array), str(path))


def decode_npy(data: bytes, name: str, *, max_pixels: int) -> Picture:
    """Return the array in the bytes of a .npy file, see :func:`map_npy`."""
    layout = _layout(io.BytesIO(data), len(data), name, max_pixels)
    array: Frame = np.ndarray(layout.shape, layout.dtype, data, layout.offset, order=layout.order)
    return _picture(np.atleast_2d(array), name)


def encode_npy(frames: list[Frame]) -> bytes:
    """Return frames as a .npy file, see :func:`save_npy`."""
    buffer = io.BytesIO()
    save_npy(buffer, frames)
    return buffer.getvalue()


def save_npy(stream: BinaryIO, frames: list[Frame]) -> None:
    """Write frames as a .npy file: one as it is, several stacked as (F, H, W[, C])."""
    np.save(stream, frames[0] if len(frames) == 1 else np.stack(frames), allow_pickle=False)


def _layout(stream: BinaryIO, size: int, name: str, max_pixels: int) -> _Layout:
    try:
        with hushed():
            shape, fortran, dtype = _HEADERS[npy.read_magic(stream)](stream)
    except BROKEN_HEADER as error:
        raise ConvkitError(f"'{name}' is a .npy file with a broken header") from error
    layout = _Layout(shape, "F" if fortran else "C", dtype, stream.tell())
    _check_numbers(layout, name)
    check_pixels(math.prod(shape[:2]), name, max_pixels)
    if layout.offset + math.prod(shape) * dtype.itemsize > size:
        raise ConvkitError(f"'{name}' is truncated: its array of {shape} isn't all there")
    return layout


def _check_numbers(layout: _Layout, name: str) -> None:
    shape, dtype = layout.shape, layout.dtype
    if dtype.kind not in "buif":
        kind = "Python objects" if dtype.hasobject else f"{dtype} values"
        raise ConvkitError(f"'{name}' holds {kind}, not real numbers", _KIND_HINTS.get(dtype.kind))
    if len(shape) not in (1, 2, 3):
        raise ConvkitError(
            f"'{name}' has {len(shape)} axes, {shape}, but an image has (H, W) or (H, W, C)",
            _AXES_HINTS.get(len(shape), "save one frame in each file"),
        )
    if min(shape) < 1:
        raise ConvkitError(f"'{name}' is empty: its shape is {shape}")


_KIND_HINTS = {
    "c": "save its real part or its absolute value",
    "O": "a pickled file can run code when it is read: save it as numbers",
}
_AXES_HINTS = {
    0: "reshape it to (1, 1)",
    4: "save one frame in each file; a bank of kernels is for --kernel",
}


def _picture(array: Frame, name: str) -> Picture:
    native = array.dtype.newbyteorder("=")
    return numbers(array.astype(native, copy=False), name)


def numbers(array: Frame, name: str) -> Picture:
    """Return an array as a picture of numbers without colour meaning."""
    return Picture([array], "array", white_of_numbers(array.dtype), name)


# --- text ---


def looks_like_numbers(data: bytes) -> bool:
    """Return whether the first lines of a file are numbers in text."""
    return _LIKE_NUMBERS.fullmatch(data[:4096].removeprefix(b"\xef\xbb\xbf")) is not None


def decode_csv(data: bytes, name: str, *, max_pixels: int) -> Picture:
    """Return the matrix in text: numbers apart by semicolons, tabs, commas or blanks.

    Whole numbers stay integers (int64) if all are written so, else all are float64.

    Raises
    ------
    ConvkitError
        If a cell is empty or no number, or a row is longer than the first; with row and column.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConvkitError(f"'{name}' isn't text: byte {error.start + 1} isn't UTF-8") from error
    lines = [(row, line) for row, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise ConvkitError(f"'{name}' holds no numbers")
    separator = next((mark for mark in ";\t," if mark in text), None)
    rows = [(row, [cell.strip() for cell in line.split(separator)]) for row, line in lines]
    _check_cells(rows, name)
    check_pixels(len(rows) * len(rows[0][1]), name, max_pixels)
    return numbers(_matrix([cells for _, cells in rows]), name)


def encode_csv(frame: Frame) -> bytes:
    """Return an (H, W) or (H, W, 1) array as comma-separated text.

    Every number has as few digits as tell it apart from the others of its type.
    """
    matrix = frame.reshape(frame.shape[:2])
    if matrix.dtype == np.bool_:
        matrix = matrix.astype(np.uint8)
    # As text, NumPy's own types have their own shortest digits; Python's float has a double's.
    rows = (matrix if matrix.dtype.kind in "iu" else matrix.astype(str)).tolist()
    return "".join(",".join(map(str, row)) + "\n" for row in rows).encode()


def _check_cells(rows: list[tuple[int, list[str]]], name: str) -> None:
    first, width = rows[0][0], len(rows[0][1])
    for row, cells in rows:
        for column, cell in enumerate(cells, 1):
            if not _NUMBER.fullmatch(cell):
                what = f"'{_shortened(cell)}' isn't a number" if cell else "the cell is empty"
                raise ConvkitError(f"'{name}', row {row}, column {column}: {what}")
        if len(cells) != width:
            raise ConvkitError(f"'{name}', row {row}: {_count(cells)}, but {width} in row {first}")


def _count(cells: list[str]) -> str:
    return "1 number" if len(cells) == 1 else f"{len(cells)} numbers"


def _shortened(cell: str) -> str:
    return cell if len(cell) <= 40 else f"{cell[:40]}…"


def _matrix(rows: list[list[str]]) -> NDArray[Any]:
    if all(_INTEGER.fullmatch(cell) for cells in rows for cell in cells):
        try:
            return np.array([[int(cell) for cell in cells] for cells in rows], np.int64)
        except (OverflowError, ValueError):
            # Longer than 64 bits (or than Python reads): floats hold their size, if not each digit.
            pass
    return np.array([[float(cell) for cell in cells] for cells in rows], np.float64)
