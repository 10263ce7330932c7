"""Reading what a user names, and writing so that nothing is ever half-written or lost."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from convkit.errors import ConvkitError, did_you_mean


def display_name(source: str | Path) -> str:
    """Return what messages call a source: its path, or standard input for ``-``."""
    return "standard input" if str(source) == "-" else str(source)


def read_bytes(source: str | Path) -> bytes:
    """Return all the bytes of a file, or of standard input for ``-``.

    Raises
    ------
    ConvkitError
        If the file is absent, a folder or unreadable, or standard input is a terminal or closed.
    """
    if str(source) == "-":
        return _read_standard_input()
    path = Path(source)
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise ConvkitError(f"no such file: '{path}'", _closest_neighbour(path)) from None
    except IsADirectoryError:
        raise ConvkitError(f"'{path}' is a folder, not a file", "name a file in it") from None
    except OSError as error:
        raise ConvkitError(f"can't read '{path}': {error.strerror or error}") from error


def _read_standard_input() -> bytes:
    if sys.stdin is None or sys.stdin.closed:
        raise ConvkitError("standard input is closed", "pipe a file into it, or name one")
    if sys.stdin.isatty():
        raise ConvkitError("standard input is a terminal", "pipe a file into it, or name one")
    return sys.stdin.buffer.read()


def _closest_neighbour(path: Path) -> str | None:
    if not path.parent.is_dir():
        return f"there is no folder '{path.parent}'"
    if not os.access(path.parent, os.R_OK):
        return None
    return did_you_mean(path.name, (entry.name for entry in path.parent.iterdir()))


def check_writable(path: Path, *, force: bool = False) -> None:
    """Refuse early what a later write would refuse.

    Raises
    ------
    ConvkitError
        If the folder is absent, the path is a folder, or the file exists and `force` is False.
    """
    if not path.parent.is_dir():
        raise ConvkitError(
            f"no such folder: '{path.parent}'", f"create it: mkdir -p '{path.parent}'"
        )
    if path.is_dir():
        raise ConvkitError(f"'{path}' is a folder, not a file", "name a file in it")
    if path.is_file() and not force:
        raise ConvkitError(f"'{path}' exists", "overwrite it with --force, or name another with -o")


@contextmanager
def atomic_write(path: Path, *, force: bool = False) -> Iterator[BinaryIO]:
    """Open `path` for binary writing; the file appears under its name only if the block succeeds.

    Raises
    ------
    ConvkitError
        As :func:`check_writable`, and if the disk refuses (full, read-only, no permission).
    """
    check_writable(path, force=force)
    try:
        # A device or a named pipe is written to, never replaced.
        if path.exists() and not path.is_file():
            with path.open("wb") as stream:
                yield stream
        else:
            yield from _write_beside_and_rename(path.resolve())
    except OSError as error:
        raise ConvkitError(f"can't write '{path}': {error.strerror or error}") from error


def _write_beside_and_rename(path: Path) -> Iterator[BinaryIO]:
    temporary = path.with_name(f".{path.name[:200]}.{os.urandom(4).hex()}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(temporary, flags, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
