"""Runs as data: a line for each, and what differs between several."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from convkit.errors import ConvkitError
from convkit.experiment.lock import is_locked
from convkit.experiment.metrics_log import Record, read_records
from convkit.experiment.plain import is_count, is_number
from convkit.experiment.run import RUNS, Run, runs_in

RUNNING, UNFINISHED = "running", "unfinished"
"""The status of a run without a summary: it is being trained, or it was killed."""


@dataclass(frozen=True)
class RunInfo:
    """What there is to know of a run; each of its files is read when it is asked for.

    A file that was edited so that it can't be read raises a ConvkitError then.
    """

    run: Run

    @property
    def label(self) -> str:
        """What it is called where there is little room: ``digits-cnn/3``."""
        return f"{self.run.name}/{self.run.folder.absolute().name}"

    @cached_property
    def config(self) -> dict[str, Any]:
        """The resolved experiment as plain data."""
        return self.run.document()

    @cached_property
    def records(self) -> list[Record]:
        """A line for each epoch."""
        return read_records(self.run.metrics)

    @cached_property
    def summary(self) -> dict[str, Any]:
        """How it ended; empty while it hasn't."""
        return self.run.summary() or {}

    @cached_property
    def environment(self) -> dict[str, Any]:
        """What it was made with."""
        return self.run.environment()

    @property
    def running(self) -> bool:
        """Whether a process trains it at this moment."""
        return is_locked(self.run)

    @property
    def status(self) -> str:
        """How it ended, or that it hasn't."""
        if self.running:
            return RUNNING
        return str(self.summary.get("status", UNFINISHED))

    @property
    def epochs(self) -> int:
        """How many epochs are over."""
        said = self.summary.get("epochs")
        return said if is_count(said) else len(self.records)

    @property
    def seconds(self) -> float | None:
        """How long it was trained; None if that isn't known."""
        if is_number(said := self.summary.get("seconds")):
            return said
        taken = [record.get("seconds") for record in self.records]
        numbers = [value for value in taken if is_number(value)]
        return sum(numbers) if numbers and len(numbers) == len(taken) else None

    @property
    def started(self) -> str | None:
        """When it was begun, as ISO 8601 writes it; None if that isn't known."""
        said = self.environment.get("started")
        return said if isinstance(said, str) else None

    @property
    def metrics(self) -> dict[str, float | None]:
        """The metrics that count, or those of the last epoch while there are no such."""
        said = self.summary.get("metrics")
        if not isinstance(said, dict):
            last = self.records[-1] if self.records else {}
            said = {name: value for name, value in last.items() if "/" in name}
        return {name: value for name, value in said.items() if value is None or is_number(value)}

    def state(self) -> dict[str, Any]:
        """Return all of it as JSON holds it."""
        return {
            "run": str(self.run.folder),
            "name": self.run.name,
            "number": self.run.number,
            "status": self.status,
            "epochs": self.epochs,
            "metrics": self.metrics,
            "summary": self.summary,
            "environment": self.environment,
            "config": self.config,
            "records": self.records,
        }


def describe(run: Run) -> RunInfo:
    """Return what there is to know of a run.

    Raises
    ------
    ConvkitError
        If one of its files was edited so that it can't be read.
    """
    info = RunInfo(run)
    info.state()
    return info


def list_runs(root: Path = RUNS, name: str | None = None) -> list[RunInfo]:
    """Return all runs below a folder, or those of one experiment, by name and number."""
    return [RunInfo(run) for run in runs_in(root) if name in (None, run.name)]


@dataclass(frozen=True)
class Comparison:
    """Several runs beside each other.

    Attributes
    ----------
    runs : list of RunInfo
    differences : dict of str to list
        What they say differently, by key path such as ``optimizer.lr``: a value for each run, None
        where it says nothing.
    metrics : dict of str to list
        Every metric that one of them has: a value for each run.
    """

    runs: list[RunInfo]
    differences: dict[str, list[Any]]
    metrics: dict[str, list[float | None]]


def compare(runs: Sequence[Run]) -> Comparison:
    """Set runs beside each other.

    Raises
    ------
    ConvkitError
        If they are fewer than two, or one can't be read.
    """
    if len(runs) < 2:
        raise ConvkitError("a comparison needs at least two runs", "name another one")
    return beside(runs)


def beside(runs: Sequence[Run]) -> Comparison:
    """Return what :func:`compare` does, also of one run, which differs from nothing.

    Raises
    ------
    ConvkitError
        If one can't be read.
    """
    infos = [describe(run) for run in runs]
    leaves = [dict(_leaves(config)) for config in _comparable(infos)]
    settings = _beside(leaves)
    return Comparison(
        infos,
        {path: values for path, values in settings.items() if _differ(path, values, settings)},
        _beside([info.metrics for info in infos]),
    )


def _comparable(infos: Sequence[RunInfo]) -> list[dict[str, Any]]:
    """Return the configs; models of different layers, which share no settings, in one line each."""
    configs = [_unfolded(info.config) for info in infos]
    kinds = {tuple(name for name, _ in _layers(config.get("model"))) for config in configs}
    if len(kinds) == 1:
        return configs
    return [config | {"model": _in_short(config.get("model"))} for config in configs]


def _unfolded(config: dict[str, Any]) -> dict[str, Any]:
    """Return a config with the layers of its model alone; what else that says has its own keys.

    So a model that comes from another run can be set beside one that doesn't.
    """
    model = config.get("model")
    if not isinstance(model, dict):
        return config
    said = {key: value for key, value in model.items() if key not in ("layers", "replace")}
    beside = {f"model.{key}": value for key, value in said.items() if value is not None}
    return config | {"model": _network(model)} | beside


def _network(model: dict[str, Any]) -> list[Any]:
    """Return the layers of a model in long form, with those in place that replace others."""
    layers, replace = model.get("layers"), model.get("replace")
    replace = replace if isinstance(replace, dict) else {"layers": replace}
    kept, new = (part if isinstance(part, list) else [] for part in (layers, replace.get("layers")))
    last = replace.get("last")
    return [*kept[: len(kept) - (last if is_count(last) else len(new))], *new]


def _layers(model: Any) -> list[tuple[str, Any]]:
    """Return the layers of a resolved model: their names and arguments."""
    layers = model if isinstance(model, list) else []
    return [item for layer in layers if isinstance(layer, dict) for item in layer.items()]


def _in_short(model: Any) -> str | None:
    """Return a model in a line, each layer with its first argument: ``conv2d 16, relu, dense 10``.

    That is the one which its short form in the YAML takes.
    """
    return ", ".join(_layer_in_short(*layer) for layer in _layers(model)) or None


def _layer_in_short(name: str, arguments: Any) -> str:
    first = next(iter(arguments.values()), None) if isinstance(arguments, dict) else arguments
    if _layers(first):
        return f"{name} [{_in_short(first)}]"
    return name if first is None or isinstance(first, dict | list) else f"{name} {first}"


def _differ(path: str, values: list[Any], settings: Collection[str]) -> bool:
    """Return whether runs differ in a value that isn't told in parts by another one of them."""
    in_parts = any(other.startswith(f"{path}.") for other in settings)
    return not in_parts and any(value != values[0] for value in values)


def _beside(columns: Sequence[dict[str, Any]]) -> dict[str, list[Any]]:
    """Return every key with its value in each column, None where it has none."""
    keys = dict.fromkeys(key for column in columns for key in column)
    return {key: [column.get(key) for column in columns] for key in keys}


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the plain values of a document under their key paths."""
    parts: Any = ()
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        parts = enumerate(value)
    if not parts:
        yield path, value
    for key, part in parts:
        yield from _leaves(part, f"{path}.{key}" if path else str(key))
