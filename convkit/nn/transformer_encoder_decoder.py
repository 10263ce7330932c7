"""The transformer that translates: an encoder that reads, and a decoder that writes."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.random import Generator

from convkit.autograd import Tensor
from convkit.errors import ConvkitError
from convkit.nn.checks import number, whole_number
from convkit.nn.cross_transformer import CrossDecoder
from convkit.nn.dense import Dense
from convkit.nn.embedding import Embedding
from convkit.nn.encoder_decoder import EncoderDecoder, Look, Sizes, lengths_of
from convkit.nn.layer import Memory, Row, View
from convkit.nn.module import Array, Context
from convkit.nn.positions import PositionalEncoding
from convkit.nn.regularization import Dropout
from convkit.nn.transformer import TransformerEncoder

VECTORS = {"name": "normal", "std": sqrt(1 / 2)}
"""Where the vectors of symbols begin: as long as those of the positions that are added to them."""


@dataclass(frozen=True)
class TransformerSettings:
    """How it is made; see :class:`TransformerEncoderDecoder`.

    Raises
    ------
    ConvkitError
        If a number is out of range.
    """

    dim: int
    heads: int
    layers: int
    feed_forward: int
    dropout: float

    def __post_init__(self) -> None:
        for name in ("dim", "heads", "layers", "feed_forward"):
            whole_number(name, getattr(self, name))
        if self.dim % self.heads:
            raise ConvkitError(
                f"heads (={self.heads}) must divide dim (={self.dim})",
                "each head takes an equal share of the vectors",
            )
        number("dropout", self.dropout, least=0, below=1)


class TransformerEncoderDecoder(EncoderDecoder):
    """Attention only: among what is read, among what is written, and from the latter to the former.

    Vaswani et al. 2017, figure 1, with the norms before the sublayers, so that it trains without a
    warmup (Xiong et al. 2020).

    Parameters
    ----------
    sizes : Sizes
    settings : TransformerSettings
        The length of the symbols' vectors (``dim``), the ``heads`` of each attention, how many
        blocks read and how many write (``layers``), the width between the two dense layers of a
        block (``feed_forward``), and the share that is dropped while training (``dropout``).
    rng : numpy.random.Generator
        Draws the weights.
    """

    def __init__(self, sizes: Sizes, settings: TransformerSettings, rng: Generator) -> None:
        dim = settings.dim
        blocks = settings.heads, settings.feed_forward, settings.layers, settings.dropout
        self.read_embedding = Embedding(sizes.read, dim, VECTORS)
        self.encoder = TransformerEncoder(*blocks)
        self.written_embedding = Embedding(sizes.written, dim, VECTORS)
        self.decoder = CrossDecoder(*blocks)
        self.output = Dense(sizes.written)
        self._settings = settings
        self._positions = PositionalEncoding()
        self._dropout = Dropout(settings.dropout)
        self.read_embedding.build((1,), rng)
        self.encoder.build((1, dim), rng)
        self.written_embedding.build((1,), rng)
        self.decoder.build(dim, dim, rng)
        self.output.build((dim,), rng)

    def __call__(self, sources: Array, before: Array, context: Context) -> Tensor:
        lengths = lengths_of(sources)
        read = self._read(sources, lengths, context)
        x = self._positions(self.written_embedding(Tensor(before), context), context)
        written = self.decoder(self._dropout(x, context), read, context, lengths)
        return self.output(written, context)

    def begin(self, sources: Array, context: Context) -> Memory:
        lengths = lengths_of(sources)
        read = self._read(sources, lengths, context)
        places = self._positions.begin(len(sources))
        return places, self.decoder.begin(read, context, lengths)

    def advance(self, last: Array, memory: Memory, context: Context) -> tuple[Array, Memory]:
        places, cache = memory
        x = self.written_embedding(Tensor(last[:, np.newaxis]), context)
        x, places = self._positions.advance(x, places, context)
        written, cache = self.decoder.advance(x, cache, context)
        return self.output(written[:, 0], context).data, (places, cache)

    def rows(self, read: int, written: int) -> list[Row]:
        seen, made = View((read, self._settings.dim)), View((written, self._settings.dim))
        return [
            *self.read_embedding.rows(View((read,)), "read_embedding"),
            *self.encoder.rows(seen, "encoder"),
            *self.written_embedding.rows(View((written,)), "written_embedding"),
            Row("decoder", "cross_decoder", made, self._decoder_size(), self._macs(read, written)),
            *self.output.rows(made, "output"),
        ]

    def _decoder_size(self) -> int:
        return sum(each.size for each in self.decoder.parameters().values())

    def _macs(self, read: int, written: int) -> int:
        """Return the multiply-accumulates of the decoder."""
        dim, inner = self._settings.dim, self._settings.feed_forward
        own = 4 * written * dim * dim + 2 * written * written * dim
        other = 2 * (written + read) * dim * dim + 2 * written * read * dim
        return self._settings.layers * (own + other + 2 * written * dim * inner)

    @property
    def looks(self) -> list[Look]:
        numbers = range(1, len(self.decoder.blocks) + 1)
        reading = [Look(f"encoder {number}", writes=False) for number in numbers]
        writing = [
            look
            for number in numbers
            for look in (Look(f"decoder {number}, self", reads=False), Look(f"decoder {number}"))
        ]
        return reading + writing

    def _read(self, sources: Array, lengths: Array | None, context: Context) -> Tensor:
        x = self._positions(self.read_embedding(Tensor(sources), context), context)
        return self.encoder(self._dropout(x, context), context, lengths)
