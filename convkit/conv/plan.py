"""Choosing how to compute a convolution, in a way that can be explained, and doing it.

The output is cut into bands, which threads work on, and a band into strips, which stay in a core's
own cache. Where they are cut doesn't depend on the number of threads, so neither do the results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.conv.problem import Problem, Span
from convkit.conv.strategies import STRATEGIES
from convkit.conv.workers import default_threads, in_parallel
from convkit.errors import ConvkitError, unknown

Array = NDArray[Any]

BAND_SAMPLES = 1 << 19
"""A smaller band isn't worth handing to a thread."""

MOST_BANDS = 16
"""More would share the work no better, and read the rows between bands more often."""


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

    def run(self, image: Array, *, threads: int | None = None) -> Array:
        """Return the (H', W', C) output for an (H, W, C) image."""
        out = np.empty(self.problem.out_shape, self.problem.result)

        def keep(first: int, values: Array) -> None:
            out[first : first + len(values)] = values

        self.visit(image, keep, threads=threads)
        return out

    def visit(
        self, image: Array, see: Callable[[int, Array], None], *, threads: int | None = None
    ) -> None:
        """Call `see` with the first row and the values (rows, W', C) of every strip.

        Values may be whole numbers where the problem is, and are gone after the call. Calls come
        from several threads, for different rows.
        """

        def work(band: Span) -> None:
            for (first, _), values in zip(
                spans := list(self.spans(band)), self.strips(image, spans), strict=True
            ):
                see(first, values)

        in_parallel(work, self.bands, threads or default_threads())

    def strips(self, image: Array, spans: list[Span]) -> Iterator[Array]:
        """Yield the values of each span of rows, in order."""
        return STRATEGIES[self.strategy].strips(self.problem, image, spans)

    @property
    def bands(self) -> list[Span]:
        """The spans of rows that threads work on."""
        height, width, channels = self.problem.out_shape
        wanted = min(MOST_BANDS, max(1, height * width * channels // BAND_SAMPLES))
        strips = -(-height // self.strip_rows)
        step = -(-strips // wanted) * self.strip_rows
        return list(_cut((0, height), step))

    def spans(self, band: Span) -> Iterator[Span]:
        """Yield the spans of rows of a band's strips."""
        return _cut(band, self.strip_rows)

    @property
    def strip_rows(self) -> int:
        """How many output rows a strip has."""
        return STRATEGIES[self.strategy].strip_rows(self.problem)


def _cut(span: Span, step: int) -> Iterator[Span]:
    first, last = span
    for start in range(first, last, step):
        yield start, min(start + step, last)


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
