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
    """

    function: Callable[[Array, Array], float]
    kind: Kind
    grows: bool


def accuracy(actual: Array, predicted: Array) -> float:
    """Return the share of samples whose class was predicted, from 0 to 1."""
    return float(np.count_nonzero(actual == predicted)) / len(actual)


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


METRICS: dict[str, Metric] = {
    "accuracy": Metric(accuracy, "classes", grows=True),
    "mse": Metric(mse, "values", grows=False),
    "rmse": Metric(rmse, "values", grows=False),
    "mae": Metric(mae, "values", grows=False),
    "r2": Metric(mean_r2, "values", grows=True),
}
"""Every metric, by the name that follows the split's: ``validation/accuracy``.

Of several targets, errors are those of all their values together: those in the largest unit weigh
most.
"""


FIGURES: dict[str, bool] = {
    "perplexity": False,
    "bits": False,
    "exact": True,
    "rouge_l": True,
    "psnr": True,
    "psnr_gain": True,
    "auc": True,
    "reconstruction": False,
    "kl": False,
    "modes": True,
    "quality": True,
    "distance": False,
    "return": True,
    "length": True,
    "nrmse": False,
    "sparsity": True,
}
"""What families measure by themselves beside their metrics, and whether more of it is better."""


def grows(name: str) -> bool:
    """Return whether more is better of what is measured under a name."""
    return METRICS[name].grows if name in METRICS else FIGURES.get(name, False)


def metrics_of(kind: Kind, names: Iterable[str] = ()) -> dict[str, Metric]:
    """Return the metrics of a kind that are named; all that suit if none is.

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
    return {name: suitable[name] for name in names} or suitable


def measure(metrics: dict[str, Metric], actual: Array, predicted: Array) -> dict[str, float]:
    """Return each metric by name; NaN where predictions aren't finite."""
    if not np.isfinite(predicted).all():
        return dict.fromkeys(metrics, math.nan)
    return {name: metric.function(actual, predicted) for name, metric in metrics.items()}


def confusion_matrix(actual: Array, predicted: Array, classes: int) -> NDArray[np.int64]:
    """Return how often each class (row) was taken for each (column), (classes, classes) int64."""
    counts = np.bincount(actual * classes + predicted, minlength=classes * classes)
    return counts.reshape(classes, classes).astype(np.int64)
