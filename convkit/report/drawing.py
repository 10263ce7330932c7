"""Samples that a trained system draws, at random or from one to another, and the files of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from convkit.errors import ConvkitError
from convkit.families.abilities import Draws
from convkit.files import atomic_write, check_writable
from convkit.images import Picture, check_format, encode
from convkit.report.pictures import as_picture, picture_grid

Array = NDArray[Any]

STEPS = 10
"""Samples in a row that leads from one to another."""


def drawn(family: Draws, count: int, rng: Generator) -> Array:
    """Return random samples (count, \\*sample shape) in the data's own units."""
    return family.decode(family.draw_codes(count, rng))


def interpolated(family: Draws, rows: int, rng: Generator) -> Array:
    """Return rows of samples, one row after the other: (rows · 10, \\*sample shape).

    The codes of a row lie on a straight line from one random code to another.
    """
    starts, ends = np.split(family.draw_codes(2 * rows, rng), 2)
    lines = family.between(starts, ends, STEPS)
    return lines.reshape(rows * STEPS, *lines.shape[2:])


def check_file(path: Path, shape: tuple[int, ...], *, force: bool) -> None:
    """Refuse early what :func:`save_samples` would refuse.

    Raises
    ------
    ConvkitError
        If samples of a shape can't be written there.
    """
    check_writable(path, force=force)
    suffix = path.suffix.lower()
    if suffix in TABLES and len(shape) != 1:
        raise ConvkitError(f"samples of {_times(shape)} don't fit a table", "write .npy or .png")
    if suffix not in NUMBERS:
        check_format(suffix)
        if len(shape) != 3:
            raise ConvkitError(
                f"samples of {_times(shape)} are no pictures", "write .csv, .npy or .npz"
            )


def save_samples(
    samples: Array, path: Path, names: list[str], columns: int | None, *, force: bool
) -> None:
    """Write samples to a file, whose suffix says what it is.

    Parameters
    ----------
    samples : (n, \\*shape) array
    path : Path
        .npy, .npz (as the array ``inputs``), .csv, .tsv, or a picture's.
    names : list of str
        Of the columns of a table.
    columns : int, optional
        Samples in a row of a picture.
    force : bool
        Whether an existing file may be overwritten.

    Raises
    ------
    ConvkitError
        If they can't be written there.
    """
    check_file(path, samples.shape[1:], force=force)
    encoded = NUMBERS.get(path.suffix.lower())
    data = (
        encode(grid(samples, columns), path.suffix) if encoded is None else encoded(samples, names)
    )
    with atomic_write(path, force=force) as stream:
        stream.write(data)


def grid(samples: Array, columns: int | None = None) -> Picture:
    """Return a picture of all samples (n, h, w, c)."""
    return as_picture(picture_grid(samples, columns))


def _npy(samples: Array, _: list[str]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, samples, allow_pickle=False)
    return buffer.getvalue()


def _npz(samples: Array, _: list[str]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, inputs=samples)
    return buffer.getvalue()


def _table(samples: Array, names: list[str], *, delimiter: str) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(samples.tolist())
    return buffer.getvalue().encode()


def _times(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))


Encoder = Callable[[Array, list[str]], bytes]

TABLES: dict[str, Encoder] = {
    ".csv": partial(_table, delimiter=","),
    ".tsv": partial(_table, delimiter="\t"),
}
NUMBERS: dict[str, Encoder] = {".npy": _npy, ".npz": _npz, **TABLES}
"""By suffix: how samples are written as numbers."""
