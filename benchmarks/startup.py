"""How long until the program answers, beside what it can't go below: importing Typer.

::

    python -m benchmarks.startup [ROUNDS]

Whole processes, in turns, with nothing but the standard library. The goal: ``convkit --help``
within twice the time of ``import typer``.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.turns import in_turns, paired_ratio

ROOT = Path(__file__).parents[1]
ROUNDS = 20
GOAL = 2.0

FLOOR = "import typer"
STATEMENTS = ("pass", "import numpy", FLOOR)
COMMANDS = (
    "--help",
    "--version",
    "outsize 6 --kernel 3",
    "kernels show sobel-h",
    "mse sample_data/house_prices.csv",
)


def processes() -> dict[str, list[str]]:
    """Return the command line of every process by its name."""
    python = {f"python -c '{code}'": [sys.executable, "-c", code] for code in STATEMENTS}
    program = {
        f"convkit {words}": [sys.executable, "-m", "convkit", *words.split()] for words in COMMANDS
    }
    return python | program


def main() -> None:
    """Print a table of medians, and of ratios to the floor."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    run = partial(subprocess.run, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    times = in_turns(
        {name: partial(run, command) for name, command in processes().items()}, rounds=rounds
    )
    floor = times[f"python -c '{FLOOR}'"]
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, median of {rounds} rounds")
    print(f"\n{'process':<42}{'ms':>7}{'ratio':>8}")
    for name, taken in times.items():
        ratio = paired_ratio(taken, floor).median
        print(f"{name:<42}{1000 * median(taken):>7.1f}{ratio:>8.2f}")
    reached = paired_ratio(times["convkit --help"], floor).median <= GOAL
    print(f"\nconvkit --help within {GOAL:g} of {FLOOR}: {'yes' if reached else 'no'}")


if __name__ == "__main__":
    main()
