"""Trains the experiments in ``configs/`` with several seeds, and reads off what gates want."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.baselines import BASELINES
from benchmarks.gates import BOUND, GATES, QUICKER, RATIO, SECONDS, Gate
from benchmarks.programs import ROOT
from convkit.experiment import spec
from convkit.experiment.outcome import Outcome
from convkit.experiment.session import train
from convkit.explaining.gradients import watch

CONFIGS = ROOT / "configs"


@dataclass(frozen=True)
class Trial:
    """An experiment, trained with a seed."""

    experiment: spec.Experiment
    outcome: Outcome


def trained(name: str, seed: int) -> Trial:
    """Train an experiment; the seed draws weights, batches, and what is kept for the test."""
    resolved = spec.read_experiment(CONFIGS / f"{name}.yaml", [f"seed={seed}", f"data.seed={seed}"])
    with TemporaryDirectory() as folder:
        return Trial(resolved.experiment, train(resolved, root=CONFIGS, runs=Path(folder)))


def _updates_by_bound(trial: Trial) -> float:
    """Return how much of the most that a perceptron can need it needed."""
    remarks = trial.outcome.summary["remarks"]
    return float(remarks["updates"] / remarks["most_updates"])


def _gradient_ratio(trial: Trial) -> float:
    """Return the norm of the first layer's gradient by that of the last one, at the first step."""
    return watch(trial.experiment, CONFIGS, steps=1).ratio


FIGURES = {BOUND: _updates_by_bound, RATIO: _gradient_ratio}
"""What isn't among the metrics of a run."""


def figure(name: str, trial: Trial) -> float:
    """Return a metric, or one of :data:`FIGURES`; NaN where it wasn't measured."""
    if name in FIGURES:
        return FIGURES[name](trial)
    value = trial.outcome.metrics.get(name)
    return math.nan if value is None else value


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


def reach(name: str, seeds: Iterable[int]) -> list[Reached]:
    """Train an experiment with each of the seeds; return what its gates say about it."""
    trials = {seed: trained(name, seed) for seed in seeds}
    return [
        Reached(
            gate,
            {seed: figure(gate.figure, trial) for seed, trial in trials.items()},
            _baseline(gate, list(trials.values())),
        )
        for gate in gates_of(name)
    ]


def _baseline(gate: Gate, trials: Sequence[Trial]) -> tuple[str, float] | None:
    if (gate.experiment, gate.figure) not in BASELINES:
        return None
    method, measure = BASELINES[gate.experiment, gate.figure]
    splits = (spec.load_data(trial.experiment, CONFIGS) for trial in trials)
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
        command = ["train", f"configs/{name}.yaml", "--runs", folder]
        began = perf_counter()
        process = subprocess.run(
            [sys.executable, "-m", "convkit", *command], cwd=ROOT, capture_output=True, check=False
        )
        return ColdStart(name, perf_counter() - began, process.returncode)
