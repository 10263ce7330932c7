"""What recurrent layers have in common: cells on top of each other, in one direction or in both."""

from __future__ import annotations

from abc import abstractmethod
from math import prod
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.random import Generator

from convkit.autograd import Tensor, concatenate
from convkit.autograd.recurrent import Unrolled
from convkit.errors import ConvkitError
from convkit.nn.checks import Shape, number, shape_text, whole_number
from convkit.nn.initializers import DType, InitializerChoice, choose_initializer
from convkit.nn.layer import Layer, Memory
from convkit.nn.module import Array, Context, Module, parameter
from convkit.nn.regularization import Dropout

CellState: TypeAlias = tuple[Tensor, ...]
"""What a cell has left behind of n sequences: (h,), or (h, c), (n, units) each; to go on from it,
arrays will do as well."""
State: TypeAlias = tuple[CellState, ...]
"""What each cell has: the lowest layer's first, and of each layer the forward one first."""


class Cell(Module):
    """The weights of a recurrent cell.

    Attributes
    ----------
    weight : Tensor, (features, gates·units)
    recurrent_weight : Tensor, (units, gates·units)
    bias : Tensor, (gates·units,), or (2, gates·units) for the inputs and the state apart
    """

    def __init__(self, weight: Array, recurrent_weight: Array, bias: Array) -> None:
        self.weight = parameter(weight)
        self.recurrent_weight = parameter(recurrent_weight)
        self.bias = parameter(bias)

    @property
    def weights(self) -> tuple[Tensor, Tensor, Tensor]:
        """All of them, as the primitives take them."""
        return self.weight, self.recurrent_weight, self.bias


class Recurrent(Layer):
    """The base: cells on top of each other, in one direction or in both."""

    gates: ClassVar[int] = 1
    biases: ClassVar[int] = 1
    states: ClassVar[int] = 1
    """How many arrays a cell leaves behind: h, or h and c."""

    cells: list[Cell]

    def __init__(
        self, units: int, return_sequences: bool, bidirectional: bool, layers: int
    ) -> None:
        self.units = whole_number("units", units)
        self.return_sequences = return_sequences
        self.directions = 2 if bidirectional else 1
        self.layers = whole_number("layers", layers)

    def choose_between(self, dropout: float, mask_value: float | None) -> None:
        """Take in what happens between layers and which steps don't count."""
        self.dropout = Dropout(number("dropout", dropout, least=0, below=1))
        self.mask_value = None if mask_value is None else number("mask_value", mask_value)

    def choose_initializers(
        self, kernel_init: InitializerChoice, recurrent_init: InitializerChoice
    ) -> None:
        """Take in where the weights begin."""
        self._kernel_init = choose_initializer("kernel_init", kernel_init)
        self._recurrent_init = choose_initializer("recurrent_init", recurrent_init)

    @abstractmethod
    def take(
        self, x: Tensor, cell: Cell, state: CellState | None, lengths: Array | None, reverse: bool
    ) -> Unrolled:
        """Take sequences through one cell."""

    def __call__(self, x: Tensor, context: Context) -> Tensor:
        return self._answer(*self.unroll(x, context, lengths=self.lengths(x)))

    def unroll(
        self,
        x: Tensor,
        context: Context,
        state: State | None = None,
        lengths: Array | None = None,
    ) -> tuple[Tensor, State]:
        """Take sequences through all cells, from a state and to one that gradients go through.

        Parameters
        ----------
        x : Tensor, (n, steps, features)
        context : Context
        state : State or None
            What the sequences have left behind before; zeros if None.
        lengths : (n,) integers or None
            How many steps of each sequence count; all if None. Those behind keep the state.

        Returns
        -------
        outputs : Tensor, (n, steps, units), twice the units where there are two directions
            The topmost layer's.
        state : State
            What is left behind.
        """
        befores = state or (None,) * len(self.cells)
        after: list[CellState] = []
        for first in range(0, len(self.cells), self.directions):
            x = self.dropout(x, context) if first else x
            unrolled = [
                self.take(x, self.cells[place], befores[place], lengths, place > first)
                for place in range(first, first + self.directions)
            ]
            x = _joined([each.outputs for each in unrolled])
            after += [each.state for each in unrolled]
        return x, tuple(after)

    def lengths(self, x: Tensor) -> Array | None:
        """Return up to where each sequence has steps that count, (n,); None if all of all do."""
        if self.mask_value is None:
            return None
        counting = (x.data != self.mask_value).any(axis=2)
        lengths: Array = (counting * np.arange(1, counting.shape[1] + 1)).max(axis=1)
        return lengths

    def begin(self, samples: int) -> Memory:
        if self.directions == 2:
            raise ConvkitError(
                f"a bidirectional {self.name} can't go through a sequence piece by piece: it "
                "begins at both ends",
                "bidirectional: false",
            )
        zeros = np.zeros((samples, self.units), self.cells[0].weight.dtype)
        return ((zeros,) * self.states,) * len(self.cells)

    def advance(self, x: Tensor, memory: Memory, context: Context) -> tuple[Tensor, Memory]:
        outputs, state = self.unroll(x, context, memory, self.lengths(x))
        # Copied, since they are views of all that the steps went through.
        remembered = tuple(tuple(np.array(part.data) for part in each) for each in state)
        return self._answer(outputs, state), remembered

    def _answer(self, outputs: Tensor, state: State) -> Tensor:
        if self.return_sequences:
            return outputs
        return _joined([hidden for hidden, *_ in state[-self.directions :]])

    def output_shape(self, shape: Shape) -> Shape:
        if len(shape) != 2:
            raise ConvkitError(
                f"it takes sequences (steps x features), got {shape_text(shape)}",
                "a recurrent layer before it needs return_sequences: true, texts need embedding",
            )
        features = self.directions * self.units
        return (shape[0], features) if self.return_sequences else (features,)

    def make(self, shape: Shape, rng: Generator, dtype: DType) -> None:
        self.cells = []
        for features in self._features(shape):
            weight, recurrent_weight, _ = self._weight_shapes(features)
            self.cells.append(
                Cell(
                    self._kernel_init(weight, rng, dtype),
                    self._recurrent_init(recurrent_weight, rng, dtype),
                    self.first_bias(shape[0], rng, dtype),
                )
            )

    def first_bias(self, steps: int, rng: Generator, dtype: DType) -> Array:
        """Return the bias that a cell begins with, for sequences of so many steps."""
        return np.zeros(self._weight_shapes(1)[2], dtype)

    def count_parameters(self, shape: Shape) -> int:
        return sum(prod(each) for f in self._features(shape) for each in self._weight_shapes(f))

    def macs(self, shape: Shape) -> int:
        columns = self.gates * self.units
        return shape[0] * columns * sum(f + self.units for f in self._features(shape))

    def _features(self, shape: Shape) -> list[int]:
        """Return how many features go into each cell."""
        above = [self.directions * self.units] * (self.directions * (self.layers - 1))
        return [shape[-1]] * self.directions + above

    def _weight_shapes(self, features: int) -> tuple[Shape, Shape, Shape]:
        columns = self.gates * self.units
        bias = (columns,) if self.biases == 1 else (self.biases, columns)
        return (features, columns), (self.units, columns), bias


def _joined(parts: list[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else concatenate(*parts, axis=-1)
