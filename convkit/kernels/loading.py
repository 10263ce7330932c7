"""Kernels from files: text, CSV, NumPy, YAML."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np

from convkit.errors import ConvkitError, unknown
from convkit.files import display_name, is_folder, read_bytes
from convkit.kernels.model import Kernel
from convkit.kernels.text import parse_matrix, parse_number, same_lengths

MAX_TEXT_BYTES = 64 * 2**20

_WEIGHTS_KEYS = ("kernel", "weights")
_YAML_KEYS = (*_WEIGHTS_KEYS, "name", "scale")


def load(path: Path) -> Kernel:
    """Read a kernel file; the suffix says how, and one without a known suffix is read as text.

    ``.txt`` and ``.csv`` hold one row per line, numbers separated by blanks or commas, ``#`` starts
    a comment. ``.npy`` holds a 2-D or, for a bank, 4-D array. ``.yaml`` holds a list of rows, or a
    mapping with ``kernel`` (or ``weights``) and, if wanted, ``name`` and ``scale``.

    Raises
    ------
    ConvkitError
        If the file is missing or unreadable, or what it holds is no kernel.
    """
    if is_folder(path):
        raise ConvkitError(f"'{path}' is a folder, not a kernel file")
    try:
        return LOADERS.get(path.suffix.lower(), _load_text)(path)
    except FileNotFoundError as error:
        raise ConvkitError(f"no such kernel file: '{path}'") from error
    except OSError as error:
        raise ConvkitError(f"can't read '{path}': {error.strerror or error}") from error


def load_standard_input() -> Kernel:
    """Read the rows of a kernel from standard input, as from a text file.

    Raises
    ------
    ConvkitError
        If nothing can be read from it, or what it holds is no kernel.
    """
    name = display_name("-")
    return Kernel("stdin", np.array(parse_matrix(_decoded(read_bytes("-"), name), name)))


def _load_text(path: Path) -> Kernel:
    return Kernel(path.stem, np.array(parse_matrix(_text(path), f"'{path}'")))


def _load_npy(path: Path) -> Kernel:
    try:
        # Mapped, so that a header that promises terabytes costs nothing.
        weights = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError, SyntaxError, TokenError, OverflowError) as error:
        if "pickle" in str(error) or "Python objects" in str(error):
            raise ConvkitError(
                f"'{path}' isn't a plain .npy array",
                "pickled objects are never loaded; save the numbers with numpy.save",
            ) from error
        raise ConvkitError(f"can't read '{path}' as .npy: {_first_line(error)}") from error
    if not isinstance(weights, np.ndarray):
        raise ConvkitError(f"'{path}' is an archive of arrays", "save one array with numpy.save")
    return Kernel(path.stem, weights)


def _load_yaml(path: Path) -> Kernel:
    import yaml

    try:
        document = yaml.safe_load(_text(path))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        if isinstance(error, ConvkitError):
            raise
        raise ConvkitError(f"can't read '{path}' as YAML: {_first_line(error)}") from error
    fields = document if isinstance(document, dict) else {"kernel": document}
    for key in fields:
        if key not in _YAML_KEYS:
            raise unknown("key", str(key), _YAML_KEYS, f"in '{path}'")
    given = [key for key in _WEIGHTS_KEYS if key in fields]
    if len(given) != 1:
        raise ConvkitError(
            f"'{path}' needs one of 'kernel' and 'weights', has {len(given)}",
            "write kernel: [[0, 1, 0], [1, -4, 1], [0, 1, 0]]",
        )
    weights = np.array(_yaml_rows(fields[given[0]], f"'{path}'"))
    scale = _yaml_number(fields.get("scale", 1), f"'{path}' scale")
    return Kernel(str(fields.get("name") or path.stem), weights * scale)


def _yaml_rows(rows: Any, where: str) -> list[list[float]]:
    if isinstance(rows, str):
        return parse_matrix(rows, where)
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise ConvkitError(
            f"{where} holds no list of rows", "write [[0, 1, 0], [1, -4, 1], [0, 1, 0]]"
        )
    if not any(rows):
        raise ConvkitError(f"{where} is empty (0x0)", "give at least one weight")
    numbers = [
        [
            _yaml_number(value, f"{where} row {row}, column {column}")
            for column, value in enumerate(values, start=1)
        ]
        for row, values in enumerate(rows, start=1)
    ]
    return same_lengths(numbers, where)


def _yaml_number(value: Any, where: str) -> float:
    # YAML reads yes as a bool, and 1e-3 and 1/9 as text.
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ConvkitError(f"{where}: {value!r} isn't a number")
    return parse_number(str(value).strip(), where)


def _text(path: Path) -> str:
    with path.open("rb") as stream:
        data = stream.read(MAX_TEXT_BYTES + 1)
    if len(data) > MAX_TEXT_BYTES:
        raise ConvkitError(f"'{path}' is larger than {MAX_TEXT_BYTES >> 20} MiB, too large")
    return _decoded(data, f"'{path}'")


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConvkitError(f"{name} isn't text: {error.reason} at byte {error.start}") from error


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


LOADERS: dict[str, Callable[[Path], Kernel]] = {
    ".txt": _load_text,
    ".csv": _load_text,
    ".npy": _load_npy,
    ".yaml": _load_yaml,
    ".yml": _load_yaml,
}
