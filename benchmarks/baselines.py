"""What a plain method reaches on the very same splits: a network is worth what it adds to that."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.components import denoised_gain, independent_nats, mean_auc, rebuilt_psnr
from benchmarks.gates import AUC
from convkit.data import Dataset, Splits
from convkit.families.measures import accuracy, nrmse
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


def linear_nrmse(splits: Splits) -> float:
    """Return the NRMSE on the test part of a linear forecast fitted by least squares."""
    return nrmse(_test(splits).targets, _least_squares(splits, splits.train.targets))


def mean_mse(splits: Splits) -> float:
    """Return the mean squared error on the test part of always answering the training mean."""
    actual = _test(splits).targets
    return mse(actual, np.full_like(actual, splits.train.targets.mean()))


def memoryless_loss(splits: Splits) -> float:
    """Return the cross entropy, on the test part, of answering at each step how often each class
    stands there in the training part, whatever came before.
    """
    train, test = splits.train.targets, _test(splits).targets
    shares = np.stack([(train == each).mean(axis=0) for each in range(int(train.max()) + 1)])
    return float(-np.log(shares[test, np.arange(test.shape[1])]).mean())


BASELINES = {
    ("logistic-cancer", "test/accuracy"): ("least squares", linear_classes),
    ("mlp-spirals", "test/accuracy"): ("least squares", linear_classes),
    ("mlp-houses", "train/mse"): ("least squares", linear_mse),
    ("mlp-diabetes", "test/r2"): ("least squares", linear_r2),
    ("digits-mlp", "test/accuracy"): ("nearest neighbour", nearest_neighbour),
    ("digits-cnn", "test/accuracy"): ("nearest neighbour", nearest_neighbour),
    ("shapes-cnn", "test/accuracy"): ("nearest neighbour", nearest_neighbour),
    ("adding-lstm", "test/mse"): ("the mean", mean_mse),
    ("adding-gru", "test/mse"): ("the mean", mean_mse),
    ("adding-rnn", "test/mse"): ("the mean", mean_mse),
    ("copying", "test/loss"): ("no memory", memoryless_loss),
    ("mackey-glass", "test/nrmse"): ("least squares", linear_nrmse),
    ("tides", "test/nrmse"): ("least squares", linear_nrmse),
    ("autoencoder-digits", "test/psnr"): ("PCA of 8", rebuilt_psnr),
    ("autoencoder-conv", "test/psnr"): ("PCA of 8", rebuilt_psnr),
    ("denoising-digits", "test/psnr_gain"): ("PCA of 15", denoised_gain),
    ("anomaly-digits", AUC): ("PCA of 10", mean_auc),
    ("vae-digits", "test/loss"): ("independent pixels", independent_nats),
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
