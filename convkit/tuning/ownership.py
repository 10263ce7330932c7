"""Who has taken a trial, and whether they live: told by a lock, or by signs of life."""

from __future__ import annotations

import socket
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from convkit.files import refusals
from convkit.tuning.locks import FileLock, is_held

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial, Trial

OWNER, SEEN = "owner", "seen"
"""What is noted of a trial in the storage."""

SILENCE = 60.0
"""Seconds without a new sign of life after which a process on another machine counts as dead."""

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

    def sweep(self) -> None:
        """Remove what killed processes left, once all that they had taken is repeated."""
        for path in self._lock.path.parent.glob("*.lock"):
            if not is_held(path):
                path.unlink(missing_ok=True)


class Witness:
    """Judges whether those who have taken trials are there.

    On this machine a lock tells it. Of another one the signs of life count, and by our clock alone
    how long there is no new one: its own may be wrong, or of another time zone.
    """

    def __init__(self) -> None:
        self._last: dict[int, tuple[object, float]] = {}

    def is_alive(self, trial: FrozenTrial) -> bool:
        """Return whether the process that has taken a trial is there."""
        if not is_signed(trial):  # it was killed, or is about to sign
            return self._silence(trial) < UNSIGNED
        host, path = trial.user_attrs[OWNER]
        # Two machines may have one name: whose lock can't be found here is another one.
        if host == socket.gethostname() and Path(path).exists():
            return is_held(Path(path))
        return self._silence(trial) < SILENCE

    def _silence(self, trial: FrozenTrial) -> float:
        """Return how many seconds ago the last sign of life of a trial was seen here."""
        sign, now = (is_signed(trial), trial.user_attrs.get(SEEN)), time.monotonic()
        before, since = self._last.get(trial.number, (None, now))
        if sign != before:
            since = now
        self._last[trial.number] = sign, since
        return now - since


def show_life(trial: Trial) -> None:
    """Tell other machines, which can't see the lock, that a trial isn't abandoned."""
    trial.set_user_attr(SEEN, time.time())


def is_signed(trial: FrozenTrial) -> bool:
    """Return whether it is known who has taken a trial."""
    return OWNER in trial.user_attrs
