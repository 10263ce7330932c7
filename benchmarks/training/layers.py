"""convkit's layers in PyTorch's terms: which module each one is there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from convkit.nn import Layer, Sequential

Shape = tuple[int, ...]
Module = tuple[str, dict[str, Any]]
"""A class of ``torch.nn``, or of the scripts' own, and its arguments: as JSON holds them."""


def modules(layers: Iterable[Layer], shape: Shape) -> list[Module]:
    """Return what PyTorch has for layers that are built for samples of a shape.

    Raises
    ------
    ValueError
        If it has nothing, or the scripts don't.
    """
    return [_module(layer, incoming) for layer, incoming in unchained(layers, shape)]


def unchained(layers: Iterable[Layer], shape: Shape) -> Iterator[tuple[Layer, Shape]]:
    """Yield the layers that aren't chains of others, each with the shape that comes in."""
    for layer in layers:
        if isinstance(layer, Sequential):
            yield from unchained(layer.layers, shape)
        else:
            yield layer, shape
        shape = layer.output_shape(shape)


def _module(layer: Layer, shape: Shape) -> Module:
    if layer.name not in MODULES:
        raise ValueError(f"the PyTorch script has no '{layer.name}'")
    return MODULES[layer.name](layer, shape)


def _convolution(name: str) -> Callable[[Any, Shape], Module]:
    def module(layer: Any, shape: Shape) -> Module:
        return name, {
            "in_channels": shape[-1],
            "out_channels": layer.filters,
            "kernel_size": layer.kernel_size,
            "stride": [window.stride for window in layer.windows(shape)],
            "padding": _padding(layer, shape),
            "bias": layer.use_bias,
        }

    return module


def _max_pool(layer: Any, shape: Shape) -> Module:
    pads = layer.pads(shape)
    return "MaxPool2d", {
        "kernel_size": layer.pool_size,
        "stride": layer.stride,
        "padding": [before for before, _ in pads],
        "ceil_mode": any(before < behind for before, behind in pads),
    }


def _padding(layer: Any, shape: Shape) -> list[int]:
    """Return the pixels on either side of height and width, which PyTorch has alike."""
    pads = layer.pads(shape)
    if any(before != behind for before, behind in pads):
        raise ValueError(f"the PyTorch script has no '{layer.name}' with another pad behind")
    return [before for before, _ in pads]


def _batch_norm(layer: Any, shape: Shape) -> Module:
    name = "BatchNorm2d" if len(shape) == 3 else "BatchNorm1d"
    return name, {"num_features": shape[-1], "eps": layer.eps, "momentum": 1 - layer.momentum}


def _reshape(layer: Any, shape: Shape) -> Module:
    after = layer.output_shape(shape)
    return "Unflatten", {"dim": 1, "unflattened_size": (*after[-1:], *after[:-1])}


def _residual(layer: Any, shape: Shape) -> Module:
    return "Residual", {
        "body": modules([layer.body], shape),
        "shortcut": modules([layer.shortcut], shape),
    }


def _recurrent(kind: str) -> Callable[[Any, Shape], Module]:
    def module(layer: Any, shape: Shape) -> Module:
        return "Recurrent", {
            "kind": kind,
            "return_sequences": layer.return_sequences,
            "input_size": shape[-1],
            "hidden_size": layer.units,
            "num_layers": layer.layers,
            "bidirectional": layer.directions == 2,
        }

    return module


def _transformer(layer: Any, shape: Shape) -> Module:
    block = layer.blocks[0]
    return "TransformerStack", {
        "dim": shape[-1],
        "heads": block.attention.heads,
        "units": block.feed_forward.linear1.units,
        "layers": len(layer.blocks),
        "causal": layer.causal,
    }


def _plain(name: str, **arguments: str) -> Callable[[Any, Shape], Module]:
    """Return what describes a layer; each argument of the module is an attribute of the layer."""
    return lambda layer, _: (
        name,
        {key: getattr(layer, attribute) for key, attribute in arguments.items()},
    )


MODULES: dict[str, Callable[[Any, Shape], Module]] = {
    "batch_norm": _batch_norm,
    "conv2d": _convolution("Conv2d"),
    "conv2d_transpose": _convolution("ConvTranspose2d"),
    "dense": lambda layer, shape: (
        "Linear",
        {"in_features": shape[-1], "out_features": layer.units, "bias": layer.use_bias},
    ),
    "dropout": _plain("Dropout", p="rate"),
    "flatten": _plain("Flatten"),
    "global_avg_pool2d": lambda *_: ("GlobalPool", {"kind": "AdaptiveAvgPool2d"}),
    "global_max_pool2d": lambda *_: ("GlobalPool", {"kind": "AdaptiveMaxPool2d"}),
    "gru": _recurrent("GRU"),
    "leaky_relu": _plain("LeakyReLU", negative_slope="negative_slope"),
    "lstm": _recurrent("LSTM"),
    "max_pool2d": _max_pool,
    "positional_encoding": lambda _, shape: ("Positions", {"steps": shape[0], "dim": shape[1]}),
    "relu": _plain("ReLU"),
    "reshape": _reshape,
    "residual": _residual,
    "sigmoid": _plain("Sigmoid"),
    "tanh": _plain("Tanh"),
    "transformer_decoder": _transformer,
}
"""Name of a layer -> what it is in PyTorch, given the shape that comes in.

Whether arguments that are left out here matter, the losses of the first steps show.
"""
