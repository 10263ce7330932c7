"""Choosing how to compute a convolution, in a way that can be explained, and doing it.

The output is cut into bands, which threads work on, and a band into strips, which stay in a core's
own cache. Where they are cut doesn't depend on the number of threads, so neither do the results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.conv.containment import contained
from convkit.conv.problem import Problem, Span
from convkit.conv.strategies import NEEDS, SPREADING, STARTING, STRATEGIES
from convkit.errors import ConvkitError, missing, unknown
from convkit.workers import default_threads, in_parallel

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
        return collected(
            self.problem.out_shape,
            self.problem.result,
            lambda keep: visit([self], image, keep, threads=threads),
        )

    @property
    def cost(self) -> float:
        """The estimated nanoseconds an output sample, on one core."""
        return next(each.cost for each in self.candidates if each.name == self.strategy)

    def strips(self, image: Array, spans: Sequence[Span]) -> Iterator[Array]:
        """Yield the values of each span of rows, in order."""
        strips = STRATEGIES[self.strategy].strips(self.problem, image, spans)
        if self.strategy in SPREADING and image.dtype.kind == "f":
            return contained(self.problem, image, spans, strips)
        return strips

    def remember(self) -> None:
        """Count this problem among those that repay the start of what has to be compiled.

        Which call is the first to be compiled may show in the last bits of its result. So only
        those remember who compute one image after another, and not those whose order the clock
        decides; unless all is whole, and every way gives the same bits.
        """
        for strategy in STARTING:
            if strategy.supports(self.problem):
                strategy.remember(self.problem)

    @property
    def strip_rows(self) -> int:
        """How many output rows a strip has."""
        return STRATEGIES[self.strategy].strip_rows(self.problem)


def collected(
    shape: tuple[int, ...], dtype: np.dtype[Any], visiting: Callable[[Callable[..., None]], None]
) -> Array:
    """Return an array of all the strips that a visit shows to what it is given."""
    out = np.empty(shape, dtype)

    def keep(first: int, values: Array) -> None:
        out[first : first + len(values)] = values

    visiting(keep)
    return out


def visit(
    plans: Sequence[Plan],
    image: Array,
    see: Callable[..., None],
    *,
    threads: int | None = None,
) -> None:
    """Walk over the outputs of one or several plans for one image, strip by strip.

    Parameters
    ----------
    plans : sequence of Plan
        Their outputs have one height and width.
    image : (H, W, C) array
    see : callable
        Called with the first row of a strip and the values (rows, W', C) of every plan. They may
        be whole numbers where the problem is, may be written to, and are gone after the call. Calls
        come from several threads, for different rows.
    threads : int, optional
        By default what ``CONVKIT_THREADS`` says, else one for each core.
    """
    rows = min(plan.strip_rows for plan in plans)

    def work(band: Span) -> None:
        spans = list(_cut(band, rows))
        strips = zip(*(plan.strips(image, spans) for plan in plans), strict=True)
        # Sums that overflow are infinite, as IEEE 754 says; nobody needs to be warned of each.
        with np.errstate(over="ignore", invalid="ignore"):
            for (first, _), values in zip(spans, strips, strict=True):
                see(first, *values)

    in_parallel(work, bands(plans[0].problem.out_shape, rows), threads or default_threads())


def bands(shape: tuple[int, int, int], strip_rows: int) -> list[Span]:
    """Return the spans of rows that threads work on, each of whole strips."""
    height, width, channels = shape
    wanted = min(MOST_BANDS, max(1, height * width * channels // BAND_SAMPLES))
    strips = -(-height // strip_rows)
    return list(_cut((0, height), -(-strips // wanted) * strip_rows))


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
    if strategy not in (None, *STRATEGIES):
        raise unknown("strategy", str(strategy), STRATEGIES)
    candidates = _ranked(problem)
    chosen = next((each for each in candidates if strategy in (None, each.name)), None)
    if chosen is None:
        raise _refusal(str(strategy), candidates)
    return Plan(problem, chosen.name, tuple(candidates))


def _ranked(problem: Problem) -> list[Candidate]:
    """Return the strategies that can compute a problem, the cheapest first."""
    candidates = (_candidate(name, problem) for name in STRATEGIES)
    return sorted(filter(None, candidates), key=lambda candidate: candidate.cost)


def _candidate(name: str, problem: Problem) -> Candidate | None:
    """Return what a strategy costs, or None if it can't compute the problem."""
    module = STRATEGIES[name]
    return Candidate(name, module.cost(problem)) if module.supports(problem) else None


def _refusal(strategy: str, candidates: Sequence[Candidate]) -> ConvkitError:
    library, extra = NEEDS.get(strategy, ("", ""))
    if library and find_spec(library) is None:
        return missing(f"the strategy '{strategy}'", library, extra)
    return ConvkitError(
        f"the strategy '{strategy}' can't compute this convolution",
        f"these can: {', '.join(candidate.name for candidate in candidates)}",
    )
