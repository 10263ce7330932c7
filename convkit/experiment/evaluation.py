"""Measuring a trained system again: on its own splits, or on other data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convkit.data import DATASETS, Dataset, Splits
from convkit.data.texts.alphabet import END, Alphabet
from convkit.errors import ConvkitError
from convkit.experiment import spec
from convkit.experiment.assembly import check_data, experiment_of, restore, root_of
from convkit.experiment.checkpoint import read_checkpoint
from convkit.experiment.run import CheckpointName, Run
from convkit.experiment.saving import load
from convkit.experiment.summary import confusion, counting_checkpoint
from convkit.families import FAMILIES, Agent, Signature
from convkit.files import is_folder, refusals

LOADERS = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".npz": "npz"}
"""Which data set reads a file, by its suffix."""

OF_TABLES = frozenset({"csv", "time_series", "pairs"})
"""Data sets that are read from a table, each in its way."""

IN_ONE_FOLDER = frozenset({"mnist", "cifar10"})
"""Data sets whose files lie in a folder that has no folders, as two parts: training and test."""


@dataclass(frozen=True)
class Evaluation:
    """What was measured with a checkpoint.

    Attributes
    ----------
    run : Run
    checkpoint : {"last", "best"}
    epoch : int
        After how many epochs it was saved.
    samples : dict of str to int
        How many were measured in each part.
    unit : str
        What they are: samples, or episodes.
    metrics : dict of str to dict of str to float
        By part, then by name.
    confusion : dict of str to dict
        By part: the names of ``classes`` and the ``matrix``, rows being the actual ones; empty
        where values are predicted.
    """

    run: Run
    checkpoint: CheckpointName
    epoch: int
    samples: dict[str, int]
    unit: str
    metrics: dict[str, dict[str, float]]
    confusion: dict[str, dict[str, Any]]

    def state(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return vars(self) | {"run": str(self.run.folder)}


def evaluate(
    run: Run,
    checkpoint: CheckpointName | None = None,
    data: Mapping[str, Dataset] | None = None,
    *,
    split: str | None = None,
) -> Evaluation:
    """Measure what a run has trained.

    Parameters
    ----------
    run : Run
    checkpoint : {"last", "best"}, optional
        By default the one that the run was tested with.
    data : dict of str to Dataset, optional
        Parts by name, in their own units; by default the run's own splits.
    split : str, optional
        The only one of them to measure.

    Raises
    ------
    ConvkitError
        If the run has no such checkpoint or split, or the data don't fit it or have changed.
    """
    experiment = experiment_of(run)
    name = checkpoint or counting_checkpoint(experiment.trainer, run)
    family = restore(run, name)
    if data is None:
        splits = _own_data(run, experiment)
        data = splits.parts
    if split is not None:
        if split not in data:
            raise ConvkitError(
                f"there is no {split} split in the data of run '{run.folder}'",
                f"there is: {', '.join(data)}",
            )
        data = {split: data[split]}
    # Measured first: that refuses what doesn't fit.
    metrics = {part: family.measure(dataset) for part, dataset in data.items()}
    matrices = {part: confusion(family, dataset) for part, dataset in data.items()}
    return Evaluation(
        run=run,
        checkpoint=name,
        epoch=read_checkpoint(run.checkpoint(name)).state["position"]["epoch"],
        samples={part: dataset.count for part, dataset in data.items()},
        unit=next(iter(data.values())).unit,
        metrics=metrics,
        confusion={part: matrix for part, matrix in matrices.items() if matrix is not None},
    )


def _own_data(run: Run, experiment: spec.Experiment) -> Splits:
    try:
        splits = spec.load_data(experiment, root_of(run))
    except ConvkitError as error:
        hint = f"{error.hint}; " if error.hint else ""
        raise ConvkitError(
            f"the data of run '{run.folder}' can't be loaded again: {error.message}",
            f"{hint}--data measures others",
        ) from error
    check_data(run, splits)
    return splits


def read_data(run: Run, source: str) -> Dataset:
    """Return data of another source for what a run has trained, read as the run's own were.

    Parameters
    ----------
    run : Run
    source : str
        A table, a text, an .npz file, a folder with a folder of pictures for each class, or one
        with the same files as the run's own (MNIST, CIFAR-10), of which the test part is taken.

    Raises
    ------
    ConvkitError
        If it can't be read, its samples are of another shape, or the run is an agent's.
    """
    experiment = experiment_of(run)
    if issubclass(FAMILIES[experiment.family.name], Agent):
        raise ConvkitError(
            f"run '{run.folder}' has learnt in an environment: no file holds another",
            "leave out --data",
        )
    data = experiment.data
    signature = load(run, counting_checkpoint(experiment.trainer, run)).signature
    loader = _loader(Path(source), _texts(signature) or data.name)
    arguments = {**data.arguments} if data.name == loader else {}
    arguments |= {"path": source, "validation": 0.0}
    if loader != "text":  # whose parts follow each other
        arguments["stratify"] = None
    if loader not in IN_ONE_FOLDER:
        arguments["test"] = 0.0
    if loader == "time_series":
        arguments |= {"features": list(signature.features), "target": signature.target_names[0]}
    elif loader == "text":
        arguments["length"] = signature.sample_shape[0]
    elif loader == "pairs":
        arguments["tokens"] = Alphabet(signature.symbols).tokens
    elif loader in LOADERS.values():
        arguments["task"] = "regression" if signature.classes is None else "classification"
    if loader == "csv":
        arguments |= {"features": list(signature.features), "target": list(signature.target_names)}
    splits = DATASETS[loader](**arguments, root=Path())
    return splits.train if splits.test is None else splits.test


def _texts(signature: Signature) -> str | None:
    """Return which data set reads texts such as were learnt from, if any were."""
    if not signature.symbols:
        return None
    return "pairs" if END in (signature.classes or ()) else "text"


def _loader(path: Path, own: str) -> str:
    """Return which data set reads a file or a folder, where the run's `own` may have a say."""
    if not is_folder(path):
        loader = LOADERS.get(path.suffix.lower(), "csv")
        return own if own == "text" or {own, loader} <= OF_TABLES else loader
    with refusals("read", path):
        holds_folders = any(is_folder(each) for each in path.iterdir() if each.name[0] != ".")
    return own if own in IN_ONE_FOLDER and not holds_folders else "image_folder"
