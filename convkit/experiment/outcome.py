"""How a training ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from convkit.experiment.run import Run

Status = Literal["finished", "stopped early", "interrupted", "diverged", "failed"]


@dataclass(frozen=True)
class Outcome:
    """How a training ended.

    Attributes
    ----------
    run : Run
    status : {"finished", "stopped early", "interrupted", "diverged", "failed"}
    summary : dict
        What ``summary.json`` says.
    """

    run: Run
    status: Status
    summary: dict[str, Any]

    @property
    def metrics(self) -> dict[str, float | None]:
        """Every metric at the checkpoint that counts, such as ``test/accuracy``."""
        metrics: dict[str, float | None] = self.summary["metrics"]
        return metrics
