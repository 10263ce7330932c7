"""PyTorch's ways: conv2d on a float tensor in its own layout, without gradients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from benchmarks.jobs import Job, Way, Ways

DENSE_UP_TO = 11
"""Kernel size: beyond, a call on a large image takes many seconds."""

limit_threads = torch.set_num_threads


def _tensor(job: Job) -> Any:
    """Return the image as (1, C, H, W)."""
    planes = job.image.reshape(*job.image.shape[:2], job.channels).transpose(2, 0, 1)
    return torch.from_numpy(np.ascontiguousarray(planes))[None]


def _weights(job: Job, matrix: Any) -> Any:
    """Return a kernel as (C, 1, kh, kw): the same for each channel."""
    kernel = torch.from_numpy(np.array(matrix, np.float32))
    return kernel.expand(job.channels, 1, *kernel.shape).contiguous()


def _as_array(result: Any) -> Any:
    planes = result[0].numpy()
    return planes[0] if len(planes) == 1 else planes.transpose(1, 2, 0)


def _runner(
    job: Job, matrices: Sequence[Any], finish: Callable[[list[Any]], Any]
) -> Callable[[], Any]:
    """Convolve the padded image with each of the matrices, then `finish`."""
    image, kernels = _tensor(job), [_weights(job, matrix) for matrix in matrices]
    before, after = job.side // 2, (job.side - 1) // 2

    @torch.inference_mode()
    def run() -> Any:
        padded = functional.pad(image.float(), (before, after, before, after), mode="reflect")
        return finish(
            [functional.conv2d(padded, kernel, groups=job.channels) for kernel in kernels]
        )

    return run


def _saturated(values: Any) -> Any:
    return values.round_().clamp_(0, 255).to(torch.uint8)


def _edge_map(job: Job) -> Callable[[], Any]:
    return _runner(job, [job.weights], lambda maps: _saturated(maps[0].abs_()))


def _clipped(job: Job) -> Callable[[], Any]:
    return _runner(job, [job.weights], lambda maps: _saturated(maps[0]))


def _magnitude(job: Job) -> Callable[[], Any]:
    return _runner(job, [job.weights, job.second], lambda maps: _saturated(torch.hypot(*maps)))


def _dense(job: Job) -> Callable[[], Any] | None:
    return _runner(job, [job.weights], lambda maps: maps[0]) if job.side <= DENSE_UP_TO else None


def _two_passes(job: Job) -> Callable[[], Any] | None:
    if job.factors is None:
        return None
    column, row = job.factors
    across = _weights(job, row[np.newaxis, :])
    return _runner(
        job,
        [column[:, np.newaxis]],
        lambda maps: functional.conv2d(maps[0], across, groups=job.channels),
    )


def _way(prepare: Callable[[Job], Callable[[], Any] | None]) -> tuple[Way, ...]:
    return (Way("PyTorch conv2d", prepare, _as_array),)


WAYS: Ways = {
    "edge map": _way(_edge_map),
    "clipped": _way(_clipped),
    "gradient magnitude": _way(_magnitude),
    "dense": _way(_dense),
    "separable": _way(_two_passes),
}
