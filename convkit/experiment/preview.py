"""What an experiment would be, before anything is trained: its layers, and the memory it needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from convkit.data import Dataset
from convkit.experiment import spec
from convkit.experiment.assembly import Assembly, assemble
from convkit.families import Family
from convkit.families.network import EVALUATION_BATCH
from convkit.nn import Row, summary


@dataclass(frozen=True)
class Preview:
    """An experiment before it is trained.

    Attributes
    ----------
    resolved : Resolved
    layers : list of Row
        A line for the input, then one for each layer; empty where a family has none.
    samples : dict of str to int
        In each split that there is.
    steps_per_epoch, parameters : int
    memory : dict of str to int
        Bytes by what needs them, see :func:`memory`.
    """

    resolved: spec.Resolved
    layers: list[Row]
    samples: dict[str, int]
    steps_per_epoch: int
    parameters: int
    memory: dict[str, int]


def preview(resolved: spec.Resolved, root: Path = Path()) -> Preview:
    """Load the data and make all that would learn from them, but take no step.

    Raises
    ------
    ConvkitError
        As :func:`convkit.experiment.session.train`, if the experiment can't begin.
    """
    assembly = assemble(resolved.experiment, root)
    layers = _layers(assembly)
    return Preview(
        resolved=resolved,
        layers=layers,
        samples={name: len(part) for name, part in assembly.splits.parts.items()},
        steps_per_epoch=assembly.family.steps_per_epoch,
        parameters=assembly.family.parameters,
        memory=memory(assembly, layers),
    )


def _layers(assembly: Assembly) -> list[Row]:
    if not assembly.experiment.model:
        return []
    shape = assembly.splits.train.sample_shape
    return summary(spec.build_model(assembly.experiment, shape), shape)


def memory(assembly: Assembly, layers: Sequence[Row]) -> dict[str, int]:
    """Return an estimate of the bytes that training will hold at once, without the program itself.

    ===============  ============================================================================
    ``data``         all splits, and the training split once more as the model sees it
    ``parameters``   and buffers, such as the statistics of batch norm
    ``gradients``    one for each parameter
    ``optimizer``    what it remembers, and the outputs of an epoch, from which metrics are made
    ``activations``  every layer's output for one batch and, on the way back, its gradient; or two
                     layers' outputs for the many samples that are evaluated at once
    ===============  ============================================================================
    """
    family, splits = assembly.family, assembly.splits
    parts = [*splits.parts.values(), splits.train]
    return {
        "data": sum(_dataset_bytes(part) for part in parts),
        "parameters": _bytes(family.model().values()),
        "gradients": 4 * family.parameters,
        "optimizer": _bytes(_remembered(family)),
        "activations": _activations(assembly.experiment.trainer.batch_size, layers),
    }


def _activations(batch_size: int, layers: Sequence[Row]) -> int:
    """Return what a step holds, or evaluating: a layer's outputs with the one's before it."""
    learning = 2 * batch_size * sum(row.bytes for row in layers)
    pairs = (before.bytes + after.bytes for before, after in pairwise(layers))
    return max(learning, EVALUATION_BATCH * max(pairs, default=0))


def _remembered(family: Family) -> Iterable[NDArray[Any]]:
    arrays, _ = family.memory()
    return arrays.values()


def _dataset_bytes(dataset: Dataset) -> int:
    return int(dataset.inputs.nbytes + dataset.targets.nbytes)


def _bytes(arrays: Iterable[NDArray[Any]]) -> int:
    return sum(array.nbytes for array in arrays)
