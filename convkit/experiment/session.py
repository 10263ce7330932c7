"""Training from the beginning, going on, and training with several seeds."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from convkit.errors import ConvkitError
from convkit.experiment import spec
from convkit.experiment.assembly import Assembly, assemble, check_data, experiment_of, root_of
from convkit.experiment.checkpoint import read_checkpoint, taking_in
from convkit.experiment.environment import environment
from convkit.experiment.lock import locked
from convkit.experiment.observer import Observer, Plan, Silent
from convkit.experiment.outcome import COMPLETE, Outcome
from convkit.experiment.plain import plain
from convkit.experiment.run import RUNS, Run, create_run
from convkit.experiment.summary import (
    Summary,
    diverged_summary,
    failed_summary,
    final_summary,
    summary_so_far,
)
from convkit.experiment.trainer import Trainer
from convkit.experiment.transfer import start_from
from convkit.families import DivergedError

OVER = {
    "finished": "start a new run, with more epochs if it shall go on learning",
    "stopped early": "start a new run, with more patience if it shall go on learning",
    "diverged": "it would diverge again at the same step: start a new run with other settings",
}
"""Why a run can't go on, by its status."""


def train(
    resolved: spec.Resolved,
    *,
    root: Path = Path(),
    runs: Path = RUNS,
    observer: Observer | None = None,
) -> Outcome:
    """Train an experiment in a new run directory.

    Parameters
    ----------
    resolved : Resolved
        What :func:`convkit.experiment.spec.read_experiment` returns.
    root : Path
        The folder that relative paths in it start from.
    runs : Path
        Where runs lie.
    observer : Observer, optional
        Is told what happens.

    Returns
    -------
    Outcome
        Also if it was interrupted, or diverged.

    Raises
    ------
    ConvkitError
        If the experiment can't begin (no run directory is made then), or the disk refuses.
    """
    observer = observer or Silent()
    assembly = assemble(resolved.experiment, root, resolved.origins)
    start_from(assembly, root, runs, resolved.origins)
    home = runs / resolved.experiment.name
    noted = environment(assembly.experiment.seed, assembly.splits, root, home)
    run = create_run(resolved.experiment.name, resolved.yaml, noted, runs)
    with locked(run):
        trainer = _trainer(run, assembly, observer)
        if resolved.experiment.model.from_ is not None:
            trainer.save()  # from now on nothing is needed from elsewhere
        return _fit(run, assembly, trainer, observer)


def resume(run: Run, *, observer: Observer | None = None) -> Outcome:
    """Go on with a run that was interrupted or killed, as if it had never stopped.

    Weights, metrics, patience and the best checkpoint come out the same to the last bit. A run
    that failed can go on, too: what failed may have been put right, such as a full disk; else it
    fails again, and says why.

    Raises
    ------
    ConvkitError
        If the run is over, another process trains it, its data have changed, or its checkpoint was
        damaged.
    """
    observer = observer or Silent()
    with locked(run):
        _check_resumable(run)
        assembly = assemble(experiment_of(run), root_of(run))
        check_data(run, assembly.splits)
        trainer = _trainer(run, assembly, observer)
        _restore(trainer, run, assembly.experiment)
        run.drop_summary()
        return _fit(run, assembly, trainer, observer)


def _check_resumable(run: Run) -> None:
    status = (run.summary() or {}).get("status")
    if status in OVER:
        raise ConvkitError(f"run '{run.folder}' has {status}", OVER[status])


def _trainer(run: Run, assembly: Assembly, observer: Observer) -> Trainer:
    settings = assembly.experiment.trainer
    return Trainer(run, assembly.family, assembly.splits, settings, observer)


def _restore(trainer: Trainer, run: Run, experiment: spec.Experiment) -> None:
    """Go back to where a run was last saved, if it was."""
    last = run.checkpoints.get("last")
    if last is not None:
        checkpoint = read_checkpoint(last, to_go_on=True)
        with taking_in(last):
            trainer.restore(checkpoint)
    elif experiment.model.from_ is not None:
        raise ConvkitError(
            f"run '{run.folder}' was stopped before it had the weights it begins with",
            "start a new run",
        )


def _fit(run: Run, assembly: Assembly, trainer: Trainer, observer: Observer) -> Outcome:
    trainer.log.truncate(trainer.position.epoch)
    plan = _plan(run, assembly, trainer)
    run.log(f"begins after step {trainer.position.step} of {plan.epochs * plan.steps_per_epoch}")
    observer.started(plan)
    try:
        with spec.locating(assembly.experiment):
            summary = _fitted(run, assembly, trainer)
    except (ConvkitError, MemoryError) as error:
        with suppress(ConvkitError):  # the disk may be full: that is what has to be said
            _conclude(run, failed_summary(assembly, trainer, error))
        raise
    _conclude(run, summary)
    complete = summary["status"] in COMPLETE
    pictures = assembly.family.pictures() if complete else {}
    outcome = Outcome(run, summary["status"], summary, pictures)
    observer.ended(outcome)
    return outcome


def _fitted(run: Run, assembly: Assembly, trainer: Trainer) -> Summary:
    """Train, and return the summary."""
    try:
        ending = trainer.fit()
    except DivergedError as diverged:
        return diverged_summary(run, assembly, trainer, diverged)
    if ending.status == "interrupted":
        return summary_so_far(assembly, trainer, ending)
    return final_summary(run, assembly, trainer, ending)


def _conclude(run: Run, summary: Summary) -> None:
    """Write down how a run ended."""
    run.write_summary(summary)
    run.log(f"{summary['status']}: {summary['reason']}")


def _plan(run: Run, assembly: Assembly, trainer: Trainer) -> Plan:
    return Plan(
        run=run,
        epochs=assembly.experiment.trainer.epochs,
        steps_per_epoch=assembly.family.steps_per_epoch,
        samples=assembly.splits.counts,
        unit=assembly.splits.train.unit,
        parameters=assembly.family.parameters,
        monitor=trainer.best.metric,
        records=list(trainer.log.records),
    )


@dataclass(frozen=True)
class SeedsOutcome:
    """How an experiment went with several seeds.

    Attributes
    ----------
    outcomes : list of Outcome
        One for each seed that was begun.
    """

    outcomes: list[Outcome]

    @property
    def finished(self) -> list[Outcome]:
        """Those that came to their end; only they have metrics to average."""
        return [each for each in self.outcomes if each.status in COMPLETE]

    def statistics(self) -> dict[str, dict[str, Any]]:
        """Return the mean, the sample standard deviation and the values of each metric.

        A metric that some seed has no number for has no mean; one value has no deviation.
        """
        names = self.finished[0].metrics if self.finished else {}
        return {
            name: _statistics([each.metrics.get(name) for each in self.finished]) for name in names
        }


def _statistics(measured: list[float | None]) -> dict[str, Any]:
    values: list[float | None] = plain(measured)  # NaN is no number, as in summary.json
    numbers = [value for value in values if value is not None]
    whole = len(numbers) == len(values)
    return {
        "mean": fmean(numbers) if whole else None,
        "deviation": stdev(numbers) if whole and len(numbers) > 1 else None,
        "values": values,
    }


def train_seeds(
    resolved: spec.Resolved,
    count: int,
    *,
    root: Path = Path(),
    runs: Path = RUNS,
    observer: Observer | None = None,
) -> SeedsOutcome:
    """Train an experiment with several seeds, each in a run directory of its own.

    The seeds are the experiment's and the ones that follow it. An interruption ends the series.

    Raises
    ------
    ConvkitError
        If `count` is below 1, and as :func:`train`.
    """
    if count < 1:
        raise ConvkitError(f"the number of seeds must be at least 1, got {count}")
    outcomes: list[Outcome] = []
    for seed in range(resolved.experiment.seed, resolved.experiment.seed + count):
        outcomes.append(train(seeded(resolved, seed), root=root, runs=runs, observer=observer))
        if outcomes[-1].status == "interrupted":
            break
    return SeedsOutcome(outcomes)


def seeded(resolved: spec.Resolved, seed: int) -> spec.Resolved:
    """Return an experiment with another seed."""
    return replace(
        resolved,
        experiment=replace(resolved.experiment, seed=seed),
        document=resolved.document | {"seed": seed},
    )
