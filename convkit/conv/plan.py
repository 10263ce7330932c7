"""Choosing how to compute a convolution, in a way that can be explained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.conv.problem import Problem
from convkit.conv.strategies import STRATEGIES
from convkit.errors import ConvkitError, unknown

STRIP_BYTES = 1 << 19
"""A strip and its temporaries should stay in a core's own cache."""


@dataclass(frozen=True)
class Candidate:
    """A strategy that could compute a problem, and its estimated nanoseconds an output sample."""

    name: str
    cost: float


@dataclass(frozen=True)
class Plan:
    """A problem and the strategy chosen for it; `candidates` are sorted, the cheapest first."""

    problem: Problem
    strategy: str
    candidates: tuple[Candidate, ...]

    def run(self, image: NDArray[Any]) -> NDArray[np.floating]:
        """Compute the (H, W, C) output for an (H, W, C) image, strip by strip."""
        out = np.empty(self.problem.out_shape, self.problem.result)
        strategy = STRATEGIES[self.strategy]
        step = strip_rows(self.problem)
        for first in range(0, len(out), step):
            strategy.run(self.problem, image, out[first : first + step], first)
        return out


def make_plan(problem: Problem, strategy: str | None = None) -> Plan:
    """Choose the cheapest strategy for a problem, or take the one named.

    Raises
    ------
    ConvkitError
        If the named strategy is unknown or would give a wrong answer.
    """
    candidates = sorted(
        (
            Candidate(name, module.cost(problem))
            for name, module in STRATEGIES.items()
            if module.supports(problem)
        ),
        key=lambda candidate: candidate.cost,
    )
    if strategy is None:
        return Plan(problem, candidates[0].name, tuple(candidates))
    if strategy not in STRATEGIES:
        raise unknown("strategy", strategy, STRATEGIES)
    able = [candidate.name for candidate in candidates]
    if strategy not in able:
        raise ConvkitError(
            f"the strategy '{strategy}' can't compute this convolution",
            f"these can: {', '.join(able)}",
        )
    return Plan(problem, strategy, tuple(candidates))


def strip_rows(problem: Problem) -> int:
    """Return how many output rows to compute at a time."""
    _, width, channels = problem.shape
    row_bytes = (width + problem.kernel_size[1]) * channels * problem.compute.itemsize
    rows = STRIP_BYTES // (row_bytes * problem.stride[0]) if row_bytes else 1
    # A strip also reads the kernel's rows beyond it: too thin a strip reads them too often.
    return max(rows, 2 * problem.kernel_size[0], 16)
