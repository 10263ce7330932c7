"""The fully connected layer."""

from __future__ import annotations

from math import prod

import numpy as np
from numpy.random import Generator

from convkit.autograd import Tensor, dense
from convkit.errors import ConvkitError
from convkit.nn.checks import Shape, shape_text, whole_number
from convkit.nn.initializers import DType, InitializerChoice, choose_initializer
from convkit.nn.layer import Layer
from convkit.nn.module import Context, parameter


class Dense(Layer):
    """A fully connected layer: every output is a weighted sum of all inputs, ``x @ w + b``.

    Input: (features,), or (steps, features), each step on its own. Output: the same with `units`
    in place of the features.

    Parameters
    ----------
    units : int
        How many numbers come out.
    use_bias : bool
        Whether a trained number is added to each output.
    kernel_init : str or dict
        Where the weights begin: an initializer's name, or {name: normal, std: 0.1}.
    """

    name = "dense"
    sees_all = True

    weight: Tensor
    bias: Tensor | None

    def __init__(
        self,
        units: int,
        use_bias: bool = True,
        kernel_init: InitializerChoice = "glorot_uniform",
    ) -> None:
        self.units = whole_number("units", units)
        self.use_bias = use_bias
        self._kernel_init = choose_initializer("kernel_init", kernel_init)

    def __call__(self, x: Tensor, context: Context) -> Tensor:
        return dense(x, self.weight, self.bias)

    def linear(self, x: Tensor) -> Tensor:
        """Return what the layer makes of a change of its input: all but the bias."""
        return dense(x, self.weight)

    def output_shape(self, shape: Shape) -> Shape:
        if len(shape) not in (1, 2):
            raise ConvkitError(
                f"it takes a row of features, got {shape_text(shape)}",
                "put flatten or global_avg_pool2d before it",
            )
        return (*shape[:-1], self.units)

    def make(self, shape: Shape, rng: Generator, dtype: DType) -> None:
        self.weight = parameter(self._kernel_init((shape[-1], self.units), rng, dtype))
        self.bias = parameter(np.zeros(self.units, dtype)) if self.use_bias else None

    def count_parameters(self, shape: Shape) -> int:
        return (shape[-1] + self.use_bias) * self.units

    def macs(self, shape: Shape) -> int:
        return prod(shape) * self.units
