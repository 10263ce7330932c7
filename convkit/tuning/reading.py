"""Reading a search: its YAML, checked against the experiment that it starts from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from convkit.experiment import spec
from convkit.experiment.monitor import direction
from convkit.experiment.spec.kinds import FAILED, Reading
from convkit.experiment.spec.overrides import override
from convkit.experiment.spec.reading import check_meant, read_root
from convkit.tuning.checks import check
from convkit.tuning.grids import grid_points
from convkit.tuning.plan import Plan
from convkit.tuning.search import COUNTED, Direction, Tuning

DEFAULT_TRIALS = 40


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
    check_meant(root, source, "data")
    tuning = kind.read(override(root, kind, overrides, reading), "", reading)
    if tuning is FAILED or reading.problems:
        raise spec.SpecError(reading.problems)
    base = Path(source).parent / tuning.base
    plan = Plan(tuning, base, reading.origins, (), 0, None)
    check(plan)
    grid = grid_points(plan) if tuning.method == "grid" else None
    trials = tuning.trials or DEFAULT_TRIALS if grid is None else len(grid)
    return replace(plan, directions=_directions(tuning), trials=trials, grid=grid)


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
