"""Train every experiment in ``configs/`` with several seeds, and say which gates are reached.

Examples:
  python -m benchmarks.experiments --quick
  python -m benchmarks.experiments --only digits
  python -m benchmarks.experiments --out benchmarks
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.gates import GATES, HELD_BY_TESTS, SEEDS, seeds_of
from benchmarks.machine import describe_machine, versions
from benchmarks.options import at_least_one, parse
from benchmarks.report import Report
from benchmarks.trials import (
    ColdStart,
    Reached,
    cold_start,
    experiments,
    reach,
    train_all,
    trainings_of,
)
from convkit.cli.console import Console, Table

T = TypeVar("T", ColdStart, Reached)

HOW = (
    "Each seed draws the initial weights and the order of the samples, and also which 80 % are "
    "trained on and which 20 % are tested on (stratified where there are classes; drawn data are "
    "drawn anew): five seeds are five splits, and never one lucky one; what takes long is trained "
    "with three. A gate holds on the mean "
    "over the seeds, or on every one of them where theory says so. Settings were chosen by "
    "validation parts taken from the training parts (`data.validation=0.2`), not by the tests. A "
    "baseline is a plain method on the very same splits; what is known is from theory, or was "
    "measured with small scripts (NumPy, PyTorch, scikit-learn) on other splits.\n\n"
    "    python -m benchmarks.experiments --out benchmarks"
)

QUICK = {"seeds": 2}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what the command line asks for, and report it."""
    options = _parse(arguments)
    names = [name for name in experiments() if fnmatch(name, f"*{options.only}*")]
    if not names:
        raise SystemExit(f"no experiment matches '{options.only}'")
    console = Console()
    before = _before(options.out)
    starts = [] if options.no_starts else [_started(console, name) for name in names]
    reached = _reached(console, names, options.seeds, options.jobs)
    starts = _in_order([*_kept(before, "cold_starts", ColdStart.known_before), *starts])
    reached = _in_order([*_kept(before, "gates", Reached.known_before), *reached])
    seeds = range(1, options.seeds + 1)
    report = Report(
        "EXPERIMENTS",
        "The experiments and their gates",
        _facts(seeds),
        [gates_table(reached), seeds_table(reached, seeds), starts_table(starts), tests_table()],
        {
            "gates": [each.document() for each in reached],
            "cold_starts": [start.document() for start in starts],
        },
        how=HOW,
    )
    report.show(console)
    for path in report.write(options.out):
        console.note(f"wrote {path}")


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m benchmarks.experiments",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--only", default="*", metavar="PATTERN", help="experiments whose name has it")
    add(
        "--seeds", type=at_least_one, default=SEEDS, metavar="N", help="at most N seeds, from 1 (5)"
    )
    add("--jobs", type=at_least_one, default=2, metavar="N", help="trainings at once (2)")
    add("--no-starts", action="store_true", help="leave the cold starts as they were")
    add("--quick", action="store_true", help="two seeds: to see that all works")
    add(
        "--out",
        type=Path,
        default=Path("runs/benchmarks"),
        metavar="FOLDER",
        help="for JSON and Markdown; what they say of other experiments stays (runs/benchmarks)",
    )
    return parse(parser, arguments, QUICK)


def _before(folder: Path) -> dict[str, Any]:
    """Return what was measured before."""
    path = folder / "EXPERIMENTS.json"
    document: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return document


def _kept(before: dict[str, Any], what: str, known: Callable[[dict[str, Any]], T]) -> list[T]:
    """Return what was measured before of the experiments that there still are."""
    return [known(each) for each in before.get(what, []) if each["experiment"] in experiments()]


def _in_order(measured: Sequence[T]) -> list[T]:
    """Return the last measurement of each thing, in the order of the gates."""
    latest = {each.key: each for each in measured}
    places = {gate.experiment: place for place, gate in reversed(list(enumerate(GATES)))}
    return sorted(latest.values(), key=lambda each: places[each.experiment])


def _started(console: Console, name: str) -> ColdStart:
    start = cold_start(name)
    console.note(f"{name}: {start.seconds:.1f} s from start to end, exit code {start.code}")
    return start


def _reached(console: Console, names: Sequence[str], seeds: int, jobs: int) -> list[Reached]:
    """Train everything side by side, and say of each gate whether it is reached."""
    trainings = [each for name in names for each in trainings_of(name, seeds_of(name, seeds))]
    train_all(trainings, jobs, lambda each: console.note(f"trained {each.name}, seed {each.seed}"))
    reached = [each for name in names for each in reach(name, seeds_of(name, seeds))]
    for each in reached:
        values = " ".join(f"{value:.4g}" for value in each.values.values())
        answer = "reached" if each.reached else "MISSED"
        gate = each.gate
        console.note(f"{gate.experiment} {gate.title} {gate.bound}: {answer} with {values}")
    return reached


def gates_table(reached: Sequence[Reached]) -> Table:
    """Return a row for each gate; those that are missed are marked."""
    columns = ("experiment", "figure", "gate", "mean", "deviation", "worst", "reached")
    rows: list[Sequence[Any]] = [
        [
            *(each.gate.experiment, each.gate.title, _gate(each)),
            *(_short(each.mean), _short(each.deviation), _short(each.worst)),
            *(each.reached, _baseline(each), each.gate.known),
        ]
        for each in reached
    ]
    return Table(
        (*columns, "baseline", "known"),
        rows,
        title="Gates",
        footer=f"{sum(each.reached for each in reached)} of {len(reached)} gates reached",
        marked={index for index, each in enumerate(reached) if not each.reached},
    )


def seeds_table(reached: Sequence[Reached], seeds: Sequence[int]) -> Table:
    """Return a row for each gate, with the figure of every seed."""
    columns = ("experiment", "figure", *(f"seed {seed}" for seed in seeds))
    rows: list[Sequence[Any]] = [
        [each.gate.experiment, each.gate.title, *(_short(each.values.get(seed)) for seed in seeds)]
        for each in reached
    ]
    return Table(columns, rows, title="Every seed", footer="to four digits; the JSON has them all")


def starts_table(starts: Sequence[ColdStart]) -> Table:
    """Return how long the command in each config's header takes."""
    rows: list[Sequence[Any]] = [
        [
            f"convkit train configs/{start.experiment}.yaml",
            *(round(start.seconds, 2), start.limit, start.code, start.reached),
        ]
        for start in starts
    ]
    return Table(
        ("command", "seconds", "limit", "exit code", "reached"),
        rows,
        title="From a cold start to the finished table",
        footer="as each config's header says, from the process's start to its end; exit code 0 if "
        "what the config expects holds",
        marked={index for index, start in enumerate(starts) if not start.reached},
    )


def tests_table() -> Table:
    """Return which tests hold the gates that are no experiment's."""
    rows: list[Sequence[Any]] = [
        [gate, ", ".join(f"`{path}`" for path in paths)] for gate, paths in HELD_BY_TESTS.items()
    ]
    return Table(
        ("gate", "tests"),
        rows,
        title="Gates that tests hold",
        footer="python -m pytest; -m slow for those that take minutes",
    )


def _gate(each: Reached) -> str:
    return f"{each.gate.bound}{' in every seed' if each.gate.every else ''}"


def _baseline(each: Reached) -> str | None:
    return f"{each.baseline[0]} {_short(each.baseline[1])}" if each.baseline else None


def _short(value: float | None) -> float | None:
    """Round to four significant digits: a test sample more or less is in the third."""
    if value is None:
        return None
    short = float(f"{value:.4g}")
    return int(short) if abs(short) >= 1000 else short


def _facts(seeds: Sequence[int]) -> dict[str, Any]:
    """Return what belongs to every figure: machine, versions, settings."""
    return {
        "machine": describe_machine(),
        "versions": versions({"convkit": "convkit", "NumPy": "numpy"}),
        "seeds": ", ".join(map(str, seeds)),
    }


if __name__ == "__main__":
    main()
