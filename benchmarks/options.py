"""The options that all programs have."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.jobs import Size


def shared_parser(
    program: str, description: str | None, *, rounds: int, sizes: Sequence[Size] = ()
) -> argparse.ArgumentParser:
    """Return the parser of ``python -m benchmarks.PROGRAM``, which adds options of its own.

    Without `sizes` there are no images whose size could be chosen.
    """
    parser = argparse.ArgumentParser(
        f"python -m benchmarks.{program}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--only", default="*", metavar="PATTERN", help="cases whose name has it; * is anything")
    if sizes:
        add("--sizes", type=size, nargs="+", default=sizes, metavar="N|HxW", help="of the images")
    add("--rounds", type=at_least_one, default=rounds, metavar="N", help="turns of each, at most")
    add(
        "--seconds",
        type=float,
        default=10,
        metavar="S",
        help="a case begins no round after these, but has three at least",
    )
    add("--threads", type=at_least_one, default=2, metavar="N", help="on each side (2)")
    add("--quick", action="store_true", help="few and small: to see that all works")
    add(
        "--out",
        type=Path,
        default=Path("runs/benchmarks"),
        metavar="FOLDER",
        help="for JSON, Markdown and plots (runs/benchmarks)",
    )
    return parser


def parse(
    parser: argparse.ArgumentParser, arguments: Sequence[str] | None, quick: Mapping[str, Any]
) -> argparse.Namespace:
    """Parse the command line; ``--quick`` changes the defaults of what isn't given."""
    options = parser.parse_args(arguments)
    if options.quick:
        parser.set_defaults(**quick)
        options = parser.parse_args(arguments)
    return options


def at_least_one(text: str) -> int:
    """Return a whole number from 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number


def odd(text: str) -> int:
    """Return a kernel's size: an odd one, since libraries place even kernels differently."""
    number = int(text)
    if number < 3 or number % 2 == 0:
        raise argparse.ArgumentTypeError(f"{text} is not an odd number from 3")
    return number


def size(text: str) -> Size:
    """Return rows and columns: of ``2160x3840``, or of ``512`` for a square."""
    height, _, width = text.partition("x")
    return at_least_one(height), at_least_one(width or height)
