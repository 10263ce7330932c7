"""The ways to compute a convolution, one file each, and the table of them.

A strategy is a module with four functions. The plan asks ``supports`` and ``cost``, cuts the output
into spans of ``strip_rows`` rows, and takes their values from ``strips``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from convkit.conv.problem import Array, Problem, Span
from convkit.conv.strategies import (
    bank,
    compiled,
    compiled_separable,
    dft,
    direct,
    gemm,
    integer,
    separable,
)


class Strategy(Protocol):
    """What each module of this package offers."""

    def supports(self, problem: Problem) -> bool:
        """Return whether this strategy gives the right answer for `problem`."""
        ...

    def cost(self, problem: Problem) -> float:
        """Return the estimated nanoseconds for each output sample, on one core."""
        ...

    def strip_rows(self, problem: Problem) -> int:
        """Return how many output rows it likes to compute at a time."""
        ...

    def strips(self, problem: Problem, image: Array, spans: Sequence[Span]) -> Iterator[Array]:
        """Yield the values (rows, W', C) of consecutive spans of output rows.

        All but the last have ``strip_rows`` rows. An array is the caller's until the next is
        asked for.
        """
        ...


STRATEGIES: dict[str, Strategy] = {
    "integer": integer,
    "separable": separable,
    "gemm": gemm,
    "compiled": compiled,
    "compiled-separable": compiled_separable,
    "dft": dft,
    "bank": bank,
    "direct": direct,
}

SPREADING = frozenset({"separable", "gemm", "dft"})
"""Strategies in which a NaN may spread beyond its windows."""

STARTING = (compiled, compiled_separable)
"""Strategies with a start that has to be repaid."""

NEEDS = {"compiled": ("numba", "fast"), "compiled-separable": ("numba", "fast")}
"""Strategy -> the library that it needs, and the extra that installs it."""
