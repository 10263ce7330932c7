"""Going on with a series: what is forecast is taken for what happened, and forecast from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from convkit.errors import ConvkitError
from convkit.experiment.assembly import experiment_of
from convkit.experiment.prediction import Prediction, Predictor
from convkit.experiment.run import Run
from convkit.files import display_name


def horizon_of(run: Run) -> int:
    """Return how many steps ahead a run has learnt to tell.

    Raises
    ------
    ConvkitError
        If it has learnt from no series.
    """
    data = experiment_of(run).data
    horizon = data.arguments.get("horizon")
    if not isinstance(horizon, int):
        raise ConvkitError(
            f"--steps goes on with a time series, but run '{run.folder}' has learnt from "
            f"'{data.name}'",
            "leave out --steps",
        )
    return horizon


def forecast(predictor: Predictor, sources: Sequence[str], steps: int, horizon: int) -> Prediction:
    """Forecast what follows behind the end of a series.

    Each value is told by the window that ends `horizon` steps before it: the first ones by values
    that are known, later ones by forecasts, whose errors add up.

    Parameters
    ----------
    predictor : Predictor
    sources : sequence of str
        The table with the series; just one.
    steps : int
        How many values.
    horizon : int
        How many steps ahead the predictor tells, see :func:`horizon_of`.

    Returns
    -------
    Prediction
        A value for each step, called by how far it lies behind the last row.

    Raises
    ------
    ConvkitError
        If the table doesn't fit, or other columns than the forecast one are needed.
    """
    signature = predictor.family.signature
    if steps < 1:
        raise ConvkitError(f"--steps must be at least 1, got {steps}")
    if len(sources) != 1:
        raise ConvkitError(f"--steps goes on with one table, got {len(sources)}")
    if signature.features != signature.target_names:
        raise ConvkitError(
            f"only {', '.join(signature.target_names)} is forecast, but to go on from there "
            f"{', '.join(signature.features)} are needed",
            "train with the target as the only feature",
        )
    path, window = Path(sources[0]), signature.sample_shape[0]
    values = predictor.reader.series(path)
    if len(values) < window + horizon - 1:
        raise ConvkitError(
            f"'{display_name(path)}' has {len(values)} rows, but {window + horizon - 1} are needed "
            f"to tell the next one {horizon} steps ahead"
        )
    series = list(values)
    for _ in range(steps):
        end = len(series) - horizon + 1
        shown = np.stack(series[end - window : end])[np.newaxis]
        series.append(predictor.family.answer(shown).outputs.reshape(-1))
    names = [f"+{step}" for step in range(1, steps + 1)]
    return Prediction(names, np.stack(series[-steps:]), None, signature)
