"""One trial: an experiment trained with the values it got, measured, and maybe ended early."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from convkit.errors import ConvkitError
from convkit.experiment import spec
from convkit.experiment.observer import Silent, StopTraining
from convkit.experiment.outcome import Outcome
from convkit.experiment.session import train
from convkit.tuning.search import Pruner
from convkit.tuning.storage import (
    Place,
    StorageError,
    load_optuna,
    open_storage,
    storage_errors,
)

if TYPE_CHECKING:
    from optuna.trial import Trial

State = Literal["complete", "pruned", "failed"]


class Reports(NamedTuple):
    """Where a trial tells how it goes, so that it can be ended early.

    Attributes
    ----------
    place : Place
    trial : int
        Its number in the storage.
    metric : str
    pruner : str
    epochs : int
        Of a trial that isn't ended.
    """

    place: Place
    trial: int
    metric: str
    pruner: Pruner
    epochs: int


class Job(NamedTuple):
    """What a process is given to do.

    Attributes
    ----------
    experiments : tuple of Resolved
        One for each seed.
    root : Path
        The folder that relative paths in them start from.
    runs : Path
        Where their runs go.
    metrics : tuple of str
        What counts.
    reports : Reports or None
        None if no trial is ended early.
    """

    experiments: tuple[spec.Resolved, ...]
    root: Path
    runs: Path
    metrics: tuple[str, ...]
    reports: Reports | None


class Finished(NamedTuple):
    """What came out of a trial.

    Attributes
    ----------
    state : {"complete", "pruned", "failed"}
    values : tuple of float or None
        One for each metric, the mean over the seeds; None if it failed.
    reason : str
        Why it ended.
    runs : list of str
        Its run directories.
    seconds : float
    """

    state: State
    values: tuple[float, ...] | None
    reason: str
    runs: list[str]
    seconds: float


def run_trial(job: Job) -> Finished:
    """Train with every seed and return what came out; what goes wrong is part of that.

    Raises
    ------
    StorageError
        If the storage fails to which it is told how the trial goes: the trial is to be repeated.
    """
    began = perf_counter()
    outcomes: list[Outcome] = []
    observer = _observer(job.reports)
    try:
        for resolved in job.experiments:
            watching = observer if not outcomes else Silent()
            outcomes.append(train(resolved, root=job.root, runs=job.runs, observer=watching))
            if outcomes[-1].status in ("interrupted", "diverged") or observer.pruned:
                break
    except StorageError:
        raise
    except Exception as error:
        # Whatever it is, a search isn't broken off for it: who reads the reason can train it alone.
        return _finished("failed", None, _in_words(error), outcomes, began)
    return _judged(job, outcomes, observer.pruned, began)


def _in_words(error: Exception) -> str:
    match error:
        case ConvkitError():
            return error.message
        case MemoryError():
            return f"out of memory: {error}"
        case _:
            return f"a bug in convkit: {type(error).__name__}: {error}"


def _judged(job: Job, outcomes: Sequence[Outcome], pruned: bool, began: float) -> Finished:
    last = outcomes[-1]
    if last.status == "interrupted":
        raise KeyboardInterrupt
    if last.status == "diverged":
        return _finished("failed", None, f"diverged: {last.summary['reason']}", outcomes, began)
    values = tuple(_mean(metric, outcomes) for metric in job.metrics)
    lacking = [
        metric
        for metric, value in zip(job.metrics, values, strict=True)
        if not math.isfinite(value)
    ]
    if lacking:
        return _finished("failed", None, f"no number for {lacking[0]}", outcomes, began)
    state: State = "pruned" if pruned else "complete"
    return _finished(state, values, last.summary["reason"], outcomes, began)


def _mean(metric: str, outcomes: Sequence[Outcome]) -> float:
    values = [_value(metric, outcome) for outcome in outcomes]
    return math.nan if None in values else fmean(value for value in values if value is not None)


def _value(metric: str, outcome: Outcome) -> float | None:
    said: dict[str, Any] = outcome.metrics if "/" in metric else outcome.summary
    value: float | None = said.get(metric)
    return value


def _finished(
    state: State,
    values: tuple[float, ...] | None,
    reason: str,
    outcomes: Sequence[Outcome],
    began: float,
) -> Finished:
    runs = [str(outcome.run.folder) for outcome in outcomes]
    return Finished(state, values, reason, runs, perf_counter() - began)


class _Watching(Silent):
    """Lets a training run to its end."""

    pruned = False


class _Pruning(_Watching):
    """Reports the metric of each epoch, and stops where others were better by then."""

    def __init__(self, reports: Reports, trial: Trial) -> None:
        self._reports = reports
        self._trial = trial

    def epoch_ended(self, record: dict[str, Any], *, best: bool) -> None:
        value = record.get(self._reports.metric)
        if value is None or not math.isfinite(value):
            return
        with storage_errors(self._reports.place):
            self.pruned = self._is_hopeless(value, record["epoch"])
        if self.pruned:
            raise StopTraining(f"pruned after epoch {record['epoch']}: others were better by then")

    def _is_hopeless(self, value: float, epoch: int) -> bool:
        from optuna.exceptions import UpdateFinishedTrialError

        try:
            self._trial.report(value, epoch)
        except UpdateFinishedTrialError:
            raise StopTraining("another process took this one for dead, and does it") from None
        # At the last epoch nothing is saved any more, and a result would be lost.
        return epoch < self._reports.epochs and bool(self._trial.should_prune())


def _observer(reports: Reports | None) -> _Watching:
    if reports is None:
        return _Watching()
    from convkit.tuning.samplers import pruner

    optuna, place = load_optuna(), reports.place
    with storage_errors(place):
        study = optuna.load_study(
            study_name=place.name,
            storage=open_storage(place),
            pruner=pruner(reports.pruner, reports.epochs),
        )
        storage, number = study._storage, reports.trial
        trial = storage.get_trial_id_from_study_id_trial_number(study._study_id, number)
        return _Pruning(reports, optuna.Trial(study, trial))
