"""From an experiment to a family that is ready: to learn, or to answer from a checkpoint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from convkit.data import Augmentation, Preprocessing, Splits, misfits
from convkit.errors import ConvkitError
from convkit.experiment import spec
from convkit.experiment.checkpoint import taking_in
from convkit.experiment.environment import ROOT, ROOT_FROM_RUN
from convkit.experiment.monitor import direction
from convkit.experiment.run import ENVIRONMENT, CheckpointName, Run
from convkit.experiment.saving import load
from convkit.experiment.spec import LocatedError
from convkit.experiment.trainer import monitored
from convkit.families import Blueprint, Course, Family, FineTunes, Signature
from convkit.files import is_folder
from convkit.optim import Optimizer, Plateau


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


def assemble(
    experiment: spec.Experiment, root: Path, origins: Mapping[str, str] | None = None
) -> Assembly:
    """Load the data and make what learns from them.

    Parameters
    ----------
    experiment : Experiment
    root : Path
        The folder that relative paths in it start from.
    origins : dict of str to str, optional
        Where its values stand, for messages, see :class:`convkit.experiment.spec.Resolved`.

    Raises
    ------
    ConvkitError
        If something can't be loaded, or parts don't fit each other: then all that don't are told.
    """
    spec.check_layers(experiment, origins)
    splits = spec.load_data(experiment, root)
    family = spec.build_family(experiment)
    optimizer = spec.build_optimizer(experiment) if "optimizer" in family.parts else None
    augment = spec.build_augmentations(experiment)
    origins = origins or {}
    problems = _built(family, experiment, splits, origins)
    problems += [
        *_unmeasured(experiment, None if problems else family, splits, origins),
        *_contrary_plateau(experiment, family, optimizer, splits),
        *unfit_augmentations(experiment, augment, splits),
        *_untunable(experiment, family, origins),
    ]
    if problems:
        raise spec.SpecError(problems)
    trainer = experiment.trainer
    course = Course(
        splits=splits,
        optimizer=optimizer,
        epochs=trainer.epochs,
        batch_size=trainer.batch_size,
        accumulate=trainer.accumulate,
        shuffle=trainer.shuffle,
        augment=augment,
        tuning=spec.build_tuning(experiment),
    )
    with spec.locating(experiment, otherwise="family", origins=origins):
        family.prepare(course)
    return Assembly(experiment, splits, family)


def restore(run: Run, checkpoint: CheckpointName) -> Family:
    """Return what a run has trained, ready to answer; its data aren't needed.

    Raises
    ------
    ConvkitError
        If the run has no such checkpoint, or it is damaged.
    """
    stored = load(run, checkpoint)
    experiment = experiment_of(run)
    family = spec.build_family(experiment)
    with spec.locating(experiment):
        family.build(_blueprint(experiment, stored.signature, stored.preprocessing))
    with taking_in(run.checkpoint(checkpoint)):
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
    """Return the folder that relative paths in a run's experiment start from.

    If it is gone, the one that now lies as it lay, seen from the run: both may have been moved.
    """
    root = Path(_noted(run, ROOT))
    way = run.environment().get(ROOT_FROM_RUN)
    if not is_folder(root) and isinstance(way, str) and is_folder(run.folder / way):
        return (run.folder / way).resolve()
    return root


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


def _blueprint(
    experiment: spec.Experiment, signature: Signature, preprocessing: Preprocessing
) -> Blueprint:
    return Blueprint(
        signature=signature,
        preprocessing=preprocessing,
        layers=spec.build_layers(experiment),
        loss=spec.build_loss(experiment),
        seed=experiment.seed,
        metrics=experiment.metrics,
    )


def _built(
    family: Family, experiment: spec.Experiment, splits: Splits, origins: Mapping[str, str]
) -> list[ConvkitError]:
    """Build a family for data; return what is in the way."""
    blueprint = _blueprint(experiment, Signature.of(splits.train), splits.preprocessing)
    try:
        with spec.locating(experiment, otherwise="family", origins=origins):
            family.build(blueprint)
    except ConvkitError as error:
        return [error]
    return []


def _unmeasured(
    experiment: spec.Experiment,
    family: Family | None,
    splits: Splits,
    origins: Mapping[str, str],
) -> Iterator[ConvkitError]:
    """Yield at once what would be missed only at the end: metrics that nobody will measure.

    Of a family that couldn't be built, which is None, nobody knows what it measures.
    """
    # A share of the samples, or how many episodes are played.
    some = 20 if isinstance(experiment.data.arguments.get("validation"), int) else 0.2
    settings = experiment.trainer
    stopping = settings.early_stopping
    wanted = {
        "trainer.monitor": settings.monitor,
        "trainer.early_stopping.metric": stopping.metric if stopping else None,
    } | {f"expect.{each.metric}": each.metric for each in experiment.expect}
    for key, metric in wanted.items():
        if metric is None:
            continue
        problem = partial(LocatedError, origins.get(key, ""), key)
        split, _, name = metric.partition("/")
        if split not in splits.parts:
            yield problem(
                f"there will be no '{metric}', since the data have no {split} split",
                f"give them one: data: {{name: {experiment.data.name}, {split}: {some}}}",
            )
        elif split == "test" and not key.startswith("expect"):
            yield problem(f"'{metric}' is measured once, at the end", "watch validation or train")
        elif family is not None and name not in (measured := _measured(family, split)):
            yield problem(
                f"there will be no '{metric}'", f"what is measured is {', '.join(measured)}"
            )


def _measured(family: Family, split: str) -> tuple[str, ...]:
    """Return what a family measures of a split."""
    return family.measured_while_learning if split == "train" else family.measured


def _contrary_plateau(
    experiment: spec.Experiment, family: Family, optimizer: Optimizer | None, splits: Splits
) -> Iterator[ConvkitError]:
    """Yield that a plateau waits for the metric to go the wrong way, if it does."""
    if optimizer is None or not isinstance(optimizer.schedule, Plateau):
        return
    metric = monitored(experiment.trainer, splits, family)
    wanted, better = ("max", "larger") if direction(metric) > 0 else ("min", "smaller")
    if optimizer.schedule.mode != wanted and experiment.optimizer is not None:
        yield LocatedError(
            experiment.optimizer.arguments["schedule"].where,
            "optimizer.schedule",
            f"mode is {optimizer.schedule.mode}, but '{metric}', which it watches, is better when "
            f"it is {better}",
            f"mode: {wanted}",
        )


def unfit_augmentations(
    experiment: spec.Experiment, augment: Sequence[Augmentation], splits: Splits
) -> Iterator[ConvkitError]:
    """Yield what is wrong with augmentations, given the data."""
    for place, error in misfits(augment, splits.train):
        where = experiment.augment[place].where
        yield LocatedError(where, f"augment.{place}", error.message, error.hint)


def _untunable(
    experiment: spec.Experiment, family: Family, origins: Mapping[str, str]
) -> Iterator[ConvkitError]:
    """Yield that a family takes layers and nothing else, if a model says more."""
    model = experiment.model
    if model == spec.Model(model.layers) or isinstance(family, FineTunes):
        return
    said = {"from": model.from_, "freeze": model.freeze, "lr_factors": model.lr_factors}
    key = next(name for name, value in said.items() if value is not None)
    reason = f"the family {family.name} can't begin with other weights, nor freeze layers"
    where = origins.get(f"model.{key}", "")
    yield LocatedError(where, f"model.{key}", reason, "give it the layers alone")
