"""The ratios that convkit is to reach, as data. They hold for one machine, in turns, medians."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from benchmarks.results import Result

WHERE = "2160x3840"
"""The size that the goals beside OpenCV are for."""

COLOUR_FACTOR = 2
"""RGB may have this many times the ratio that grey has in the same run."""

ANY_SIDE = (0, 1 << 30)


@dataclass(frozen=True)
class Goal:
    """A ratio to reach: for an operation, beside a peer (its name's beginning).

    An empty `operation`, `size` or `kernel` stands for any; `sides` are the smallest and the
    largest kernel.
    """

    operation: str
    peer: str
    ratio: float
    sides: tuple[int, int] = ANY_SIDE
    ours: str = "convkit"
    size: str = WHERE
    kernel: str = ""

    def is_for(self, result: Result) -> bool:
        """Return whether it is the goal of a result."""
        least, most = self.sides
        return (
            self.operation in ("", result.operation)
            and self.size in ("", result.size)
            and self.kernel in ("", result.kernel)
            and result.peer.startswith(self.peer)
            and result.ours == self.ours
            and least <= result.side <= most
        )


GOALS = (
    Goal("edge map", "OpenCV filter2D", 0.8),
    Goal("edge map", "OpenCV Sobel", 1.0),
    Goal("edge map", "OpenCV filter2D", 0.8, ours="convkit[fast]"),
    Goal("edge map", "OpenCV Sobel", 1.0, ours="convkit[fast]"),
    Goal("gradient magnitude", "OpenCV", 0.4),
    Goal("gradient magnitude", "OpenCV", 0.4, ours="convkit[fast]"),
    Goal("dense", "OpenCV", 2.0, sides=(3, 7)),
    Goal("dense", "OpenCV", 0.9, sides=(3, 7), ours="convkit[fast]"),
    Goal("dense", "OpenCV", 1.2, sides=(9, 11)),
    Goal("dense", "OpenCV", 0.6, sides=(15, 63)),
    Goal("separable", "OpenCV", 0.7, sides=(9, 63)),
    Goal("separable", "OpenCV", 0.7, sides=(9, 63), ours="convkit[fast]"),
    Goal("", "SciPy", 0.3),
    Goal("", "scikit-image", 0.3),
    Goal("", "PyTorch", 0.3),
)

PROCESS_GOALS = (
    Goal("edge map", "OpenCV", 0.85),
    Goal("sharpen", "OpenCV", 0.85),
    Goal("edge map", "OpenCV", 1.0, size="512x512"),
    Goal("sharpen", "OpenCV", 1.0, size="512x512"),
    Goal("200 images", "one call each", 0.35, size="1024x1024"),
)

STEP_GOALS = {
    "digits-mlp": 0.35,
    "digits-cnn": 0.7,
    "mnist-cnn": 1.2,
    "shapes-cnn": 1.2,
    "adding-lstm": 1.2,
    "adding-gru": 1.2,
    "markov-lstm": 1.2,
    "char-transformer": 1.2,
    "reverse": 1.2,
    "dates-transformer": 1.2,
}
"""Of networks that classify pictures, recurrent ones, and transformers."""

TRAINING_GOALS = (
    *(
        Goal("whole job", "PyTorch", 0.4, size="", kernel=name)
        for name in ("digits-mlp", "digits-cnn", "mnist-cnn", "shapes-cnn")
    ),
    Goal("whole job", "PyTorch", 0.6, size=""),
    *(Goal("step", "PyTorch", ratio, size="", kernel=name) for name, ratio in STEP_GOALS.items()),
)
"""In a training the kernel is the network."""

PEAK_GOAL_MIB = 64
"""Of memory beside input and output, for any image and kernel."""


def with_goals(results: Iterable[Result], goals: Sequence[Goal]) -> list[Result]:
    """Return the results, each with the first goal that is for it."""
    return [
        replace(result, goal=next((goal.ratio for goal in goals if goal.is_for(result)), None))
        for result in results
    ]


def measured_by_grey(results: Sequence[Result]) -> list[Result]:
    """Return the results, those of RGB beside OpenCV with a goal that follows from grey's ratio.

    Where grey wasn't measured, RGB has no goal.
    """
    grey: dict[tuple[str, ...], float] = {}
    for result in results:
        if not _is_colour(result) and result.ratio:
            grey.setdefault(_twins(result), COLOUR_FACTOR * result.ratio.median)
    return [
        replace(result, goal=grey.get(_twins(result)))
        if _is_colour(result) and result.goal is not None and result.peer.startswith("OpenCV")
        else result
        for result in results
    ]


def _is_colour(result: Result) -> bool:
    return result.picture.startswith("RGB")


def _twins(result: Result) -> tuple[str, ...]:
    """Return what a grey and an RGB result have in common; of two grey ones the first counts."""
    return result.operation, result.kernel, result.size, result.ours, result.peer
