"""From what stands on a command line to the files it means."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from convkit.errors import ConvkitError
from convkit.files import check_named, exists, is_file, is_folder
from convkit.images.formats import READABLE


class Found(NamedTuple):
    """A file, and its path below the folder that was searched for it (else its name)."""

    path: Path
    below: Path


def expand(inputs: Iterable[str], *, recursive: bool = False) -> list[Found]:
    """Return the files that inputs stand for, each once, in the order given.

    Parameters
    ----------
    inputs : iterable of str
        Files, ``-`` for standard input, patterns that the shell left alone (``*.png``,
        ``**/*.png``), and folders. A folder stands for the pictures in it, sorted by name; hidden
        ones are left out. A file that doesn't exist is returned as it is: reading it will say so.
    recursive : bool
        Whether a folder stands for those in its folders, too.

    Raises
    ------
    ConvkitError
        If a name is empty, a pattern matches nothing, or a folder holds no picture or can't be
        read.
    """
    found: dict[str, Found] = {}
    for text in inputs:
        for each in _meant(text, recursive):
            found.setdefault(text if text == "-" else os.path.realpath(each.path), each)
    return list(found.values())


def _meant(text: str, recursive: bool) -> list[Found]:
    check_named(text)
    path = Path(text)
    if is_folder(path):
        return [Found(each, each.relative_to(path)) for each in _pictures_in(path, recursive)]
    # A file may have a bracket in its name: only what doesn't exist is a pattern.
    is_pattern = text != "-" and glob.has_magic(text) and not exists(path)
    return [Found(each, Path(each.name)) for each in (_matches(text) if is_pattern else [path])]


def _matches(pattern: str) -> list[Path]:
    # Path.glob knows no pattern that starts at the root.
    names = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207
    paths = [path for path in map(Path, names) if is_file(path)]
    if not paths:
        raise ConvkitError(f"no file matches '{pattern}'")
    return paths


def _pictures_in(folder: Path, recursive: bool) -> list[Path]:
    paths = list(_walk(folder, recursive))
    if paths:
        return paths
    if not recursive and any(_walk(folder, recursive=True)):
        raise ConvkitError(
            f"no pictures in '{folder}' itself, only in its folders", "add --recursive"
        )
    raise ConvkitError(
        f"no pictures in '{folder}'", f"their names end in one of: {' '.join(sorted(READABLE))}"
    )


def _walk(folder: Path, recursive: bool) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise ConvkitError(f"can't read the folder '{error.filename}': {error.strerror}")

    for place, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith(".")) * recursive
        for name in sorted(names):
            if Path(name).suffix.lower() in READABLE and not name.startswith("."):
                yield Path(place, name)
