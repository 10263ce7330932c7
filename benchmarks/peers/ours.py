"""convkit itself. The only place that names its entry points."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from threadpoolctl import threadpool_limits

from benchmarks.jobs import Job, Prepare, Way, Ways
from convkit.conv import Border, as_image, plan_convolution
from convkit.filtering import Chain, Filter, Geometry, GradientPair, Operator, apply
from convkit.images import KINDS, Picture
from convkit.images.picture import channels
from convkit.kernels import Kernel

SAME = {"pad": "same", "pad_mode": "reflect101"}

COMPILED = "compiled"
"""The strategy that the extra `fast` adds."""


def limit_threads(threads: int) -> None:
    """Let BLAS use so many threads; convkit itself is told by its environment."""
    threadpool_limits(threads, user_api="blas")


def _filtered(job: Job, operator: Operator, tone: str) -> Callable[[], Any]:
    """Return what ``convkit convolve`` does between reading and writing, per channel."""
    geometry = Geometry(pad=SAME["pad"], border=Border.named(SAME["pad_mode"]))
    chosen = Filter(operator, geometry, tone=tone, colour="per-channel")
    picture = Picture([job.image], KINDS[channels(job.image)], 255.0)
    return lambda: apply(chosen, picture)[0].picture.frames[0]


def _mapped(tone: str) -> Prepare:
    def prepare(job: Job) -> Callable[[], Any]:
        return _filtered(job, Chain([Kernel(job.kernel, job.weights)]), tone)

    return prepare


def _gradient_magnitude(job: Job) -> Callable[[], Any]:
    pair = GradientPair(Kernel("first", job.weights), Kernel("second", job.second))
    return _filtered(job, pair, "clip")


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
    "edge map": (Way("convkit", _mapped("abs")),),
    "clipped": (Way("convkit", _mapped("clip")),),
    "gradient magnitude": (Way("convkit", _gradient_magnitude),),
    "dense": _FLOAT,
    "separable": _FLOAT,
}
