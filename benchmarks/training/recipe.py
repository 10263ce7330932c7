"""A config in PyTorch's terms: what its script reads, so that both sides train the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from convkit.data import Splits
from convkit.experiment.assembly import Assembly
from convkit.experiment.spec import Choice

TWINS = {
    "conv2d": ("filters", "kernel_size", "padding"),
    "max_pool2d": ("pool_size",),
    "global_max_pool2d": (),
    "dense": ("units",),
    "relu": (),
    "flatten": (),
    "adam": ("lr", "schedule"),
    "cosine": (),
    "cross_entropy": ("label_smoothing",),
}
"""What the script can do too, and the arguments that it takes.

Whether others matter, the losses of the first steps show.
"""


def recipe(assembly: Assembly, folder: Path) -> dict[str, Any]:
    """Return what the script needs, as JSON holds it.

    Parameters
    ----------
    assembly : Assembly
    folder : Path
        Where the script finds the data; they are written there if the config needs no file.

    Raises
    ------
    ValueError
        If the experiment says something that the script can't do.
    """
    experiment, splits = assembly.experiment, assembly.splits
    optimizer, loss = experiment.optimizer, experiment.loss
    if optimizer is None or loss is None:
        raise ValueError(f"'{experiment.name}' is no supervised network")
    schedule = _arguments(optimizer)["schedule"]
    return {
        "data": str(_data_file(splits, folder / f"{experiment.name}.npz")),
        "test_samples": len(splits.test or ()),
        "standardize": experiment.data.arguments["standardize"],
        "layers": [(layer.name, _arguments(layer)) for layer in experiment.model],
        "label_smoothing": _arguments(loss)["label_smoothing"],
        "lr": _arguments(optimizer)["lr"],
        "cosine": schedule is not None and _arguments(schedule) == {},
        "epochs": experiment.trainer.epochs,
        "batch_size": experiment.trainer.batch_size,
        "seed": experiment.seed,
    }


def _data_file(splits: Splits, path: Path) -> Path:
    if not path.exists():
        parts = splits.parts.values()
        inputs = np.concatenate([part.inputs for part in parts])
        targets = np.concatenate([part.targets for part in parts])
        np.savez(path, inputs=inputs, targets=targets)
    return path


def _arguments(choice: Choice) -> dict[str, Any]:
    """Return the arguments that the script takes."""
    if choice.name not in TWINS:
        raise ValueError(f"the PyTorch script has no '{choice.name}'")
    return {name: value for name, value in choice.items if name in TWINS[choice.name]}
