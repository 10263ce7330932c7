"""Whether a search and its experiment fit: every key, its values, its conditions, the metrics."""

from __future__ import annotations

from collections.abc import Iterator

from convkit.errors import ConvkitError, unknown
from convkit.experiment import spec
from convkit.experiment.spec.expectations import check_metric
from convkit.tuning.dimension import Dimension
from convkit.tuning.plan import Plan, Values
from convkit.tuning.search import COUNTED


def check(plan: Plan) -> None:
    """Try the ends of every key's range in the experiment.

    Raises
    ------
    SpecError
        With all that it refuses, each at the line of the search that it comes from.
    """
    problems = [*_wrong_conditions(plan), *_replaced(plan)]
    problems += [*_wrong_metrics(plan), *([] if problems else _refused(plan))]
    if problems:
        raise spec.SpecError(list({str(problem): problem for problem in problems}.values()))


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
            elif not earlier[other].takes(value):
                message = f"'{other}' never is {value!r}"
                yield spec.LocatedError(where, path, message, _values_of(earlier[other]))
        earlier[key] = dimension


def _values_of(dimension: Dimension) -> str:
    if dimension.choice is not None:
        return f"its values are {list(dimension.choice)}"
    least, most = dimension.bounds
    return f"its values are from {least:g} to {most:g}"


def _replaced(plan: Plan) -> Iterator[ConvkitError]:
    """Yield keys whose values would go for nothing, since what holds them is put in after them."""
    before: list[str] = list(plan.tuning.set or {})
    for key in plan.tuning.search:
        for other in before:
            if other.startswith(f"{key}."):
                where = plan.origins.get(f"search.{key}", "")
                message = f"replaces '{other}', which is put in before it"
                hint = f"let {other} follow it, when: {{{key}: …}}"
                yield spec.LocatedError(where, f"search.{key}", message, hint)
        before.append(key)


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
