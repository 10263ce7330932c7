"""What a plain method reaches on the very same splits: a network is worth what it adds to that."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.data import Dataset, Splits
from convkit.families.measures import accuracy
from convkit.metrics import mse, r2

Array = NDArray[Any]


def nearest_neighbour(splits: Splits) -> float:
    """Return the accuracy, on the test part, of answering as the nearest training sample does."""
    train, test = _rows(splits.train), _rows(_test(splits))
    squares = np.square(train).sum(axis=1) - 2 * test @ train.T
    return accuracy(_test(splits).targets, splits.train.targets[squares.argmin(axis=1)])


def linear_classes(splits: Splits) -> float:
    """Return the accuracy on the test part of a line fitted by least squares to two classes."""
    fitted = _least_squares(splits, splits.train.targets)
    return accuracy(_test(splits).targets, (fitted > 0.5).astype(np.int64))


def linear_r2(splits: Splits) -> float:
    """Return R² on the test part of a plane fitted by least squares."""
    return r2(_test(splits).targets, _least_squares(splits, splits.train.targets))


def linear_mse(splits: Splits) -> float:
    """Return the mean squared error on the training part of a plane fitted by least squares."""
    return mse(splits.train.targets, _least_squares(splits, splits.train.targets))


BASELINES = {
    ("logistic-cancer", "test/accuracy"): ("least squares", linear_classes),
    ("mlp-spirals", "test/accuracy"): ("least squares", linear_classes),
    ("mlp-houses", "train/mse"): ("least squares", linear_mse),
    ("mlp-diabetes", "test/r2"): ("least squares", linear_r2),
    ("digits-mlp", "test/accuracy"): ("nearest neighbour", nearest_neighbour),
    ("digits-cnn", "test/accuracy"): ("nearest neighbour", nearest_neighbour),
    ("shapes-cnn", "test/accuracy"): ("nearest neighbour", nearest_neighbour),
}
"""(experiment, figure) -> what the plain method is called, and what it returns of the splits."""


def _test(splits: Splits) -> Dataset:
    """Return the test part, or the training part where nothing is kept for a test."""
    return splits.test or splits.train


def _rows(dataset: Dataset) -> Array:
    return dataset.inputs.reshape(len(dataset), -1).astype(np.float64)


def _least_squares(splits: Splits, targets: Array) -> Array:
    """Return what is answered on the test part."""
    train, test = (np.insert(_rows(part), 0, 1, axis=1) for part in (splits.train, _test(splits)))
    return np.asarray(test @ np.linalg.lstsq(train, targets.astype(np.float64))[0])
