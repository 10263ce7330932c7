"""From an image file to another: convkit's process beside those of its peers."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from fnmatch import fnmatch
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.photo import photo
from benchmarks.programs import OPERATIONS, PROGRAMS, convkit_for, failure, installed, runner
from benchmarks.results import Result, timed
from benchmarks.turns import in_turns

TOLERANCE = 1
"""Grey levels; away from the border, where programs differ in what they do."""


def compare_files(options: argparse.Namespace, folder: Path) -> Iterator[Result]:
    """Yield a result for each operation, size and kind of PNG, beside each installed peer."""
    for (height, width), channels in product(options.sizes, (1, 3)):
        picture = "grey PNG" if channels == 1 else "RGB PNG"
        size = f"{height}x{width}"
        wanted = [
            operation
            for operation in OPERATIONS
            if fnmatch(f"{operation} {size} {picture}", f"*{options.only}*")
        ]
        if not wanted:
            continue
        source = folder / f"{picture} {size}.png"
        Image.fromarray(photo(height, width, channels)).save(source)
        for operation in wanted:
            for peer, figures in _compare(operation, source, options.rounds, options.seconds):
                yield Result(operation, "", 3, size, picture, "convkit", peer, **figures)


def _compare(
    operation: str, source: Path, rounds: int, seconds: float
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each peer and how it compares."""
    here = installed()
    builds = {"convkit": convkit_for(operation)} | {
        program.name: program.commands[operation]
        for program in PROGRAMS
        if operation in program.commands and program.name in here
    }
    targets = {name: source.with_name(f"{name}.png") for name in builds}
    commands = {name: build(source, targets[name]) for name, build in builds.items()}
    failures = {name: said for name, command in commands.items() if (said := failure(command))}
    runs = {name: runner(command) for name, command in commands.items() if name not in failures}
    times = in_turns(runs, rounds=rounds, seconds=seconds)
    for name in list(builds)[1:]:
        if failed := {"convkit", name} & set(failures):
            yield name, {"note": "; ".join(f"{each}: {failures[each]}" for each in failed)}
        elif largest := _difference(targets["convkit"], targets[name]):
            yield name, {"note": f"void: differs by {largest}, {TOLERANCE} allowed"}
        else:
            written = f"{_megabytes(targets['convkit'])} / {_megabytes(targets[name])} MB"
            yield name, timed(times["convkit"], times[name]) | {"note": written}


def _difference(ours: Path, theirs: Path) -> float:
    """Return the largest difference of two pictures away from the border, 0 where it is allowed."""
    with Image.open(ours) as first, Image.open(theirs) as second:
        if (first.size, first.mode) != (second.size, second.mode):
            return float("inf")
        a, b = (np.asarray(image, np.int16)[1:-1, 1:-1] for image in (first, second))
    largest = int(np.abs(a - b).max(initial=0))
    return largest if largest > TOLERANCE else 0


def _megabytes(path: Path) -> str:
    return f"{path.stat().st_size / 1e6:.3g}"
