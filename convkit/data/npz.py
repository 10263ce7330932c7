"""Data sets in NumPy's .npz files; a pickled object is never read."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path
from tokenize import TokenError
from typing import Any

from numpy.lib import format as npy
from numpy.typing import NDArray

from convkit.data.arrays import Task, as_inputs, as_targets
from convkit.data.dataset import Dataset
from convkit.data.limits import check_memory
from convkit.data.paths import check_no_device, resolved
from convkit.data.source import source
from convkit.errors import ConvkitError, unknown
from convkit.files import display_name, is_file, read_bytes

_BROKEN = (
    *(ValueError, LookupError, EOFError, SyntaxError, TypeError, TokenError, MemoryError),
    *(zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OverflowError, OSError),
)
"""What the standard library and NumPy raise for archives and headers that are damaged."""


@source()
def npz(
    path: str,
    inputs: str = "inputs",
    targets: str = "targets",
    task: Task | None = None,
    classes: list[str] | None = None,
    *,
    root: Path,
) -> Dataset:
    """Read arrays from an .npz file, as ``numpy.savez(path, inputs=..., targets=...)`` writes it.

    Inputs in bytes are pictures, (n, height, width) or (n, height, width, channels): 0…255 becomes
    0…1. Other numbers are taken as they are, whatever their shape.

    Parameters
    ----------
    path : str
        The file.
    inputs : str
        The name of the array of inputs, (n, ...).
    targets : str
        The name of the array of targets: (n,) whole numbers from 0 are classes; (n,) or (n, m)
        numbers are values to be learnt.
    task : {"classification", "regression"}, optional
        What the targets are; by default their type says so.
    classes : list of str, optional
        What the classes are called, in the order of their numbers; by default their numbers.
    """
    place = resolved(root, path)
    samples, answers = _read(place, [inputs, targets])
    values, names = as_targets(answers, f"array '{targets}' in '{place}'", task, classes)
    return Dataset(
        name=place.stem,
        inputs=as_inputs(samples, f"array '{inputs}' in '{place}'"),
        targets=values,
        classes=names,
        target_names=(targets,) if names or values.shape[1] == 1 else (),
        source=place.name,
    )


def npz_inputs(path: Path, name: str = "inputs") -> NDArray[Any]:
    """Return the array of inputs in an .npz file: the only one there is, else the one of a name.

    Raises
    ------
    ConvkitError
        If there is no such file or array, or it can't be read.
    """
    with _opened(path) as archive:
        known = _names(archive)
        return _array(archive, known[0] if len(known) == 1 else name, path)


def _read(path: Path, names: list[str]) -> list[NDArray[Any]]:
    with _opened(path) as archive:
        return [_array(archive, name, path) for name in names]


def _names(archive: zipfile.ZipFile) -> list[str]:
    return [each.removesuffix(".npy") for each in archive.namelist()]


def _opened(path: Path) -> zipfile.ZipFile:
    check_no_device(path)
    # What isn't on the disk, such as standard input, is read once, and from its beginning.
    source = path if is_file(path) else io.BytesIO(read_bytes(path))
    name = display_name(path)
    if not zipfile.is_zipfile(source):
        if source is path:
            read_bytes(path)  # says whether it may be read at all
        raise ConvkitError(
            f"'{name}' is no .npz file, or a broken one",
            "numpy.savez(path, inputs=..., targets=...) writes one",
        )
    try:
        return zipfile.ZipFile(source)
    except _BROKEN as error:
        raise ConvkitError(f"'{name}' is a broken .npz file: {_reason(error)}") from error


def _array(archive: zipfile.ZipFile, name: str, path: Path) -> NDArray[Any]:
    known, file = _names(archive), display_name(path)
    if name not in known:
        raise unknown("array", name, known, f"in '{file}'")
    member = archive.infolist()[known.index(name)]
    check_memory(member.file_size, path.name)
    try:
        with archive.open(member) as stream:
            array: NDArray[Any] = npy.read_array(stream, allow_pickle=False)
            return array
    except _BROKEN as error:
        reason = _reason(error)
        hint = "a pickled array can run code when it is read: save numbers"
        raise ConvkitError(
            f"array '{name}' in '{file}' can't be read: {reason}",
            hint if "pickle" in reason else None,
        ) from error


def _reason(error: Exception) -> str:
    return str(error).partition("\n")[0].rstrip(".") or type(error).__name__
