"""Batches: a few samples at a time, in order or shuffled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from convkit.data.dataset import Dataset, Floats, Indices
from convkit.errors import ConvkitError

Batch = tuple[Floats, NDArray[Any]]
Augmentation = Callable[[Floats, Generator], Floats]


class Batches:
    """An epoch of a data set, each time it is iterated over.

    In order, a batch is a view of the data set. Shuffled, its samples are gathered in memory that
    belongs to the iteration and is reused: a batch is good until the next one is drawn.

    Parameters
    ----------
    dataset : Dataset
    size : int
        Samples in a batch; the last one of an epoch may have fewer.
    rng : Generator, optional
        Shuffles, anew for each epoch: the same state gives the same order. Without, in order.
    drop_last : bool
        Whether to leave out the last batch of an epoch if it isn't full.
    augment : callable, optional
        ``augment(inputs, rng)`` returns inputs changed at random; it may change the array it gets.

    Raises
    ------
    ConvkitError
        If `size` is below 1, no batch would be full, or augmentation has no `rng`.
    """

    def __init__(
        self,
        dataset: Dataset,
        size: int,
        rng: Generator | None = None,
        drop_last: bool = False,
        augment: Augmentation | None = None,
    ) -> None:
        if size < 1:
            raise ConvkitError(f"batch_size must be at least 1, got {size}")
        if drop_last and size > len(dataset):
            raise ConvkitError(
                f"batch_size is {size}, but data '{dataset.name}' has {len(dataset)} samples, "
                "and batches that aren't full are dropped",
                f"batch_size: {len(dataset)} or less",
            )
        if augment is not None and rng is None:
            raise ConvkitError("augmentation needs random numbers", "give it an rng")
        self.dataset = dataset
        self.size = size
        self.rng = rng
        self.augment = augment
        self.samples = len(dataset) - (len(dataset) % size if drop_last else 0)

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        return (self.samples + self.size - 1) // self.size

    def __iter__(self) -> Iterator[Batch]:
        return self._in_order() if self.rng is None else self._shuffled(self.rng)

    def _in_order(self) -> Iterator[Batch]:
        inputs, targets = self.dataset.inputs, self.dataset.targets
        for start in range(0, self.samples, self.size):
            stop = min(start + self.size, self.samples)
            yield inputs[start:stop], targets[start:stop]

    def _shuffled(self, rng: Generator) -> Iterator[Batch]:
        order: Indices = rng.permutation(len(self.dataset))[: self.samples]
        inputs, targets = self.dataset.inputs, self.dataset.targets
        some_inputs = np.empty((self.size, *inputs.shape[1:]), inputs.dtype)
        some_targets = np.empty((self.size, *targets.shape[1:]), targets.dtype)
        for start in range(0, self.samples, self.size):
            chosen = order[start : start + self.size]
            # "clip" writes straight to `out`, where checking the indices would take a copy.
            batch = inputs.take(chosen, axis=0, out=some_inputs[: chosen.size], mode="clip")
            labels = targets.take(chosen, axis=0, out=some_targets[: chosen.size], mode="clip")
            yield (self.augment(batch, rng) if self.augment else batch), labels
