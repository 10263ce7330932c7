"""A search as ``convkit tune`` does it, within this process: what it reaches, and how fast."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks.searching.problems import PROBLEMS
from benchmarks.turns import in_turns
from convkit.processes import Workers
from convkit.tuning.plan import Plan
from convkit.tuning.results import Results
from convkit.tuning.search import Method
from convkit.tuning.searching import search
from convkit.tuning.storage import JOURNAL, Place
from convkit.tuning.study import Study

TRIALS = 40
"""Of each search; of a grid as many as fit."""

TIMED, EPOCHS = 24, 100
"""How many trials are timed, and how long: about half a second each."""


class Search(NamedTuple):
    """A search with a seed."""

    problem: str
    method: Method
    seed: int

    @property
    def plan(self) -> Plan:
        """What it tries."""
        return PROBLEMS[self.problem].plan(self.method, self.seed, TRIALS)


def methods() -> tuple[Method, ...]:
    """Return the methods that can be compared here, what should do best last."""
    plain: tuple[Method, ...] = ("grid", "random", "bayesian")
    here = all(find_spec(name) for name in ("torch", "scipy"))
    return (*plain, "gaussian_process") if here else plain


def best_value(asked: Search) -> float:
    """Return the least value that a search finds."""
    problem, plan = PROBLEMS[asked.problem], asked.plan
    with TemporaryDirectory() as name:
        folder = Path(name)
        study = Study(plan, folder, Place(str(folder / JOURNAL), asked.problem), epochs=1)
        while (claim := study.claim()) is not None:
            seed = study.seed(claim.number)
            study.finish(claim, problem.trial(claim.values, plan, seed, folder))
        (value,) = Results.of(plan, study).ranked()[0].results or ()
        study.close()
    return value


def times_of_workers(rounds: int) -> dict[int, list[float]]:
    """Return how long the same random search takes one worker and two, round by round."""
    plan = PROBLEMS["digits"].plan("random", 0, TIMED)
    plan = replace(plan, tuning=replace(plan.tuning, set={"trainer.epochs": EPOCHS}))
    runners: dict[str, Callable[[], None]] = {
        str(count): partial(_search, plan, count) for count in (1, 2)
    }
    times = in_turns(runners, rounds=rounds, warmup=0)
    return {int(count): taken for count, taken in times.items()}


def _search(plan: Plan, count: int) -> None:
    with TemporaryDirectory() as folder:
        search(plan, Path(folder), storage=None, workers=Workers(count), watcher=Nobody())


class Nobody:
    """Is told how a search goes, and says nothing."""

    def began(self, entries: object, total: int) -> None:
        """Say nothing."""

    def took(self, claim: object) -> None:
        """Say nothing."""

    def ended(self, entry: object) -> None:
        """Say nothing."""

    def killed(self, error: Exception, count: int) -> None:
        """Raise it: such a time isn't one."""
        raise error

    def looked(self) -> None:
        """Say nothing."""
