"""The ways to compute a convolution, one file each, and the table of them.

A strategy is a module with three functions. The plan asks ``supports`` and ``cost``; the strip
runner calls ``run`` once for each strip of output rows.
"""

from __future__ import annotations

from typing import Any, Protocol

from numpy.typing import NDArray

from convkit.conv.problem import Problem
from convkit.conv.strategies import bank, direct, gemm, separable


class Strategy(Protocol):
    """What each module of this package offers."""

    def supports(self, problem: Problem) -> bool:
        """Return whether this strategy gives the right answer for `problem`."""
        ...

    def cost(self, problem: Problem) -> float:
        """Return the estimated work in nanoseconds for each output sample, on one core."""
        ...

    def run(self, problem: Problem, image: NDArray[Any], out: NDArray[Any], first: int) -> None:
        """Compute the output rows first… into `out` (rows, W, C)."""
        ...


STRATEGIES: dict[str, Strategy] = {
    "direct": direct,
    "separable": separable,
    "gemm": gemm,
    "bank": bank,
}
