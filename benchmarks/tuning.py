"""Compare ways of searching at equal budget, and one worker with two.

What is compared are searches as ``convkit tune`` does them. Let nothing else run beside it.

Examples:
  python -m benchmarks.tuning --quick
  python -m benchmarks.tuning --only Branin
  python -m benchmarks.tuning --out benchmarks
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatch
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks.machine import describe_machine, versions
from benchmarks.options import at_least_one, parse
from benchmarks.report import Report
from benchmarks.searching.problems import PROBLEMS
from benchmarks.searching.searches import (
    EPOCHS,
    TIMED,
    Search,
    best_value,
    methods,
    times_of_workers,
)
from benchmarks.turns import paired_ratio
from convkit.cli.console import Console, Table
from convkit.processes import each_as_done, processes
from convkit.tuning.search import Method

SEEDS, ROUNDS = 20, 5
GOAL = 0.6
"""Of the time of one worker, what two may take."""

ORDER: tuple[Method, ...] = ("grid", "random", "bayesian")
"""Each should find better values than the one before."""

HOW = (
    "The same number of trials for everybody, and the best value of each search; smaller is "
    "better. The median over the seeds counts. `Branin` and `Hartmann-6` are functions of two and "
    "six numbers; `digits` is the validation loss of a network with 32 hidden units after five "
    "epochs (`benchmarks/searching/digits.yaml`), searched over learning rate, weight decay, units "
    "and batch size. A grid has as many values of each key as the trials allow, evenly spaced from "
    "its least to its most; of the two functions it is the same with every seed.\n\n"
    "    python -m benchmarks.tuning --out benchmarks"
)

QUICK = {"seeds": 2, "rounds": 1}


@dataclass(frozen=True)
class Found:
    """What a method finds of a problem, one value for each seed."""

    problem: str
    method: Method
    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """Of the best values."""
        return median(self.values)

    @property
    def regret(self) -> float | None:
        """By how much the median misses the least value, where that is known."""
        least = PROBLEMS[self.problem].least
        return None if least is None else self.median - least


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what the command line asks for, and report it."""
    options = _parse(arguments)
    names = [name for name in PROBLEMS if fnmatch(name.lower(), f"*{options.only.lower()}*")]
    if not names:
        raise SystemExit(f"no problem matches '{options.only}': {', '.join(PROBLEMS)}")
    console = Console()
    times = times_of_workers(options.rounds) if "digits" in names else {}
    found = list(_found(console, names, options))
    report = Report(
        "TUNING",
        "Ways of searching",
        _facts(options),
        [methods_table(found), *([workers_table(times)] if times else [])],
        {"methods": [asdict(each) for each in found], "seconds_by_workers": times},
        how=HOW,
    )
    report.show(console)
    for path in report.write(options.out):
        console.note(f"wrote {path}")


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m benchmarks.tuning",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--only", default="*", metavar="PATTERN", help="problems whose name has it")
    add("--seeds", type=at_least_one, default=SEEDS, metavar="N", help="searches of each (20)")
    add("--rounds", type=at_least_one, default=ROUNDS, metavar="N", help="of the workers (5)")
    add("--jobs", type=at_least_one, default=2, metavar="N", help="searches at once (2)")
    add("--quick", action="store_true", help="few and short: to see that all works")
    add(
        "--out",
        type=Path,
        default=Path("runs/benchmarks"),
        metavar="FOLDER",
        help="for JSON and Markdown (runs/benchmarks)",
    )
    return parse(parser, arguments, QUICK)


def _found(console: Console, names: Sequence[str], options: argparse.Namespace) -> Iterator[Found]:
    """Search every problem by every method with every seed, side by side."""
    pairs = list(product(names, methods()))
    searches = [Search(*pair, seed) for pair in pairs for seed in range(options.seeds)]
    values: dict[Search, float] = {}
    with processes(options.jobs) as executor:
        for place, value in each_as_done(executor, best_value, searches):
            done = searches[place]
            values[done] = value
            console.note(f"{done.problem}, {done.method}, seed {done.seed}: {value:.4g}")
    for pair in pairs:
        yield Found(*pair, tuple(values[each] for each in searches if each[:2] == pair))


def methods_table(found: Sequence[Found]) -> Table:
    """Return a row for each method of each problem."""
    medians = {(each.problem, each.method): each.median for each in found}
    rows: list[Sequence[Any]] = [
        [
            *(each.problem, each.method, Search(each.problem, each.method, 0).plan.trials),
            _short(each.median),
            *map(_short, _quartiles(each.values)),
            *(_short(each.regret), _beats(each, medians)),
        ]
        for each in found
    ]
    answers = [row[-1] for row in rows if row[-1] is not None]
    return Table(
        ("problem", "method", "trials", "best", "quartile", "quartile", "regret", "better"),
        rows,
        title="Methods",
        footer="best: the median over the seeds; better: bayesian than random, random than grid: "
        f"{sum(answers)} of {len(answers)}",
        marked={index for index, row in enumerate(rows) if row[-1] is False},
    )


def _beats(found: Found, medians: Mapping[tuple[str, Method], float]) -> bool | None:
    """Return whether a method does better than the one before; None for what has none."""
    if found.method not in ORDER[1:]:
        return None
    before = ORDER[ORDER.index(found.method) - 1]
    return found.median < medians[found.problem, before]


def _quartiles(values: Sequence[float]) -> tuple[float, float]:
    low, _, high = quantiles([*values, *values[: len(values) == 1]], n=4)
    return low, high


def workers_table(times: dict[int, list[float]]) -> Table:
    """Return how long one worker takes and two."""
    ratio = paired_ratio(times[2], times[1]).median
    rows: list[Sequence[Any]] = [
        [count, round(median(taken), 2), _short(ratio) if count == 2 else None]
        for count, taken in times.items()
    ]
    reached = "reached" if ratio <= GOAL else "missed"
    return Table(
        ("workers", "seconds", "ratio"),
        rows,
        title="Workers",
        footer=f"the same random search on the digits, {TIMED} trials of {EPOCHS} epochs; goal "
        f"{GOAL}: {reached}",
    )


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")


def _facts(options: argparse.Namespace) -> dict[str, Any]:
    """Return what belongs to every figure: machine, versions, settings."""
    libraries = {"convkit": "convkit", "NumPy": "numpy", "Optuna": "optuna", "PyTorch": "torch"}
    here = {name: module for name, module in libraries.items() if find_spec(module)}
    return {
        "machine": describe_machine(),
        "versions": versions(here),
        "seeds": options.seeds,
    }


if __name__ == "__main__":
    main()
