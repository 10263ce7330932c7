"""The table of a model's layers, and where each of them stands."""

from __future__ import annotations

from convkit.nn.checks import Shape
from convkit.nn.layer import Layer, Row, View


def summary(model: Layer, shape: Shape) -> list[Row]:
    """Return a line for the input, then one for each layer of a model for samples of `shape`.

    It follows from shapes alone: the model needn't be built. A residual block has a line for each
    layer inside it, and one for the sum.

    Raises
    ------
    ConvkitError
        If something can't go through a layer; it names the layer.
    """
    start = View.of(shape)
    return [Row("", "input", start), *model.rows(start, "")]


def named_layers(model: Layer) -> dict[str, Layer]:
    """Return every layer of a model under its path in the summary, outer ones before inner."""
    found: dict[str, Layer] = {}
    for path, layer in model.children().items():
        found[path] = layer
        found |= {f"{path}.{inner}": each for inner, each in named_layers(layer).items()}
    return found
