"""Whole jobs, from the process's start to its end: reading data, training, testing, saving."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from json import loads
from pathlib import Path
from subprocess import CalledProcessError, run
from typing import Any

from benchmarks.programs import Command
from benchmarks.results import timed
from benchmarks.training.learners import WAYS
from benchmarks.training.prepared import Prepared
from benchmarks.turns import in_turns


def compare_jobs(
    prepared: Prepared, *, rounds: int, seconds: float
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each of PyTorch's ways and how a whole job compares.

    Parameters
    ----------
    prepared : Prepared
    rounds, seconds : see :func:`benchmarks.turns.in_turns`
    """
    said: dict[str, str] = {}
    commands = {"convkit": convkit(prepared)} | {
        name: pytorch(prepared, tuned=tuned) for name, tuned in WAYS.items()
    }

    def job(name: str) -> None:
        done = run(commands[name], capture_output=True, text=True, check=True)
        said[name] = done.stdout

    runners = {name: partial(job, name) for name in commands}
    try:
        times = in_turns(runners, rounds=rounds, seconds=seconds)
    except CalledProcessError as error:
        # The other cases can still be measured.
        last = error.stderr.strip().rpartition("\n")[2]
        yield from ((name, {"note": f"void: {last}"}) for name in WAYS)
        return
    case = prepared.case
    ours = figure(case.figure, said["convkit"])
    for name in WAYS:
        theirs = loads(said[name])[case.figure]
        note = f"{case.figure} {ours:.3g} / {theirs:.3g}"
        # Written so that a NaN differs.
        if not abs(ours - theirs) <= case.apart:
            yield name, {"note": f"void: {note}"}
        else:
            yield name, timed(times["convkit"], times[name]) | {"note": note}


def convkit(prepared: Prepared) -> Command:
    """Return the command that trains a config with convkit."""
    runs = prepared.config.with_name("runs")
    program = [sys.executable, "-m", "convkit", "train", str(prepared.config)]
    return [*program, "--quiet", "--no-plots", "--runs", str(runs), "--set", "expect={}"]


def pytorch(prepared: Prepared, *, tuned: bool) -> Command:
    """Return the command that trains the same with PyTorch."""
    weights = prepared.config.with_suffix(".pt")
    script = [sys.executable, "-m", "benchmarks.scripts.pytorch_train", str(prepared.recipe_file)]
    return [*script, str(weights), *["tuned"] * tuned]


def figure(name: str, said: str) -> float:
    """Return what a run of convkit's, which has said its folder, reached on the test part."""
    summary = loads((Path(said.strip()) / "summary.json").read_bytes())
    return float(summary["metrics"][f"test/{name}"])
