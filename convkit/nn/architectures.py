"""Whole architectures as one layer each, and layers that are repeated."""

from __future__ import annotations

from copy import deepcopy
from typing import Literal, get_args

from convkit.errors import ConvkitError
from convkit.nn.activations import ReLU
from convkit.nn.checks import number, whole_number
from convkit.nn.containers import Residual, Sequential
from convkit.nn.convolution import Conv2D
from convkit.nn.dense import Dense
from convkit.nn.layer import Layer, Row, View
from convkit.nn.normalization import BatchNorm
from convkit.nn.pooling import GlobalAvgPool2D, MaxPool2D
from convkit.nn.regularization import Dropout
from convkit.nn.shaping import Flatten

MOST_LAYERS = 10_000

VggDepth = Literal[5, 7, 9, 11, 13, 16, 19]

VGG_STAGES: dict[int, tuple[int, ...]] = {
    5: (1, 1),
    7: (2, 2),
    9: (2, 2, 2),
    11: (1, 1, 2, 2, 2),
    13: (2, 2, 2, 2, 2),
    16: (2, 2, 3, 3, 3),
    19: (2, 2, 4, 4, 4),
}
"""Depth -> the convolutions of each stage; from 11 on those of the paper's table 1 (A, B, D, E)."""

WIDEST = 8
"""The stages' widths double up to so many times the first one's."""


class Block(Sequential):
    """The base of layers that are a chain of others: the summary shows these, and then itself."""

    def rows(self, before: View, path: str) -> list[Row]:
        return [*super().rows(before, path), Row(path, self.name, self.view(before))]


class Repeat(Block):
    """The same layers several times over, each time with weights of their own.

    Input: any shape. Output: what the last layer makes of it.

    Parameters
    ----------
    times : int
        How often.
    layers : list of Layer
        What is repeated.
    """

    name = "repeat"

    def __init__(self, times: int, layers: list[Layer]) -> None:
        whole_number("times", times)
        if not layers:
            raise ConvkitError("layers must be at least one, got none")
        if times * len(layers) > MOST_LAYERS:
            raise ConvkitError(
                f"times (={times}) makes {times * len(layers):,} layers, more than {MOST_LAYERS:,}"
            )
        super().__init__([deepcopy(layer) for _ in range(times) for layer in layers])


class VGG(Block):
    """VGG: stages of 3x3 convolutions, each twice as wide as the one before and pooled to half its
    size, then two dense layers (Simonyan and Zisserman 2015).

    The depth counts the layers with weights, and one that isn't in it: the dense layer that follows
    with as many units as there are classes. The depths below 11 are for small pictures. Maps of
    odd size are pooled to the larger half, and a map that is a single pixel stays one: any picture
    is large enough.

    Input: (height, width, channels). Output: (units,).

    Parameters
    ----------
    depth : {5, 7, 9, 11, 13, 16, 19}
        Layers with weights, with the dense one that follows.
    width : int
        The filters of the first stage, 64 in the paper; the widest stages have eight times as many.
    units : int or None
        Of each dense layer, 64 times the width in the paper; if left out, as many as the last stage
        has filters.
    batch_norm : bool
        Whether each convolution is followed by a batch normalization, without which deep ones don't
        begin to learn. The paper is from before there was any.
    dropout : float
        The share of the dense layers' outputs that is dropped while training.
    """

    name = "vgg"

    def __init__(
        self,
        depth: VggDepth = 11,
        width: int = 64,
        units: int | None = None,
        batch_norm: bool = True,
        dropout: float = 0.5,
    ) -> None:
        if depth not in VGG_STAGES:
            *others, last = get_args(VggDepth)
            allowed = f"{', '.join(map(str, others))} or {last}"
            raise ConvkitError(f"depth must be {allowed}, got {depth}")
        whole_number("width", width)
        number("dropout", dropout, least=0, below=1)
        layers: list[Layer] = []
        filters = width
        for stage, convolutions in enumerate(VGG_STAGES[depth]):
            filters = width * min(2**stage, WIDEST)
            layers += [each for _ in range(convolutions) for each in _vgg_step(filters, batch_norm)]
            layers.append(MaxPool2D(2, padding="same"))
        layers.append(Flatten())
        for _ in range(2):
            dense = Dense(filters if units is None else units, kernel_init="he_normal")
            layers += [dense, ReLU(), Dropout(dropout)]
        super().__init__(layers)


class ResNet(Block):
    """A residual network for small pictures: one convolution, three stages of blocks of two, and
    the mean over the whole map (He et al. 2016, section 4.2).

    Each stage but the first begins with a stride of 2 and is twice as wide as the one before. Batch
    normalization follows each convolution. A shortcut leads around each block; where the shape
    changes it is a projection. The depth counts the convolutions, and one layer that isn't in it:
    the dense layer that follows with as many units as there are classes.

    Input: (height, width, channels). Output: (4 times width,).

    Parameters
    ----------
    depth : int
        6n + 2 for n blocks in each stage: 8, 14, 20, 26, 32, 38, 44, 50, 56 …
    width : int
        The filters of the first stage.
    residual : bool
        Whether there are shortcuts. Without them it is the paper's plain network, which gets worse
        with depth.
    """

    name = "resnet"

    def __init__(self, depth: int = 20, width: int = 16, residual: bool = True) -> None:
        whole_number("width", width)
        layers: list[Layer] = [*_normalized(width), ReLU()]
        for stage in range(3):
            for block in range(_blocks(depth)):
                stride = 2 if stage > 0 and block == 0 else 1
                body = _resnet_body(width * 2**stage, stride)
                layers += [Residual(body)] if residual else body
                layers.append(ReLU())
        super().__init__([*layers, GlobalAvgPool2D()])


def _vgg_step(filters: int, batch_norm: bool) -> list[Layer]:
    if batch_norm:
        return [*_normalized(filters), ReLU()]
    return [Conv2D(filters, padding="same", kernel_init="he_normal"), ReLU()]


def _resnet_body(filters: int, stride: int) -> list[Layer]:
    return [*_normalized(filters, stride), ReLU(), *_normalized(filters)]


def _normalized(filters: int, stride: int = 1) -> list[Layer]:
    """Return a convolution that keeps the size, or halves it; the normalization has its bias."""
    convolution = Conv2D(
        filters, 3, stride=stride, padding=1, use_bias=False, kernel_init="he_normal"
    )
    return [convolution, BatchNorm()]


def _blocks(depth: int) -> int:
    """Return how many blocks each stage has."""
    whole_number("depth", depth)
    blocks, rest = divmod(depth - 2, 6)
    if rest or blocks < 1 or depth > MOST_LAYERS:
        below = max(blocks, 1) * 6 + 2
        raise ConvkitError(
            f"depth must be 6n + 2, such as 8, 14, 20, 32, 44, 56 or 110, got {depth}",
            f"the nearest are {below} and {below + 6}" if 8 < depth < MOST_LAYERS else None,
        )
    return blocks
