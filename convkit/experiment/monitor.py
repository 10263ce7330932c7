"""Watching a metric: which epoch was the best, and whether it still gets better."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from convkit.families import grows


def direction(metric: str) -> Literal[1, -1]:
    """Return 1 if a metric such as ``validation/accuracy`` should grow, -1 if it should shrink."""
    name = metric.rpartition("/")[2]
    return 1 if grows(name) else -1


@dataclass
class Monitor:
    """Remembers the best value of a metric, and how long ago that was.

    Parameters
    ----------
    metric : str
        Its full name, such as ``validation/loss``.
    min_delta : float
        A change no larger than this is no improvement.
    patience : int or None
        How many evaluations in a row may pass without improvement; None is for ever.

    Attributes
    ----------
    best : float or None
        The best value so far; a value that is no number is never the best.
    best_epoch : int or None
    waited : int
        Evaluations since the best one.
    """

    metric: str
    min_delta: float = 0.0
    patience: int | None = None
    best: float | None = None
    best_epoch: int | None = None
    waited: int = 0

    def observe(self, value: float, epoch: int) -> bool:
        """Take in an epoch's value; return whether it is the best so far."""
        if self._improves(value):
            self.best, self.best_epoch, self.waited = value, epoch, 0
            return True
        self.waited += 1
        return False

    def _improves(self, value: float) -> bool:
        if self.best is None:
            return math.isfinite(value)
        return direction(self.metric) * (value - self.best) > self.min_delta

    @property
    def exhausted(self) -> bool:
        """Whether patience has run out."""
        return self.patience is not None and self.waited >= self.patience

    def __str__(self) -> str:
        if self.best is None:
            return f"{self.metric} was never a number"
        best = f"{self.best:.6g} in epoch {self.best_epoch}"
        return f"{self.metric} was best, {best}, {self.waited} evaluations ago"

    def state(self) -> dict[str, Any]:
        """Return what has to be remembered to go on."""
        return {"best": self.best, "best_epoch": self.best_epoch, "waited": self.waited}

    def load_state(self, state: dict[str, Any]) -> None:
        """Remember it again."""
        self.best, self.best_epoch = state["best"], state["best_epoch"]
        self.waited = state["waited"]
