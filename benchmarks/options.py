"""The options that both programs have."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.jobs import Size


def shared_parser(description: str, *, rounds: int) -> argparse.ArgumentParser:
    """Return a parser with the shared options; a program adds its own."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="*", metavar="PATTERN", help="cases whose name has it")
    parser.add_argument("--rounds", type=at_least_one, default=rounds, help="turns of each")
    parser.add_argument(
        "--seconds", type=float, default=30, help="begin no round after these, but three at least"
    )
    parser.add_argument("--threads", type=at_least_one, default=2, help="on each side")
    parser.add_argument("--quick", action="store_true", help="few and small; to see that all works")
    parser.add_argument("--out", type=Path, default=Path("runs/benchmarks"), metavar="FOLDER")
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
