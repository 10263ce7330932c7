"""Measuring a trained system again: on its own splits, or on other data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convkit.data import DATASETS, Dataset
from convkit.errors import ConvkitError
from convkit.experiment import spec
from convkit.experiment.assembly import check_data, experiment_of, restore, root_of
from convkit.experiment.checkpoint import read_checkpoint
from convkit.experiment.run import CheckpointName, Run
from convkit.experiment.saving import load
from convkit.experiment.summary import confusion, counting_checkpoint
from convkit.families import Signature
from convkit.files import is_folder

LOADERS = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".npz": "npz"}
"""Which data set reads a file, by its suffix; a folder is one of pictures."""


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
        In each part.
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
        splits = spec.load_data(experiment, root_of(run))
        check_data(run, splits)
        data = splits.parts
    if split is not None:
        if split not in data:
            raise ConvkitError(
                f"there is no {split} split in the data of run '{run.folder}'",
                f"there is: {', '.join(data)}",
            )
        data = {split: data[split]}
    matrices = {part: confusion(family, dataset) for part, dataset in data.items()}
    return Evaluation(
        run=run,
        checkpoint=name,
        epoch=read_checkpoint(run.checkpoint(name)).state["position"]["epoch"],
        samples={part: len(dataset) for part, dataset in data.items()},
        metrics={part: family.measure(dataset) for part, dataset in data.items()},
        confusion={part: matrix for part, matrix in matrices.items() if matrix is not None},
    )


def read_data(run: Run, source: str) -> Dataset:
    """Return data of another source for what a run has trained, read as the run's own were.

    Parameters
    ----------
    run : Run
    source : str
        A table, an .npz file, or a folder with a folder of pictures for each class.

    Raises
    ------
    ConvkitError
        If it can't be read, or its samples are of another shape.
    """
    data, signature = experiment_of(run).data, _signature(run)
    path = Path(source)
    loader = "image_folder" if is_folder(path) else LOADERS.get(path.suffix.lower(), "csv")
    arguments = data.arguments if data.name == loader else {}
    arguments |= {"path": source, "test": 0.0, "validation": 0.0, "stratify": None}
    if loader != "image_folder":
        arguments["task"] = "regression" if signature.classes is None else "classification"
    if loader == "csv":
        arguments |= {"features": list(signature.features), "target": list(signature.target_names)}
    return DATASETS[loader](**arguments, root=Path()).train


def _signature(run: Run) -> Signature:
    settings = experiment_of(run).trainer
    return load(run, counting_checkpoint(settings, run)).signature
