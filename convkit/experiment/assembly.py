"""From an experiment to a family that is ready: to learn, or to answer from a checkpoint."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convkit.data import Preprocessing, Splits
from convkit.errors import ConvkitError
from convkit.experiment import spec
from convkit.experiment.monitor import direction
from convkit.experiment.run import ENVIRONMENT, CheckpointName, Run
from convkit.experiment.saving import load
from convkit.experiment.trainer import monitored
from convkit.families import Blueprint, Course, Family, Signature
from convkit.optim import Plateau


@dataclass(frozen=True)
class Assembly:
    """An experiment and what it is made of.

    Attributes
    ----------
    experiment : Experiment
    splits : Splits
    family : Family
        Prepared to learn.
    """

    experiment: spec.Experiment
    splits: Splits
    family: Family


def assemble(experiment: spec.Experiment, root: Path) -> Assembly:
    """Load the data and make what learns from them.

    Parameters
    ----------
    experiment : Experiment
    root : Path
        The folder that relative paths in it start from.

    Raises
    ------
    ConvkitError
        If something can't be loaded, or the parts don't fit each other.
    """
    splits = spec.load_data(experiment, root)
    signature = Signature.of(splits.train)
    family = _built(experiment, signature, splits.preprocessing)
    _check_metrics(experiment, family, splits)
    optimizer = spec.build_optimizer(experiment) if "optimizer" in family.parts else None
    if optimizer is not None and isinstance(optimizer.schedule, Plateau):
        _check_plateau(optimizer.schedule, monitored(experiment.trainer, splits))
    trainer = experiment.trainer
    family.prepare(
        Course(
            splits=splits,
            optimizer=optimizer,
            epochs=trainer.epochs,
            batch_size=trainer.batch_size,
            accumulate=trainer.accumulate,
            shuffle=trainer.shuffle,
        )
    )
    return Assembly(experiment, splits, family)


def restore(run: Run, checkpoint: CheckpointName) -> Family:
    """Return what a run has trained, ready to answer; its data aren't needed.

    Raises
    ------
    ConvkitError
        If the run has no such checkpoint.
    """
    stored = load(run, checkpoint)
    family = _built(experiment_of(run), stored.signature, stored.preprocessing)
    family.load_model(stored.checkpoint.within("model"))
    return family


def experiment_of(run: Run) -> spec.Experiment:
    """Return the experiment of a run, as it was resolved when the run began."""
    try:
        return spec.experiment_from_document(run.document())
    except spec.SpecError as error:
        reasons = "; ".join(problem.message for problem in error.problems)
        raise ConvkitError(f"'{run.config}' was edited: {reasons}") from error


def root_of(run: Run) -> Path:
    """Return the folder that relative paths in a run's experiment start from."""
    return Path(_noted(run, "root"))


def check_data(run: Run, splits: Splits) -> None:
    """Refuse data that aren't those that a run began with.

    Raises
    ------
    ConvkitError
        If their hash is another one.
    """
    if splits.digest() != _noted(run, "data", "sha256"):
        raise ConvkitError(
            f"the data of run '{run.folder}' have changed since it began",
            "bring back the data it began with, or start a new run",
        )


def _noted(run: Run, *keys: str) -> str:
    """Return what a run's environment says under a path of keys."""
    value: Any = run.environment()
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    if not isinstance(value, str):
        raise ConvkitError(
            f"'{run.folder / ENVIRONMENT}' doesn't say {'.'.join(keys)}",
            "bring the file back as it was",
        )
    return value


def _built(
    experiment: spec.Experiment, signature: Signature, preprocessing: Preprocessing
) -> Family:
    family = spec.build_family(experiment)
    with spec.locating(experiment):
        family.build(
            Blueprint(
                signature=signature,
                preprocessing=preprocessing,
                layers=spec.build_layers(experiment),
                loss=spec.build_loss(experiment),
                seed=experiment.seed,
                metrics=experiment.metrics,
            )
        )
    return family


def _check_metrics(experiment: spec.Experiment, family: Family, splits: Splits) -> None:
    """Refuse at once what would be missed only at the end: metrics that nobody will measure."""
    settings = experiment.trainer
    stopping = settings.early_stopping
    wanted = {
        "trainer.monitor": settings.monitor,
        "trainer.early_stopping.metric": stopping.metric if stopping else None,
    } | {f"expect.{each.metric}": each.metric for each in experiment.expect}
    for key, metric in wanted.items():
        if metric is None:
            continue
        split, _, name = metric.partition("/")
        if split not in splits.parts:
            raise ConvkitError(
                f"{key}: there will be no '{metric}', since the data have no {split} split",
                f"give them one: data: {{name: {experiment.data.name}, {split}: 0.2}}",
            )
        if split == "test" and not key.startswith("expect"):
            raise ConvkitError(
                f"{key}: '{metric}' is measured once, at the end", "watch validation or train"
            )
        if name not in family.measured:
            raise ConvkitError(
                f"{key}: there will be no '{metric}'",
                f"what is measured is {', '.join(family.measured)}",
            )


def _check_plateau(schedule: Plateau, metric: str) -> None:
    wanted = "max" if direction(metric) > 0 else "min"
    if schedule.mode != wanted:
        raise ConvkitError(
            f"optimizer.schedule.mode is {schedule.mode}, but '{metric}', which it watches, is "
            f"better when it is {'larger' if wanted == 'max' else 'smaller'}",
            f"mode: {wanted}",
        )
