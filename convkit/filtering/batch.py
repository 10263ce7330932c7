"""Filtering files: one, or many at a time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from convkit.errors import ConvkitError
from convkit.filtering.outputs import STANDARD, Job
from convkit.filtering.pipeline import FeatureMap, Filter, apply
from convkit.images import DEFAULT_MAX_PIXELS, SUFFIXES, Picture, encode, read, write
from convkit.processes import KilledError, result_of

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

T = TypeVar("T")


@dataclass
class Stopwatch:
    """Seconds spent in each named phase."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Add the time that the block takes to a phase."""
        start = perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + perf_counter() - start

    @property
    def total(self) -> float:
        """All phases together."""
        return sum(self.seconds.values())


@dataclass(frozen=True)
class Settings:
    """What a batch needs beside the filter."""

    force: bool = False
    max_pixels: int = DEFAULT_MAX_PIXELS
    compress: str = "fast"


@dataclass(frozen=True)
class Done:
    """A job that worked, with all its pixels."""

    job: Job
    before: Picture
    maps: list[FeatureMap]
    stopwatch: Stopwatch

    def records(self, chosen: Filter) -> list[dict[str, Any]]:
        """Return what there is to say of each feature map, as plain values."""
        shared = len(self.job.targets) == 1
        targets = self.job.targets * len(self.maps) if shared else self.job.targets
        return [
            self._record(chosen, each, target)
            for each, target in zip(self.maps, targets, strict=True)
        ]

    def _record(self, chosen: Filter, each: FeatureMap, target: str) -> dict[str, Any]:
        plan = each.response.plan
        problem = plan.problem
        return {
            "input": self.job.source,
            "output": target,
            "kernel": each.name or chosen.operator.name,
            "flipped": chosen.geometry.flip,
            "frames": len(self.before.frames),
            "shape_in": list(self.before.frames[0].shape),
            "shape_out": list(each.picture.frames[0].shape),
            "pad": list(problem.pads),
            "pad_mode": problem.border.mode,
            "stride": list(problem.stride),
            "dilation": list(problem.dilation),
            "strategy": plan.strategy,
            "candidates": {candidate.name: candidate.cost for candidate in plan.candidates},
            "map": each.tone,
            "min": each.extent.smallest,
            "max": each.extent.largest,
            "mean": each.extent.mean,
            "clipped": each.clipped,
            "seconds": self.stopwatch.total,
        }

    def warnings(self) -> list[str]:
        """Return what a person should know though the result stands."""
        name, result = self.before.source, self.maps[0].picture
        found = []
        gaps = sum(each.gaps for each in self.maps)
        if gaps:
            found.append(f"{gaps:,} responses of '{name}' are NaN or infinite")
        if self.before.has_alpha and not result.has_alpha:
            found.append(f"the transparency of '{name}' isn't part of the numbers written")
        if result.icc_profile and not SUFFIXES[self.job.suffix].profiles:
            form = SUFFIXES[self.job.suffix].name
            found.append(f"{form} keeps no colour profile: that of '{name}' is left out")
        return found


@dataclass(frozen=True)
class Failed:
    """A job that didn't, and why."""

    job: Job
    error: ConvkitError


def run_job(job: Job, chosen: Filter, settings: Settings) -> Done:
    """Read, filter and write one input.

    Raises
    ------
    ConvkitError
        If any of the three fails; nothing is left behind then.
    """
    stopwatch = Stopwatch()
    with stopwatch.phase("read"):
        before = read(job.source, max_pixels=settings.max_pixels)
    with stopwatch.phase("convolve"):
        maps = apply(chosen, before, job.suffix)
    with stopwatch.phase("write"):
        for target, picture in zip(job.targets, _results(job, maps), strict=True):
            _write(target, picture, job.suffix, settings, chosen.geometry.threads)
    return Done(job, before, maps, stopwatch)


def run_batch(
    jobs: Sequence[Job],
    work: Callable[[Job], T],
    executor: Executor,
    *,
    progress: Callable[[], None] = lambda: None,
) -> list[T | Failed]:
    """Run jobs in parallel; a failure doesn't stop the others. Outcomes come in the jobs' order.

    Parameters
    ----------
    jobs : sequence of Job
    work : callable
        Does one job and returns what is to be kept of it: pixels had better not be.
    executor : Executor
        Of threads, since NumPy and Pillow let go of the interpreter while they work, or of a
        cluster, where both `work` and jobs must be such as can be sent.
    progress : callable
        Called each time a job has ended.
    """
    from concurrent.futures import as_completed

    futures = [executor.submit(_attempt, work, job) for job in jobs]
    for _ in as_completed(futures):
        progress()
    return [_outcome(job, future) for job, future in zip(jobs, futures, strict=True)]


def _outcome(job: Job, future: Future[T | Failed]) -> T | Failed:
    try:
        return result_of(future)
    except KilledError as error:
        return Failed(job, error)


def _attempt(work: Callable[[Job], T], job: Job) -> T | Failed:
    try:
        return work(job)
    except ConvkitError as error:
        # What has parts of its own may not find its way back from another machine.
        return Failed(job, ConvkitError(error.message, error.hint))


def _results(job: Job, maps: list[FeatureMap]) -> list[Picture]:
    """Return the pictures to write: one for each target."""
    if len(maps) > 1 and len(job.targets) == 1:
        return [_stacked(maps)]
    return [each.picture for each in maps]


def _stacked(maps: list[FeatureMap]) -> Picture:
    first = maps[0].picture
    shapes = {each.picture.frames[0].shape[:2] for each in maps}
    if len(shapes) > 1:
        raise ConvkitError(
            f"feature maps of different sizes don't fit into one array: {sorted(shapes)}",
            "pad with --pad same",
        )
    frames = [
        np.dstack([each.picture.frames[index] for each in maps])
        for index in range(len(first.frames))
    ]
    return replace(first, frames=frames)


def _write(
    target: str, picture: Picture, suffix: str, settings: Settings, threads: int | None
) -> None:
    if target == STANDARD:
        data = encode(picture, suffix, compress=settings.compress, threads=threads)
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    write(
        picture,
        target,
        suffix=suffix,
        force=settings.force,
        compress=settings.compress,
        threads=threads,
    )
