"""Series of numbers over time: what comes next, told by what came before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from convkit.data.dataset import Dataset, Floats
from convkit.data.limits import check_memory
from convkit.data.paths import resolved
from convkit.data.source import source
from convkit.data.tabular import names_in, numbers_in, read_columns
from convkit.errors import ConvkitError

FLOAT_BYTES = 4
BETA, GAMMA, POWER, FIRST = 0.2, 0.1, 10, 1.2
"""Of the equation, as it is always taken; before time 0 there is nothing."""

SUBSTEPS = 10
"""Into how many steps of the integration a unit of time is parted."""


@source(standardize=True, shuffle=False)
def mackey_glass(
    samples: int = 5000,
    window: int = 24,
    horizon: int = 6,
    tau: float = 17.0,
    skip: int = 100,
) -> Dataset:
    """Compute the Mackey-Glass series: a model of the production of blood cells, and chaotic.

    ``dx/dt = 0.2 x(t - τ) / (1 + x(t - τ)¹⁰) - 0.1 x(t)`` with x(0) = 1.2 and nothing before
    (Mackey and Glass 1977), by Runge and Kutta's method of fourth order in steps of 0.1, one value
    kept for each unit of time. The first samples train, the last ones test.

    Input: (window, 1), the values up to now. Target: the value `horizon` units from now.

    Parameters
    ----------
    samples : int
        How many windows, each one unit of time later.
    window : int
        How many values are shown.
    horizon : int
        How far ahead the value lies that is asked for.
    tau : float
        The delay of the equation, in tenths: chaotic from about 16.8.
    skip : int
        How many values are left out at the beginning, before the series has come to its own.
    """
    if not tau > 0 or round(tau * SUBSTEPS) < 1:
        raise ConvkitError(f"mackey_glass: tau must be at least 0.1, got {tau}")
    if skip < 0:
        raise ConvkitError(f"mackey_glass: skip must be 0 or more, got {skip}")
    _check("mackey_glass", samples=samples, window=window, horizon=horizon)
    check_memory(samples * window * FLOAT_BYTES, "mackey_glass")
    values = integrated(skip + samples + window + horizon - 1, tau)[skip:]
    series = values.astype(np.float32)[:, np.newaxis]
    return Dataset(
        name="mackey_glass",
        inputs=windows(series, window)[:samples],
        targets=series[window + horizon - 1 :],
        features=("x",),
        target_names=("x",),
        source="computed by convkit",
        citation="Mackey and Glass (1977), Oscillation and chaos in physiological control systems",
        licence="MIT",
    )


@source(standardize=True, shuffle=False)
def time_series(
    path: str,
    target: str | None = None,
    features: list[str] | None = None,
    window: int = 24,
    horizon: int = 1,
    delimiter: str | None = None,
    header: bool | None = None,
    *,
    root: Path,
) -> Dataset:
    """Read a series from a table, a row for each point in time: CSV, TSV and their kin.

    The first rows train, the last ones test. Columns are told by their names, or by their numbers
    from 1.

    Input: (window, features), the rows up to now. Target: the value `horizon` rows from now.

    Parameters
    ----------
    path : str
        The file; ``-`` is standard input.
    target : str, optional
        The column whose future is asked for; by default the last one.
    features : list of str, optional
        The columns that are shown; by default only the target's own past.
    window : int
        How many rows are shown.
    horizon : int
        How many rows ahead the value lies that is asked for.
    delimiter : str, optional
        One character, or ``tab``, ``comma``, ``semicolon``, ``pipe``, ``space``; by default the
        one that divides all rows alike.
    header : bool, optional
        Whether the first row names the columns; by default it does if it holds text only.
    """
    _check("time_series", window=window, horizon=horizon)
    place = resolved(root, path)
    table = read_columns(place, delimiter, header)
    (learnt,) = names_in(table, [target or table.names[-1]])
    shown = names_in(table, features or [learnt])
    values = numbers_in(table, shown)
    if len(values) < window + horizon + 1:
        raise ConvkitError(
            f"'{table.source}' has {len(values)} rows, but two windows of {window} rows and the "
            f"value {horizon} behind them take {window + horizon + 1}",
            "choose a smaller window or horizon",
        )
    check_memory(values.nbytes * window, place.name, "choose a smaller window")
    return Dataset(
        name=place.stem,
        inputs=windows(values, window)[:-horizon],
        targets=numbers_in(table, [learnt])[window + horizon - 1 :],
        features=shown,
        target_names=(learnt,),
        source=place.name,
    )


def windows(values: Floats, window: int) -> Floats:
    """Return all windows of a series one after another: (steps, features) -> (n, window, features).

    The last one ends with the series.
    """
    slid = sliding_window_view(values, window, axis=0)
    return np.ascontiguousarray(slid.transpose(0, 2, 1), np.float32)


def integrated(count: int, tau: float) -> NDArray[np.float64]:
    """Return the values of the Mackey-Glass series at 0, 1, 2 …, (count,)."""
    delay, length = round(tau * SUBSTEPS), 1 / SUBSTEPS
    series = [FIRST]
    for step in range(SUBSTEPS * (count - 1)):
        now = series[-1]
        # The series jumps from 0 to its first value: a step up to there sees nothing of that.
        before, behind = series[step - delay : step - delay + 2] if step >= delay else (0.0, 0.0)
        # In the middle of a step the delayed value is taken as that between its neighbours.
        first = _slope(now, before)
        second = _slope(now + length / 2 * first, (before + behind) / 2)
        third = _slope(now + length / 2 * second, (before + behind) / 2)
        last = _slope(now + length * third, behind)
        series.append(now + length / 6 * (first + 2 * second + 2 * third + last))
    return np.array(series[::SUBSTEPS])


def _slope(value: float, delayed: float) -> float:
    return BETA * delayed / (1 + delayed**POWER) - GAMMA * value


def _check(data: str, **settings: int) -> None:
    for name, value in settings.items():
        if value < 1:
            raise ConvkitError(f"{data}: {name} must be at least 1, got {value}")
