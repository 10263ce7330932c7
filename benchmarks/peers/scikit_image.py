"""scikit-image's ways: its edge filters and its Gaussian. It has one thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from skimage import filters

from benchmarks.jobs import Job, Way, Ways

EDGE_FILTERS: dict[str, tuple[Callable[..., Any], int, int]] = {
    "sobel-h": (filters.sobel, 0, 4),
    "sobel-v": (filters.sobel, 1, 4),
    "prewitt-h": (filters.prewitt, 0, 3),
    "prewitt-v": (filters.prewitt, 1, 3),
    "scharr-h": (filters.scharr, 0, 16),
    "scharr-v": (filters.scharr, 1, 16),
}
"""Function, axis, and by what its result is smaller: it normalises its kernels."""


def limit_threads(threads: int) -> None:
    """Do nothing: it never has more than one."""


def _scaled(values: Any, factor: float) -> Any:
    return np.clip(np.rint(np.abs(values * np.float32(factor))), 0, 255).astype(np.uint8)


def _edge_map(job: Job) -> Callable[[], Any] | None:
    if job.kernel not in EDGE_FILTERS or job.channels > 1:
        return None  # these would smooth across the channels
    function, axis, factor = EDGE_FILTERS[job.kernel]
    return lambda: _scaled(function(job.image.astype(np.float32), axis=axis, mode="mirror"), factor)


def _magnitude(job: Job) -> Callable[[], Any] | None:
    if job.channels > 1:
        return None
    # It takes the mean of the two squares, of quarters.
    return lambda: _scaled(filters.sobel(job.image.astype(np.float32), mode="mirror"), 4 * 2**0.5)


def _gaussian(job: Job) -> Callable[[], Any] | None:
    if job.sigma is None:
        return None
    options = {"sigma": job.sigma, "truncate": job.side // 2 / job.sigma, "mode": "mirror"}
    axis = -1 if job.channels > 1 else None
    return lambda: filters.gaussian(
        job.image.astype(np.float32, copy=False), preserve_range=True, channel_axis=axis, **options
    )


WAYS: Ways = {
    "edge map": (Way("scikit-image", _edge_map),),
    "gradient magnitude": (Way("scikit-image sobel", _magnitude),),
    "separable": (Way("scikit-image gaussian", _gaussian),),
}
