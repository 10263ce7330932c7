"""A learner for each side, with the same weights to begin with and the same batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from benchmarks.training.prepared import Prepared
from benchmarks.training.twins import twin_of
from convkit.autograd import keep_freed_memory
from convkit.families import Family, Supervised
from convkit.families.agents import PPO
from convkit.families.randomness import generator
from convkit.nn import Dropout, named_layers
from convkit.workers import one_blas_thread

Array = NDArray[Any]

WAYS = {"PyTorch": False, "PyTorch tuned": True}
"""As it comes; and with channels_last and the fused Adam, which one has to know of."""


class Learner(Protocol):
    """One side."""

    def losses(self) -> list[float]:
        """Learn from every batch once; return the loss of each."""


def learners(
    prepared: Prepared, steps: int, names: Iterable[str], *, alike: bool = False
) -> dict[str, Learner]:
    """Return convkit's learner, and PyTorch's in these ways, each at the beginning.

    Parameters
    ----------
    prepared : Prepared
    steps : int
        How many batches of the first epoch are learnt from.
    names : iterable of str
        Keys of :data:`WAYS`.
    alike : bool
        Whether nothing is left to chance that either side draws for itself: nothing is dropped,
        and PyTorch draws its normal numbers as convkit does.
    """
    family = prepared.assembled().family
    kind = ConvkitAgent if isinstance(family, PPO) else Convkit
    ours = kind(family, steps)
    theirs = {name: PyTorch(prepared.recipe, ours, tuned=WAYS[name], alike=alike) for name in names}
    if alike:
        drop_nothing(family)
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
        self.batches = self.drawn(steps)

    def drawn(self, steps: int) -> list[Any]:
        """Return the first batches."""
        return [_copied(batch) for batch in islice(self.family.batches(0), steps)]

    def arrays(self) -> Iterator[tuple[Any, ...]]:
        """Yield what PyTorch's side needs of each batch."""
        return (batch if isinstance(batch, tuple) else (batch,) for batch in self.batches)

    def learn(self, batch: Any, progress: float) -> float:
        """Take a step, and return its loss."""
        return self.family.learn(batch, progress)

    def losses(self) -> list[float]:
        whole = self.family.steps_per_epoch
        with one_blas_thread(), np.errstate(all="ignore"):
            losses = [
                self.learn(batch, number / whole) for number, batch in enumerate(self.batches)
            ]
            if isinstance(self.family, Supervised):
                # There is room for an epoch's outputs, and no more.
                self.family.end_epoch()
        return losses


class ConvkitAgent(Convkit):
    """Takes the steps in which PPO learns; what from, it has lived through before."""

    family: PPO

    def drawn(self, steps: int) -> list[Any]:
        descend = self.family._descend
        batches: list[Any] = []

        def noted(lessons: Any, policy_loss: Any, _: float, rng: Any) -> float:
            batches.append((lessons, policy_loss, rng))
            return 0.0

        self.family._descend = noted
        for rng in self.family.batches(0):
            self.family.learn(rng, 0.0)
            if len(batches) >= steps:
                break
        self.family._descend = descend
        return batches[:steps]

    def arrays(self) -> Iterator[tuple[Any, ...]]:
        # Beside the lessons, how probable the actions were, which the loss holds.
        return ((*lessons, *policy_loss.args) for lessons, policy_loss, _ in self.batches)

    def learn(self, batch: Any, progress: float) -> float:
        lessons, policy_loss, rng = batch
        return self.family._descend(lessons, policy_loss, progress, rng)


class PyTorch:
    """Takes the same steps with PyTorch.

    Parameters
    ----------
    recipe : dict
        Of :func:`benchmarks.training.recipe.recipe`.
    ours : Convkit
        Whose batches it takes; it has learnt nothing yet.
    tuned : bool
        See the script's systems.
    alike : bool
        See :func:`learners`.
    """

    def __init__(
        self, recipe: dict[str, Any], ours: Convkit, *, tuned: bool, alike: bool = False
    ) -> None:
        from benchmarks.scripts.pytorch import SYSTEMS
        from benchmarks.scripts.pytorch_train import read

        _, weights = read(recipe)
        self.system = SYSTEMS[recipe["family"]](recipe, weights, tuned=tuned)
        self.batches = [self.system.tensors(batch) for batch in ours.arrays()]
        self.steps_per_epoch = ours.family.steps_per_epoch
        if alike:
            self.system.normal = drawn_by_numpy(ours.family)
            self.system.dropped(0)

    def losses(self) -> list[float]:
        whole = self.steps_per_epoch
        return [
            self.system.step(batch, number / whole) for number, batch in enumerate(self.batches)
        ]


def drawn_by_numpy(family: Any) -> Any:
    """Return what draws the normal numbers that a family draws while it learns, as tensors."""
    import torch

    rng = generator(family.seed, twin_of(family).noise)

    def normal(*shape: int) -> torch.Tensor:
        return torch.from_numpy(rng.standard_normal(shape, np.float32))

    return normal


def drop_nothing(family: Family) -> None:
    """Have no dropout layer drop anything."""
    if isinstance(family, Supervised):
        for layer in named_layers(family.layers).values():
            if isinstance(layer, Dropout):
                layer.rate = 0.0


def _copied(batch: Any) -> Any:
    """Return a batch of its own: what it holds is good only until the next one is drawn."""
    if isinstance(batch, tuple):
        return tuple(map(_copied, batch))
    return batch.copy() if isinstance(batch, np.ndarray) else batch
