"""What is measured of predictions, beside the loss: for classes and for values."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from statistics import fmean
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convkit.errors import ConvkitError, unknown
from convkit.metrics import mae, mse, r2, rmse
from convkit.nn import Module

Array = NDArray[Any]
Kind = Literal["classes", "values"]


class Metric(NamedTuple):
    """A measure of predictions.

    Attributes
    ----------
    function : callable
        Of the actual and the predicted: class numbers (n,), or values (n, m) in the data's unit.
    kind : {"classes", "values"}
        What it can measure.
    grows : bool
        Whether more is better.
    usual : bool
        Whether it is measured unless others are named.
    """

    function: Callable[[Array, Array], float]
    kind: Kind
    grows: bool
    usual: bool = True


def accuracy(actual: Array, predicted: Array) -> float:
    """Return the share of samples, or of their steps, whose class was predicted, from 0 to 1."""
    return float(np.count_nonzero(actual == predicted)) / actual.size


def mean_r2(actual: Array, predicted: Array) -> float:
    """Return the coefficient of determination, ``1 - Σ(y - ŷ)² / Σ(y - ȳ)²``; of several targets
    the mean of each one's.

    One ȳ for all targets together would call a prediction good that merely tells them apart.

    Parameters
    ----------
    actual, predicted : (n, m) arrays

    Returns
    -------
    float
        As scikit-learn's ``uniform_average``; but NaN if a target never changes, since it has no
        variance to explain.
    """
    columns = (values.reshape(len(values), -1).T for values in (actual, predicted))
    return fmean(r2(*target) for target in zip(*columns, strict=True))


def nrmse(actual: Array, predicted: Array) -> float:
    """Return the root mean squared error in standard deviations of the actual values.

    Whoever always answers their mean has 1. It is what forecasts of time series are told by.
    """
    return rmse(actual, predicted) / float(np.std(actual))


METRICS: dict[str, Metric] = {
    "accuracy": Metric(accuracy, "classes", grows=True),
    "mse": Metric(mse, "values", grows=False),
    "rmse": Metric(rmse, "values", grows=False),
    "mae": Metric(mae, "values", grows=False),
    "r2": Metric(mean_r2, "values", grows=True),
    "nrmse": Metric(nrmse, "values", grows=False, usual=False),
}
"""Every metric, by the name that follows the split's: ``validation/accuracy``.

Of several targets, errors are those of all their values together: those in the largest unit weigh
most.
"""


NEARLY_ZERO = 1e-3
"""A weight closer to 0 than this hardly does anything."""


def sparsity(module: Module) -> float:
    """Return the share of the weights, biases left out, that are nearly zero."""
    weights = [tensor.data for tensor in module.parameters().values() if tensor.ndim > 1]
    zeros = sum(np.count_nonzero(np.abs(each) < NEARLY_ZERO) for each in weights)
    return float(zeros / max(sum(each.size for each in weights), 1))


WEIGHT_METRICS: dict[str, Callable[[Module], float]] = {"sparsity": sparsity}
"""What is measured of a network itself at each epoch's end, if asked for; more is better."""


class Figure(NamedTuple):
    """Something that a family measures by itself.

    Attributes
    ----------
    grows : bool
        Whether more is better.
    doc : str
        What it is.
    """

    grows: bool
    doc: str


FIGURES: dict[str, Figure] = {
    "perplexity": Figure(False, "The exponential of the loss of a language model."),
    "bits": Figure(False, "The loss of a language model for each symbol, in bits."),
    "exact": Figure(True, "The share of texts that come out right in whole."),
    "rouge_l": Figure(True, "How much of a text is in the wanted one, in order, from 0 to 1."),
    "psnr": Figure(True, "The peak signal-to-noise ratio of what is rebuilt, in dB."),
    "psnr_gain": Figure(True, "By how many dB what is rebuilt is better than what was spoilt."),
    "auc": Figure(True, "The chance that an anomaly has a higher score than a normal sample."),
    "reconstruction": Figure(False, "The surprise at a sample, given its code, in nats."),
    "kl": Figure(False, "How far its code's distribution is from the standard normal, in nats."),
    "iwae": Figure(False, "A tighter bound on the surprise at a sample, in nats."),
    "modes": Figure(True, "How many kinds of samples are generated."),
    "quality": Figure(True, "The share of generated points near the centre of a mode."),
    "precision": Figure(True, "The share of generated samples that are near real ones."),
    "recall": Figure(True, "The share of real samples that are near generated ones."),
    "generator_loss": Figure(False, "What the generator makes small."),
    "distance": Figure(False, "How far a descent is from the lowest point."),
    "return": Figure(True, "The sum of an episode's rewards, in the mean."),
    "length": Figure(True, "The steps of an episode, in the mean."),
}
"""What families measure by themselves beside their metrics."""


def grows(name: str) -> bool:
    """Return whether more is better of what is measured under a name."""
    if name in METRICS:
        return METRICS[name].grows
    return name in WEIGHT_METRICS or (name in FIGURES and FIGURES[name].grows)


def metrics_of(kind: Kind, names: Iterable[str] = ()) -> dict[str, Metric]:
    """Return the metrics of a kind that are named; all usual ones that suit if none is.

    Raises
    ------
    ConvkitError
        If a name is unknown, or measures something else.
    """
    suitable = {name: metric for name, metric in METRICS.items() if metric.kind == kind}
    for name in names:
        if name not in METRICS:
            raise unknown("metric", name, suitable)
        if name not in suitable:
            raise ConvkitError(
                f"metric '{name}' measures {METRICS[name].kind}, but {kind} are predicted",
                f"choose from: {', '.join(suitable)}",
            )
    usual = {name: metric for name, metric in suitable.items() if metric.usual}
    return {name: suitable[name] for name in names} or usual


def measure(metrics: dict[str, Metric], actual: Array, predicted: Array) -> dict[str, float]:
    """Return each metric by name; NaN where predictions aren't finite."""
    if not np.isfinite(predicted).all():
        return dict.fromkeys(metrics, math.nan)
    return {name: metric.function(actual, predicted) for name, metric in metrics.items()}


def confusion_matrix(actual: Array, predicted: Array, classes: int) -> NDArray[np.int64]:
    """Return how often each class (row) was taken for each (column), (classes, classes) int64."""
    counts = np.bincount(actual * classes + predicted, minlength=classes * classes)
    return counts.reshape(classes, classes).astype(np.int64)
