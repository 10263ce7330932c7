"""OpenCV's ways. Its default border is the one that all jobs have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

from benchmarks.jobs import Job, Way, Ways

limit_threads = cv2.setNumThreads


def _sobel(dx: int, dy: int) -> Callable[[Any], Any]:
    return lambda image: cv2.Sobel(image, cv2.CV_16S, dx, dy, ksize=3)


def _scharr(dx: int, dy: int) -> Callable[[Any], Any]:
    return lambda image: cv2.Scharr(image, cv2.CV_16S, dx, dy)


OWN_FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "sobel-h": _sobel(0, 1),
    "sobel-v": _sobel(1, 0),
    "sobel-n": _sobel(0, 1),  # but for the sign, which the absolute value drops
    "sobel-w": _sobel(1, 0),
    "scharr-h": _scharr(0, 1),
    "scharr-v": _scharr(1, 0),
    "laplacian-4": lambda image: cv2.Laplacian(image, cv2.CV_16S, ksize=1),
}
"""Functions that OpenCV has for a kernel of ours."""


def _filter_2d_abs(job: Job) -> Callable[[], Any]:
    return lambda: cv2.convertScaleAbs(cv2.filter2D(job.image, cv2.CV_16S, job.weights))


def _own_abs(job: Job) -> Callable[[], Any] | None:
    own = OWN_FUNCTIONS.get(job.kernel)
    return own and (lambda: cv2.convertScaleAbs(own(job.image)))


def _filter_2d_clipped(job: Job) -> Callable[[], Any]:
    return lambda: cv2.filter2D(job.image, cv2.CV_8U, job.weights)


def _sobel_magnitude(job: Job) -> Callable[[], Any]:
    def run() -> Any:
        down = cv2.Sobel(job.image, cv2.CV_32F, 0, 1, ksize=3)
        right = cv2.Sobel(job.image, cv2.CV_32F, 1, 0, ksize=3)
        return cv2.convertScaleAbs(cv2.magnitude(down, right))

    return run


def _filter_2d_float(job: Job) -> Callable[[], Any]:
    weights = job.weights.astype(np.float32)
    return lambda: cv2.filter2D(job.image, cv2.CV_32F, weights)


def _sep_filter_2d(job: Job) -> Callable[[], Any] | None:
    if job.factors is None:
        return None
    column, row = (factor.astype(np.float32) for factor in job.factors)
    return lambda: cv2.sepFilter2D(job.image, cv2.CV_32F, row, column)


WAYS: Ways = {
    "edge map": (Way("OpenCV filter2D", _filter_2d_abs), Way("OpenCV Sobel", _own_abs)),
    "clipped": (Way("OpenCV filter2D", _filter_2d_clipped),),
    "gradient magnitude": (Way("OpenCV Sobel", _sobel_magnitude),),
    "dense": (Way("OpenCV filter2D", _filter_2d_float),),
    "separable": (Way("OpenCV sepFilter2D", _sep_filter_2d),),
}
