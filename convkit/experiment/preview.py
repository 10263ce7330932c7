"""What an experiment would be, before anything is trained: its layers, and the memory it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from convkit.data import Splits
from convkit.experiment import spec
from convkit.experiment.assembly import Assembly, assemble
from convkit.families.network import EVALUATION_BATCH
from convkit.nn import Row
from convkit.nn.layer import FLOAT32_BYTES

PROBE = 1000
"""An optimizer is asked what it holds for so many parameters."""

COPIES = 2
"""How often what a checkpoint holds is copied: once as it is at a moment, once as a file."""


@dataclass(frozen=True)
class Preview:
    """An experiment before it is trained.

    Attributes
    ----------
    resolved : Resolved
    layers : list of Row
        A line for the input, then one for each layer; empty where a family has none.
    samples : dict of str to int
        In each split, see :attr:`convkit.data.Splits.counts`.
    unit : str
        What they are: samples, or episodes.
    steps_per_epoch, parameters : int
    memory : dict of str to int
        Bytes by what needs them, see :func:`memory`.
    """

    resolved: spec.Resolved
    layers: list[Row]
    samples: dict[str, int]
    unit: str
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
    assembly = assemble(resolved.experiment, root, resolved.origins)
    layers = assembly.family.rows()
    return Preview(
        resolved=resolved,
        layers=layers,
        samples=assembly.splits.counts,
        unit=assembly.splits.train.unit,
        steps_per_epoch=assembly.family.steps_per_epoch,
        parameters=assembly.family.parameters,
        memory=memory(assembly, layers),
    )


def memory(assembly: Assembly, layers: Sequence[Row]) -> dict[str, int]:
    """Return an estimate of the bytes that training will hold at once, without the program itself.

    ===============  ============================================================================
    ``data``         all splits; if they are scaled, also as the model sees them
    ``parameters``   all that is trained
    ``gradients``    one for each parameter; the largest layer's once more, as it is added to them
    ``optimizer``    what it remembers of each parameter, and the room in which it works
    ``replay`` ...   what the family remembers besides, such as an agent's last steps
    ``metrics``      the outputs of an epoch and their targets
    ``activations``  every layer's output for one batch and, on the way back, its gradient; or two
                     layers' outputs for the many samples that are evaluated at once
    ``checkpoint``   a copy of the parameters and of all that is remembered, and the file that is
                     made of it
    ===============  ============================================================================
    """
    count, training = assembly.family.parameters, assembly.splits.train
    largest = max((row.parameters for row in layers), default=0)
    besides = assembly.family.remembered()
    held, remembered = _optimizer_bytes(assembly.experiment, count)
    outputs = len(training) * layers[-1].bytes + training.targets.nbytes if layers else 0
    return {
        "data": _data_bytes(assembly.splits),
        "parameters": FLOAT32_BYTES * count,
        "gradients": FLOAT32_BYTES * (count + largest),
        "optimizer": held,
        **besides,
        "metrics": outputs,
        "activations": _activations(assembly.experiment.trainer.batch_size, layers),
        "checkpoint": COPIES * (FLOAT32_BYTES * count + remembered + sum(besides.values())),
    }


def _data_bytes(splits: Splits) -> int:
    """Return the bytes of all splits and, if they are scaled, of the largest two once more.

    The training split is kept as the model sees it, the others are scaled as they are measured.
    """
    sizes = {name: part.inputs.nbytes + part.targets.nbytes for name, part in splits.parts.items()}
    preprocessing = splits.preprocessing
    if preprocessing.inputs is None and preprocessing.fill is None:
        return sum(sizes.values())
    others = (size for name, size in sizes.items() if name != "train")
    return sum(sizes.values()) + sizes["train"] + max(others, default=0)


def _optimizer_bytes(experiment: spec.Experiment, parameters: int) -> tuple[int, int]:
    """Return what an optimizer holds for so many parameters, and what of it a checkpoint keeps."""
    optimizer = spec.build_optimizer(experiment)
    if optimizer is None:
        return 0, 0
    optimizer.start(np.zeros(PROBE, np.float32))
    remembered = sum(array.nbytes for array in optimizer.state().values())
    return optimizer.nbytes * parameters // PROBE, remembered * parameters // PROBE


def _activations(batch_size: int, layers: Sequence[Row]) -> int:
    """Return what a step holds, or evaluating: a layer's outputs with the one's before it."""
    learning = 2 * batch_size * sum(row.bytes for row in layers)
    pairs = (before.bytes + after.bytes for before, after in pairwise(layers))
    return max(learning, EVALUATION_BATCH * max(pairs, default=0))
