"""Many images in one call of convkit, beside one call for each."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path

from PIL import Image

from benchmarks.photo import photo
from benchmarks.programs import convkit, failure, runner
from benchmarks.results import Result, timed
from benchmarks.turns import in_turns

SIDE = 1024
DISTINCT = 8
"""Pictures that are painted; the others are copies of them."""

MOST_ROUNDS = 3
"""A round of 200 calls takes a minute or so."""

OPTIONS = ("-k", "sobel-h", "--pad", "same")


def compare_batch(options: argparse.Namespace, folder: Path) -> Iterator[Result]:
    """Yield how one call for all images compares with one call for each."""
    operation, size, picture = f"{options.images} images", f"{SIDE}x{SIDE}", "grey PNG"
    if not fnmatch(f"{operation} {size} {picture}", f"*{options.only}*"):
        return
    sources, together, alone = (folder / name for name in ("images", "together", "alone"))
    for made in (sources, together, alone):
        made.mkdir()
    paths = _paint(sources, options.images)
    command = convkit(sources, *OPTIONS, "--out-dir", together)
    calls = [runner(convkit(path, *OPTIONS, "--out-dir", alone)) for path in paths]
    result = Result(operation, "sobel-h", 3, size, picture, "one call", "one call each")
    if said := failure(command):
        yield replace(result, note=said)
        return
    times = in_turns(
        {"one call": runner(command), "one call each": lambda: [call() for call in calls]},
        rounds=min(options.rounds, MOST_ROUNDS),
        warmup=0,
    )
    yield replace(result, **timed(*times.values()))


def _paint(folder: Path, count: int) -> list[Path]:
    paths = [folder / f"{number:04}.png" for number in range(count)]
    for number, path in enumerate(paths):
        if number < DISTINCT:
            Image.fromarray(photo(SIDE, SIDE, seed=number)).save(path)
        else:
            shutil.copy(paths[number % DISTINCT], path)
    return paths
