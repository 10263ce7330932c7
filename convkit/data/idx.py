"""MNIST and data sets in its format, IDX: https://yann.lecun.org/exdb/mnist."""

from __future__ import annotations

import gzip
import math
import zlib
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from convkit.data.arrays import as_targets, pixels_to_unit
from convkit.data.dataset import Dataset
from convkit.data.limits import check_memory
from convkit.data.paths import folder
from convkit.data.source import source
from convkit.errors import ConvkitError
from convkit.files import is_file, refusals

BYTES = 0x08
"""What IDX calls unsigned bytes, the only type that pictures and labels are in."""

_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_BROKEN = (gzip.BadGzipFile, EOFError, zlib.error)


@source(test=None)
def mnist(path: str, classes: list[str] | None = None, *, root: Path) -> tuple[Dataset, Dataset]:
    """Read MNIST, or a data set in its files, as Fashion-MNIST: grey pictures in 0…1, and labels.

    Parameters
    ----------
    path : str
        The folder with ``train-images-idx3-ubyte``, ``train-labels-idx1-ubyte`` and the two that
        begin with ``t10k`` for the test, each of them may be packed as ``.gz``.
    classes : list of str, optional
        What the classes are called, in the order of their numbers; by default their numbers.
    """
    place = folder(root, path)
    train = _part(place, "train", classes)
    return train, _part(place, "t10k", train.classes)


def read_idx(path: Path, axes: int) -> NDArray[np.uint8]:
    """Return the array in an IDX file of unsigned bytes, packed by gzip or not.

    Parameters
    ----------
    path : Path
    axes : int
        How many it must have.

    Raises
    ------
    ConvkitError
        If it can't be read, is no such file, is cut short, or has bytes after its end.
    """
    with refusals("read", path), path.open("rb") as stream:
        packed = stream.read(2) == _GZIP_MAGIC
        stream.seek(0)
        try:
            return _array(gzip.GzipFile(fileobj=stream) if packed else stream, path, axes)
        except _GZIP_BROKEN as error:
            raise ConvkitError(f"'{path}' is damaged: {error}", "get it again") from error


def _array(stream: BinaryIO | gzip.GzipFile, path: Path, axes: int) -> NDArray[np.uint8]:
    magic = stream.read(4)
    if magic != bytes((0, 0, BYTES, axes)):
        raise ConvkitError(
            f"'{path}' begins with {magic.hex(' ') or 'nothing'}, "
            f"not with 00 00 {BYTES:02x} {axes:02x} as an IDX file of bytes with {axes} axes",
        )
    header = stream.read(4 * axes)
    shape = tuple(np.frombuffer(header[: len(header) // 4 * 4], ">u4").tolist())
    size = math.prod(shape)
    check_memory(4 * size, path.name)
    # One byte more, to find out whether there is one.
    data = stream.read(size + 1)
    if len(shape) != axes or len(data) != size:
        what = (
            "is cut short" if len(data) < size or len(shape) < axes else "has bytes after its end"
        )
        raise ConvkitError(f"'{path}' {what}: it says that it holds {list(shape)}", "get it again")
    return np.frombuffer(data, np.uint8).reshape(shape)


def _part(place: Path, part: str, classes: Any) -> Dataset:
    pictures = read_idx(_found(place, f"{part}-images", 3), 3)
    path = _found(place, f"{part}-labels", 1)
    targets = as_targets(read_idx(path, 1), f"'{path}'", "classification", classes)
    if len(pictures) != len(targets.values):
        raise ConvkitError(
            f"'{place}' holds {len(pictures)} pictures but {len(targets.values)} labels for {part}"
        )
    return Dataset(
        name=place.resolve().name,
        inputs=pixels_to_unit(pictures)[..., np.newaxis],
        targets=targets.values,
        classes=targets.classes,
        target_names=("class",),
        source=place.name,
    )


def _found(place: Path, name: str, axes: int) -> Path:
    # The second is how some archives unpack.
    names = [f"{name}{mark}idx{axes}-ubyte{end}" for mark in "-." for end in ("", ".gz")]
    for each in names:
        if is_file(place / each):
            return place / each
    raise ConvkitError(f"no '{names[0]}' or '{names[1]}' in '{place}'", "is it MNIST's folder?")
