"""Normalizations: activations with mean 0 and variance 1, then a trained scale and shift."""

from __future__ import annotations

from math import prod

import numpy as np
from numpy.random import Generator

from convkit.autograd import Tensor, batch_norm, batch_norm_train, group_norm, layer_norm
from convkit.errors import ConvkitError
from convkit.nn.checks import (
    Shape,
    check_divisible,
    later_steps,
    number,
    shape_text,
    whole_number,
)
from convkit.nn.initializers import DType
from convkit.nn.layer import Layer, Memory
from convkit.nn.module import Array, Context, parameter


class Normalization(Layer):
    """The base: a trained scale, which begins with 1, and a trained shift, which begins with 0."""

    scale: Tensor
    shift: Tensor

    def __init__(self, eps: float) -> None:
        self.eps = number("eps", eps, above=0)

    def trained_shape(self, shape: Shape) -> Shape:
        """Return the shape of the scale and the shift: one for each channel or feature."""
        return shape[-1:]

    def make(self, shape: Shape, rng: Generator, dtype: DType) -> None:
        trained = self.trained_shape(shape)
        self.scale = parameter(np.ones(trained, dtype))
        self.shift = parameter(np.zeros(trained, dtype))

    def count_parameters(self, shape: Shape) -> int:
        return 2 * prod(self.trained_shape(shape))


class BatchNorm(Normalization):
    """Each channel normalized over the batch and all positions (Ioffe and Szegedy 2015).

    While training by the batch's own mean and variance, of which running averages are kept;
    afterwards, and where it is frozen, by those. As in PyTorch the running variance is the unbiased
    one.

    Input: (features,), (steps, features) or (height, width, channels). Output: the same.

    Parameters
    ----------
    momentum : float
        How much of a running average is kept at each step, from 0 and below 1 (PyTorch's momentum
        is what is replaced: 0.1).
    eps : float
        Added to the variance, so that nothing is divided by 0.
    """

    name = "batch_norm"

    running_mean: Array
    running_variance: Array

    def __init__(self, momentum: float = 0.9, eps: float = 1e-5) -> None:
        super().__init__(eps)
        self.momentum = number("momentum", momentum, least=0, below=1)

    def __call__(self, x: Tensor, context: Context) -> Tensor:
        if not (context.train and self.trainable):
            statistics = self.running_mean, self.running_variance
            return batch_norm(x, self.scale, self.shift, *statistics, eps=self.eps)
        value, mean, variance = batch_norm_train(x, self.scale, self.shift, eps=self.eps)
        self._remember(mean, variance, x.size // mean.size)
        return value

    def make(self, shape: Shape, rng: Generator, dtype: DType) -> None:
        super().make(shape, rng, dtype)
        self.running_mean = np.zeros(shape[-1:], dtype)
        self.running_variance = np.ones(shape[-1:], dtype)

    def _remember(self, mean: Array, variance: Array, count: int) -> None:
        if count < 2:
            raise ConvkitError(
                "batch_norm can't train on a single value for each channel",
                "train with batches of two samples at least, or take layer_norm",
            )
        fresh = 1 - self.momentum
        self.running_mean *= self.momentum
        self.running_mean += fresh * mean
        self.running_variance *= self.momentum
        self.running_variance += fresh * count / (count - 1) * variance


class LayerNorm(Normalization):
    """Each sample normalized over its features, alike in training and after (Ba et al. 2016).

    Input: any shape. Output: the same.

    Parameters
    ----------
    eps : float
        Added to the variance, so that nothing is divided by 0.
    axes : int
        How many of the last axes are normalized together; 1 is the features or channels.
    """

    name = "layer_norm"

    def __init__(self, eps: float = 1e-5, axes: int = 1) -> None:
        super().__init__(eps)
        self.axes = whole_number("axes", axes)
        self._axes = tuple(range(-axes, 0))

    def __call__(self, x: Tensor, context: Context) -> Tensor:
        return layer_norm(x, self.scale, self.shift, axes=self._axes, eps=self.eps)

    def begin(self, samples: int) -> Memory:
        if self.axes > 1:
            raise later_steps("axes: 1")
        return super().begin(samples)

    def output_shape(self, shape: Shape) -> Shape:
        if len(shape) < self.axes:
            raise ConvkitError(
                f"axes (={self.axes}) are more than a sample of {shape_text(shape)} has"
            )
        return shape

    def trained_shape(self, shape: Shape) -> Shape:
        return shape[-self.axes :]


class GroupNorm(Normalization):
    """Each sample normalized over all positions and a group of channels (Wu and He 2018).

    It doesn't depend on the batch, alike in training and after.

    Input: (features,), (steps, features) or (height, width, channels). Output: the same.

    Parameters
    ----------
    groups : int
        Into how many groups of neighbours the channels are split; 1 takes them all together.
    eps : float
        Added to the variance, so that nothing is divided by 0.
    """

    name = "group_norm"

    def __init__(self, groups: int = 32, eps: float = 1e-5) -> None:
        super().__init__(eps)
        self.groups = whole_number("groups", groups)

    def __call__(self, x: Tensor, context: Context) -> Tensor:
        return group_norm(x, self.scale, self.shift, groups=self.groups, eps=self.eps)

    def begin(self, samples: int) -> Memory:
        raise later_steps("layer_norm takes each step on its own")

    def output_shape(self, shape: Shape) -> Shape:
        check_divisible("the channels that come in", shape[-1], self.groups)
        return shape
