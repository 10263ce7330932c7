"""What a layer is: its shapes, its parameters, its cost, and its lines in the summary."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.random import Generator
from numpy.typing import DTypeLike

from convkit.autograd import Tensor
from convkit.chain import Field
from convkit.errors import ConvkitError
from convkit.nn.checks import Pair, Shape
from convkit.nn.module import Array, Context, Module
from convkit.window import Window

FLOAT32_BYTES = 4

Memory: TypeAlias = Any
"""What a layer remembers of sequences: None, arrays, or tuples of memories."""


class LayerError(ConvkitError):
    """A layer that what comes in can't go through.

    Attributes
    ----------
    path, name : str
        Where it stands, as in the summary, and what it is.
    cause : ConvkitError
        What the layer said.
    """

    def __init__(self, path: str, name: str, cause: ConvkitError) -> None:
        super().__init__(f"layer {path} ({name}): {cause.message}", cause.hint)
        self.path = path
        self.name = name
        self.cause = cause


@contextmanager
def blaming(path: str, name: str) -> Iterator[None]:
    """Say in every error which layer it comes from, down through nested ones."""
    try:
        yield
    except ConvkitError as error:
        raise blamed(path, name, error) from error


def blamed(path: str, name: str, error: ConvkitError) -> LayerError:
    """Return an error that says which layer it comes from, or which one inside that."""
    if isinstance(error, LayerError):
        return LayerError(f"{path}.{error.path}", error.name, error.cause)
    return LayerError(path, name, error)


@dataclass(frozen=True)
class View:
    """A sample's shape, and what its positions see of the model's input.

    Attributes
    ----------
    shape : tuple of int
    grid : (int, int) or None
        Over how many positions the fields are laid: the height and width of the feature maps,
        also after they were flattened. None where nothing is an image.
    fields : (Field, Field) or None
        The receptive fields along height and width.
    """

    shape: Shape
    grid: Pair | None = None
    fields: tuple[Field, Field] | None = None

    @classmethod
    def of(cls, shape: Shape) -> View:
        """Return the view of an input: of an image, each pixel sees itself."""
        return cls(shape, shape[:2], (Field(), Field())) if len(shape) == 3 else cls(shape)

    def through(self, layer: Layer) -> View:
        """Return the view behind a layer."""
        shape = layer.output_shape(self.shape)
        if self.grid is None or self.fields is None:
            return View(shape)
        windows = self._everything() if layer.sees_all else layer.windows(self.shape)
        if windows is None:
            return View(shape, self.grid, self.fields)
        (tall, wide), (height, width) = windows, self.grid
        fields = self.fields[0].through(tall, height), self.fields[1].through(wide, width)
        return View(shape, (tall.size(height), wide.size(width)), fields)

    def joined(self, other: View) -> View:
        """Return the view of the sum of this branch and another: all that either sees."""
        if self.fields is None or other.fields is None:
            return View(self.shape)
        height, width = (a.joined(b) for a, b in zip(self.fields, other.fields, strict=True))
        return View(self.shape, self.grid, (height, width))

    def _everything(self) -> tuple[Window, Window] | None:
        return None if self.grid is None else (Window(self.grid[0]), Window(self.grid[1]))


@dataclass(frozen=True)
class Row:
    """One line of a model's summary.

    Attributes
    ----------
    path : str
        Where the layer stands: ``5``, or ``5.2`` inside a residual block.
    name : str
    view : View
        What comes out of it.
    parameters : int
        Trained numbers.
    macs : int
        Multiplications each with an addition, for one sample.
    """

    path: str
    name: str
    view: View
    parameters: int = 0
    macs: int = 0

    @property
    def shape(self) -> Shape:
        """The sample's shape that comes out."""
        return self.view.shape

    @property
    def field(self) -> Pair | None:
        """The receptive field in pixels, (height, width), or None if the input is no image."""
        fields = self.view.fields
        return None if fields is None else (fields[0].size, fields[1].size)

    @property
    def bytes(self) -> int:
        """The memory of one sample's output in float32."""
        return FLOAT32_BYTES * prod(self.shape)


class Layer(Module, ABC):
    """One layer of a model. Its constructor is what can be written in a YAML file.

    A layer is made in two steps: the constructor takes the settings, :meth:`build` the shape of a
    sample, from which it infers everything else. Only then can it be called.
    """

    name: ClassVar[str]
    """What it is called in a YAML file."""
    sees_all: ClassVar[bool] = False
    """Whether each output depends on all positions of an image."""
    endless: ClassVar[bool] = True
    """Whether it can go on with a sequence for ever: what it remembers doesn't grow."""

    trainable: bool = True
    """Whether its parameters are trained; batch normalization that isn't uses what it stored."""

    @abstractmethod
    def __call__(self, x: Tensor, context: Context) -> Tensor:
        """Return the outputs for a batch of samples, (n, \\*shape)."""

    def begin(self, samples: int) -> Memory:
        """Return what it remembers of sequences of which it has seen nothing; None: it forgets.

        Parameters
        ----------
        samples : int
            How many sequences go through side by side.
        """
        return None

    def advance(self, x: Tensor, memory: Memory, context: Context) -> tuple[Tensor, Memory]:
        """Go on with sequences: return the outputs for their next steps, and what is remembered.

        Going through a sequence piece by piece gives what going through at once does. Layers that
        take each step on its own remember nothing.

        Parameters
        ----------
        x : Tensor, (n, steps, \\*) or (n, steps)
            The next steps of each sequence, one or more.
        memory
            Of :meth:`begin`, or of the call before. It isn't changed, and holds arrays and tuples
            of them only, no tensors: no gradient goes back through it.
        """
        return self(x, context), memory

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape of a sample that comes out, without the batch axis.

        Raises
        ------
        ConvkitError
            If `shape` can't come in.
        """
        return shape

    def build(self, shape: Shape, rng: Generator, dtype: DTypeLike = np.float32) -> Shape:
        """Make the parameters for samples of `shape` and return the shape that comes out.

        Raises
        ------
        ConvkitError
            If `shape` can't come in.
        """
        after = self.output_shape(shape)
        self.make(shape, rng, np.dtype(dtype))
        return after

    def check(self, inputs: Array) -> None:
        """Check samples (n, \\*shape) that come in straight from the data.

        Raises
        ------
        ConvkitError
            If the layer can't take the numbers in them.
        """

    def make(self, shape: Shape, rng: Generator, dtype: np.dtype[Any]) -> None:
        """Make the parameters, if there are any, for a shape that is known to fit."""

    def count_parameters(self, shape: Shape) -> int:
        """Return how many numbers are trained once it is built for samples of `shape`."""
        return 0

    def macs(self, shape: Shape) -> int:
        """Return the multiply-accumulates for one sample of `shape`."""
        return 0

    def windows(self, shape: Shape) -> tuple[Window, Window] | None:
        """Return the windows that slide over height and width, if any do."""
        return None

    def view(self, before: View) -> View:
        """Return what the outputs see of the model's input."""
        return before.through(self)

    def children(self) -> dict[str, Layer]:
        """Return the layers inside it under their paths: ``2``, ``shortcut.1``."""
        return {}

    def set_trainable(self, trainable: bool) -> None:
        """Freeze the layer, or let it be trained again, with all that is inside it.

        No gradients are computed for frozen parameters.
        """
        self.trainable = trainable
        for tensor in self.parameters().values():
            tensor.requires_grad = trainable
        for layer in self.children().values():
            layer.set_trainable(trainable)

    def rows(self, before: View, path: str) -> list[Row]:
        """Return the layer's lines in the summary; the last holds what comes out of it.

        It follows from shapes alone: the layer needn't be built.
        """
        shape = before.shape
        size, macs = self.count_parameters(shape), self.macs(shape)
        return [Row(path, self.name, self.view(before), size, macs)]
