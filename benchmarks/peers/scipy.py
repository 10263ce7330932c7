"""SciPy's ways: ndimage, and signal where a transform is worth it. ndimage has one thread."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import numpy as np
from scipy import fft, ndimage, signal

from benchmarks.jobs import Job, Way, Ways

NDIMAGE_UP_TO, SIGNAL_FROM = 9, 9
"""Kernel sizes: beyond, ndimage takes minutes; below, signal's transforms don't pay."""

_DERIVATIVES: dict[str, tuple[Callable[..., Any], int]] = {
    "sobel-h": (ndimage.sobel, 0),
    "sobel-v": (ndimage.sobel, 1),
    "prewitt-h": (ndimage.prewitt, 0),
    "prewitt-v": (ndimage.prewitt, 1),
}


_settings = ExitStack()


def limit_threads(threads: int) -> None:
    """Let the transforms use so many threads, from now on."""
    _settings.enter_context(fft.set_workers(threads))


def _correlate(job: Job, dtype: type, weights: Any = None) -> Any:
    """Correlate each channel alone."""
    weights = job.weights if weights is None else weights
    if job.channels > 1:
        weights = weights[:, :, np.newaxis]
    return ndimage.correlate(job.image, weights, output=dtype, mode="mirror")


def _saturated(values: Any) -> Any:
    return np.clip(values, 0, 255).astype(np.uint8)


def _edge_map(job: Job) -> Callable[[], Any]:
    return lambda: _saturated(np.abs(_correlate(job, np.int16)))


def _own_edge_map(job: Job) -> Callable[[], Any] | None:
    if job.kernel not in _DERIVATIVES or job.channels > 1:
        return None  # these would smooth across the channels
    function, axis = _DERIVATIVES[job.kernel]
    return lambda: _saturated(np.abs(function(job.image, axis, np.int16, mode="mirror")))


def _clipped(job: Job) -> Callable[[], Any]:
    return lambda: _saturated(_correlate(job, np.int16))


def _magnitude(job: Job) -> Callable[[], Any]:
    def run() -> Any:
        first = _correlate(job, np.float32)
        second = _correlate(job, np.float32, job.second)
        return _saturated(np.rint(np.hypot(first, second)))

    return run


def _dense(job: Job) -> Callable[[], Any] | None:
    return (lambda: _correlate(job, np.float32)) if job.side <= NDIMAGE_UP_TO else None


def _overlap_add(job: Job) -> Callable[[], Any] | None:
    if job.side < SIGNAL_FROM:
        return None
    edge = [(job.side // 2, (job.side - 1) // 2)] * 2
    flipped = job.weights[::-1, ::-1].astype(np.float32)
    if job.channels > 1:
        edge, flipped = [*edge, (0, 0)], flipped[:, :, np.newaxis]

    def run() -> Any:
        padded = np.pad(job.image, edge, mode="reflect").astype(np.float32, copy=False)
        return signal.oaconvolve(padded, flipped, mode="valid", axes=(0, 1))

    return run


def _two_passes(job: Job) -> Callable[[], Any] | None:
    if job.factors is None:
        return None
    column, row = job.factors

    def run() -> Any:
        down = ndimage.correlate1d(job.image, column, 0, np.float32, mode="mirror")
        return ndimage.correlate1d(down, row, 1, np.float32, mode="mirror")

    return run


_CORRELATE = "SciPy ndimage.correlate"

WAYS: Ways = {
    "edge map": (Way(_CORRELATE, _edge_map), Way("SciPy ndimage.sobel", _own_edge_map)),
    "clipped": (Way(_CORRELATE, _clipped),),
    "gradient magnitude": (Way(_CORRELATE, _magnitude),),
    "dense": (Way(_CORRELATE, _dense), Way("SciPy signal.oaconvolve", _overlap_add)),
    "separable": (Way("SciPy ndimage.correlate1d", _two_passes),),
}
