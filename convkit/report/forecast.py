"""A forecast over time, beside what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from convkit.data import Dataset
from convkit.experiment.prediction import Predictor
from convkit.families import METRICS
from convkit.report.style import BLUE, FAINT, ORANGE, blank

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_STEPS = 300


def is_series(dataset: Dataset) -> bool:
    """Return whether samples are windows of a series, whose own future is to be told."""
    return (
        dataset.inputs.ndim == 3
        and len(dataset.target_names) == 1
        and dataset.target_names[0] in dataset.features
    )


def draw_forecast(predictor: Predictor, dataset: Dataset, name: str) -> Figure:
    """Draw the forecasts for the last samples beside the actual values, and below the difference.

    Parameters
    ----------
    predictor : Predictor
    dataset : Dataset
        A series, in its order.
    name : str
        What the picture is called.
    """
    shown = dataset.take(slice(-MOST_STEPS, None))
    actual = shown.targets.reshape(-1)
    forecast = predictor.predict(shown.inputs).outputs.reshape(-1)
    steps = np.arange(len(dataset) - len(shown), len(dataset))
    error = METRICS["nrmse"].function(actual, forecast)
    figure = blank(9.6, 4.6, f"{name} · forecast and actual, NRMSE {error:.3g}")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    upper.plot(steps, actual, color=BLUE, label="actual")
    upper.plot(steps, forecast, color=ORANGE, linestyle="--", label="forecast")
    upper.set(ylabel=dataset.target_names[0])
    lower.axhline(0, color=FAINT, linewidth=1)
    lower.plot(steps, forecast - actual, color=ORANGE)
    lower.set(xlabel="step", ylabel="difference")
    for axes in (upper, lower):
        axes.margins(x=0)
        axes.grid(axis="y", linewidth=0.8)
    figure.legend(loc="outside upper right", ncols=2)
    return figure
