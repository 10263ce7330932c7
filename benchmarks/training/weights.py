"""The weights of convkit's layers as PyTorch has them: in its order, and laid out as there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.training.layers import Shape, unchained
from convkit.autograd import Tensor
from convkit.nn import Layer

Array = NDArray[Any]

Of = Callable[[Tensor], Array]
"""What is asked of a parameter: its values, or their gradients."""

Maps = Shape | None
"""Height, width and channels of the maps that a row of features stands for; None if for none."""


def weights(layers: Iterable[Layer], shape: Shape, of: Of) -> Iterator[Array]:
    """Yield the parameters of layers as PyTorch's ``parameters()`` has them.

    Parameters
    ----------
    layers : iterable of Layer
        Built for samples of `shape`.
    shape : tuple of int
    of : callable
    """
    steps = list(unchained(layers, shape))
    for (layer, incoming), taken, made in zip(steps, _taken(steps), _made(steps), strict=True):
        for array in _arrays(layer, incoming, of):
            laid = _channels_first(array, 0, made)
            yield np.ascontiguousarray(_channels_first(laid, 1, taken))


def linear(layer: Any, of: Of) -> list[Array]:
    """Return the weights of a dense layer, outputs first, and its bias."""
    return [of(layer.weight).T, *([] if layer.bias is None else [of(layer.bias)])]


def normalization(layer: Any, of: Of) -> list[Array]:
    """Return scale and shift."""
    return [of(layer.scale), of(layer.shift)]


def cells(layer: Any, of: Of) -> list[Array]:
    """Return the weights of all cells.

    PyTorch has two biases, one for the inputs and one for the state. Where convkit has only their
    sum, PyTorch's second one stays zero and isn't trained.
    """
    return [
        array
        for cell in layer.cells
        for array in (
            of(cell.weight).T,
            of(cell.recurrent_weight).T,
            *of(cell.bias).reshape(layer.biases, -1),
        )
    ]


def attention(layer: Any, of: Of) -> list[Array]:
    """Return the weights of self-attention, or of attention to another sequence."""
    if hasattr(layer, "in_proj"):
        return [*linear(layer.in_proj, of), *linear(layer.out_proj, of)]
    queries, rest = linear(layer.q_proj, of), linear(layer.kv_proj, of)
    joined = [np.concatenate(pair) for pair in zip(queries, rest, strict=True)]
    return [*joined, *linear(layer.out_proj, of)]


def transformer(layer: Any, of: Of) -> list[Array]:
    """Return the weights of a stack of transformer blocks, with attention to others or without."""
    blocks = chain.from_iterable(_block(block, of) for block in layer.blocks)
    return [*blocks, *normalization(layer.norm, of)]


def _block(block: Any, of: Of) -> list[Array]:
    feed_forward = block.feed_forward
    crosses = hasattr(block, "cross")
    shortcuts = block.shortcut, *([block.cross_shortcut] if crosses else []), feed_forward.shortcut
    return [
        *attention(block.attention, of),
        *(attention(block.cross, of) if crosses else []),
        *linear(feed_forward.linear1, of),
        *linear(feed_forward.linear2, of),
        *chain.from_iterable(normalization(each.norm, of) for each in shortcuts),
    ]


def _kernels(*axes: int) -> Callable[[Any, Of], list[Array]]:
    """Return what gives a convolution's weights, with their axes in this order, and its bias."""
    return lambda layer, of: [
        of(layer.weight).transpose(axes),
        *([] if layer.bias is None else [of(layer.bias)]),
    ]


ARRAYS: dict[str, Callable[[Any, Of], list[Array]]] = {
    "batch_norm": normalization,
    "conv2d": _kernels(3, 2, 0, 1),
    "conv2d_transpose": _kernels(3, 2, 0, 1),
    "dense": linear,
    "gru": cells,
    "lstm": cells,
    "transformer_decoder": transformer,
}
"""Name of a layer -> its parameters in PyTorch's order and layout; others have none."""


def _arrays(layer: Any, shape: Shape, of: Of) -> Iterator[Array]:
    if layer.name == "residual":
        yield from weights([layer.body], shape, of)
        yield from weights([layer.shortcut], shape, of)
    elif layer.name in ARRAYS:
        yield from ARRAYS[layer.name](layer, of)


def _taken(steps: Sequence[tuple[Layer, Shape]]) -> Iterator[Maps]:
    """Yield from which maps the row was laid out that each layer gets."""
    maps: Maps = None
    for layer, shape in steps:
        yield maps if layer.name == "dense" else None
        if layer.name == "flatten":
            maps = shape if len(shape) == 3 else None
        elif layer.name == "dense":
            maps = None


def _made(steps: Sequence[tuple[Layer, Shape]]) -> list[Maps]:
    """Return as which maps the row will be laid out that each layer makes."""
    maps: Maps = None
    found: list[Maps] = []
    for layer, shape in reversed(steps):
        if layer.name == "reshape":
            after = layer.output_shape(shape)
            maps = after if len(after) == 3 else None
        found.append(maps)
        if layer.name in ("dense", "flatten"):
            maps = None
    return found[::-1]


def _channels_first(array: Array, axis: int, maps: Maps) -> Array:
    """Return an array whose axis goes through maps channel by channel, not pixel by pixel."""
    if maps is None or array.ndim <= axis:
        return array
    height, width, channels = maps
    order = np.arange(height * width * channels).reshape(maps).transpose(2, 0, 1).ravel()
    return array.take(order, axis)
