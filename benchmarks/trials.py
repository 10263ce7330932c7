"""Trains the experiments in ``configs/`` with several seeds, and reads off what gates want."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from benchmarks.baselines import BASELINES
from benchmarks.gates import AUC, BOUND, GATES, QUICKER, RATIO, SECONDS, Gate
from benchmarks.programs import ROOT
from convkit.experiment import spec
from convkit.experiment.outcome import Outcome
from convkit.experiment.session import train
from convkit.explaining.gradients import watch
from convkit.processes import each_as_done, processes

CONFIGS = ROOT / "configs"
NO_RUNS = ROOT / "configs" / "runs"
"""A folder that isn't there: what an experiment comes from is then what its config says."""


@dataclass(frozen=True)
class Trial:
    """An experiment, trained with a seed."""

    experiment: spec.Experiment
    outcome: Outcome


class Training(NamedTuple):
    """What is trained: an experiment with a seed and maybe other values.

    The seed draws weights, batches, and what is kept for the test.
    """

    name: str
    seed: int
    changes: tuple[str, ...] = ()


_trained: dict[Training, Trial] = {}
"""What was trained so far: others are compared with it."""


def trained(training: Training) -> Trial:
    """Return an experiment trained, once only."""
    if training not in _trained:
        _trained[training] = _train(training)
    return _trained[training]


def train_all(trainings: Sequence[Training], jobs: int, done: Callable[[Training], None]) -> None:
    """Train in processes side by side what isn't yet trained."""
    missing = [training for training in dict.fromkeys(trainings) if training not in _trained]
    with processes(jobs) as executor:
        for place, trial in each_as_done(executor, _train, missing):
            _trained[missing[place]] = trial
            done(missing[place])


def _train(training: Training) -> Trial:
    with TemporaryDirectory() as folder:
        runs = Path(folder)
        if source := source_of(training.name):
            _train_in(runs, Training(source, training.seed))
        return _train_in(runs, training)


def _train_in(runs: Path, training: Training) -> Trial:
    config = CONFIGS / f"{training.name}.yaml"
    seeds = [f"seed={training.seed}"]
    if "seed" in spec.read_experiment(config).experiment.data.arguments:
        seeds.append(f"data.seed={training.seed}")
    resolved = spec.read_experiment(config, [*seeds, *training.changes], runs=runs)
    return Trial(resolved.experiment, train(resolved, root=CONFIGS, runs=runs))


def source_of(name: str) -> str | None:
    """Return the experiment whose run a model comes from, and which has to be trained before."""
    return spec.read_experiment(CONFIGS / f"{name}.yaml", runs=NO_RUNS).experiment.model.from_


def _updates_by_bound(trial: Trial) -> float:
    """Return how much of the most that a perceptron can need it needed."""
    remarks = trial.outcome.summary["remarks"]
    return float(remarks["updates"] / remarks["most_updates"])


def _gradient_ratio(trial: Trial) -> float:
    """Return the norm of the first layer's gradient by that of the last one, at the first step."""
    return watch(trial.experiment, CONFIGS, steps=1).ratio


def _mean_auc(trial: Trial) -> float:
    """Return the mean area under the curve, each class of the data being the normal one once."""
    experiment = trial.experiment
    trials = map(trained, _one_for_each_class(experiment.name, experiment.seed))
    return fmean(figure("test/auc", each) for each in trials)


def _one_for_each_class(name: str, seed: int) -> list[Training]:
    """Return what is trained so that each class of the data is the normal one once."""
    experiment = spec.read_experiment(CONFIGS / f"{name}.yaml").experiment
    classes = spec.load_data(experiment, CONFIGS).train.classes or ()
    return [Training(name, seed, (f"family.normal={each}",)) for each in classes]


FIGURES = {BOUND: _updates_by_bound, RATIO: _gradient_ratio, AUC: _mean_auc}
"""What isn't among the metrics of a run."""


def figure(name: str, trial: Trial) -> float:
    """Return a metric, or one of :data:`FIGURES`; NaN where it wasn't measured."""
    if name in FIGURES:
        return FIGURES[name](trial)
    value = trial.outcome.metrics.get(name)
    return math.nan if value is None else value


def _wanted(gate: Gate, seed: int) -> float:
    """Return what has to reach a gate's bound: a figure, or how far it is ahead of another's."""
    value = figure(gate.figure, trained(Training(gate.experiment, seed)))
    if gate.against is None:
        return value
    return value - figure(gate.figure, trained(Training(gate.against, seed)))


@dataclass(frozen=True)
class Reached:
    """A gate, and the figure with each seed.

    Attributes
    ----------
    gate : Gate
    values : dict of int to float
        By seed.
    baseline : (str, float), optional
        A plain method, and its mean on the same splits.
    """

    gate: Gate
    values: dict[int, float]
    baseline: tuple[str, float] | None = None

    @classmethod
    def known_before(cls, document: dict[str, Any]) -> Reached:
        """Return what :meth:`document` told."""
        gate = Gate(**{each.name: document[each.name] for each in fields(Gate)})
        values = {int(seed): value for seed, value in document["seeds"].items()}
        baseline = document["baseline"]
        return cls(gate, values, (baseline["method"], baseline["mean"]) if baseline else None)

    @property
    def experiment(self) -> str:
        """The name of its config."""
        return self.gate.experiment

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from other gates."""
        return self.gate.experiment, self.gate.title

    @property
    def mean(self) -> float:
        """The mean over the seeds."""
        return fmean(self.values.values())

    @property
    def deviation(self) -> float | None:
        """The sample standard deviation; None for a single seed."""
        values = list(self.values.values())
        return float(np.std(values, ddof=1)) if len(values) > 1 else None

    @property
    def worst(self) -> float:
        """The value that is farthest on the wrong side."""
        values = self.values.values()
        return max(values) if self.gate.bound.startswith("<") else min(values)

    @property
    def reached(self) -> bool:
        """Whether the mean is within the bound, or every value where every one has to be."""
        values = self.values.values() if self.gate.every else [self.mean]
        return all(map(self.gate.expectation.holds, values))

    def document(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            **vars(self.gate),
            "title": self.gate.title,
            "seeds": {str(seed): value for seed, value in self.values.items()},
            "mean": self.mean,
            "deviation": self.deviation,
            "worst": self.worst,
            "reached": self.reached,
            "baseline": dict(zip(("method", "mean"), self.baseline, strict=True))
            if self.baseline
            else None,
        }


def gates_of(name: str) -> list[Gate]:
    """Return the gates of an experiment."""
    return [gate for gate in GATES if gate.experiment == name]


def experiments() -> list[str]:
    """Return the names of all that have gates, in order."""
    return list(dict.fromkeys(gate.experiment for gate in GATES))


def trainings_of(name: str, seeds: Sequence[int]) -> Iterator[Training]:
    """Yield all that has to be trained for the gates of an experiment."""
    for gate in gates_of(name):
        for seed in seeds:
            yield Training(name, seed)
            if gate.against is not None:
                yield Training(gate.against, seed)
            if gate.figure == AUC:
                yield from _one_for_each_class(name, seed)


def reach(name: str, seeds: Sequence[int]) -> list[Reached]:
    """Train an experiment with each of the seeds; return what its gates say about it."""
    return [
        Reached(gate, {seed: _wanted(gate, seed) for seed in seeds}, _baseline(gate, seeds))
        for gate in gates_of(name)
    ]


def _baseline(gate: Gate, seeds: Iterable[int]) -> tuple[str, float] | None:
    if (gate.experiment, gate.title) not in BASELINES:
        return None
    method, measure = BASELINES[gate.experiment, gate.title]
    experiments = (trained(Training(gate.experiment, seed)).experiment for seed in seeds)
    splits = (spec.load_data(experiment, CONFIGS) for experiment in experiments)
    return method, fmean(map(measure, splits))


@dataclass(frozen=True)
class ColdStart:
    """The command of a config's header, as a process from its start to its end.

    Attributes
    ----------
    experiment : str
    seconds : float
    code : int
        What it exits with: 0 if what the config expects holds.
    """

    experiment: str
    seconds: float
    code: int

    @classmethod
    def known_before(cls, document: dict[str, Any]) -> ColdStart:
        """Return what :meth:`document` told."""
        return cls(**{each.name: document[each.name] for each in fields(cls)})

    @property
    def key(self) -> str:
        """What tells it from other starts."""
        return self.experiment

    @property
    def limit(self) -> float:
        """The seconds that it may take."""
        return QUICKER.get(self.experiment, SECONDS)

    @property
    def reached(self) -> bool:
        """Whether it did what it promised, in time."""
        return self.code == 0 and self.seconds < self.limit

    def document(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {**vars(self), "limit": self.limit, "reached": self.reached}


def cold_start(name: str) -> ColdStart:
    """Run the command of a config's header."""
    with TemporaryDirectory() as folder:
        if source := source_of(name):
            _run_command(source, folder)
        began = perf_counter()
        code = _run_command(name, folder)
        return ColdStart(name, perf_counter() - began, code)


def _run_command(name: str, runs: str) -> int:
    command = [sys.executable, "-m", "convkit", "train", f"configs/{name}.yaml", "--runs", runs]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode
