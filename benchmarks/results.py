"""What came out: our time beside a peer's, and whether that is the ratio we want to reach."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from benchmarks.turns import Ratio, paired_ratio


@dataclass(frozen=True)
class Result:
    """One comparison. Without a `ratio`, the `note` says why there is none."""

    operation: str
    kernel: str
    side: int
    size: str
    picture: str
    ours: str
    peer: str
    ours_seconds: float | None = None
    peer_seconds: float | None = None
    ratio: Ratio | None = None
    rounds: int = 0
    goal: float | None = None
    note: str = ""

    @property
    def case(self) -> str:
        """What was computed."""
        return f"{self.operation} {self.kernel}".strip()

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached; None without a goal or a ratio."""
        if self.goal is None or self.ratio is None:
            return None
        return self.ratio.median <= self.goal

    @property
    def is_slower(self) -> bool:
        """Whether the peer is faster than we are."""
        return self.ratio is not None and self.ratio.median > 1

    @property
    def in_words(self) -> str:
        """Who, beside whom, and the ratio or why there is none."""
        figure = f"{self.ratio.median:.3g}" if self.ratio else self.note
        return f"{self.ours} / {self.peer}: {figure}"

    def document(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self) | {"reached": self.reached}


def timed(ours: list[float], theirs: list[float]) -> dict[str, Any]:
    """Return the fields of a :class:`Result` that follow from the seconds of each round."""
    return {
        "ours_seconds": median(ours),
        "peer_seconds": median(theirs),
        "ratio": paired_ratio(ours, theirs),
        "rounds": len(ours),
    }


def summary(results: Iterable[Result]) -> str:
    """Say in one line how many goals were reached, and how often a peer was faster."""
    results = list(results)
    measured = [result for result in results if result.ratio]
    goals = [result for result in measured if result.goal is not None]
    return (
        f"{sum(bool(result.reached) for result in goals)} of {len(goals)} goals reached; "
        f"the peer was faster in {sum(result.is_slower for result in measured)} "
        f"of {len(measured)} comparisons; {len(results) - len(measured)} without a figure"
    )
