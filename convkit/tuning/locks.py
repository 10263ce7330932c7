"""Locks on files, which a kill lets go of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]


class FileLock:
    """A lock that one process at a time can hold, in the form that Optuna's journal takes.

    Optuna's own are files whose existence is the lock: a killed process leaves them behind, and
    everybody waits for half a minute.

    Parameters
    ----------
    path : Path
        Made if it isn't there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stream: IO[bytes] | None = None

    def acquire(self) -> bool:
        """Wait for the lock and take it."""
        stream = self.path.open("ab")
        if fcntl is not None:
            fcntl.flock(stream, fcntl.LOCK_EX)
        self._stream = stream
        return True

    def try_acquire(self) -> bool:
        """Take the lock if it is free; return whether it was."""
        stream = self.path.open("ab")
        if fcntl is not None:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                stream.close()
                return False
        self._stream = stream
        return True

    def release(self) -> None:
        """Let go of it."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold it within this context."""
        self.acquire()
        try:
            yield
        finally:
            self.release()


def is_held(path: Path) -> bool:
    """Return whether somebody holds a lock."""
    lock = FileLock(path)
    if not lock.try_acquire():
        return True
    lock.release()
    return False
