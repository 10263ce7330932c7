"""The simple recurrent network, the long short-term memory and the gated recurrent unit."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.random import Generator

from convkit.autograd import Tensor, gru, lstm, rnn
from convkit.autograd.recurrent import Nonlinearity, Unrolled
from convkit.nn.checks import choice, number
from convkit.nn.initializers import DType, InitializerChoice
from convkit.nn.module import Array
from convkit.nn.recurrent.base import Cell, CellState, Recurrent

GateBias: TypeAlias = float | Literal["chrono"]


class RNN(Recurrent):
    """A simple recurrent network, ``h' = tanh(x w + h u + b)`` (Elman 1990).

    Its gradients vanish or explode within a few dozen steps: take lstm or gru where something has
    to be remembered for longer.

    Input: (steps, features). Output: (units,), the state after the last step, or (steps, units);
    twice the units where it is bidirectional.

    Parameters
    ----------
    units : int
        How many numbers the state has.
    return_sequences : bool
        Whether the states after all steps come out, not just the last one.
    bidirectional : bool
        Whether a second one reads from the end to the beginning; both states come out side by side.
    layers : int
        How many are on top of each other; each reads the states of the one below.
    dropout : float
        The share of the numbers between these layers that is dropped while training, from 0 and
        below 1.
    mask_value : float, optional
        What sequences are filled up with: steps at their end whose features all equal it don't
        count. By default all steps do.
    nonlinearity : {"tanh", "relu"}
        What the state goes through.
    kernel_init : str or dict
        Where the weights of the inputs begin: an initializer's name, or {name: normal, std: 0.1}.
    recurrent_init : str or dict
        Where those of the state begin; orthogonal ones neither stretch nor shrink it.
    """

    name = "rnn"

    def __init__(
        self,
        units: int,
        return_sequences: bool = False,
        bidirectional: bool = False,
        layers: int = 1,
        dropout: float = 0.0,
        mask_value: float | None = None,
        nonlinearity: Nonlinearity = "tanh",
        kernel_init: InitializerChoice = "glorot_uniform",
        recurrent_init: InitializerChoice = "orthogonal",
    ) -> None:
        super().__init__(units, return_sequences, bidirectional, layers)
        self.choose_between(dropout, mask_value)
        self.choose_initializers(kernel_init, recurrent_init)
        self.nonlinearity = choice("nonlinearity", nonlinearity, get_args(Nonlinearity))

    def take(
        self, x: Tensor, cell: Cell, state: CellState | None, lengths: Array | None, reverse: bool
    ) -> Unrolled:
        bend = self.nonlinearity
        return rnn(x, *cell.weights, state, lengths=lengths, reverse=reverse, nonlinearity=bend)


class LSTM(Recurrent):
    """A long short-term memory: gates decide what its cell keeps, takes in and shows.

    What the cell holds is added to, not multiplied anew at every step, so that gradients reach far
    back (Hochreiter and Schmidhuber 1997; with the forget gate of Gers et al. 2000).

    Input: (steps, features). Output: (units,), the state after the last step, or (steps, units);
    twice the units where it is bidirectional.

    Parameters
    ----------
    units : int
        How many numbers the state has, and the cell.
    return_sequences : bool
        Whether the states after all steps come out, not just the last one.
    bidirectional : bool
        Whether a second one reads from the end to the beginning; both states come out side by side.
    layers : int
        How many are on top of each other; each reads the states of the one below.
    dropout : float
        The share of the numbers between these layers that is dropped while training, from 0 and
        below 1.
    mask_value : float, optional
        What sequences are filled up with: steps at their end whose features all equal it don't
        count. By default all steps do.
    forget_bias : float or "chrono"
        Where the bias of the forget gate begins: 1 keeps it open, so that an untrained cell
        remembers (Jozefowicz et al. 2015); 0 is PyTorch's. With chrono, cells begin with memories
        of all lengths up to the sequences' own, and take in the less, the longer they keep it
        (Tallec and Ollivier 2018).
    kernel_init : str or dict
        Where the weights of the inputs begin: an initializer's name, or {name: normal, std: 0.1}.
    recurrent_init : str or dict
        Where those of the state begin.
    """

    name = "lstm"
    gates = 4
    states = 2

    def __init__(
        self,
        units: int,
        return_sequences: bool = False,
        bidirectional: bool = False,
        layers: int = 1,
        dropout: float = 0.0,
        mask_value: float | None = None,
        forget_bias: GateBias = 1.0,
        kernel_init: InitializerChoice = "glorot_uniform",
        recurrent_init: InitializerChoice = "orthogonal",
    ) -> None:
        super().__init__(units, return_sequences, bidirectional, layers)
        self.choose_between(dropout, mask_value)
        self.choose_initializers(kernel_init, recurrent_init)
        self.forget_bias = _gate_bias("forget_bias", forget_bias)

    def take(
        self, x: Tensor, cell: Cell, state: CellState | None, lengths: Array | None, reverse: bool
    ) -> Unrolled:
        return lstm(x, *cell.weights, state, lengths=lengths, reverse=reverse)

    def first_bias(self, steps: int, rng: Generator, dtype: DType) -> Array:
        bias = super().first_bias(steps, rng, dtype)
        entering, forget = bias[: self.units], bias[self.units : 2 * self.units]
        if self.forget_bias == "chrono":
            forget[...] = _chrono(steps, self.units, rng)
            entering[...] = -forget
        else:
            forget[...] = self.forget_bias
        return bias


class GRU(Recurrent):
    """Gated recurrent units: one gate says how much of the state is kept, one how much is read.

    It needs three quarters of an LSTM's weights and has no cell beside its state (Cho et al. 2014;
    as in PyTorch and Keras the state is reset after its product with the weights).

    Input: (steps, features). Output: (units,), the state after the last step, or (steps, units);
    twice the units where it is bidirectional.

    Parameters
    ----------
    units : int
        How many numbers the state has.
    return_sequences : bool
        Whether the states after all steps come out, not just the last one.
    bidirectional : bool
        Whether a second one reads from the end to the beginning; both states come out side by side.
    layers : int
        How many are on top of each other; each reads the states of the one below.
    dropout : float
        The share of the numbers between these layers that is dropped while training, from 0 and
        below 1.
    mask_value : float, optional
        What sequences are filled up with: steps at their end whose features all equal it don't
        count. By default all steps do.
    update_bias : float or "chrono"
        Where the bias of the update gate begins: the higher, the longer untrained units keep their
        state. With chrono they begin with memories of all lengths up to the sequences' own (Tallec
        and Ollivier 2018).
    kernel_init : str or dict
        Where the weights of the inputs begin: an initializer's name, or {name: normal, std: 0.1}.
    recurrent_init : str or dict
        Where those of the state begin.
    """

    name = "gru"
    gates = 3
    biases = 2

    def __init__(
        self,
        units: int,
        return_sequences: bool = False,
        bidirectional: bool = False,
        layers: int = 1,
        dropout: float = 0.0,
        mask_value: float | None = None,
        update_bias: GateBias = 0.0,
        kernel_init: InitializerChoice = "glorot_uniform",
        recurrent_init: InitializerChoice = "orthogonal",
    ) -> None:
        super().__init__(units, return_sequences, bidirectional, layers)
        self.choose_between(dropout, mask_value)
        self.choose_initializers(kernel_init, recurrent_init)
        self.update_bias = _gate_bias("update_bias", update_bias)

    def take(
        self, x: Tensor, cell: Cell, state: CellState | None, lengths: Array | None, reverse: bool
    ) -> Unrolled:
        return gru(x, *cell.weights, state, lengths=lengths, reverse=reverse)

    def first_bias(self, steps: int, rng: Generator, dtype: DType) -> Array:
        bias = super().first_bias(steps, rng, dtype)
        chrono = self.update_bias == "chrono"
        update = _chrono(steps, self.units, rng) if chrono else self.update_bias
        bias[0, self.units : 2 * self.units] = update
        return bias


def _gate_bias(argument: str, value: GateBias) -> GateBias:
    return (
        choice(argument, value, ("chrono",)) if isinstance(value, str) else number(argument, value)
    )


def _chrono(steps: int, units: int, rng: Generator) -> Array:
    """Return biases of gates that keep a state for 1 to `steps` steps, by a factor of e or so."""
    return np.log(rng.uniform(1, max(steps - 1, 1), units))
