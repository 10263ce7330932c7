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
from convkit.files import atomic_write
from convkit.filtering.outputs import Job
from convkit.filtering.pipeline import FeatureMap, Filter, apply
from convkit.images import DEFAULT_MAX_PIXELS, Picture, encode, read
from convkit.workers import default_threads

if TYPE_CHECKING:
    from concurrent.futures import Executor

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
        return [self._record(chosen, each) for each in self.maps]

    def _record(self, chosen: Filter, each: FeatureMap) -> dict[str, Any]:
        plan = each.response.plan
        problem = plan.problem
        return {
            "input": self.job.source,
            "output": self.job.target_for(each.name),
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
        maps = apply(chosen, before, raw=job.is_raw)
    with stopwatch.phase("write"):
        for target, picture in _results(job, maps):
            data = encode(
                picture, job.suffix, compress=settings.compress, threads=chosen.geometry.threads
            )
            _write(job, target, data, force=settings.force)
    return Done(job, before, maps, stopwatch)


def run_batch(
    jobs: Sequence[Job],
    work: Callable[[Job], T],
    *,
    executor: Executor | None = None,
    workers: int | None = None,
    progress: Callable[[], None] = lambda: None,
) -> list[T | Failed]:
    """Run jobs in parallel; a failure doesn't stop the others. Outcomes come in the jobs' order.

    Parameters
    ----------
    jobs : sequence of Job
    work : callable
        Does one job and returns what is to be kept of it: pixels had better not be.
    executor : concurrent.futures.Executor, optional
        A pool of threads by default: NumPy and Pillow let go of the interpreter while they work.
    workers : int, optional
        Threads of that pool; by default one for each core.
    progress : callable
        Called each time a job has ended.
    """
    from concurrent.futures import ThreadPoolExecutor, as_completed

    pool = executor or ThreadPoolExecutor(min(len(jobs), workers or default_threads()))
    try:
        futures = [pool.submit(_attempt, work, job) for job in jobs]
        for _ in as_completed(futures):
            progress()
    finally:
        pool.shutdown(cancel_futures=True)
    return [future.result() for future in futures]


def _attempt(work: Callable[[Job], T], job: Job) -> T | Failed:
    try:
        return work(job)
    except ConvkitError as error:
        return Failed(job, error)


def _results(job: Job, maps: list[FeatureMap]) -> list[tuple[str, Picture]]:
    """Pair targets with pictures; a bank's maps become one array where the file can hold it."""
    if len(maps) > 1 and job.suffix == ".npy":
        return [(job.target, _stacked(maps))]
    if len(maps) > 1 and job.to_standard_output:
        raise ConvkitError(
            f"{len(maps)} feature maps can't go to standard output as one image",
            "name a file with -o (.npy holds all of them)",
        )
    return [(job.target_for(each.name), each.picture) for each in maps]


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


def _write(job: Job, target: str, data: bytes, *, force: bool) -> None:
    if job.to_standard_output:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    path = Path(target)
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path, force=force) as stream:
        stream.write(data)
