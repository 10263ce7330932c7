"""Who has taken a trial, and whether they live: told by a lock, or by signs of life."""

from __future__ import annotations

import socket
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from convkit.files import refusals
from convkit.tuning.locks import FileLock

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial, Trial

OWNER, SEEN = "owner", "seen"
"""What is noted of a trial in the storage."""

SILENCE = 60.0
"""Seconds without a sign of life after which a process on another machine counts as dead."""

SIGN_OF_LIFE = 10.0
"""Seconds between two signs."""

UNSIGNED = 2.0
"""Seconds after which a trial that was taken is signed, unless its process was killed."""


class Owner:
    """A process that takes trials: it holds a lock for as long as it lives.

    Parameters
    ----------
    folder : Path
        The study's; made if need be.

    Raises
    ------
    ConvkitError
        If the disk refuses.
    """

    def __init__(self, folder: Path) -> None:
        self._lock = FileLock(folder.resolve() / "workers" / f"{uuid.uuid4().hex}.lock")
        with refusals("make", folder):
            self._lock.path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()

    def sign(self, trial: Trial) -> None:
        """Note in the storage that a trial is this process's."""
        trial.set_user_attr(OWNER, [socket.gethostname(), str(self._lock.path)])

    def leave(self) -> None:
        """Let go of what it has taken."""
        self._lock.release()
        self._lock.path.unlink(missing_ok=True)


def show_life(trial: Trial) -> None:
    """Tell other machines, which can't see the lock, that a trial isn't abandoned."""
    trial.set_user_attr(SEEN, time.time())


def is_signed(trial: FrozenTrial) -> bool:
    """Return whether it is known who has taken a trial."""
    return OWNER in trial.user_attrs


def is_alive(trial: FrozenTrial) -> bool:
    """Return whether the process that has taken a trial is there."""
    began = trial.datetime_start.timestamp() if trial.datetime_start else 0.0
    if not is_signed(trial):  # it was killed, or is about to sign
        return time.time() - began < UNSIGNED
    host, path = trial.user_attrs[OWNER]
    if host == socket.gethostname():
        return _is_held(Path(path))
    return bool(time.time() - trial.user_attrs.get(SEEN, began) < SILENCE)


def _is_held(path: Path) -> bool:
    """Return whether somebody holds a lock; if its process was killed, nothing is left of it."""
    if not path.exists():
        return False
    lock = FileLock(path)
    if not lock.try_acquire():
        return True
    path.unlink(missing_ok=True)
    lock.release()
    return False
