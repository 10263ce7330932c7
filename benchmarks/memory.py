"""The most memory that convkit holds for a large image, beside its input and its output."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.goals import PEAK_GOAL_MIB
from benchmarks.photo import photo
from benchmarks.programs import SCRIPTS, convkit
from convkit.cli.console import Table

TINY, TILE = 16, 1000

CASES = (
    ("sobel-h", "abs", ".npy"),
    ("gaussian:size=31", "clip", ".npy"),
    ("sobel-h", "abs", ".png"),
)
"""Kernel, tone map and what is written; the results have 8 bits."""


@dataclass(frozen=True)
class Peak:
    """Memory in MiB.

    Attributes
    ----------
    case, size : str
    peak : float
        The most that the whole process held.
    input, output : float
        What they take alone.
    start : float
        The peak of the same command for an image of a few pixels: interpreter and libraries.
    note : str
        Why it failed, if it did.
    """

    case: str
    size: str
    peak: float
    input: float
    output: float
    start: float
    note: str = ""

    @property
    def extra(self) -> float:
        """What is held beside input and output: the start, and whatever the engine needs."""
        return self.peak - self.input - self.output

    @property
    def reached(self) -> bool | None:
        """Whether no more than the goal is held; None where it failed."""
        return None if self.note else self.extra <= PEAK_GOAL_MIB


def measure_peaks(options: argparse.Namespace, folder: Path) -> Iterator[Peak]:
    """Yield the peak of each case, for a square uint8 image out of a ``.npy``."""
    size = f"{options.side}x{options.side}"
    tiny, large = folder / "tiny.npy", folder / "large.npy"
    for kernel, tone, suffix in CASES:
        case = f"{kernel} .npy → {suffix}"
        if not fnmatch(f"{case} {size}", f"*{options.only}*"):
            continue
        if not large.exists():
            _write_image(tiny, TINY)
            _write_image(large, options.side)
        target = folder / f"result{suffix}"
        arguments = ("-k", kernel, "--map", tone, "--pad", "same", "-o", target)
        limit = ("--max-pixels", str(options.side**2))
        start, _ = _peak(convkit(tiny, *arguments))
        peak, note = _peak(convkit(large, *arguments, *limit))
        image = options.side**2 / 2**20
        yield Peak(case, size, peak, image, image, start, note)
        target.unlink(missing_ok=True)


def _peak(command: Sequence[str]) -> tuple[float, str]:
    """Return the peak of a command in MiB, and the last thing it said if it failed."""
    done = subprocess.run(
        [sys.executable, SCRIPTS / "peak.py", *command], capture_output=True, text=True, check=False
    )
    said = done.stderr.splitlines()[-1:] if done.returncode else []
    return int(done.stdout) / 1024, "".join(said)


def _write_image(path: Path, side: int) -> None:
    """Write a square uint8 image, tile by tile, so that this process stays small."""
    tile = photo(TILE, TILE)
    image = np.lib.format.open_memmap(path, "w+", np.uint8, (side, side))
    for top in range(0, side, TILE):
        for left in range(0, side, TILE):
            image[top : top + TILE, left : left + TILE] = tile[: side - top, : side - left]


def peak_table(peaks: Sequence[Peak]) -> Table:
    """Return a row for each peak."""
    figures = ["peak MiB", "input", "output", "start", "extra", "goal", "reached"]
    rows: list[Sequence[Any]] = [
        [
            peak.case,
            peak.size,
            *map(_short, (peak.peak, peak.input, peak.output, peak.start, peak.extra)),
            PEAK_GOAL_MIB,
            peak.reached,
            peak.note,
        ]
        for peak in peaks
    ]
    return Table(
        ["case", "size", *figures, "note"],
        rows,
        title="Peak memory",
        footer="extra is what a process holds beside input and output; "
        "start, a part of it, is what it holds for an image of a few pixels",
        marked={index for index, peak in enumerate(peaks) if not peak.reached},
    )


def _short(mib: float) -> float:
    return round(mib, 1)
