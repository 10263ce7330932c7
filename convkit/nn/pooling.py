"""Pooling layers: the largest or the mean of each window, or of the whole image."""

from __future__ import annotations

from numpy.random import Generator

from convkit.autograd import (
    Tensor,
    avg_pool2d,
    global_avg_pool2d,
    global_max_pool2d,
    max_pool2d,
)
from convkit.errors import ConvkitError
from convkit.nn.checks import Shape, check_images, pair
from convkit.nn.initializers import DType
from convkit.nn.layer import Layer
from convkit.nn.module import Context
from convkit.nn.sliding import Padding, SlidingLayer, read_padding
from convkit.window import Window, windows


class Pooling(SlidingLayer):
    """The base of the poolings by windows."""

    def __init__(
        self,
        pool_size: int | tuple[int, int],
        stride: int | tuple[int, int] | None,
        padding: Padding,
    ) -> None:
        self.pool_size = pair("pool_size", pool_size)
        self.stride = self.pool_size if stride is None else pair("stride", stride)
        pairs = {"kernel": self.pool_size, "stride": self.stride}
        self._windows = windows(Window, pairs, read_padding(padding))
        if any(isinstance(w.pad, tuple) and max(w.pad) >= w.kernel for w in self._windows):
            raise ConvkitError(
                f"padding (={padding}) must be smaller than pool_size (={pool_size})",
                "else there are windows without a single pixel",
            )

    def make(self, shape: Shape, rng: Generator, dtype: DType) -> None:
        self._pads = self.pads(shape)


class MaxPool2D(Pooling):
    """The largest value of each window, in each channel.

    Input: (height, width, channels). Output: (height', width', channels). Pixels that the padding
    adds never win.

    Parameters
    ----------
    pool_size : int or (int, int)
        Height and width of the windows.
    stride : int or (int, int) or None
        How many pixels a window moves on; by default its own size.
    padding : {"valid", "same"}, int or (int, int)
        Pixels added on each side: none, as many as keep the size, or so many.
    """

    name = "max_pool2d"

    def __init__(
        self,
        pool_size: int | tuple[int, int] = 2,
        stride: int | tuple[int, int] | None = None,
        padding: Padding = "valid",
    ) -> None:
        super().__init__(pool_size, stride, padding)

    def __call__(self, x: Tensor, context: Context) -> Tensor:
        return max_pool2d(x, size=self.pool_size, stride=self.stride, pads=self._pads)


class AvgPool2D(Pooling):
    """The mean of each window, in each channel.

    Input: (height, width, channels). Output: (height', width', channels).

    Parameters
    ----------
    pool_size : int or (int, int)
        Height and width of the windows.
    stride : int or (int, int) or None
        How many pixels a window moves on; by default its own size.
    padding : {"valid", "same"}, int or (int, int)
        Pixels added on each side: none, as many as keep the size, or so many.
    count_pads : bool
        Whether the added pixels count as zeros (PyTorch's default), or not at all (Keras's).
    """

    name = "avg_pool2d"

    def __init__(
        self,
        pool_size: int | tuple[int, int] = 2,
        stride: int | tuple[int, int] | None = None,
        padding: Padding = "valid",
        count_pads: bool = False,
    ) -> None:
        super().__init__(pool_size, stride, padding)
        self.count_pads = count_pads

    def __call__(self, x: Tensor, context: Context) -> Tensor:
        return avg_pool2d(
            x,
            size=self.pool_size,
            stride=self.stride,
            pads=self._pads,
            count_pads=self.count_pads,
        )


class GlobalPooling(Layer):
    """The base of the poolings over a whole image: each channel becomes one number."""

    sees_all = True

    def output_shape(self, shape: Shape) -> Shape:
        check_images(shape)
        return shape[2:]


class GlobalMaxPool2D(GlobalPooling):
    """The largest value of each channel.

    Input: (height, width, channels). Output: (channels,).
    """

    name = "global_max_pool2d"

    def __call__(self, x: Tensor, context: Context) -> Tensor:
        return global_max_pool2d(x)


class GlobalAvgPool2D(GlobalPooling):
    """The mean of each channel (Lin et al. 2014, "Network in network").

    Input: (height, width, channels). Output: (channels,).
    """

    name = "global_avg_pool2d"

    def __call__(self, x: Tensor, context: Context) -> Tensor:
        return global_avg_pool2d(x)
