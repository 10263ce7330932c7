"""Several augmentations one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from numpy.random import Generator

from convkit.data.augmentation.affine import Affine, Affines
from convkit.data.augmentation.base import Augmentation, Targets
from convkit.data.augmentation.mixing import Mixup
from convkit.data.dataset import Dataset, Floats
from convkit.errors import ConvkitError


class Pipeline(Augmentation):
    """Augmentations in their order.

    Parameters
    ----------
    augmentations : sequence of Augmentation
        Of which :func:`misfits` has found none.
    """

    name = "augment"

    def __init__(self, augmentations: Sequence[Augmentation]) -> None:
        self._steps = list(_joined(augmentations))

    def __call__(self, inputs: Floats, targets: Targets, rng: Generator) -> tuple[Floats, Targets]:
        for step in self._steps:
            inputs, targets = step(inputs, targets, rng)
        return inputs, targets


def misfits(
    augmentations: Sequence[Augmentation], dataset: Dataset
) -> Iterator[tuple[int, ConvkitError]]:
    """Yield the places of the augmentations that don't fit a data set, and why."""
    mixed = False
    for place, augmentation in enumerate(augmentations):
        try:
            augmentation.check(dataset)
        except ConvkitError as error:
            yield place, error
        if mixed and isinstance(augmentation, Mixup):
            yield place, ConvkitError("mixup can be there only once", "leave out one of them")
        mixed |= isinstance(augmentation, Mixup)


def _joined(augmentations: Sequence[Augmentation]) -> Iterator[Augmentation]:
    """Yield augmentations in their order, neighbours that are affine as one."""
    for padding_mode, group in groupby(augmentations, _padding_mode):
        if padding_mode is None:
            yield from group
        else:
            yield Affines([each for each in group if isinstance(each, Affine)])


def _padding_mode(augmentation: Augmentation) -> str | None:
    return augmentation.padding_mode if isinstance(augmentation, Affine) else None
