"""A learner for each side, with the same weights to begin with and the same batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from benchmarks.training.prepared import Prepared
from convkit.autograd import keep_freed_memory
from convkit.families import Family
from convkit.nn import Layer
from convkit.workers import one_blas_thread

Array = NDArray[Any]
Batch = tuple[Any, Any]


WAYS = {"PyTorch": False, "PyTorch tuned": True}
"""As it comes; and with channels_last and the fused Adam, which one has to know of."""


class Learner(Protocol):
    """One side."""

    def losses(self) -> list[float]:
        """Learn from every batch once; return the loss of each."""


def learners(prepared: Prepared, steps: int, names: Iterable[str]) -> dict[str, Learner]:
    """Return convkit's learner, and PyTorch's in these ways, each at the beginning.

    Parameters
    ----------
    prepared : Prepared
    steps : int
        How many batches of the first epoch are learnt from.
    names : iterable of str
        Keys of :data:`WAYS`.
    """
    ours = Convkit(prepared.assembled().family, steps)
    theirs = {name: PyTorch(prepared.recipe, ours, tuned=WAYS[name]) for name in names}
    return {"convkit": ours} | theirs


class Convkit:
    """Takes the steps that convkit's trainer takes.

    Parameters
    ----------
    family : Family
        Prepared to learn.
    steps : int
    """

    def __init__(self, family: Family, steps: int) -> None:
        keep_freed_memory()
        self.family = family
        # What a batch holds is good only until the next one is drawn.
        drawn = islice(self.family.batches(0), steps)
        self.batches = [(inputs.copy(), targets.copy()) for inputs, targets in drawn]

    def losses(self) -> list[float]:
        whole = self.family.steps_per_epoch
        with one_blas_thread(), np.errstate(all="ignore"):
            losses = [
                self.family.learn(batch, number / whole)
                for number, batch in enumerate(self.batches)
            ]
            self.family.end_epoch()
        return losses


class PyTorch:
    """Takes the same steps with PyTorch.

    Parameters
    ----------
    recipe : dict
        Of :func:`benchmarks.training.recipe.recipe`.
    ours : Convkit
        Whose weights it begins with, and whose batches it takes; it has learnt nothing yet.
    tuned : bool
        See the script's learner.
    """

    def __init__(self, recipe: dict[str, Any], ours: Convkit, *, tuned: bool) -> None:
        import torch

        from benchmarks.scripts.pytorch_train import Learner

        height, width, channels = shape = ours.family.signature.sample_shape
        self.learner = Learner(recipe, (channels, height, width), tuned=tuned)
        weights = channels_first(ours.family.network.layers.layers, shape)
        with torch.no_grad():
            for parameter, values in zip(self.learner.model.parameters(), weights, strict=True):
                parameter.copy_(torch.from_numpy(values.reshape(parameter.shape)))
        self.batches: list[Batch] = [
            (
                torch.from_numpy(inputs.transpose(0, 3, 1, 2).copy()).contiguous(
                    memory_format=self.learner.layout
                ),
                torch.from_numpy(targets),
            )
            for inputs, targets in ours.batches
        ]
        self.steps_per_epoch = ours.family.steps_per_epoch

    def losses(self) -> list[float]:
        whole = self.steps_per_epoch
        return [
            self.learner.step(*batch, number / whole) for number, batch in enumerate(self.batches)
        ]


def channels_first(layers: Sequence[Layer], shape: tuple[int, ...]) -> Iterator[Array]:
    """Yield the parameters with their axes in PyTorch's order; the last ones may still be flat.

    A dense layer behind a flattened image is a convolution with a kernel as large as the image.
    """
    image: tuple[int, ...] = ()
    for layer in layers:
        if layer.name == "flatten":
            image = shape
        shape = layer.output_shape(shape)
        for tensor in layer.parameters().values():
            values = tensor.data
            if values.ndim == 2 and image:
                values = values.reshape(*image, -1)
                image = ()
            yield (values.transpose(3, 2, 0, 1) if values.ndim == 4 else values.T).copy()
