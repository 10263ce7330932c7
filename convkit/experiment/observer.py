"""Who watches a training: what is told, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from convkit.experiment.outcome import Outcome
    from convkit.experiment.run import Run


@dataclass(frozen=True)
class Plan:
    """What is about to be trained.

    Attributes
    ----------
    run : Run
    epochs, steps_per_epoch : int
    samples : dict of str to int
        In each split, see :attr:`convkit.data.Splits.counts`.
    parameters : int
        Trained numbers.
    monitor : str
        The metric whose best checkpoint is kept.
    records : list of dict
        Of the epochs before, where a run goes on.
    unit : str
        What is counted: samples, or episodes.
    """

    run: Run
    epochs: int
    steps_per_epoch: int
    samples: dict[str, int]
    parameters: int
    monitor: str
    records: list[dict[str, Any]]
    unit: str = "samples"


@dataclass(frozen=True)
class Moment:
    """Where a training stands.

    Attributes
    ----------
    epoch : int
        The running one, from 1.
    batch : int
        Steps done in it.
    step : int
        Steps done in all.
    loss : float
        Of the last step.
    seconds : float
        Of training so far, over all sessions.
    """

    epoch: int
    batch: int
    step: int
    loss: float
    seconds: float


class StopTraining(Exception):  # noqa: N818, since it is no error
    """What an observer raises at an epoch's end if training shall stop early; it says why."""


class Observer(Protocol):
    """Is told what happens; it changes nothing, but may raise :class:`StopTraining`."""

    def started(self, plan: Plan) -> None:
        """Training begins, or goes on."""

    def stepped(self, moment: Moment) -> None:
        """Steps were taken: told a few times a second, however fast they are."""

    def epoch_ended(self, record: dict[str, Any], *, best: bool) -> None:
        """An epoch is over: its line of ``metrics.jsonl``, and whether it is the best so far."""

    def ended(self, outcome: Outcome) -> None:
        """Training is over, or was stopped; everything is written."""


class Silent:
    """An observer that tells nobody."""

    def started(self, plan: Plan) -> None:
        """Say nothing."""

    def stepped(self, moment: Moment) -> None:
        """Say nothing."""

    def epoch_ended(self, record: dict[str, Any], *, best: bool) -> None:
        """Say nothing."""

    def ended(self, outcome: Outcome) -> None:
        """Say nothing."""
