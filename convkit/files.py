"""Reading what a user names, and writing so that nothing is ever half-written or lost."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from convkit.errors import ConvkitError, did_you_mean

TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".txt"})
"""Suffixes of files that hold numbers in text."""


@contextmanager
def refusals(deed: str, path: Path) -> Iterator[None]:
    """Say in one line what the system refuses: ``can't read 'a.png': Permission denied``.

    A closed pipe is no refusal: its reader has had enough.

    Raises
    ------
    ConvkitError
        For any other OSError in the block.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise ConvkitError(f"can't {deed} '{path}': {error.strerror or error}") from error


# Where the system won't tell, as in a folder that may not be searched, these say no, in every
# version of Python: whoever then reads or writes is told why.


def exists(path: Path) -> bool:
    """Return whether there is something of this name; False where the system won't tell."""
    return os.path.exists(path)  # noqa: PTH110


def is_file(path: Path) -> bool:
    """Return whether it is a regular file; False where the system won't tell."""
    return os.path.isfile(path)  # noqa: PTH113


def is_folder(path: Path) -> bool:
    """Return whether it is a folder; False where the system won't tell."""
    return os.path.isdir(path)  # noqa: PTH112


def display_name(source: str | Path) -> str:
    """Return what messages call a source: its path, or standard input for ``-``."""
    return "standard input" if str(source) == "-" else str(source)


def read_bytes(source: str | Path) -> bytes:
    """Return all the bytes of a file, or of standard input for ``-``.

    Raises
    ------
    ConvkitError
        If the file is absent, a folder or unreadable, the name is empty, or standard input is a
        terminal or closed.
    """
    if str(source) == "-":
        return _read_standard_input()
    check_named(source)
    path = Path(source)
    with refusals("read", path):
        try:
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            raise ConvkitError(f"no such file: '{path}'", _closest_neighbour(path)) from None
        except IsADirectoryError:
            raise ConvkitError(f"'{path}' is a folder, not a file", "name a file in it") from None


def check_named(source: str | Path) -> None:
    """Refuse an empty name, which would stand for the working folder.

    Raises
    ------
    ConvkitError
        If it is empty.
    """
    if not str(source):
        raise ConvkitError("the name of an input is empty", "name a file; is a variable unset?")


def standard_input_start(count: int) -> bytes:
    """Return what standard input begins with, up to `count` bytes, and use nothing of it up."""
    if sys.stdin is None or sys.stdin.closed or sys.stdin.isatty():
        return b""
    stream = sys.stdin.buffer
    return stream.peek(count)[:count] if isinstance(stream, io.BufferedReader) else b""


def _read_standard_input() -> bytes:
    if sys.stdin is None or sys.stdin.closed:
        raise ConvkitError("standard input is closed", "pipe a file into it, or name one")
    if sys.stdin.isatty():
        raise ConvkitError("standard input is a terminal", "pipe a file into it, or name one")
    return sys.stdin.buffer.read()


def _closest_neighbour(path: Path) -> str | None:
    if not is_folder(path.parent):
        return f"there is no folder '{path.parent}'"
    if not os.access(path.parent, os.R_OK):
        return None
    # A common suffix alone makes names rather alike.
    return did_you_mean(path.name, (entry.name for entry in path.parent.iterdir()), least=0.85)


def check_writable(path: Path, *, force: bool = False) -> None:
    """Refuse early what a later write would refuse.

    Raises
    ------
    ConvkitError
        If the folder is absent, the path is a folder, the file exists and `force` is False, or the
        system won't tell (no permission, a name too long).
    """
    with refusals("write", path):
        if not path.parent.is_dir():
            raise ConvkitError(
                f"no such folder: '{path.parent}'", f"create it: mkdir -p '{path.parent}'"
            )
        if path.is_dir():
            raise ConvkitError(f"'{path}' is a folder, not a file", "name a file in it")
        if path.is_file() and not force:
            raise ConvkitError(
                f"'{path}' exists", "overwrite it with --force, or name another with -o"
            )


@contextmanager
def atomic_write(path: Path, *, force: bool = False, durable: bool = False) -> Iterator[BinaryIO]:
    """Open `path` for binary writing; the file appears under its name only if the block succeeds.

    A process that is killed leaves the file as it was, or whole. With `durable` the same holds if
    the power fails: the disk has the bytes before the name points to them, which takes
    milliseconds.

    Raises
    ------
    ConvkitError
        As :func:`check_writable`, and if the disk refuses (full, read-only, no permission).
    """
    check_writable(path, force=force)
    with refusals("write", path):
        # A device or a named pipe is written to, never replaced.
        if exists(path) and not is_file(path):
            with path.open("wb") as stream:
                yield stream
        else:
            yield from _write_beside_and_rename(Path(os.path.realpath(path)), durable)


def _write_beside_and_rename(path: Path, durable: bool) -> Iterator[BinaryIO]:
    # 60 letters take 240 bytes at most: with what stands around them, no more than names may have.
    temporary = path.with_name(f".{path.name[:60]}.{os.urandom(4).hex()}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(temporary, flags, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            if durable:
                stream.flush()
                os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
