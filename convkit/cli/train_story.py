"""What a training has done so far, as far as it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from convkit.experiment.observer import Moment, Plan


class Story:
    """What has happened so far.

    Attributes
    ----------
    plan : Plan
    records : list of dict
        Of the epochs that are over.
    best : dict or None
        The record of the best one.
    losses : list of float
        Of single steps, as long as there are too few epochs for a curve.
    step : int
        Steps taken.
    over : bool
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.records = list(plan.records)
        self.best = _best(plan)
        self.losses: list[float] = []
        self.step = plan.records[-1]["step"] if plan.records else 0
        self.over = False
        self._seconds_of_epochs: float = sum(record["seconds"] for record in plan.records)
        self._seconds_at_step = 0.0

    def stepped(self, moment: Moment) -> None:
        """Take in where the training stands."""
        self.step = moment.step
        self._seconds_at_step = moment.seconds
        if len(self.records) < 2:
            self.losses.append(moment.loss)

    def epoch_ended(self, record: dict[str, Any], best: bool) -> None:
        """Take in the record of an epoch."""
        self.records.append(record)
        self.step = record["step"]
        self._seconds_of_epochs += record["seconds"]
        if best:
            self.best = record

    @property
    def steps(self) -> int:
        """How many steps there will be, unless training stops early."""
        return self.plan.epochs * self.plan.steps_per_epoch

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return max(self._seconds_of_epochs, self._seconds_at_step)

    @property
    def seconds_left(self) -> float | None:
        """How long the rest will take at the same pace; None as long as there is none."""
        return self.seconds / self.step * (self.steps - self.step) if self.step else None

    def curves(self) -> dict[str, list[float]]:
        """Return the loss over epochs for each split, or over steps while those are too few."""
        if len(self.records) < 2:
            return {"loss": self.losses}
        names = [name for name in self.records[0] if name.endswith("/loss")]
        values = {name: [record.get(name) for record in self.records] for name in names}
        return {name: [each for each in row if each is not None] for name, row in values.items()}


def _best(plan: Plan) -> dict[str, Any] | None:
    """Return the best of the epochs before a run goes on."""
    from convkit.experiment.monitor import Monitor

    monitor, best = Monitor(plan.monitor), None
    for record in plan.records:
        value = record.get(plan.monitor)
        if value is not None and monitor.observe(value, record["epoch"]):
            best = record
    return best
