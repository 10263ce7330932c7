"""Convolutional layers: ordinary and grouped, depthwise, transposed."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from math import prod
from typing import Any, ClassVar, Literal, get_args

import numpy as np
from numpy.random import Generator

from convkit.autograd import Tensor, conv2d, conv2d_transpose
from convkit.geometry import Pads, same_pads
from convkit.nn.checks import Shape, check_divisible, choice, pair, whole_number
from convkit.nn.initializers import DType, InitializerChoice, choose_initializer
from convkit.nn.module import Context, parameter
from convkit.nn.sliding import Padding, SlidingLayer, read_padding
from convkit.window import TransposedWindow, Window, windows

PaddingMode = Literal["constant", "edge", "reflect", "symmetric", "wrap"]


class Convolution(SlidingLayer):
    """The base of the convolutional layers: weights of a window, and a bias for each channel."""

    operation: ClassVar[Callable[..., Tensor]] = staticmethod(conv2d)
    """The primitive: of the input, the weights and the bias."""

    weight: Tensor
    bias: Tensor | None

    def __init__(self, use_bias: bool, kernel_init: InitializerChoice) -> None:
        self.use_bias = use_bias
        self._kernel_init = choose_initializer("kernel_init", kernel_init)

    def __call__(self, x: Tensor, context: Context) -> Tensor:
        return self.operation(x, self.weight, self.bias, **self._settings)

    def linear(self, x: Tensor) -> Tensor:
        """Return what the layer makes of a change of its input: all but the bias."""
        return self.operation(x, self.weight, **self._settings)

    @abstractmethod
    def kernel_shape(self, incoming: int) -> Shape:
        """Return the shape of the weights for so many channels that come in."""

    @abstractmethod
    def settings(self, shape: Shape) -> dict[str, Any]:
        """Return what the primitive has to know beside the arrays."""

    def make(self, shape: Shape, rng: Generator, dtype: DType) -> None:
        incoming = shape[2]
        self.weight = parameter(self._kernel_init(self.kernel_shape(incoming), rng, dtype))
        bias = np.zeros(self.channels(incoming), dtype)
        self.bias = parameter(bias) if self.use_bias else None
        height, width = self._windows
        self._settings = self.settings(shape) | {
            "stride": (height.stride, width.stride),
            "pads": self.pads(shape),
            "dilation": (height.dilation, width.dilation),
        }

    def count_parameters(self, shape: Shape) -> int:
        incoming = shape[2]
        biases = self.channels(incoming) if self.use_bias else 0
        return prod(self.kernel_shape(incoming)) + biases

    def macs(self, shape: Shape) -> int:
        return prod(self.output_shape(shape)[:2]) * prod(self.kernel_shape(shape[2]))

    @property
    def kernel_size(self) -> tuple[int, int]:
        """Height and width of the kernels."""
        return self._windows[0].kernel, self._windows[1].kernel


class Conv2D(Convolution):
    """A convolution: kernels slide over an image, and each makes a map of features.

    As everywhere in deep learning it is a cross-correlation: the kernels aren't flipped.

    Input: (height, width, channels). Output: (height', width', filters), of the size that
    :func:`convkit.geometry.output_size` says.

    Parameters
    ----------
    filters : int
        How many kernels there are: the channels that come out.
    kernel_size : int or (int, int)
        Height and width of the kernels.
    stride : int or (int, int)
        How many pixels a window moves on.
    padding : {"valid", "same"}, int or (int, int)
        Pixels added on each side: none, as many as keep the size, or so many.
    padding_mode : {"constant", "edge", "reflect", "symmetric", "wrap"}
        What lies beyond the edge of an image; constant means zeros.
    dilation : int or (int, int)
        The distance between neighbouring taps of a kernel.
    groups : int
        Into how many groups the channels are split; each has its own kernels.
    use_bias : bool
        Whether a trained number is added to each channel that comes out.
    kernel_init : str or dict
        Where the weights begin: an initializer's name, or {name: normal, std: 0.1}.
    """

    name = "conv2d"

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, int] = 3,
        stride: int | tuple[int, int] = 1,
        padding: Padding = "valid",
        padding_mode: PaddingMode = "constant",
        dilation: int | tuple[int, int] = 1,
        groups: int = 1,
        use_bias: bool = True,
        kernel_init: InitializerChoice = "glorot_uniform",
    ) -> None:
        super().__init__(use_bias, kernel_init)
        self.filters = whole_number("filters", filters)
        self.groups = whole_number("groups", groups)
        check_divisible("filters", self.filters, self.groups)
        self.border = choice("padding_mode", padding_mode, get_args(PaddingMode))
        self._windows = windows(
            Window, _pairs(kernel_size, stride, dilation), read_padding(padding)
        )

    def channels(self, incoming: int) -> int:
        check_divisible("the channels that come in", incoming, self.groups)
        return self.filters

    def kernel_shape(self, incoming: int) -> Shape:
        return (*self.kernel_size, incoming // self.groups, self.filters)

    def settings(self, shape: Shape) -> dict[str, Any]:
        return {"groups": self.groups, "border": self.border}


class DepthwiseConv2D(Convolution):
    """A convolution of each channel on its own, as in MobileNet (Howard et al. 2017).

    Input: (height, width, channels). Output: (height', width', channels·multiplier).

    Parameters
    ----------
    kernel_size : int or (int, int)
        Height and width of the kernels.
    stride : int or (int, int)
        How many pixels a window moves on.
    padding : {"valid", "same"}, int or (int, int)
        Pixels added on each side: none, as many as keep the size, or so many.
    padding_mode : {"constant", "edge", "reflect", "symmetric", "wrap"}
        What lies beyond the edge of an image; constant means zeros.
    dilation : int or (int, int)
        The distance between neighbouring taps of a kernel.
    multiplier : int
        How many channels are made of each.
    use_bias : bool
        Whether a trained number is added to each channel that comes out.
    kernel_init : str or dict
        Where the weights begin: an initializer's name, or {name: normal, std: 0.1}.
    """

    name = "depthwise_conv2d"

    def __init__(
        self,
        kernel_size: int | tuple[int, int] = 3,
        stride: int | tuple[int, int] = 1,
        padding: Padding = "valid",
        padding_mode: PaddingMode = "constant",
        dilation: int | tuple[int, int] = 1,
        multiplier: int = 1,
        use_bias: bool = True,
        kernel_init: InitializerChoice = "glorot_uniform",
    ) -> None:
        super().__init__(use_bias, kernel_init)
        self.multiplier = whole_number("multiplier", multiplier)
        self.border = choice("padding_mode", padding_mode, get_args(PaddingMode))
        self._windows = windows(
            Window, _pairs(kernel_size, stride, dilation), read_padding(padding)
        )

    def channels(self, incoming: int) -> int:
        return incoming * self.multiplier

    def kernel_shape(self, incoming: int) -> Shape:
        return (*self.kernel_size, 1, incoming * self.multiplier)

    def settings(self, shape: Shape) -> dict[str, Any]:
        return {"groups": shape[2], "border": self.border}


class Conv2DTranspose(Convolution):
    """A transposed convolution: each input pixel spreads a kernel over the output.

    It leads from the output size of a convolution back to its input size, and is what that
    convolution's gradient does; for decoders and generators, which enlarge.

    Input: (height, width, channels). Output: (height', width', filters), of the size that
    :func:`convkit.geometry.transposed_size` says.

    Parameters
    ----------
    filters : int
        The channels that come out.
    kernel_size : int or (int, int)
        Height and width of the kernels.
    stride : int or (int, int)
        How many times larger the output is, roughly.
    padding : {"valid", "same"}, int or (int, int)
        Pixels cut off the output on each side: none, as many as make it exactly `stride` times as
        large (if the kernel is as large as the stride), or so many.
    output_padding : int or (int, int)
        Rows and columns added at the end.
    dilation : int or (int, int)
        The distance between neighbouring taps of a kernel.
    groups : int
        Into how many groups the channels are split; each has its own kernels.
    use_bias : bool
        Whether a trained number is added to each channel that comes out.
    kernel_init : str or dict
        Where the weights begin: an initializer's name, or {name: normal, std: 0.1}.
    """

    name = "conv2d_transpose"
    operation = staticmethod(conv2d_transpose)

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, int] = 3,
        stride: int | tuple[int, int] = 1,
        padding: Padding = "valid",
        output_padding: int | tuple[int, int] = 0,
        dilation: int | tuple[int, int] = 1,
        groups: int = 1,
        use_bias: bool = True,
        kernel_init: InitializerChoice = "glorot_uniform",
    ) -> None:
        super().__init__(use_bias, kernel_init)
        self.filters = whole_number("filters", filters)
        self.groups = whole_number("groups", groups)
        check_divisible("filters", self.filters, self.groups)
        self.output_padding = pair("output_padding", output_padding, least=0)
        pairs = _pairs(kernel_size, stride, dilation)
        pad = read_padding(padding)
        self._windows = windows(
            TransposedWindow,
            {**pairs, "output_padding": self.output_padding},
            _enlarging_pads(pairs) if pad == "same" else pad,
        )

    def channels(self, incoming: int) -> int:
        check_divisible("the channels that come in", incoming, self.groups)
        return self.filters

    def kernel_shape(self, incoming: int) -> Shape:
        return (*self.kernel_size, self.filters // self.groups, incoming)

    def settings(self, shape: Shape) -> dict[str, Any]:
        return {"groups": self.groups, "output_padding": self.output_padding}

    def macs(self, shape: Shape) -> int:
        return prod(shape[:2]) * prod(self.kernel_shape(shape[2]))


Pairs = dict[str, tuple[int, int]]


def _pairs(kernel_size: object, stride: object, dilation: object) -> Pairs:
    return {
        "kernel": pair("kernel_size", kernel_size),
        "stride": pair("stride", stride),
        "dilation": pair("dilation", dilation),
    }


def _enlarging_pads(pairs: Pairs) -> Pads:
    """Return the padding of the convolution that makes one pixel of `stride` of them (TF's)."""
    (top, bottom), (left, right) = (
        same_pads(stride, kernel, stride=stride, dilation=dilation, rule="tf")
        for kernel, stride, dilation in zip(*pairs.values(), strict=True)
    )
    return Pads(top, bottom, left, right)
