"""Pillow's way: kernels of 3x3 and 5x5 on 8 bits. One thread; the border stays as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PIL import Image, ImageFilter

from benchmarks.jobs import Job, Way, Ways


def limit_threads(threads: int) -> None:
    """Do nothing: it never has more than one."""


def _clipped(job: Job) -> Callable[[], Any]:
    image = Image.fromarray(job.image)
    # It turns kernels upside down; its scale is the sum unless told.
    weights = job.weights[::-1].ravel().tolist()
    chosen = ImageFilter.Kernel((job.side, job.side), weights, scale=1)
    return lambda: image.filter(chosen)


WAYS: Ways = {"clipped": (Way("Pillow Kernel", _clipped, inner=True),)}
