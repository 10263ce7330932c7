"""One output pixel, step by step: what its window holds, what each weight makes of it, the sum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.conv.borders import gather
from convkit.conv.problem import Problem
from convkit.errors import ConvkitError
from convkit.filtering.operators import Chain
from convkit.filtering.pipeline import FeatureMap, Filter, apply, prepare
from convkit.images import Picture
from convkit.kernels import Kernel

Array = NDArray[Any]


@dataclass(frozen=True)
class ChannelTrace:
    """What happens in one channel.

    Attributes
    ----------
    window : (kh, kw) array
        The samples under the weights.
    products : (kh, kw) array
    total : float
        The sum of the products.
    scaled : float
        After scale and bias.
    mapped : float
        In the output, after the tone map.
    """

    window: Array
    products: Array
    total: float
    scaled: float
    mapped: float


@dataclass(frozen=True)
class Trace:
    """How one output pixel came about.

    Attributes
    ----------
    position : (int, int)
        Row and column of the output pixel.
    rows, columns : int arrays
        Rows and columns of the image under the weights; outside the image they are negative or
        too large.
    outside : (kh, kw) bool array
        Which of them the border had to stand in for.
    kernel : Kernel
    weights : (kh, kw) array
        The kernel as it met the image: flipped, if that was asked for.
    channels : list of ChannelTrace
    feature_map : FeatureMap
        The whole result.
    """

    position: tuple[int, int]
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    outside: NDArray[np.bool_]
    kernel: Kernel
    weights: NDArray[np.float64]
    channels: list[ChannelTrace]
    feature_map: FeatureMap


def trace(chosen: Filter, picture: Picture, position: tuple[int, int], suffix: str) -> Trace:
    """Follow one output pixel of the first frame.

    Raises
    ------
    ConvkitError
        If the operator isn't a single kernel, or the pixel lies outside the output.
    """
    operator = chosen.operator
    if not isinstance(operator, Chain) or len(operator.steps) != 1 or operator.steps[0].is_bank:
        raise ConvkitError(
            f"a trace follows one kernel, not '{operator.name}'", "give a single --kernel"
        )
    feature_map = apply(chosen, picture, suffix)[0]
    problem = feature_map.response.plan.problem
    height, width, channels = feature_map.response.shape
    y, x = position
    if not (0 <= y < height and 0 <= x < width):
        raise ConvkitError(
            f"pixel {y},{x} lies outside the output of {height}x{width}",
            f"rows run from 0 to {height - 1}, columns from 0 to {width - 1}",
        )
    pixels, _ = prepare(chosen, picture.frames[0], picture)
    rows, columns = window_positions(problem, position)
    window = read_window(pixels, problem, rows, columns)
    inside_y = (rows >= 0) & (rows < pixels.shape[0])
    inside_x = (columns >= 0) & (columns < pixels.shape[1])
    output = feature_map.picture.frames[0]
    mapped = np.atleast_1d(output[y, x])
    return Trace(
        position=position,
        rows=rows,
        columns=columns,
        outside=~np.outer(inside_y, inside_x),
        kernel=operator.steps[0],
        weights=problem.kernel,
        channels=[
            _trace_channel(
                window[:, :, channel],
                problem.kernel,
                scaled=float(feature_map.response.values[y, x, channel]),
                mapped=float(mapped[channel]),
            )
            for channel in range(channels)
        ],
        feature_map=feature_map,
    )


def window_positions(
    problem: Problem, position: tuple[int, int]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the image rows and columns under the weights for one output pixel."""
    starts = (-problem.pads.top, -problem.pads.left)
    rows, columns = (
        at * stride + start + dilation * np.arange(k)
        for at, stride, start, dilation, k in zip(
            position, problem.stride, starts, problem.dilation, problem.kernel_size, strict=True
        )
    )
    return rows, columns


def read_window(
    pixels: Array, problem: Problem, rows: NDArray[np.intp], columns: NDArray[np.intp]
) -> Array:
    """Return the (kh, kw, C) samples under the weights, in float64."""
    down = int(rows[0]), int(rows[-1]) + 1
    along = int(columns[0]), int(columns[-1]) + 1
    block = np.empty((down[1] - down[0], along[1] - along[0], pixels.shape[2]))
    gather(pixels, down, along, problem.border, block)
    return block[:: problem.dilation[0], :: problem.dilation[1]]


def _trace_channel(
    window: Array, kernel: NDArray[np.float64], *, scaled: float, mapped: float
) -> ChannelTrace:
    products = window * kernel + 0.0  # no negative zeros
    return ChannelTrace(window, products, float(products.sum()), scaled, mapped)
