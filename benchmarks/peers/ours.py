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

COMPILED = ("compiled", "compiled-separable")
"""The strategies that the extra `fast` adds."""


def limit_threads(threads: int) -> None:
    """Let BLAS use so many threads; convkit itself is told by its environment."""
    threadpool_limits(threads, user_api="blas")


def _filtered(job: Job, operator: Operator, tone: str, fast: bool) -> Callable[[], Any]:
    """Return what ``convkit convolve`` does between reading and writing, per channel."""
    border = Border.named(SAME["pad_mode"])
    geometry = Geometry(pad=SAME["pad"], border=border, strategy=_strategy(job, border, fast))
    chosen = Filter(operator, geometry, tone=tone, colour="per-channel")
    picture = Picture([job.image], KINDS[channels(job.image)], 255.0)
    return lambda: apply(chosen, picture)[0].picture.frames[0]


def _strategy(job: Job, border: Border, fast: bool) -> str:
    """Return the cheapest strategy of those with the extra `fast`, or without."""
    plan = plan_convolution(as_image(job.image), job.weights, pad=SAME["pad"], border=border)
    able = [candidate.name for candidate in plan.candidates]
    return next(name for name in able if (name == "compiled" if fast else name not in COMPILED))


def _mapped(tone: str, fast: bool) -> Prepare:
    def prepare(job: Job) -> Callable[[], Any]:
        return _filtered(job, Chain([Kernel(job.kernel, job.weights)]), tone, fast)

    return prepare


def _gradient_magnitude(fast: bool) -> Prepare:
    def prepare(job: Job) -> Callable[[], Any]:
        pair = GradientPair(Kernel("first", job.weights), Kernel("second", job.second))
        return _filtered(job, pair, "clip", fast)

    return prepare


def _float(compiled: bool) -> Prepare:
    def prepare(job: Job) -> Callable[[], Any] | None:
        pixels, border = as_image(job.image), Border.named(SAME["pad_mode"])

        def plan(strategy: str | None = None) -> Any:
            return plan_convolution(
                pixels, job.weights, pad=SAME["pad"], border=border, strategy=strategy
            )

        able = [candidate.name for candidate in plan().candidates]
        if compiled:
            # What is chosen once it has repaid its start: columns times rows come last here.
            chosen = next((name for name in reversed(COMPILED) if name in able), None)
        else:
            chosen = next(name for name in able if name not in COMPILED)
        return chosen and (lambda: plan(chosen).run(pixels).reshape(job.image.shape))

    return prepare


def _both(prepare: Callable[[bool], Prepare]) -> tuple[Way, Way]:
    """Return the ways without the extra `fast` and with it."""
    return Way("convkit", prepare(False)), Way("convkit[fast]", prepare(True))


WAYS: Ways = {
    "edge map": _both(lambda fast: _mapped("abs", fast)),
    "clipped": _both(lambda fast: _mapped("clip", fast)),
    "gradient magnitude": _both(_gradient_magnitude),
    "dense": _both(_float),
    "separable": _both(_float),
}
