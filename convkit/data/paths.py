"""Where data lie."""

from __future__ import annotations

from pathlib import Path

from convkit.errors import ConvkitError
from convkit.files import check_named, is_file, is_folder, refusals


def resolved(root: Path, path: str) -> Path:
    """Return a path as seen from `root`; ``-`` is standard input, ``~`` a home.

    Raises
    ------
    ConvkitError
        If the path is empty.
    """
    check_named(path)
    return Path(path) if path == "-" else root / Path(path).expanduser()


def folder(root: Path, path: str) -> Path:
    """Return a folder's path as seen from `root`.

    Raises
    ------
    ConvkitError
        If there is no such folder.
    """
    place = resolved(root, path)
    if is_file(place):
        raise ConvkitError(f"'{place}' is a file, not a folder", "name the folder that it is in")
    if not is_folder(place):
        raise ConvkitError(f"no such folder: '{place}'")
    return place


def check_no_device(path: Path) -> None:
    """Refuse a device, such as ``/dev/zero``: it may never end. A named pipe does.

    Raises
    ------
    ConvkitError
        If it is one, or the system won't tell.
    """
    with refusals("read", path):
        if path.is_char_device() or path.is_block_device():
            raise ConvkitError(f"'{path}' is a device, not a file", "name a file, or - for stdin")
