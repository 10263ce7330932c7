"""What an autoencoder has to be better than: principal components, and pixels by themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.data import Dataset, Splits
from convkit.families.corruption import Noise
from convkit.metrics import psnr, roc_auc

Array = NDArray[Any]

NOISE = Noise(0.3)
"""As ``configs/denoising-digits.yaml`` has it."""

LIMITS = np.array([0, 1], np.float32)


class Components:
    """The directions in which samples differ most.

    Parameters
    ----------
    rows : (n, features) array
        What they are fitted to.
    count : int
        How many.
    """

    def __init__(self, rows: Array, count: int) -> None:
        self._mean = rows.mean(axis=0)
        self._axes = np.linalg.svd(rows - self._mean, full_matrices=False)[2][:count]

    def rebuilt(self, rows: Array) -> Array:
        """Return the nearest points that the components lead to."""
        return np.asarray((rows - self._mean) @ self._axes.T @ self._axes + self._mean)


def rebuilt_psnr(splits: Splits) -> float:
    """Return the signal-to-noise ratio, in dB, of test samples rebuilt of 8 components."""
    train, test = _rows(splits.train), _rows(_test(splits))
    return psnr(test, Components(train, 8).rebuilt(test), data_range=1)


def denoised_gain(splits: Splits) -> float:
    """Return by how many dB 15 components of clean samples bring noisy ones nearer to these."""
    train, test = _rows(splits.train), _rows(_test(splits))
    noisy = NOISE.spoil(test.astype(np.float32), LIMITS, np.random.default_rng(0))
    before, after = noisy, Components(train, 15).rebuilt(noisy)
    return psnr(test, after, data_range=1) - psnr(test, before, data_range=1)


def mean_auc(splits: Splits) -> float:
    """Return how well the error of 10 components of a class tells the others from it, on average.

    The area under the curve on the test part, each class being the normal one once.
    """
    test = _test(splits)
    train, rows = _rows(splits.train), _rows(test)
    areas = []
    for label in np.unique(splits.train.targets):
        components = Components(train[splits.train.targets == label], 10)
        errors = np.square(components.rebuilt(rows) - rows).sum(axis=1)
        areas.append(roc_auc(test.targets != label, errors))
    return float(np.mean(areas))


def independent_nats(splits: Splits) -> float:
    """Return what a test sample costs in nats where each pixel is on as often as in training."""
    train, test = _rows(splits.train), _rows(_test(splits))
    on = (train.sum(axis=0) + 0.5) / (len(train) + 1)
    return float(-(test * np.log(on) + (1 - test) * np.log(1 - on)).sum(axis=1).mean())


def _test(splits: Splits) -> Dataset:
    assert splits.test is not None  # these experiments keep some
    return splits.test


def _rows(dataset: Dataset) -> Array:
    return dataset.inputs.reshape(len(dataset), -1).astype(np.float64)
