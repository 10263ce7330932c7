"""Runs as the lines of a list: how each ended, and what it reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from convkit.errors import ConvkitError, unknown
from convkit.experiment.comparison import RunInfo, list_runs
from convkit.experiment.run import RUNS

UNREADABLE = "unreadable"
"""The status of a run one of whose files was edited so that it can't be read."""

OVER = ("finished", "stopped early")
"""The statuses of runs that came to their end."""

SPLITS = ("test", "validation", "train")
"""What tells most stands first."""

ORDERS = {"run": False, "status": False, "epochs": True, "seconds": False, "started": True}
"""What a list can be sorted by beside metrics, and whether the largest comes first."""


@dataclass(frozen=True)
class Line:
    """A run at a glance.

    Attributes
    ----------
    run : str
        Its folder.
    name : str
        The experiment's.
    status : str
        How it ended; ``unfinished`` if it hasn't, ``unreadable`` if a file was damaged.
    epochs : int or None
        How many are over.
    seconds : float or None
        Spent on training.
    started : str or None
        When, as ISO 8601 writes it.
    metrics : dict of str to float or None
        Those that count: of the checkpoint that was tested, or of the last epoch.
    problem : str or None
        What can't be read.
    """

    run: str
    name: str
    status: str
    epochs: int | None = None
    seconds: float | None = None
    started: str | None = None
    metrics: dict[str, float | None] = field(default_factory=dict)
    problem: str | None = None


def list_lines(folder: Path = RUNS, name: str | None = None) -> list[Line]:
    """Return a line for each run below a folder, by name and number.

    Parameters
    ----------
    folder : Path
        Where runs lie, or those of one experiment.
    name : str, optional
        The only experiment to list.

    Raises
    ------
    ConvkitError
        If no experiment has this name, or the folder can't be read.
    """
    runs = list_runs(folder)
    chosen = [info for info in runs if name in (None, info.run.name)]
    if runs and not chosen and name is not None:
        names = dict.fromkeys(info.run.name for info in runs)
        raise unknown("experiment", name, names, f"in '{folder}'")
    return [_line(info) for info in chosen]


def _line(info: RunInfo) -> Line:
    run, name = str(info.run.folder), info.run.name
    try:
        return Line(
            run=run,
            name=name,
            status=info.status,
            epochs=info.epochs,
            seconds=info.seconds,
            started=info.started,
            metrics=info.metrics,
        )
    except ConvkitError as error:
        # One damaged run is no reason to show none.
        return Line(run, name, UNREADABLE, problem=str(error))


def metric_names(lines: Iterable[Line]) -> list[str]:
    """Return the names of all metrics, what tells most first."""
    return metric_names_of(name for line in lines for name in line.metrics)


def metric_names_of(names: Iterable[str]) -> list[str]:
    """Return names of metrics, each once: test before train, loss last, frequent ones first."""
    times = Counter(iter(names))  # of a dict it would take the values

    def place(metric: str) -> tuple[int, bool, int]:
        split, _, name = metric.rpartition("/")
        return (*SPLITS, split).index(split), name == "loss", -times[metric]

    return sorted(times, key=place)


def sort_lines(lines: Sequence[Line], key: str) -> list[Line]:
    """Return lines sorted by a metric, the best first, or by a column of :data:`ORDERS`.

    Lines that have no such number come last.

    Raises
    ------
    ConvkitError
        If no run has such a metric.
    """
    if key == "run":
        return list(lines)  # as they were found: by name and number
    names = metric_names(lines)
    if key not in ORDERS and key not in names:
        raise unknown("column", key, [*names, *ORDERS])
    values: list[Any] = [_value(line, key) for line in lines]
    known = [index for index, value in enumerate(values) if value is not None]
    known.sort(key=values.__getitem__, reverse=_falls(key))
    without = [index for index, value in enumerate(values) if value is None]
    return [lines[index] for index in (*known, *without)]


def _value(line: Line, key: str) -> Any:
    return getattr(line, key) if key in ORDERS else line.metrics.get(key)


def _falls(key: str) -> bool:
    """Return whether the largest value comes first."""
    if key in ORDERS:
        return ORDERS[key]
    from convkit.experiment.monitor import direction  # loads all that can be learnt with

    return direction(key) > 0
