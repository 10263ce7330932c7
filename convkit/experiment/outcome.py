"""How a training ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from numpy.typing import NDArray

from convkit.experiment.run import Run

Status = Literal["finished", "stopped early", "interrupted", "diverged", "failed"]

COMPLETE: tuple[Status, ...] = ("finished", "stopped early")
"""How a run ends that came to its end."""


@dataclass(frozen=True)
class Outcome:
    """How a training ended.

    Attributes
    ----------
    run : Run
    status : {"finished", "stopped early", "interrupted", "diverged", "failed"}
    summary : dict
        What ``summary.json`` says.
    pictures : dict of str to array
        Of what was learnt, see :meth:`convkit.families.Family.pictures`; none of a run that hasn't
        come to its end.
    """

    run: Run
    status: Status
    summary: dict[str, Any]
    pictures: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    @property
    def metrics(self) -> dict[str, float | None]:
        """Every metric at the checkpoint that counts, such as ``test/accuracy``."""
        metrics: dict[str, float | None] = self.summary["metrics"]
        return metrics
