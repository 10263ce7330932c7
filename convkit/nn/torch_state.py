"""PyTorch's state dicts: what it calls the arrays of a layer, and how they lie in its memory."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
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

IGNORED = "num_batches_tracked"
"""What PyTorch counts beside, and nobody needs."""


def layout_of(layer: Layer) -> Layout | None:
    """Return how PyTorch holds a layer; None if it has no such layer."""
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


def from_torch(layer: Layer, attribute: str, array: Array, flattened: Shape | None = None) -> Array:
    """Return an array of PyTorch's as ours.

    Parameters
    ----------
    layer : Layer
        Of :data:`LAYOUTS`.
    attribute : str
        What we call the array.
    array : ndarray
    flattened : (int, int, int), optional
        The height, width and channels of the maps that the layer gets as one row: PyTorch lays
        channel after channel, we pixel after pixel.
    """
    layout = layout_of(layer)
    if layout and attribute == "weight" and array.ndim == len(layout.axes):
        array = array.transpose(layout.axes)
    if flattened and array.ndim and len(array) == prod(flattened) and attribute != "bias":
        height, width, channels = flattened
        rows = array.reshape(channels, height, width, -1)
        array = np.moveaxis(rows, 0, 2).reshape(array.shape)
    return array


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
