"""Activation layers: a function of each number on its own, nothing trained.

Names and defaults are PyTorch's.
"""

from __future__ import annotations

from typing import Literal

from convkit.autograd import (
    Tensor,
    elu,
    gelu,
    leaky_relu,
    log_softmax,
    relu,
    sigmoid,
    silu,
    softmax,
    softplus,
    tanh,
)
from convkit.nn.checks import choice, number
from convkit.nn.layer import Layer
from convkit.nn.module import Context


class Sigmoid(Layer):
    """``1 / (1 + exp(-x))``: squashes to 0…1, as a probability.

    Its slope is 1/4 at most, so that gradients shrink from layer to layer.

    Input: any shape. Output: the same.
    """

    name = "sigmoid"

    def __call__(self, x: Tensor, context: Context) -> Tensor:
        return sigmoid(x)


class Tanh(Layer):
    """``(exp(x) - exp(-x)) / (exp(x) + exp(-x))``: squashes to -1…1.

    Input: any shape. Output: the same.
    """

    name = "tanh"

    def __call__(self, x: Tensor, context: Context) -> Tensor:
        return tanh(x)


class ReLU(Layer):
    """``max(x, 0)`` (Nair and Hinton 2010); its derivative at 0 is taken as 0.

    Input: any shape. Output: the same.
    """

    name = "relu"

    def __call__(self, x: Tensor, context: Context) -> Tensor:
        return relu(x)


class SiLU(Layer):
    """``x · sigmoid(x)``, also called swish (Elfwing et al. 2018).

    Input: any shape. Output: the same.
    """

    name = "silu"

    def __call__(self, x: Tensor, context: Context) -> Tensor:
        return silu(x)


class Softplus(Layer):
    """``log(1 + exp(x))``: a smooth ReLU.

    Input: any shape. Output: the same.
    """

    name = "softplus"

    def __call__(self, x: Tensor, context: Context) -> Tensor:
        return softplus(x)


class Softmax(Layer):
    """``exp(x) / Σ exp(x)`` over the last axis: probabilities of classes.

    The loss cross_entropy has it inside, and wants the numbers before it.

    Input: any shape. Output: the same.
    """

    name = "softmax"

    def __call__(self, x: Tensor, context: Context) -> Tensor:
        return softmax(x)


class LogSoftmax(Layer):
    """The logarithm of the softmax over the last axis.

    Input: any shape. Output: the same.
    """

    name = "log_softmax"

    def __call__(self, x: Tensor, context: Context) -> Tensor:
        return log_softmax(x)


class LeakyReLU(Layer):
    """x where it is positive, else x times a small slope, so that no unit dies (Maas et al. 2013).

    Input: any shape. Output: the same.

    Parameters
    ----------
    negative_slope : float
        The slope where x is negative.
    """

    name = "leaky_relu"

    def __init__(self, negative_slope: float = 0.01) -> None:
        self.negative_slope = number("negative_slope", negative_slope)

    def __call__(self, x: Tensor, context: Context) -> Tensor:
        return leaky_relu(x, negative_slope=self.negative_slope)


class ELU(Layer):
    """x where it is positive, else ``alpha · (exp(x) - 1)`` (Clevert et al. 2016).

    Input: any shape. Output: the same.

    Parameters
    ----------
    alpha : float
        Minus the value that very negative x come near to.
    """

    name = "elu"

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = number("alpha", alpha, above=0)

    def __call__(self, x: Tensor, context: Context) -> Tensor:
        return elu(x, alpha=self.alpha)


class GELU(Layer):
    """``x · Φ(x)``, Φ being the normal distribution's (Hendrycks and Gimpel 2016).

    Input: any shape. Output: the same.

    Parameters
    ----------
    approximate : {"none", "tanh"}
        Whether Φ is taken as it is, or by the formula with tanh of the paper's section 2.
    """

    name = "gelu"

    def __init__(self, approximate: Literal["none", "tanh"] = "none") -> None:
        self.approximate = choice("approximate", approximate, ("none", "tanh"))

    def __call__(self, x: Tensor, context: Context) -> Tensor:
        return gelu(x, approximate=self.approximate)
