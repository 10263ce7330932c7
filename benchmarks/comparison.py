"""One job, done by convkit and by its peers: first whether they agree, then in turns, how fast."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from benchmarks.jobs import Array, Job, Way
from benchmarks.results import Result, timed
from benchmarks.turns import in_turns

Pair = tuple[str, str]


@dataclass(frozen=True)
class Runner:
    """A way that is prepared for a job."""

    way: Way
    run: Callable[[], Any]

    def result(self) -> Array:
        """Run once and return the result as an array."""
        return self.way.as_array(self.run())


def compare(
    job: Job, ours: Sequence[Way], theirs: Sequence[Way], *, rounds: int, seconds: float
) -> Iterator[Result]:
    """Yield a result for each of our ways beside each of theirs.

    Parameters
    ----------
    job : Job
    ours, theirs : sequence of Way
        Those that don't offer the job are left out; if none of ours does, the results say so.
    rounds, seconds : see :func:`benchmarks.turns.in_turns`
    """
    ours_ready, theirs_ready = _prepared(job, ours), _prepared(job, theirs)
    if not ours_ready:
        for name in theirs_ready:
            yield _result(job, (ours[0].name, name), note="convkit doesn't offer it")
        return
    voids = _voids(job, ours_ready, theirs_ready)
    sound = [pair for pair in product(ours_ready, theirs_ready) if pair not in voids]
    taking_part = {name for pair in sound for name in pair}
    times = in_turns(
        {
            name: runner.run
            for name, runner in (ours_ready | theirs_ready).items()
            if name in taking_part
        },
        rounds=rounds,
        seconds=seconds,
    )
    for pair in product(ours_ready, theirs_ready):
        if pair in voids:
            yield _result(job, pair, note=voids[pair])
        else:
            yield _result(job, pair, **timed(times[pair[0]], times[pair[1]]))


def _prepared(job: Job, ways: Sequence[Way]) -> dict[str, Runner]:
    ready = ((way, way.prepare(job)) for way in ways)
    return {way.name: Runner(way, run) for way, run in ready if run is not None}


def _voids(job: Job, ours: Mapping[str, Runner], theirs: Mapping[str, Runner]) -> dict[Pair, str]:
    """Return, for each pair whose results aren't the same, by how much they differ."""
    references = {name: runner.result() for name, runner in ours.items()}
    voids = {}
    for name, runner in theirs.items():
        result = runner.result()
        margin = job.side // 2 if runner.way.inner else 0
        for our_name, reference in references.items():
            if difference := _difference(reference, result, margin, job.tolerance):
                voids[our_name, name] = f"void: {difference}"
    return voids


def _difference(ours: Array, theirs: Array, margin: int, tolerance: float) -> str:
    """Say how two results differ, or return nothing if they don't by more than the tolerance."""
    if (ours.shape, ours.dtype) != (theirs.shape, theirs.dtype):
        return f"{theirs.dtype} {theirs.shape} where convkit has {ours.dtype} {ours.shape}"
    inner = np.s_[margin : len(ours) - margin, margin : ours.shape[1] - margin]
    distance = np.abs(np.subtract(ours[inner], theirs[inner], dtype=np.float32))
    largest = float(distance.max(initial=0))
    # Written so that a NaN differs.
    return "" if largest <= tolerance else f"differs by {largest:.3g}, {tolerance:.3g} allowed"


def _result(job: Job, pair: Pair, **figures: Any) -> Result:
    return Result(
        operation=job.operation,
        kernel=job.kernel,
        side=job.side,
        size=job.size,
        picture=job.picture,
        ours=pair[0],
        peer=pair[1],
        **figures,
    )
