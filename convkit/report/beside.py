"""Runs beside each other, as rows: how they ended, what they say differently, what they reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from convkit.experiment.comparison import Comparison
from convkit.experiment.monitor import direction
from convkit.report.listing import metric_names_of

Kind = Literal["run", "environment", "setting", "metric"]

ENVIRONMENT = ("convkit", "python", "numpy", "platform", "cores")
"""What is told of what runs were made with, where it differs."""


@dataclass(frozen=True)
class Row:
    """A value of each run.

    Attributes
    ----------
    kind : {"run", "environment", "setting", "metric"}
        Settings and the environment stand there only where they differ.
    name : str
        Such as ``status``, ``optimizer.lr`` or ``test/accuracy``.
    values : list
        One for each run; None where it has none.
    best : set of int
        The runs with the best value of a metric; none where all are alike.
    """

    kind: Kind
    name: str
    values: list[Any]
    best: frozenset[int] = frozenset()


def rows_of(comparison: Comparison) -> list[Row]:
    """Return the rows of a comparison, those that explain before those that are explained."""
    infos = comparison.runs
    metrics = {name: comparison.metrics[name] for name in metric_names_of(comparison.metrics)}
    return [
        Row("run", "status", [info.status for info in infos]),
        Row("run", "epochs", [info.epochs for info in infos]),
        Row("run", "seconds", [info.seconds for info in infos]),
        *_environment(comparison),
        *(Row("setting", path, values) for path, values in comparison.differences.items()),
        *(Row("metric", name, values, _best(name, values)) for name, values in metrics.items()),
    ]


def same_data(comparison: Comparison) -> bool:
    """Return whether all runs were made with the same data, so that their metrics compare."""
    return len(set(map(str, _digests(comparison)))) == 1


def _digests(comparison: Comparison) -> list[Any]:
    data = [info.environment.get("data") for info in comparison.runs]
    return [each.get("sha256") if isinstance(each, dict) else None for each in data]


def _environment(comparison: Comparison) -> list[Row]:
    rows = {name: [info.environment.get(name) for info in comparison.runs] for name in ENVIRONMENT}
    rows["data"] = [digest and str(digest)[:12] for digest in _digests(comparison)]
    return [
        Row("environment", name, values)
        for name, values in rows.items()
        if any(value != values[0] for value in values)
    ]


def _best(metric: str, values: list[float | None]) -> frozenset[int]:
    numbers = [value for value in values if value is not None]
    if len(set(numbers)) < 2:
        return frozenset()
    best = max(numbers) if direction(metric) > 0 else min(numbers)
    return frozenset(index for index, value in enumerate(values) if value == best)
