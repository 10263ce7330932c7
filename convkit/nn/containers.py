"""Layers made of layers: a chain of them, and a chain with a shortcut around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import DTypeLike

from convkit.autograd import Tensor
from convkit.errors import ConvkitError
from convkit.nn.checks import Shape, shape_text
from convkit.nn.convolution import Conv2D
from convkit.nn.dense import Dense
from convkit.nn.layer import Layer, LayerError, Memory, Row, View, blamed, blaming
from convkit.nn.limits import check_memory
from convkit.nn.module import Array, Context
from convkit.nn.shaping import Flatten, Reshape


class Sequential(Layer):
    """Layers one after the other; none at all pass on what comes in.

    Parameters
    ----------
    layers : list of Layer
        The first layer comes first.
    """

    name = "sequential"

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers = list(layers)

    def __call__(self, x: Tensor, context: Context) -> Tensor:
        for layer in self.layers:
            try:  # costs nothing, where `blaming` would cost as much as a small layer
                x = layer(x, context)
            except ConvkitError as error:
                raise blamed(str(self.layers.index(layer) + 1), layer.name, error) from error
        return x

    def begin(self, samples: int) -> Memory:
        return tuple(layer.begin(samples) for layer in self.layers)

    def advance(self, x: Tensor, memory: Memory, context: Context) -> tuple[Tensor, Memory]:
        after = []
        for layer, before in zip(self.layers, memory, strict=True):
            x, remembered = layer.advance(x, before, context)
            after.append(remembered)
        return x, tuple(after)

    def output_shape(self, shape: Shape) -> Shape:
        for path, layer in self.children().items():
            with blaming(path, layer.name):
                shape = layer.output_shape(shape)
        return shape

    def build(self, shape: Shape, rng: Generator, dtype: DTypeLike = np.float32) -> Shape:
        """Make the parameters of all layers for samples of `shape`; return what shape comes out.

        Raises
        ------
        LayerError
            If something can't go through a layer, or parameters would take too much memory.
        """
        after = self.output_shape(shape)
        check_memory(self.rows(View.of(shape), ""), np.dtype(dtype).itemsize)
        self.make(shape, rng, np.dtype(dtype))
        return after

    def check(self, inputs: Array) -> None:
        """Check what the first layer takes that does more than lay the numbers out anew."""
        for path, layer in self.children().items():
            with blaming(path, layer.name):
                layer.check(inputs)
            if not isinstance(layer, Flatten | Reshape):
                return

    def make(self, shape: Shape, rng: Generator, dtype: np.dtype[Any]) -> None:
        for layer in self.layers:
            shape = layer.build(shape, rng, dtype)

    def count_parameters(self, shape: Shape) -> int:
        total = 0
        for layer in self.layers:
            total += layer.count_parameters(shape)
            shape = layer.output_shape(shape)
        return total

    def macs(self, shape: Shape) -> int:
        total = 0
        for layer in self.layers:
            total += layer.macs(shape)
            shape = layer.output_shape(shape)
        return total

    def view(self, before: View) -> View:
        for layer in self.layers:
            before = layer.view(before)
        return before

    def children(self) -> dict[str, Layer]:
        return {str(number): layer for number, layer in enumerate(self.layers, start=1)}

    def rows(self, before: View, path: str) -> list[Row]:
        rows: list[Row] = []
        for number, layer in self.children().items():
            with blaming(number, layer.name):
                rows += layer.rows(before, f"{path}.{number}" if path else number)
            before = rows[-1].view
        return rows


class Residual(Layer):
    """Layers with a shortcut around them: ``body(x) + shortcut(x)``.

    The gradient reaches the input through the sum undiminished, however deep the body is
    (He et al. 2016, "Deep residual learning for image recognition"). Where the body changes the
    shape, the shortcut becomes a projection: a 1x1 convolution with the body's stride, or a dense
    layer (equation 2 there).

    Input: any shape. Output: what the body makes of it.

    Parameters
    ----------
    body : list of Layer
        The layers that the shortcut leads around.
    shortcut : list of Layer or None
        What the input goes through before it is added; by default nothing, or the projection.
    """

    name = "residual"

    def __init__(self, body: list[Layer], shortcut: list[Layer] | None = None) -> None:
        if not body:
            raise ConvkitError("body must have at least one layer, got none")
        self.body = Sequential(body)
        self.shortcut = Sequential(shortcut or [])
        self._projects = shortcut is None

    def __call__(self, x: Tensor, context: Context) -> Tensor:
        after = self.body(x, context)
        try:
            return after + self.shortcut(x, context)
        except LayerError as error:
            raise blamed("shortcut", self.name, error) from error

    def begin(self, samples: int) -> Memory:
        return self.body.begin(samples), self.shortcut.begin(samples)

    def advance(self, x: Tensor, memory: Memory, context: Context) -> tuple[Tensor, Memory]:
        body, of_body = self.body.advance(x, memory[0], context)
        shortcut, of_shortcut = self.shortcut.advance(x, memory[1], context)
        return body + shortcut, (of_body, of_shortcut)

    def output_shape(self, shape: Shape) -> Shape:
        after = self.body.output_shape(shape)
        with blaming("shortcut", self.name):
            other = self._shortcut(shape).output_shape(shape)
        if after != other:
            raise ConvkitError(
                f"its body makes {shape_text(after)} of {shape_text(shape)} and its shortcut "
                f"{shape_text(other)}: they can't be added",
                "keep the size in the body (padding: same), or give a shortcut with that shape",
            )
        return after

    def make(self, shape: Shape, rng: Generator, dtype: np.dtype[Any]) -> None:
        self.shortcut = self._shortcut(shape)
        self.body.build(shape, rng, dtype)
        self.shortcut.build(shape, rng, dtype)

    def count_parameters(self, shape: Shape) -> int:
        shortcut = self._shortcut(shape)
        return self.body.count_parameters(shape) + shortcut.count_parameters(shape)

    def macs(self, shape: Shape) -> int:
        return self.body.macs(shape) + self._shortcut(shape).macs(shape)

    def view(self, before: View) -> View:
        shortcut = self._shortcut(before.shape)
        return self.body.view(before).joined(shortcut.view(before))

    def children(self) -> dict[str, Layer]:
        shortcut = self.shortcut.children()
        return self.body.children() | {f"shortcut.{path}": each for path, each in shortcut.items()}

    def rows(self, before: View, path: str) -> list[Row]:
        body = self.body.rows(before, path)
        way = f"{path}.shortcut" if path else "shortcut"
        shortcut = self._shortcut(before.shape).rows(before, way)
        if self._projects:
            shortcut = [replace(row, name=f"{row.name} (projection)") for row in shortcut]
        return [*body, *shortcut, Row(path, self.name, self.view(before))]

    def _shortcut(self, shape: Shape) -> Sequential:
        """Return what was given, else nothing or, if the body changes `shape`, a projection."""
        if not self._projects:
            return self.shortcut
        after = self.body.output_shape(shape)
        return Sequential([] if after == shape else self._projection(shape, after))

    def _projection(self, shape: Shape, after: Shape) -> list[Layer]:
        if len(shape) == len(after) < 3:
            return [Dense(after[-1])]
        fields = self.body.view(View.of(shape)).fields
        if len(after) < 3 or fields is None:
            return []
        stride = [field.jump for field in fields]
        whole = all(jump.denominator == 1 for jump in stride)
        return [Conv2D(after[-1], 1, stride=(int(stride[0]), int(stride[1])))] if whole else []
