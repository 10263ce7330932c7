"""The loop: epochs of steps, measured, watched and saved; left and taken up anywhere."""

from __future__ import annotations

from time import perf_counter
from typing import NamedTuple

import numpy as np

from convkit.autograd import keep_freed_memory
from convkit.data import Splits
from convkit.experiment import spec
from convkit.experiment.checkpoint import Checkpoint, Position
from convkit.experiment.interruption import Interruption, put_off
from convkit.experiment.metrics_log import MetricsLog, Record
from convkit.experiment.monitor import Monitor
from convkit.experiment.observer import Moment, Observer, StopTraining
from convkit.experiment.outcome import Status
from convkit.experiment.run import Run
from convkit.experiment.saving import Saver
from convkit.families import DivergedError, Family
from convkit.workers import one_blas_thread

LOOKS_PER_SECOND = 10
"""How often the observer hears of steps."""


class Ending(NamedTuple):
    """How a training ended, and why."""

    status: Status
    reason: str


class Trainer:
    """Trains a family that is prepared.

    Parameters
    ----------
    run : Run
        Where everything is written.
    family : Family
    splits : Splits
    settings : Trainer settings
        Of the experiment.
    observer : Observer
    """

    def __init__(
        self, run: Run, family: Family, splits: Splits, settings: spec.Trainer, observer: Observer
    ) -> None:
        self.position = Position()
        self.log = MetricsLog(run.metrics)
        self.best = Monitor(monitored(settings, splits, family))
        self._patience = _patience(settings, self.best.metric)
        self._family = family
        self._splits = splits
        self._settings = settings
        self._observer = observer
        self._saver = Saver(run, family, splits.preprocessing, settings.checkpoint)
        self._began = self._epoch_began = perf_counter()
        self._next_look = 0.0

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go back to a checkpoint."""
        trainer = checkpoint.state["trainer"]
        self.position = Position(**checkpoint.state["position"])
        self.best.load_state(trainer["best"])
        if self._patience is not None:
            self._patience.load_state(trainer["patience"])
        self._family.load_model(checkpoint.within("model"))
        self._family.load_memory(checkpoint.within("learning"), checkpoint.state["learning"])

    def fit(self) -> Ending:
        """Train until there is a reason to stop.

        Raises
        ------
        DivergedError
            If a number isn't finite; the checkpoints are from before.
        """
        self._began = perf_counter() - self.position.seconds
        keep_freed_memory()
        # What overflows is found by looking at the loss and the gradients, not by warnings.
        try:
            with put_off() as interruption, one_blas_thread(), np.errstate(all="ignore"):
                while (end := self._end()) is None and not interruption.wanted:
                    if self._take_steps(interruption):
                        self._close_epoch()
                self.save()
        except DivergedError:
            self._saver.save_best()
            raise
        except StopTraining as stop:
            self.save()
            return Ending("stopped early", str(stop))
        return end or Ending("interrupted", f"stopped after step {self.position.step}")

    def _end(self) -> Ending | None:
        """Return why training is over, or None. It follows from what a checkpoint holds."""
        if self.position.batch:
            return None
        if self._family.finished is not None:
            return Ending("finished", self._family.finished)
        if self.position.epoch >= self._settings.epochs:
            count = self._settings.epochs
            done = "1 epoch is" if count == 1 else f"all {count} epochs are"
            return Ending("finished", f"{done} done")
        if self._patience is not None and self._patience.exhausted:
            return Ending("stopped early", str(self._patience))
        return None

    def _take_steps(self, interruption: Interruption) -> bool:
        """Take the steps that are left of an epoch; return False if broken off between two."""
        family, position = self._family, self.position
        steps = family.steps_per_epoch
        self._epoch_began = perf_counter() - position.epoch_seconds
        for batch in family.batches(position.epoch, position.batch):
            loss = family.learn(batch, position.epoch + position.batch / steps)
            position.batch += 1
            position.step += 1
            if perf_counter() >= self._next_look:
                self._look(loss)
            if interruption.wanted and position.batch < steps:
                return False
        return True

    def _look(self, loss: float) -> None:
        """Do what needn't be done at every step."""
        self._next_look = perf_counter() + 1 / LOOKS_PER_SECOND
        self._read_clock()
        at = self.position
        self._observer.stepped(Moment(at.epoch + 1, at.batch, at.step, loss, at.seconds))
        if self._saver.is_due_within():
            self.save()

    def _close_epoch(self) -> None:
        """Measure, log and watch an epoch whose steps are all taken."""
        record = self._measure_epoch()
        self.position.epoch += 1
        self.position.batch = 0
        self.position.epoch_seconds = 0.0
        best = self._watch(record)
        self.log.append(record)
        self._observer.epoch_ended(record, best=best)
        if self._saver.is_due_after(self.position.epoch):
            self.save()

    def _measure_epoch(self) -> Record:
        number = self.position.epoch + 1
        trained = perf_counter() - self._epoch_began
        measured = _named("train", self._family.end_epoch())
        validation = self._splits.validation
        due = number % self._settings.eval_every == 0 or number == self._settings.epochs
        if validation is not None and due:
            measured |= _named("validation", self._family.measure(validation))
        self._read_clock()
        return {
            "epoch": number,
            "step": self.position.step,
            **measured,
            **self._family.settings(number - 1 / self._family.steps_per_epoch),
            "seconds": self.position.epoch_seconds,
            "samples_per_second": self._samples / trained,
        }

    @property
    def _samples(self) -> int:
        return self._family.samples_per_epoch or len(self._splits.train)

    def _watch(self, record: Record) -> bool:
        """Tell those who watch metrics; return whether the epoch is the best so far."""
        epoch = self.position.epoch
        patience = self._patience
        if patience is not None and patience.metric in record:
            patience.observe(record[patience.metric], epoch)
        if self.best.metric not in record:
            return False
        value = record[self.best.metric]
        self._family.observe(value)
        improved = self.best.observe(value, epoch)
        if improved:
            self._saver.keep_best(self.position.state())
        return improved

    def save(self) -> None:
        """Write the checkpoints."""
        self._read_clock()
        trainer = {
            "best": self.best.state(),
            "patience": self._patience.state() if self._patience is not None else None,
        }
        self._saver.save(self.position.state(), trainer)

    def _read_clock(self) -> None:
        now = perf_counter()
        self.position.seconds = now - self._began
        if self.position.batch:
            self.position.epoch_seconds = now - self._epoch_began


def monitored(settings: spec.Trainer, splits: Splits, family: Family) -> str:
    """Return the metric whose best checkpoint is kept."""
    default = f"{'train' if splits.validation is None else 'validation'}/{family.goal}"
    stopping = settings.early_stopping
    return settings.monitor or (stopping.metric if stopping else None) or default


def _patience(settings: spec.Trainer, metric: str) -> Monitor | None:
    stopping = settings.early_stopping
    if stopping is None:
        return None
    return Monitor(stopping.metric or metric, stopping.min_delta, stopping.patience)


def _named(split: str, measured: dict[str, float]) -> Record:
    return {f"{split}/{name}": value for name, value in measured.items()}
