"""Reading a search: its YAML, the experiment that it starts from, and whether the two fit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

from convkit.errors import ConvkitError, unknown
from convkit.experiment import spec
from convkit.experiment.monitor import direction
from convkit.experiment.spec.expectations import check_metric
from convkit.experiment.spec.kinds import FAILED, Reading
from convkit.experiment.spec.overrides import override
from convkit.experiment.spec.reading import read_root
from convkit.tuning.search import Dimension, Direction, Tuning

COUNTED = ("parameters", "seconds")
"""What can be weighed beside metrics; less is better."""

DEFAULT_TRIALS = 40
MOST_TRIALS = 100_000

Values = dict[str, Any]
"""What a trial has drawn: a value for each key that is searched."""


@dataclass(frozen=True)
class Plan:
    """A search that can begin.

    Attributes
    ----------
    tuning : Tuning
    base : Path
        The experiment's YAML.
    origins : dict of str to str
        Where each key of the search stands: ``file:line``.
    directions : tuple of str
        One for each metric: minimize or maximize.
    trials : int
        How many.
    grid : list of dict or None
        The values of each trial, if all of them are known before.
    """

    tuning: Tuning
    base: Path
    origins: Mapping[str, str]
    directions: tuple[Direction, ...]
    trials: int
    grid: Sequence[Values] | None

    def experiment(self, values: Values, seed: int) -> spec.Resolved:
        """Return the experiment with the values of a trial.

        Raises
        ------
        SpecError
            If they don't fit together.
        """
        return spec.read_experiment(self.base, [*self._fixed(), *self._drawn(values), _seed(seed)])

    def _fixed(self) -> Iterator[spec.Override]:
        for key, value in (self.tuning.set or {}).items():
            yield _override(key, value, self.origins.get(f"set.{key}", "set"))

    def _drawn(self, values: Values) -> Iterator[spec.Override]:
        for key, value in values.items():
            yield _override(key, value, self.origins.get(f"search.{key}", "search"))

    def active(self, key: str, values: Values) -> bool:
        """Return whether a key is searched, given what was drawn before it."""
        conditions = self.tuning.search[key].when or {}
        return all(values.get(other, FAILED) == value for other, value in conditions.items())

    @property
    def digest(self) -> str:
        """What tells whether two searches are about the same: how many trials isn't part of it."""
        said = {**vars(self.tuning), "trials": None, "timeout": None, "base": None}
        document = spec.read_experiment(self.base).document
        text = json.dumps([said, document], default=vars, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def _override(key: str, value: Any, origin: str) -> spec.Override:
    # JSON is YAML, on one line.
    return spec.Override(f"{key}={json.dumps(value, ensure_ascii=False)}", origin)


def _seed(seed: int) -> spec.Override:
    return spec.Override(f"seed={seed}", "the trial's seed")


def read_tuning(source: str | Path, overrides: Sequence[str | spec.Override] = ()) -> Plan:
    """Read a search and check that each key can take its values.

    Parameters
    ----------
    source : str or Path
        A YAML file, see :class:`convkit.tuning.search.Tuning`.
    overrides : sequence of str or Override
        ``path=value``, such as ``trials=10``.

    Raises
    ------
    SpecError
        With everything that is wrong.
    ConvkitError
        If a file can't be read, or a grid has no end or more points than trials.
    """
    reading = Reading()
    kind = spec.catalogue().kind(Tuning)
    root = read_root(source, reading, "begin with base: and search:")
    tuning = kind.read(override(root, kind, overrides, reading), "", reading)
    if tuning is FAILED or reading.problems:
        raise spec.SpecError(reading.problems)
    base = Path(source).parent / tuning.base
    plan = Plan(tuning, base, reading.origins, (), 0, None)
    _check(plan)
    grid = grid_points(plan) if tuning.method == "grid" else None
    return replace(plan, directions=_directions(tuning), trials=_trials(tuning, grid), grid=grid)


# --- what has to hold ---


def _check(plan: Plan) -> None:
    """Try the ends of every key's range in the experiment.

    Raises
    ------
    SpecError
        With all that it refuses, each at the line of the search that it comes from.
    """
    problems: dict[str, ConvkitError] = {}
    for error in [*_wrong_conditions(plan), *_wrong_metrics(plan), *_refused(plan)]:
        problems[str(error)] = error
    if problems:
        raise spec.SpecError(list(problems.values()))


def _refused(plan: Plan) -> Iterator[ConvkitError]:
    """Yield what the experiment refuses of the base itself, and of each value of each key."""
    try:
        plan.experiment({}, plan.tuning.seed)
    except spec.SpecError as error:
        yield from error.problems
        return
    for key, dimension in plan.tuning.search.items():
        for value in dimension.ends():
            values = _conditions(plan, key) | {key: value}
            try:
                plan.experiment(values, plan.tuning.seed)
            except spec.SpecError as error:
                yield from error.problems


def _conditions(plan: Plan, key: str) -> Values:
    """Return what must be drawn for a key to be searched, conditions of conditions first."""
    conditions = plan.tuning.search[key].when or {}
    before: Values = {}
    for other in conditions:
        if other in plan.tuning.search and other != key:
            before |= _conditions(plan, other)
    return before | conditions


def _wrong_conditions(plan: Plan) -> Iterator[ConvkitError]:
    earlier: dict[str, Dimension] = {}
    for key, dimension in plan.tuning.search.items():
        for other, value in (dimension.when or {}).items():
            where = plan.origins.get(f"search.{key}", "")
            path = f"search.{key}.when"
            if other not in plan.tuning.search:
                error = unknown("key", other, earlier, "of the search")
                yield spec.LocatedError(where, path, error.message, error.hint)
            elif other not in earlier:
                message = f"'{other}' is drawn only after '{key}'"
                yield spec.LocatedError(where, path, message, f"put {other} before it")
            elif (values := earlier[other].grid()) is not None and value not in values:
                message = f"'{other}' never is {value!r}"
                yield spec.LocatedError(where, path, message, f"its values are {values}")
        earlier[key] = dimension


def _wrong_metrics(plan: Plan) -> Iterator[ConvkitError]:
    kinds = spec.catalogue()
    for metric in plan.tuning.metrics:
        if metric in COUNTED:
            continue
        try:
            check_metric(metric, kinds.metric_names)
        except ConvkitError as error:
            where = plan.origins.get("metric", "")
            yield spec.LocatedError(where, "metric", error.message, error.hint)


def _directions(tuning: Tuning) -> tuple[Direction, ...]:
    match tuning.direction:
        case None:
            return tuple(
                "maximize" if metric not in COUNTED and direction(metric) > 0 else "minimize"
                for metric in tuning.metrics
            )
        case str(word):
            return (word,) * len(tuning.metrics)
        case words:
            return words


# --- how many ---


def grid_points(plan: Plan) -> list[Values]:
    """Return the values of every point of the grid, each once.

    Raises
    ------
    ConvkitError
        If there is no end of them.
    """
    tuning = plan.tuning
    axes: dict[str, list[Any]] = {}
    for key, dimension in tuning.search.items():
        values = dimension.grid()
        if values is None:
            raise spec.LocatedError(
                plan.origins.get(f"search.{key}", ""),
                f"search.{key}",
                "a grid needs all values, but a range has no end of them",
                "give it a step, or a choice",
            )
        axes[key] = values
    size = 1
    for values in axes.values():
        size *= len(values)
    _check_size(tuning, size)
    points: dict[str, Values] = {}
    for drawn in product(*axes.values()):
        point: Values = {}
        for key, value in zip(axes, drawn, strict=True):
            if plan.active(key, point):
                point[key] = value
        # Keys that aren't searched at a point would make it several times.
        points.setdefault(json.dumps(point, sort_keys=True, default=str), point)
    return list(points.values())


def _check_size(tuning: Tuning, size: int) -> None:
    most = tuning.trials or MOST_TRIALS
    if size > most:
        raise ConvkitError(
            f"the grid has {size:,} points, more than {most:,} trials",
            "raise trials, take fewer values, or method: bayesian",
        )


def _trials(tuning: Tuning, grid: Sequence[Values] | None) -> int:
    if grid is not None:
        return len(grid)
    return tuning.trials or DEFAULT_TRIALS
