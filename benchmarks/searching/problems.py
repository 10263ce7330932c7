"""What is searched: its keys, a grid of the same ranges, and what a trial reaches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.searching.functions import BRANIN_LEAST, HARTMANN_LEAST, branin, hartmann6
from convkit.tuning.dimension import Dimension
from convkit.tuning.grids import grid_points
from convkit.tuning.plan import Plan, Values
from convkit.tuning.search import Method, Tuning
from convkit.tuning.trial import Finished, Job, run_trial

BASE = Path(__file__).with_name("digits.yaml")
METRIC = "validation/loss"

Trial = Callable[[Values, Plan, int, Path], Finished]
"""Does a trial: with the values it got, of a plan, with a seed, in a folder for what it writes."""


@dataclass(frozen=True)
class Problem:
    """Something to be made as small as possible.

    Attributes
    ----------
    search : dict of str to Dimension
    levels : dict of str to int
        How many values of each range a grid has: as many as the trials allow.
    trial : callable
    least : float or None
        What can be reached, where that is known.
    """

    search: Mapping[str, Dimension]
    levels: Mapping[str, int]
    trial: Trial
    least: float | None = None

    def plan(self, method: Method, seed: int, trials: int) -> Plan:
        """Return a search for it."""
        search = dict(self.search)
        if method == "grid":
            search |= {key: _even(search[key], count) for key, count in self.levels.items()}
        tuning = Tuning(
            base=BASE.name, search=search, method=method, metric=METRIC, trials=trials, seed=seed
        )
        plan = Plan(tuning, BASE, {}, ("minimize",), trials, None)
        if method != "grid":
            return plan
        points = grid_points(plan)
        return replace(plan, grid=points, trials=len(points))


def _even(dimension: Dimension, count: int) -> Dimension:
    """Return a range as so many values from its least to its most, or its middle if only one."""
    least, most = dimension.bounds
    spaced = np.geomspace if dimension.log else np.linspace
    values = spaced(least, most, count) if count > 1 else [(least + most) / 2]
    kind = float if dimension.int is None else round
    return Dimension(choice=tuple(kind(value) for value in values))


def _of_function(function: Callable[..., float]) -> Trial:
    def trial(values: Values, *_: object) -> Finished:
        return Finished("complete", (function(*values.values()),), "", [], 0.0)

    return trial


def _of_training(values: Values, plan: Plan, seed: int, folder: Path) -> Finished:
    experiment = plan.experiment(values, seed)
    return run_trial(Job((experiment,), plan.base.parent, folder, plan.tuning.metrics, None))


def _range(least: float, most: float, **others: Any) -> Dimension:
    return Dimension(float=(least, most), **others)


PROBLEMS: dict[str, Problem] = {
    "Branin": Problem(
        {"x": _range(-5.0, 10.0), "y": _range(0.0, 15.0)},
        {"x": 6, "y": 6},
        _of_function(branin),
        BRANIN_LEAST,
    ),
    "Hartmann-6": Problem(
        {f"x{place}": _range(0.0, 1.0) for place in range(1, 7)},
        {f"x{place}": 2 if place < 6 else 1 for place in range(1, 7)},
        _of_function(hartmann6),
        HARTMANN_LEAST,
    ),
    "digits": Problem(
        {
            "optimizer.lr": _range(1e-4, 1e-1, log=True),
            "optimizer.weight_decay": _range(1e-6, 1e-1, log=True),
            "model.1.dense.units": Dimension(int=(8, 64)),
            "trainer.batch_size": Dimension(choice=(16, 64, 256)),
        },
        {"optimizer.lr": 3, "optimizer.weight_decay": 2, "model.1.dense.units": 2},
        _of_training,
    ),
}
