"""An LSTM that reads and one that writes, with or without attention between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.random import Generator

from convkit.autograd import Tensor, concatenate, dense
from convkit.autograd.bahdanau import bahdanau_lstm
from convkit.errors import ConvkitError
from convkit.nn.checks import choice, number, whole_number
from convkit.nn.dense import Dense
from convkit.nn.embedding import Embedding
from convkit.nn.encoder_decoder import EncoderDecoder, Look, Sizes, lengths_of
from convkit.nn.initializers import DType, glorot_uniform
from convkit.nn.layer import Memory, Row, View
from convkit.nn.module import Array, Context, Module, parameter
from convkit.nn.recurrent import LSTM
from convkit.nn.regularization import Dropout

Attention = Literal["bahdanau", "none"]

FLOAT32: DType = np.dtype(np.float32)

VECTORS = {"name": "normal", "std": 1.0}
"""Where the vectors of symbols begin: far enough apart for attention to tell them (PyTorch's)."""


@dataclass(frozen=True)
class LSTMSettings:
    """How it is made; see :class:`LSTMEncoderDecoder`.

    Raises
    ------
    ConvkitError
        If a number is out of range.
    """

    units: int
    embedding: int
    attention: Attention
    dropout: float

    def __post_init__(self) -> None:
        if whole_number("units", self.units) % 2:
            raise ConvkitError(
                f"units (={self.units}) must be even: half of them read in each direction"
            )
        whole_number("embedding", self.embedding)
        choice("attention", self.attention, ("bahdanau", "none"))
        number("dropout", self.dropout, least=0, below=1)


class Read(NamedTuple):
    """What was read: the state that it leaves, and what there is to look at.

    Tensors while it learns, arrays while it writes step by step; without attention the state only.

    Attributes
    ----------
    state : (h, c), (n, units) each
        Of the LSTM that writes.
    annotations : (n, steps, units), or None
        What the one that reads has to say about each symbol, having seen those on both sides.
    keys : (n, steps, units), or None
        What they are found by.
    lengths : (n,) integers, or None
    """

    state: tuple[Any, Any]
    annotations: Any = None
    keys: Any = None
    lengths: Array | None = None


class Bahdanau(Module):
    """The weights of additive attention, and of what it finds for an LSTM's gates.

    Parameters
    ----------
    units : int
        Of the LSTM, and the width of what it looks at.
    rng : numpy.random.Generator
    """

    def __init__(self, units: int, rng: Generator) -> None:
        self.w_keys = parameter(glorot_uniform((units, units), rng, FLOAT32))
        self.b_keys = parameter(np.zeros(units, FLOAT32))
        self.w_query = parameter(glorot_uniform((units, units), rng, FLOAT32))
        self.v = parameter(glorot_uniform((units, 1), rng, FLOAT32)[:, 0])
        self.w_found = parameter(glorot_uniform((units, 4 * units), rng, FLOAT32))

    def keys(self, annotations: Tensor) -> Tensor:
        """Return what annotations are found by."""
        return dense(annotations, self.w_keys, self.b_keys)

    def row(self, read: int, written: int) -> Row:
        """Return its line in the summary."""
        units = len(self.v.data)
        size = sum(each.size for each in self.parameters().values())
        # Keys, queries and gates are products with matrices; scores and means, with each pair.
        macs = units * units * (read + written * (1 + 4)) + 2 * units * read * written
        return Row("attention", "bahdanau", View((written, units)), size, macs)


class LSTMEncoderDecoder(EncoderDecoder):
    """A bidirectional LSTM that reads, and an LSTM that writes.

    The state that both directions leave is where the writer begins (Sutskever, Vinyals and Le
    2014). With attention it looks before each symbol at what was said about those that were read
    (Bahdanau, Cho and Bengio 2015); without, all has to be in that state.

    Parameters
    ----------
    sizes : Sizes
    settings : LSTMSettings
        ``units`` of the writer, of the reader half in each direction; the length of the symbols'
        vectors (``embedding``); whether there is ``attention``; and the share of what goes into the
        cells, and of what comes out, that is dropped while training (``dropout``).
    rng : numpy.random.Generator
        Draws the weights.
    """

    def __init__(self, sizes: Sizes, settings: LSTMSettings, rng: Generator) -> None:
        units, vectors = settings.units, (1, settings.embedding)
        self.read_embedding = Embedding(sizes.read, settings.embedding, VECTORS)
        self.reader = LSTM(units // 2, return_sequences=True, bidirectional=True)
        self.written_embedding = Embedding(sizes.written, settings.embedding, VECTORS)
        self.writer = LSTM(units, return_sequences=True)
        self.attention = Bahdanau(units, rng) if settings.attention == "bahdanau" else None
        self.output = Dense(sizes.written)
        self._dropout = Dropout(settings.dropout)
        self._outputs = units if self.attention is None else 2 * units
        self.read_embedding.build((1,), rng)
        self.reader.build(vectors, rng)
        self.written_embedding.build((1,), rng)
        self.writer.build(vectors, rng)
        self.output.build((self._outputs,), rng)

    def __call__(self, sources: Array, before: Array, context: Context) -> Tensor:
        outputs, _ = self._write(before, self._read(sources, context), context)
        return self.output(self._dropout(outputs, context), context)

    def begin(self, sources: Array, context: Context) -> Memory:
        return _arrays(self._read(sources, context))

    def advance(self, last: Array, memory: Memory, context: Context) -> tuple[Array, Memory]:
        read = Read(*memory)
        outputs, after = self._write(last[:, np.newaxis], read, context)
        scores = self.output(outputs[:, 0], context)
        return scores.data, read._replace(state=_arrays(after))

    def rows(self, read: int, written: int) -> list[Row]:
        attention = [] if self.attention is None else [self.attention.row(read, written)]
        vectors = self.read_embedding.dim
        return [
            *self.read_embedding.rows(View((read,)), "read_embedding"),
            *self.reader.rows(View((read, vectors)), "reader"),
            *self.written_embedding.rows(View((written,)), "written_embedding"),
            *attention,
            *self.writer.rows(View((written, vectors)), "writer"),
            *self.output.rows(View((written, self._outputs)), "output"),
        ]

    @property
    def looks(self) -> list[Look]:
        return [] if self.attention is None else [Look("decoder")]

    def _read(self, sources: Array, context: Context) -> Read:
        """Return what both directions have to say, side by side."""
        lengths = lengths_of(sources)
        x = self._dropout(self.read_embedding(Tensor(sources), context), context)
        annotations, states = self.reader.unroll(x, context, lengths=lengths)
        h, c = (concatenate(*both, axis=1) for both in zip(*states, strict=True))
        if self.attention is None:
            return Read((h, c))
        return Read((h, c), annotations, self.attention.keys(annotations), lengths)

    def _write(
        self, before: Array, read: Read, context: Context
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Return what the writer makes of the symbols before each step, and the state it leaves."""
        x = self._dropout(self.written_embedding(Tensor(before), context), context)
        if self.attention is None:
            outputs, (state,) = self.writer.unroll(x, context, (read.state,))
            return outputs, state
        (cell,) = self.writer.cells
        return bahdanau_lstm(
            dense(x, cell.weight, cell.bias),
            concatenate(cell.recurrent_weight, self.attention.w_found, axis=0),
            read.state,
            read.keys,
            read.annotations,
            self.attention.w_query,
            self.attention.v,
            lengths=read.lengths,
            record=context.attention,
        )


def _arrays(memory: Any) -> Any:
    """Return what is remembered without the way to it, down through tuples."""
    if isinstance(memory, tuple):
        return tuple(_arrays(each) for each in memory)
    return memory.data if isinstance(memory, Tensor) else memory
