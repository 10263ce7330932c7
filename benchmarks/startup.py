"""How long until the program answers, beside what it can't go below: importing Typer.

::

    python -m benchmarks.startup [ROUNDS]

Whole processes, in turns, with nothing but the standard library. The goals: ``convkit --help``
within twice the time of ``import typer``, ``convkit check`` within five seconds, and where Optuna
is installed, a search of one short trial from start to end within a second of ``import optuna``.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.turns import in_turns, paired_ratio

ROOT = Path(__file__).parents[1]
ROUNDS = 20
GOAL, CHECK_GOAL, SEARCH_GOAL = 2.0, 5.0, 1.0

FLOOR, SEARCH_FLOOR = "import typer", "import optuna"
STATEMENTS = ("pass", "import numpy", FLOOR, *[SEARCH_FLOOR] * bool(find_spec("optuna")))
COMMANDS = (
    "--help",
    "--version",
    "outsize 6 --kernel 3",
    "kernels show sobel-h",
    "mse sample_data/house_prices.csv",
    "check",
    "runs list",
)


SEARCH = "convkit tune --trials 1"


def processes() -> dict[str, Callable[[], object]]:
    """Return what runs every process, by its name."""
    python = {f"python -c '{code}'": [sys.executable, "-c", code] for code in STATEMENTS}
    program = {
        f"convkit {words}": [sys.executable, "-m", "convkit", *words.split()] for words in COMMANDS
    }
    runners = {name: partial(_run, command) for name, command in (python | program).items()}
    return runners | ({SEARCH: _search} if SEARCH_FLOOR in STATEMENTS else {})


def _run(command: Sequence[str]) -> None:
    subprocess.run(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True
    )


def _search() -> None:
    """Search anew, with a trial of one epoch in a process of its own."""
    short = "set={data.validation: 0.2, trainer.epochs: 1}"
    search = ("tune", "configs/tune-digits.yaml", "--trials", "1", "--set", short)
    with TemporaryDirectory() as runs:
        _run([sys.executable, "-m", "convkit", *search, "--runs", runs])


def main() -> None:
    """Print a table of medians, and of ratios to the floor."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    times = in_turns(processes(), rounds=rounds)
    floor = times[f"python -c '{FLOOR}'"]
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, median of {rounds} rounds")
    print(f"\n{'process':<42}{'ms':>7}{'ratio':>8}")
    for name, taken in times.items():
        ratio = paired_ratio(taken, floor).median
        print(f"{name:<42}{1000 * median(taken):>7.1f}{ratio:>8.2f}")
    reached = paired_ratio(times["convkit --help"], floor).median <= GOAL
    print(f"\nconvkit --help within {GOAL:g} of {FLOOR}: {'yes' if reached else 'no'}")
    taken = median(times["convkit check"])
    said = "yes" if taken <= CHECK_GOAL else "no"
    print(f"convkit check within {CHECK_GOAL:g} s: {said}, {taken:.2f} s")
    if SEARCH in times:
        pairs = zip(times[SEARCH], times[f"python -c '{SEARCH_FLOOR}'"], strict=True)
        more = median(search - floor for search, floor in pairs)
        said = "yes" if more <= SEARCH_GOAL else "no"
        print(f"{SEARCH} within {SEARCH_GOAL:g} s of {SEARCH_FLOOR}: {said}, {more:.2f} s")


if __name__ == "__main__":
    main()
