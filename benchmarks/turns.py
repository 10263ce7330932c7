"""THE measuring loop: everybody takes a turn, round after round.

Other work on a machine slows everything for a while. Runners that take turns share such a while,
so the ratio of two neighbouring turns hardly sees it, and the median of the ratios forgets it.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter, sleep
from typing import Any

LEAST_ROUNDS = 3
"""What is taken, if asked for, even when the time is up."""

PAUSE = 0.005
"""Seconds before a turn: the idle threads of the turn before spin until about then."""


@dataclass(frozen=True)
class Ratio:
    """Our time divided by a peer's: the median over the rounds, and its quartiles."""

    median: float
    low: float
    high: float


def in_turns(
    runners: Mapping[str, Callable[[], Any]],
    *,
    rounds: int,
    warmup: int = 1,
    seconds: float = float("inf"),
) -> dict[str, list[float]]:
    """Time the runners A B C, A B C, …; return the seconds of each, round by round.

    Parameters
    ----------
    runners : mapping of str to callable
        What they return is freed outside the time.
    rounds : int
        At most; `warmup` more go before and don't count.
    seconds : float
        No round but the first three begins after this.
    """
    times: dict[str, list[float]] = {name: [] for name in runners}
    deadline = perf_counter() + seconds
    collecting = gc.isenabled()
    gc.disable()
    try:
        for number in range(-warmup, rounds):
            if number >= LEAST_ROUNDS and perf_counter() > deadline:
                break
            for name, runner in runners.items():
                taken = _one_turn(runner)
                if number >= 0:
                    times[name].append(taken)
    finally:
        if collecting:
            gc.enable()
    return times


def _one_turn(runner: Callable[[], Any]) -> float:
    sleep(PAUSE)
    start = perf_counter()
    result = runner()
    taken = perf_counter() - start
    del result
    return taken


def paired_ratio(ours: Sequence[float], theirs: Sequence[float]) -> Ratio:
    """Return the median of our time over theirs, taken round by round."""
    ratios = [our / their for our, their in zip(ours, theirs, strict=True)]
    low, _, high = quantiles(ratios, method="inclusive") if len(ratios) > 1 else ratios * 3
    return Ratio(median(ratios), low, high)
