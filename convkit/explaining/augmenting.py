"""What augmentation makes of training samples: pictures before, and several times after."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from convkit.data import Dataset, Pipeline
from convkit.data.dataset import Floats
from convkit.errors import ConvkitError
from convkit.experiment import spec
from convkit.experiment.assembly import unfit_augmentations
from convkit.families import generator

VARIANTS = 9
"""How often each picture is shown augmented."""


@dataclass(frozen=True, eq=False)
class Variants:
    """Training samples, and what is learnt from in their place.

    Attributes
    ----------
    name : str
        Of the experiment.
    augmentations : tuple of str
        Their names, in order.
    frames : (rows, columns, h, w, c) float32 array
        From 0 to 1: a row for each sample, first as it is.
    """

    name: str
    augmentations: tuple[str, ...]
    frames: Floats


def augmented(experiment: spec.Experiment, root: Path, count: int) -> Variants:
    """Return the first training samples of an experiment, and variants of them.

    Each column of variants is drawn as one batch of an epoch, of these samples, is.

    Parameters
    ----------
    experiment : Experiment
    root : Path
        The folder that relative paths in it start from.
    count : int
        How many samples; all, if there are fewer.

    Raises
    ------
    ConvkitError
        If `count` is below 1, there is no augmentation, or it doesn't fit the data, or the samples
        are no pictures.
    """
    if count < 1:
        raise ConvkitError(f"--count must be at least 1, got {count}")
    if not experiment.augment:
        raise ConvkitError(
            f"'{experiment.name}' has no augmentation to show", "such as augment: [rotate: 10]"
        )
    splits = spec.load_data(experiment, root)
    augmentations = spec.build_augmentations(experiment)
    problems = list(unfit_augmentations(experiment, augmentations, splits))
    if problems:
        raise spec.SpecError(problems)
    _check_pictures(splits.train)
    few = splits.train.take(slice(count))
    pipeline = Pipeline(augmentations)
    rngs = (generator(experiment.seed, "augment", epoch, 0) for epoch in range(VARIANTS))
    columns = [few.inputs, *(pipeline(few.inputs, few.targets, rng)[0] for rng in rngs)]
    frames = np.stack(columns, axis=1)
    frames /= max(1.0, few.inputs.max())
    return Variants(experiment.name, tuple(each.name for each in augmentations), frames)


def _check_pictures(dataset: Dataset) -> None:
    shape = dataset.sample_shape
    if len(shape) != 3 or shape[2] not in (1, 3):
        size = "x".join(map(str, shape))
        raise ConvkitError(
            f"--augment shows pictures, but samples of data '{dataset.name}' have the shape {size}",
            "it takes grey or coloured ones",
        )
