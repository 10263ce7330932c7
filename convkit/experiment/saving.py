"""When a run is saved, and what of it.

``last`` holds all that going on needs, ``best`` the model alone. ``best`` is written first: a kill
between the two leaves a ``last`` from which the same ``best`` is found again.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from time import monotonic
from typing import Any

from convkit.data import Preprocessing
from convkit.errors import ConvkitError
from convkit.experiment import spec
from convkit.experiment.checkpoint import (
    Checkpoint,
    first_not_finite,
    read_checkpoint,
    taking_in,
    write_checkpoint,
)
from convkit.experiment.run import CheckpointName, Run
from convkit.families import DivergedError, Family, Origin, Signature, owned

LEAST_SECONDS = 1.0
"""Epochs are not saved more often: a small network's take less time than writing does.

A kill costs no more than that, since the epochs after the last checkpoint are made again, the same.
"""


class Saver:
    """Writes the checkpoints of a run.

    Parameters
    ----------
    run : Run
    family : Family
    preprocessing : Preprocessing
        Stored with the model.
    rhythm : Checkpoint settings
        Of the experiment.
    """

    def __init__(
        self, run: Run, family: Family, preprocessing: Preprocessing, rhythm: spec.Checkpoint
    ) -> None:
        self.run = run
        self._family = family
        self._preprocessing = preprocessing
        self._rhythm = rhythm
        self._best: Checkpoint | None = None
        self._saved = monotonic()

    def keep_best(self, position: dict[str, Any]) -> None:
        """Remember the model as it is; the next :meth:`save` writes it."""
        self._best = self._model(position)

    def is_due_after(self, epoch: int) -> bool:
        """Return whether to save at the end of an epoch."""
        return epoch % self._rhythm.every_epochs == 0 and self._passed(LEAST_SECONDS)

    def is_due_within(self) -> bool:
        """Return whether to save between two steps."""
        minutes = self._rhythm.every_minutes
        return minutes is not None and self._passed(60 * minutes)

    def _passed(self, seconds: float) -> bool:
        return monotonic() - self._saved >= seconds

    def save(self, position: dict[str, Any], trainer: dict[str, Any]) -> None:
        """Write ``best``, if there is a new one, and ``last``.

        Raises
        ------
        DivergedError
            If a number in it isn't finite; nothing is written then.
        ConvkitError
            If the disk refuses.
        """
        self.save_best()
        model = self._model(position)
        arrays, state = self._family.memory()
        last = Checkpoint(
            model.arrays | owned("learning", arrays),
            model.state | {"learning": state, "trainer": trainer},
        )
        self._check_finite(last)
        write_checkpoint(self.run.checkpoint("last"), last)
        self._saved = monotonic()

    def save_best(self) -> None:
        """Write ``best`` if there is a new one.

        Raises
        ------
        ConvkitError
            If the disk refuses.
        """
        if self._best is not None:
            write_checkpoint(self.run.checkpoint("best"), self._best)
            self._best = None

    def _model(self, position: dict[str, Any]) -> Checkpoint:
        arrays = owned("model", self._family.model())
        checkpoint = Checkpoint(
            arrays | owned("preprocessing", self._preprocessing.state()),
            {"signature": self._family.signature.state(), "position": position},
        )
        self._check_finite(checkpoint)
        return checkpoint

    def _check_finite(self, checkpoint: Checkpoint) -> None:
        name = first_not_finite(checkpoint.arrays)
        if name is not None:
            has_optimizer = "optimizer" in self._family.parts
            hint = None if has_optimizer else "scale the inputs (standardize: true), or lower lr"
            raise DivergedError(_origin(name), hint)


PLACES = {"model/": "weights", "learning/epoch/": "output"}
"""What an array that isn't finite says to be wrong, by how its name begins; else the optimizer."""


def _origin(name: str) -> Origin:
    """Return where a number that isn't finite stands, by the name of its array."""
    what = next((what for start, what in PLACES.items() if name.startswith(start)), "optimizer")
    path = name.removeprefix("model/")
    # Those of a single unit have no owner that could be named.
    where = path if what == "weights" and "." in path else None
    return Origin(what, where, "a number that isn't finite")


@dataclass(frozen=True)
class Stored:
    """What a checkpoint says about the trained system, apart from its weights."""

    signature: Signature
    preprocessing: Preprocessing
    checkpoint: Checkpoint


def load(run: Run, name: CheckpointName) -> Stored:
    """Return a checkpoint of a run.

    Raises
    ------
    ConvkitError
        If there is none yet, or it is damaged.
    """
    if name not in run.checkpoints:
        raise ConvkitError(f"run '{run.folder}' has no checkpoint '{name}' yet", _instead(run))
    path = run.checkpoint(name)
    checkpoint = read_checkpoint(path)
    with taking_in(path):
        return Stored(
            Signature.from_state(checkpoint.state["signature"]),
            Preprocessing.from_state(checkpoint.within("preprocessing")),
            checkpoint,
        )


def _instead(run: Run) -> str:
    """Return the way out where a checkpoint isn't there."""
    if run.checkpoints:
        return f"it has {', '.join(run.checkpoints)}"
    if (run.summary() or {}).get("status") == "diverged":
        return "it diverged before one was saved: start a new run with other settings"
    return f"go on with it: convkit train --resume {shlex.quote(str(run.folder))}"
