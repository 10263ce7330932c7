"""PyTorch's state dicts: what it calls the arrays of a layer, and how they lie in its memory."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import prod
from typing import Any, NamedTuple

import numpy as np

from convkit.nn.checks import Shape
from convkit.nn.convolution import Convolution
from convkit.nn.dense import Dense
from convkit.nn.embedding import Embedding
from convkit.nn.layer import Layer
from convkit.nn.module import Array
from convkit.nn.normalization import BatchNorm, Normalization
from convkit.nn.recurrent import Recurrent
from convkit.nn.shaping import Flatten
from convkit.nn.summary import named_layers, summary

RUNNING = {"running_mean": "running_mean", "running_variance": "running_var"}


class Layout(NamedTuple):
    """How PyTorch holds a layer.

    Attributes
    ----------
    names : dict of str to str
        What it calls each of our arrays.
    axes : tuple of int
        In which order it has the axes of our ``weight``: NCHW, and outputs before inputs.
    """

    names: Mapping[str, str]
    axes: tuple[int, ...] = ()


WEIGHTED = {"weight": "weight", "bias": "bias"}
NORMALIZED = {"scale": "weight", "shift": "bias"}

LAYOUTS: dict[type[Any], Layout] = {
    Dense: Layout(WEIGHTED, (1, 0)),
    Convolution: Layout(WEIGHTED, (2, 3, 1, 0)),
    Embedding: Layout(WEIGHTED),
    BatchNorm: Layout(NORMALIZED | RUNNING),
    Normalization: Layout(NORMALIZED),
}
"""The layers that both have; of several that a layer is, the first counts."""

CELL = {
    "weight": ("weight_ih",),
    "recurrent_weight": ("weight_hh",),
    "bias": ("bias_ih", "bias_hh"),
}
"""What it calls the arrays of a recurrent cell, without the cell's own number. It has two biases,
which are one where they are only ever added up."""

IGNORED = "num_batches_tracked"
"""What PyTorch counts beside, and nobody needs."""


def counterparts(layer: Layer, attribute: str) -> tuple[str, ...]:
    """Return what PyTorch calls an array of a layer: several names if it holds it in parts, none if
    it has no such array.
    """
    if isinstance(layer, Recurrent):
        _, number, array = attribute.split(".")
        level, backwards = divmod(int(number), layer.directions)
        ending = f"_l{level}{'_reverse' * backwards}"
        return tuple(name + ending for name in CELL[array])
    layout = _layout_of(layer)
    return (layout.names[attribute],) if layout and attribute in layout.names else ()


def _layout_of(layer: Layer) -> Layout | None:
    return next((layout for kind, layout in LAYOUTS.items() if isinstance(layer, kind)), None)


def modules_of(names: Iterable[str]) -> list[str]:
    """Return the modules of a state dict, such as ``features.0``, numbers in their order.

    >>> modules_of(["body.10.weight", "body.2.weight", "body.2.bias", "body.2.num_batches_tracked"])
    ['body.2', 'body.10']
    """
    modules = {name.rpartition(".")[0] for name in names if not name.endswith(IGNORED)}
    return sorted(modules, key=_natural)


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part or 0), text) for text, part in re.findall(r"(\D+)|(\d+)", name)]


def from_torch(
    layer: Layer, attribute: str, parts: Sequence[Array], flattened: Shape | None = None
) -> Array:
    """Return an array of PyTorch's as ours.

    Parameters
    ----------
    layer : Layer
    attribute : str
        What we call the array.
    parts : sequence of ndarray
        Its :func:`counterparts`, of one shape.
    flattened : (int, int, int), optional
        The height, width and channels of the maps that the layer gets as one row: PyTorch lays
        channel after channel, we pixel after pixel.
    """
    if isinstance(layer, Recurrent):
        return _of_cell(layer, parts)
    (array,) = parts
    layout = _layout_of(layer)
    if layout and attribute == "weight" and array.ndim == len(layout.axes):
        array = array.transpose(layout.axes)
    if flattened and array.ndim and len(array) == prod(flattened) and attribute != "bias":
        height, width, channels = flattened
        rows = array.reshape(channels, height, width, -1)
        array = np.moveaxis(rows, 0, 2).reshape(array.shape)
    return array


def _of_cell(layer: Recurrent, parts: Sequence[Array]) -> Array:
    """Return a recurrent cell's weights, outputs behind inputs, or its bias."""
    if len(parts) == 1:
        return parts[0].T
    return np.stack(parts) if layer.biases > 1 else np.sum(parts, axis=0)


def flattened_inputs(model: Layer, shape: Shape) -> dict[str, Shape]:
    """Return the layers that get maps as one row, by path, and the shape of the maps.

    Parameters
    ----------
    model : Layer
    shape : tuple of int
        Of a sample that comes into the model.
    """
    found: dict[str, Shape] = {}
    maps: Shape | None = None
    layers, rows = named_layers(model), summary(model, shape)
    for before, row in pairwise(rows):
        layer = layers[row.path]
        if isinstance(layer, Flatten):
            maps = before.shape if len(before.shape) == 3 else maps
        elif maps is not None:
            found[row.path] = maps
            maps = maps if row.shape == before.shape and not isinstance(layer, Dense) else None
    return found
