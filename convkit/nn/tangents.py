"""Forward differentiation of layers: how their outputs change as their inputs do.

A tangent goes through the layers beside the values, by recorded operations, so that ordinary
``backward()`` differentiates it by the parameters. That gives the gradient of a penalty on the
gradient by the input, exactly and without differentiating twice: of ``|∇ₓf|²/2`` it is that of
``v·∇ₓf``, the change of f along ``v = ∇ₓf`` held constant (Pearlmutter 1994, "Fast exact
multiplication by the Hessian").

A layer class is made differentiable by a function in :data:`TANGENTS`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np

from convkit.autograd import Tensor, sigmoid
from convkit.errors import ConvkitError
from convkit.nn import activations, normalization, pooling, shaping
from convkit.nn.containers import Residual, Sequential
from convkit.nn.convolution import Conv2D, Conv2DTranspose, DepthwiseConv2D
from convkit.nn.dense import Dense
from convkit.nn.layer import Layer, blaming
from convkit.nn.module import Array, Context
from convkit.nn.regularization import Dropout


class Dual(NamedTuple):
    """Values, and how they change.

    Attributes
    ----------
    value, tangent : Tensor
        Of the same shape.
    """

    value: Tensor
    tangent: Tensor


Tangent: TypeAlias = Callable[..., Dual]
"""Takes a layer, a Dual and a Context."""

Affine: TypeAlias = Dense | Conv2D | DepthwiseConv2D | Conv2DTranspose


def along(layer: Layer, x: Dual, context: Context) -> Dual:
    """Go through a layer with values and their tangents.

    Parameters
    ----------
    layer : Layer
        Built; :func:`check_tangents` tells whether it can be done.
    x : Dual
        Of samples (n, \\*shape).
    context : Context

    Returns
    -------
    Dual
        The layer's outputs, and their derivatives along the tangents of `x`: both recorded.

    Raises
    ------
    ConvkitError
        If the layer, or one inside it, has no tangent.
    """
    tangent = _tangent_of(layer)
    if tangent is None:
        raise _without_tangent(layer)
    return tangent(layer, x, context)


def check_tangents(layer: Layer) -> None:
    """Refuse layers that tangents can't go through.

    Raises
    ------
    LayerError
        Naming the first such layer.
    """
    for path, each in layer.children().items():
        with blaming(path, each.name):
            if _tangent_of(each) is None:
                raise _without_tangent(each)
            check_tangents(each)


def _tangent_of(layer: Layer) -> Tangent | None:
    """Return what leads tangents through a layer: its class's, or that of one it derives from."""
    return next((TANGENTS[kind] for kind in type(layer).__mro__ if kind in TANGENTS), None)


def _without_tangent(layer: Layer) -> ConvkitError:
    known = f"layers that can: {', '.join(sorted(each.name for each in TANGENTS))}"
    return ConvkitError(
        f"{layer.name} can't take part in a penalty on the gradient",
        _INSTEAD.get(layer.name, known),
    )


_INSTEAD = {
    "batch_norm": "it ties the samples of a batch together: take layer_norm",
    "max_pool2d": "take avg_pool2d, or a conv2d with a stride",
    "global_max_pool2d": "take global_avg_pool2d",
    "gelu": "take silu",
}


def _sequential(layer: Sequential, x: Dual, context: Context) -> Dual:
    for each in layer.layers:
        x = along(each, x, context)
    return x


def _residual(layer: Residual, x: Dual, context: Context) -> Dual:
    body, shortcut = along(layer.body, x, context), along(layer.shortcut, x, context)
    return Dual(body.value + shortcut.value, body.tangent + shortcut.tangent)


def _linear(layer: Layer, x: Dual, context: Context) -> Dual:
    return Dual(layer(x.value, context), layer(x.tangent, context))


def _affine(layer: Affine, x: Dual, context: Context) -> Dual:
    return Dual(layer(x.value, context), layer.linear(x.tangent))


def _dropout(layer: Dropout, x: Dual, context: Context) -> Dual:
    # Of both the same numbers are dropped.
    kept = layer(Tensor(np.ones_like(x.value.data)), context).data
    return Dual(x.value * kept, x.tangent * kept)


def _relu(layer: activations.ReLU, x: Dual, context: Context) -> Dual:
    return Dual(layer(x.value, context), x.tangent * _slopes(x.value, 0.0))


def _leaky_relu(layer: activations.LeakyReLU, x: Dual, context: Context) -> Dual:
    return Dual(layer(x.value, context), x.tangent * _slopes(x.value, layer.negative_slope))


def _elu(layer: activations.ELU, x: Dual, context: Context) -> Dual:
    value, positive = layer(x.value, context), _slopes(x.value, 0.0)
    return Dual(value, x.tangent * (positive + (1 - positive) * (value + layer.alpha)))


def _slopes(x: Tensor, negative: float) -> Array:
    """Return 1 where x is positive, and else `negative`."""
    slopes = (x.data > 0).astype(x.dtype)
    slopes += negative * (1 - slopes)
    return slopes


def _sigmoid(layer: activations.Sigmoid, x: Dual, context: Context) -> Dual:
    value = layer(x.value, context)
    return Dual(value, x.tangent * (value * (1 - value)))


def _tanh(layer: activations.Tanh, x: Dual, context: Context) -> Dual:
    value = layer(x.value, context)
    return Dual(value, x.tangent * (1 - value * value))


def _silu(layer: activations.SiLU, x: Dual, context: Context) -> Dual:
    value, gate = layer(x.value, context), sigmoid(x.value)
    return Dual(value, x.tangent * (gate + value * (1 - gate)))


def _softplus(layer: activations.Softplus, x: Dual, context: Context) -> Dual:
    return Dual(layer(x.value, context), x.tangent * sigmoid(x.value))


def _layer_norm(layer: normalization.LayerNorm, x: Dual, context: Context) -> Dual:
    axes = tuple(range(-layer.axes, 0))
    deviation = (x.value.var(axes, keepdims=True) + layer.eps).sqrt()
    normal = (x.value - x.value.mean(axes, keepdims=True)) / deviation
    shrinking = normal * (normal * x.tangent).mean(axes, keepdims=True)
    change = (x.tangent - x.tangent.mean(axes, keepdims=True) - shrinking) / deviation
    return Dual(layer(x.value, context), change * layer.scale)


TANGENTS: dict[type[Layer], Tangent] = {
    Sequential: _sequential,
    Residual: _residual,
    Dense: _affine,
    Conv2D: _affine,
    DepthwiseConv2D: _affine,
    Conv2DTranspose: _affine,
    pooling.AvgPool2D: _linear,
    pooling.GlobalAvgPool2D: _linear,
    shaping.Flatten: _linear,
    shaping.Reshape: _linear,
    Dropout: _dropout,
    normalization.LayerNorm: _layer_norm,
    activations.ReLU: _relu,
    activations.LeakyReLU: _leaky_relu,
    activations.ELU: _elu,
    activations.Sigmoid: _sigmoid,
    activations.Tanh: _tanh,
    activations.SiLU: _silu,
    activations.Softplus: _softplus,
}
"""Layer class -> how its outputs change with its inputs."""
