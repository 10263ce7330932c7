"""Many images in one call of convkit, beside one call for each."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from PIL import Image

from benchmarks.files import runner
from benchmarks.photo import photo
from benchmarks.programs import convkit
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
    calls = [runner(convkit(path, *OPTIONS, "--out-dir", alone)) for path in paths]
    times = in_turns(
        {
            "one call": runner(convkit(sources, *OPTIONS, "--out-dir", together)),
            "one call each": lambda: [call() for call in calls],
        },
        rounds=min(options.rounds, MOST_ROUNDS),
        warmup=0,
    )
    written = [len(list(results.iterdir())) for results in (together, alone)]
    if written != [options.images] * 2:
        raise RuntimeError(f"{options.images} images gave {written[0]} and {written[1]} results")
    yield Result(
        operation,
        "sobel-h",
        3,
        size,
        picture,
        "one call",
        "one call each",
        **timed(times["one call"], times["one call each"]),
    )


def _paint(folder: Path, count: int) -> list[Path]:
    paths = [folder / f"{number:04}.png" for number in range(count)]
    for number, path in enumerate(paths):
        if number < DISTINCT:
            Image.fromarray(photo(SIDE, SIDE, seed=number)).save(path)
        else:
            shutil.copy(paths[number % DISTINCT], path)
    return paths
