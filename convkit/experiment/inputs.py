"""What predictions are asked of: pictures, tables and arrays, as a trained system takes them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.data import npz_inputs, read_pictures, table_inputs, windows
from convkit.data.folders import Color
from convkit.errors import ConvkitError
from convkit.families import Signature
from convkit.files import TEXT_SUFFIXES, display_name, read_bytes, standard_input_start
from convkit.images import expand, standard_input_suffix

Array = NDArray[Any]

ZIP_MAGIC = b"PK\x03\x04"
"""What an .npz file begins with."""


@dataclass(frozen=True)
class Inputs:
    """Samples and what to call them.

    Attributes
    ----------
    names : list of str
        ``cat.png``; ``flowers.csv:3`` for the third sample of several in a file.
    values : (n, \\*sample shape) float32 array
        In the data's own units.
    """

    names: list[str]
    values: Array

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True)
class Reader:
    """Reads samples of one shape.

    Attributes
    ----------
    signature : Signature
        What goes in.
    size : int or (int, int) or None
        The height and width to which pictures are resized; None leaves them.
    color : {"grey", "rgb"} or None
        What pictures are converted to; None leaves them.
    gaps : bool
        Whether values in tables may be missing.
    """

    signature: Signature
    size: int | tuple[int, int] | None = None
    color: Color | None = None
    gaps: bool = False

    def read(self, sources: Iterable[str]) -> Inputs:
        """Return the samples in files, folders of pictures, patterns, or standard input (``-``).

        A .npy file holds one sample or several, so does an .npz file in its only array or the one
        called ``inputs``, and a table in its rows, under the names of the columns that were learnt
        from; everything else is a picture. Where sequences of columns were learnt from, a table's
        samples are all windows of so many rows, called by the number of their last row.

        Raises
        ------
        ConvkitError
            If there is none, one can't be read, or is of another shape than those learnt from.
        """
        parts = [self._file(path) for path in self._found(list(sources))]
        if not parts:
            raise ConvkitError(
                "there is nothing to predict", "name a file, or - for standard input"
            )
        names = [name for part in parts for name in part.names]
        return Inputs(names, np.concatenate([part.values for part in parts]))

    def _found(self, sources: list[str]) -> list[Path]:
        """Return the files; a table that lies among pictures is none of what is asked about."""
        paths = [found.path for found in expand(sources, recursive=True)]
        if len(self.signature.sample_shape) < 3:
            return paths
        named = set(map(Path, sources))
        return [path for path in paths if path in named or path.suffix.lower() not in TEXT_SUFFIXES]

    def _file(self, path: Path) -> Inputs:
        suffix = self._suffix(path)
        name = display_name(path)
        if suffix == ".npz":
            values = self._shaped(npz_inputs(path), name)
        elif suffix == ".npy":
            values = self._shaped(_saved_array(path, name), name)
        elif suffix in TEXT_SUFFIXES:
            values = self._table(path, name)
        else:
            values = self._picture(path, name)
        if len(values) == 1:
            return Inputs([name], values)
        first = self.signature.sample_shape[0] if suffix in TEXT_SUFFIXES and self._windowed else 1
        return Inputs([f"{name}:{number}" for number in range(first, first + len(values))], values)

    def _suffix(self, path: Path) -> str:
        """Return what the file ends in; of standard input, what one that begins like it would."""
        suffix = _streamed_suffix() if str(path) == "-" else path.suffix.lower()
        # A model that takes columns takes no pictures; a table may begin with any text.
        is_flat = len(self.signature.sample_shape) == 1
        return suffix or (".csv" if is_flat else "")

    @property
    def _windowed(self) -> bool:
        """Whether samples are windows of a table's rows."""
        shape, features = self.signature.sample_shape, self.signature.features
        return len(shape) == 2 and shape[1] == len(features)

    def series(self, path: Path) -> Array:
        """Return all rows of a table whose windows are samples, (rows, features).

        Raises
        ------
        ConvkitError
            If something else was learnt from, the table can't be read, or has too few rows.
        """
        name, (window, *_) = display_name(path), self.signature.sample_shape
        if not self._windowed:
            raise ConvkitError(
                f"the model takes {self._wanted()}, no rows of a table one after another"
            )
        rows = table_inputs(path, self.signature.features, gaps=self.gaps)
        if len(rows) < window:
            raise ConvkitError(
                f"'{name}' has {len(rows)} rows, but the model takes {window} one after another"
            )
        return rows

    def _table(self, path: Path, name: str) -> Array:
        if self._windowed:
            return windows(self.series(path), self.signature.sample_shape[0])
        features = self.signature.features
        (count, *others) = self.signature.sample_shape
        if others:
            raise ConvkitError(
                f"'{name}' is a table, but the model takes {self._wanted()}",
                "give it pictures or a .npy file",
            )
        names = features or tuple(str(number) for number in range(1, count + 1))
        return table_inputs(path, names, gaps=self.gaps)

    def _picture(self, path: Path, name: str) -> Array:
        if len(self.signature.sample_shape) != 3:
            raise ConvkitError(
                f"'{name}' is no table and no .npy file, but the model takes {self._wanted()}",
                "give it a CSV file with these columns" if self.signature.features else None,
            )
        picture = read_pictures([path], size=self.size, color=self.color)
        self._check(picture.shape[1:], name)
        return picture

    def _shaped(self, array: Array, name: str) -> Array:
        """Return one sample or several, with the axis of channels that grey pictures may lack."""
        if array.dtype.kind not in "buif":
            raise ConvkitError(f"'{name}' holds {array.dtype}, not real numbers")
        # Bytes are pixels, as they are in the data sets' files.
        white = 255 if array.dtype == np.uint8 else 1
        values: Array = array.astype(np.float32) / np.float32(white)
        shape = self.signature.sample_shape
        for wanted in (shape, shape[:-1] if shape[-1:] == (1,) else shape):
            if values.shape in (wanted, (len(values), *wanted)):
                return values.reshape(-1, *shape)
        self._check(values.shape, name)
        return values

    def _check(self, shape: Sequence[int], name: str) -> None:
        if tuple(shape) != self.signature.sample_shape:
            raise ConvkitError(
                f"'{name}' is {_times(shape)}, but the model takes {self._wanted()}",
                self._way_out(shape),
            )

    def _wanted(self) -> str:
        names = self.signature.features
        columns = f" ({', '.join(names[:4])}{', …' * (len(names) > 4)})" if names else ""
        return f"{_times(self.signature.sample_shape)} for a sample{columns}"

    def _way_out(self, shape: Sequence[int]) -> str | None:
        wanted = self.signature.sample_shape
        if len(shape) != 3 or len(wanted) != 3:
            return None
        if tuple(shape[:2]) != wanted[:2]:
            return f"--resize makes it {wanted[0]}x{wanted[1]} (height x width)"
        return "--resize converts it to grey" if wanted[2] == 1 else "--resize converts it to rgb"


def _streamed_suffix() -> str:
    is_archive = standard_input_start(len(ZIP_MAGIC)) == ZIP_MAGIC
    return ".npz" if is_archive else standard_input_suffix()


def _saved_array(path: Path, name: str) -> Array:
    try:
        array: Array = np.load(io.BytesIO(read_bytes(path)), allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise ConvkitError(f"'{name}' is no .npy file that can be read: {error}") from None
    return array


def _times(shape: Sequence[int]) -> str:
    return "x".join(str(size) for size in shape)
