"""Who trains a run: one process at a time, told by a lock that a kill lets go of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import sleep
from typing import IO

from convkit.errors import ConvkitError
from convkit.experiment.run import Run
from convkit.files import refusals

try:
    import fcntl
except ImportError:  # Windows has no such locks: there a run may be resumed twice at once
    fcntl = None  # type: ignore[assignment]

LOCK = ".lock"
TRIES, PAUSE = 5, 0.01
"""How often, and after how many seconds each time, a lock is tried again."""


@contextmanager
def locked(run: Run) -> Iterator[None]:
    """Keep other processes from training a run within this context.

    Raises
    ------
    ConvkitError
        If another one trains it.
    """
    path = run.folder / LOCK
    with refusals("write", path):
        stream = path.open("ab")
    with stream:
        if not _taken_soon(stream):
            raise ConvkitError(
                f"run '{run.folder}' is being trained by another process", "wait until it ends"
            )
        yield


def _taken_soon(stream: IO[bytes]) -> bool:
    """Take the lock; somebody may be looking whether it is free, which takes a moment."""
    for _ in range(TRIES):
        if _taken(stream):
            return True
        sleep(PAUSE)
    return False


def is_locked(run: Run) -> bool:
    """Return whether a process trains a run at this moment."""
    try:
        stream = (run.folder / LOCK).open("rb")
    except OSError:  # never trained, or not ours to look into
        return False
    with stream:
        return not _taken(stream)


def _taken(stream: IO[bytes]) -> bool:
    """Take the lock on an open file, if it is free; closing the file lets go of it."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
