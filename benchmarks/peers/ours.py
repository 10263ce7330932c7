"""convkit itself. The only place that names its entry points."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from threadpoolctl import threadpool_limits

from benchmarks.jobs import Job, Prepare, Way, Ways
from convkit import conv
from convkit.conv import Border, as_image, plan_convolution

SAME = {"pad": "same", "pad_mode": "reflect101"}

COMPILED = "compiled"
"""The strategy that the extra `fast` adds."""


def limit_threads(threads: int) -> None:
    """Let BLAS use so many threads; convkit itself is told by its environment."""
    threadpool_limits(threads, user_api="blas")


def _edge_map(tone: str) -> Prepare:
    def prepare(job: Job) -> Callable[[], Any] | None:
        edge_map = getattr(conv, "edge_map", None)
        return edge_map and (lambda: edge_map(job.image, job.weights, map=tone, **SAME))

    return prepare


def _gradient_magnitude(job: Job) -> Callable[[], Any] | None:
    magnitude = getattr(conv, "gradient_magnitude", None)
    return magnitude and (lambda: magnitude(job.image, job.weights, job.second, **SAME))


def _float(compiled: bool) -> Prepare:
    def prepare(job: Job) -> Callable[[], Any] | None:
        pixels, border = as_image(job.image), Border.named(SAME["pad_mode"])

        def plan(strategy: str | None = None) -> Any:
            return plan_convolution(
                pixels, job.weights, pad=SAME["pad"], border=border, strategy=strategy
            )

        able = [candidate.name for candidate in plan().candidates]
        chosen = next((name for name in able if (name == COMPILED) == compiled), None)
        return chosen and (lambda: plan(chosen).run(pixels).reshape(job.image.shape))

    return prepare


_FLOAT = (Way("convkit", _float(compiled=False)), Way("convkit[fast]", _float(compiled=True)))

WAYS: Ways = {
    "edge map": (Way("convkit", _edge_map("abs")),),
    "clipped": (Way("convkit", _edge_map("clip")),),
    "gradient magnitude": (Way("convkit", _gradient_magnitude),),
    "dense": _FLOAT,
    "separable": _FLOAT,
}
