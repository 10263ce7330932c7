"""Grids: every combination of values once, unless there are too many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from convkit.errors import ConvkitError
from convkit.experiment import spec
from convkit.tuning.plan import Plan, Values

MOST_TRIALS = 100_000

Axes = Mapping[str, Sequence[Any]]
"""The values of each key, keys that decide about others before these."""


def grid_points(plan: Plan) -> list[Values]:
    """Return the values of every point of the grid, each once.

    Raises
    ------
    ConvkitError
        If there is no end of them, or more than trials.
    """
    axes = {key: _axis(plan, key) for key in plan.tuning.search}
    size = _size(plan, axes)
    most = plan.tuning.trials or MOST_TRIALS
    if size > most:
        raise ConvkitError(
            f"the grid has {size:,} points, more than {most:,} trials",
            "raise trials, take fewer values, or method: bayesian",
        )
    return _points(plan, axes)


def _axis(plan: Plan, key: str) -> Sequence[Any]:
    values = plan.tuning.search[key].grid()
    if values is None:
        raise spec.LocatedError(
            plan.origins.get(f"search.{key}", ""),
            f"search.{key}",
            "a grid needs all values, but a range has no end of them",
            "give it a step, or a choice",
        )
    return values


def _points(plan: Plan, axes: Axes) -> list[Values]:
    """Return every point: a key that isn't searched where others are drawn has no value there."""
    points: list[Values] = [{}]
    for key, values in axes.items():
        points = [
            point | drawn
            for point in points
            for drawn in ([{key: value} for value in values] if plan.active(key, point) else [{}])
        ]
    return points


def _size(plan: Plan, axes: Axes) -> int:
    """Return how many points there are, without making those that nothing else depends on."""
    conditions = [dimension.when or {} for dimension in plan.tuning.search.values()]
    deciding = {key: axes[key] for key in axes if any(key in when for when in conditions)}
    return sum(
        prod(
            len(values)
            for key, values in axes.items()
            if key not in deciding and plan.active(key, point)
        )
        for point in _points(plan, deciding)
    )
