"""Steps: forward, loss, backward and update, beside PyTorch's, after both have shown the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.results import timed
from benchmarks.training.learners import WAYS, learners
from benchmarks.training.prepared import Prepared
from benchmarks.turns import in_turns

CHECKED_STEPS = 10

TOLERANCE = 1e-3
"""Relative: each step of Adam multiplies what rounding has left by the one before."""


def compare_steps(
    prepared: Prepared, *, rounds: int, seconds: float
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each of PyTorch's ways and how a step compares.

    Parameters
    ----------
    prepared : Prepared
    rounds, seconds : see :func:`benchmarks.turns.in_turns`
    """
    voids = _voids(prepared)
    steps = prepared.case.steps
    taking_part = learners(prepared, steps, [name for name in WAYS if name not in voids])
    turns = in_turns(
        {name: learner.losses for name, learner in taking_part.items()},
        rounds=rounds,
        seconds=seconds,
    )
    times = {name: [turn / steps for turn in taken] for name, taken in turns.items()}
    for name in WAYS:
        note = voids.get(name)
        yield name, {"note": note} if note else timed(times["convkit"], times[name])


def _voids(prepared: Prepared) -> dict[str, str]:
    """Return by how much losses differ, for each way whose losses aren't ours."""
    losses = {
        name: learner.losses()
        for name, learner in learners(prepared, CHECKED_STEPS, WAYS, alike=True).items()
    }
    differences = {name: difference(losses["convkit"], losses[name]) for name in WAYS}
    return {
        name: f"void: a loss differs by {largest:.2g}, {TOLERANCE:g} allowed"
        for name, largest in differences.items()
        # Written so that a NaN differs.
        if not largest <= TOLERANCE
    }


def difference(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return the largest relative difference of losses."""
    return max(abs(our - their) / abs(their) for our, their in zip(ours, theirs, strict=True))
