"""A config in PyTorch's terms: what its script reads, so that both sides train the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.training.twins import Twin, twin_of
from convkit.data import Splits
from convkit.experiment.assembly import Assembly
from convkit.experiment.spec import Choice

ARGUMENTS = {
    "adam": ("lr", "betas", "eps", "clip_norm", "schedule"),
    "cosine": ("warm_up",),
    "cross_entropy": ("label_smoothing",),
    "mse": (),
    "rotate": ("degrees",),
    "scale": ("ratio",),
    "shift": ("pixels",),
}
"""What the script can do too, and the arguments that it takes; layers are told elsewhere.

Whether others matter, the losses of the first steps show.
"""


def recipe(assembly: Assembly, folder: Path) -> dict[str, Any]:
    """Return what the script needs, as JSON holds it.

    Parameters
    ----------
    assembly : Assembly
        Nothing is learnt yet.
    folder : Path
        Where the data and the first weights are written for the script.

    Raises
    ------
    ValueError
        If the experiment says something that the script can't do.
    """
    experiment, family = assembly.experiment, assembly.family
    if experiment.optimizer is None:
        raise ValueError(f"'{experiment.name}' has no optimizer")
    twin = twin_of(family)
    return {
        "family": family.name,
        "data": str(_written(twin, assembly, folder / f"{experiment.name}-parts.npz")),
        "standardize": bool(experiment.data.arguments.get("standardize")),
        "augment": dict(map(_told, experiment.augment)),
        "loss": None if experiment.loss is None else _told(experiment.loss),
        "optimizer": _told(experiment.optimizer)[1],
        "epochs": experiment.trainer.epochs,
        "batch_size": experiment.trainer.batch_size,
        "steps_per_epoch": family.steps_per_epoch,
        "seed": experiment.seed,
        **twin.parts(family),
    }


def _written(twin: Twin, assembly: Assembly, path: Path) -> Path:
    """Write the parts of the data, as ``train_inputs``, and the weights, as ``weight_003``."""
    splits: Splits = assembly.splits
    parts = {
        f"{part}_{name}": array
        for part, dataset in splits.parts.items()
        for name, array in twin.data(dataset).items()
    }
    first = twin.weights(assembly.family, lambda parameter: parameter.data)
    weights = {f"weight_{place:03}": array for place, array in enumerate(first)}
    np.savez(path, **parts, **weights)
    return path


def _told(choice: Choice) -> tuple[str, dict[str, Any]]:
    """Return a name and the arguments that the script takes."""
    if choice.name not in ARGUMENTS:
        raise ValueError(f"the PyTorch script has no '{choice.name}'")
    taken = {name: value for name, value in choice.items if name in ARGUMENTS[choice.name]}
    return choice.name, {
        name: _told(value)[1] if isinstance(value, Choice) else value
        for name, value in taken.items()
    }
