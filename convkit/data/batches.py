"""Batches: a few samples at a time, in order or shuffled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from convkit.data.dataset import Dataset, Floats, Indices
from convkit.errors import ConvkitError

Batch = tuple[Floats, NDArray[Any]]


class Batches:
    """An epoch of a data set, each time it is iterated over.

    In order, a batch is a view of the data set. Shuffled, its samples are gathered in memory that
    belongs to the iteration and is reused: a batch is good until the next one is drawn.

    Parameters
    ----------
    dataset : Dataset
    size : int
        Samples in a batch; the last one of an epoch may have fewer, and so has the only one of a
        data set that is smaller.
    rng : Generator, optional
        Shuffles, anew for each epoch: the same state gives the same order. Without, in order.

    Raises
    ------
    ConvkitError
        If `size` is below 1.
    """

    def __init__(self, dataset: Dataset, size: int, rng: Generator | None = None) -> None:
        if size < 1:
            raise ConvkitError(f"batch_size must be at least 1, got {size}")
        self.dataset = dataset
        # Memory is taken for a batch, however few samples there are to fill it.
        self.size = min(size, len(dataset))
        self.rng = rng

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        return (len(self.dataset) + self.size - 1) // self.size

    def __iter__(self) -> Iterator[Batch]:
        return self._in_order() if self.rng is None else self._shuffled(self.rng)

    def _in_order(self) -> Iterator[Batch]:
        inputs, targets = self.dataset.inputs, self.dataset.targets
        for start in range(0, len(inputs), self.size):
            chosen = slice(start, start + self.size)
            yield inputs[chosen], targets[chosen]

    def _shuffled(self, rng: Generator) -> Iterator[Batch]:
        order: Indices = rng.permutation(len(self.dataset))
        inputs, targets = self.dataset.inputs, self.dataset.targets
        some_inputs = np.empty((self.size, *inputs.shape[1:]), inputs.dtype)
        some_targets = np.empty((self.size, *targets.shape[1:]), targets.dtype)
        for start in range(0, len(order), self.size):
            chosen = order[start : start + self.size]
            # "clip" writes straight to `out`, where checking the indices would take a copy.
            batch = inputs.take(chosen, axis=0, out=some_inputs[: chosen.size], mode="clip")
            labels = targets.take(chosen, axis=0, out=some_targets[: chosen.size], mode="clip")
            yield batch, labels
