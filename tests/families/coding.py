"""Small autoencoders to try."""

from __future__ import annotations

import numpy as np

from convkit.data import Dataset, Preprocessing, Splits
from convkit.families import Blueprint, Course, Signature
from convkit.nn import LAYERS
from convkit.optim import OPTIMIZERS


def pictures(count=24, seed=0, classes=("bar", "cross")):
    """Return 4x4 pictures of one of two things, 0 and 1 with some noise."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % len(classes)
    shapes = np.zeros((2, 4, 4, 1), np.float32)
    shapes[0, :, 1] = 1
    shapes[1, [0, 1, 2, 3], [0, 1, 2, 3]] = shapes[1, [0, 1, 2, 3], [3, 2, 1, 0]] = 1
    flips = rng.random((count, 4, 4, 1)) < 0.05
    return Dataset("things", np.abs(shapes[labels] - flips), labels, classes)


def splits(**parts):
    return Splits(pictures(), test=pictures(seed=1), **parts)


def layers(*units, before=("flatten",), activation="tanh"):
    """Return dense layers with an activation between each two."""
    made = [LAYERS[name]() for name in before]
    for number, count in enumerate(units):
        made += [LAYERS[activation]()] if number else []
        made.append(LAYERS["dense"](count))
    return made


def built(family, data=None, loss=None, seed=0, **blueprint):
    data = data or splits()
    signature = Signature.of(data.train)
    family.build(Blueprint(signature, data.preprocessing, loss=loss, seed=seed, **blueprint))
    return family


def prepared(family, data=None, loss=None, seed=0, optimizer=None, **course):
    data = data or splits()
    built(family, data, loss, seed)
    options = {"epochs": 4, "batch_size": 8} | course
    family.prepare(Course(data, optimizer or OPTIMIZERS["adam"](lr=0.02), **options))
    return family


def trained(family, epochs, *arguments, **options):
    """Train, and return what was measured in each epoch."""
    prepared(family, *arguments, **options)
    return [an_epoch(family, epoch) for epoch in range(epochs)]


def an_epoch(family, epoch):
    for step, batch in enumerate(family.batches(epoch)):
        family.learn(batch, epoch + step / family.steps_per_epoch)
    return family.end_epoch()


def standardized(data):
    return Splits(
        data.train, test=data.test, preprocessing=Preprocessing.fitted(data.train, standardize=True)
    )
