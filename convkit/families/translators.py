"""The families that make one text of another, by what reads and writes."""

from __future__ import annotations

from numpy.random import Generator

from convkit.families.seq2seq import SequenceToSequence
from convkit.nn.encoder_decoder import EncoderDecoder, Sizes
from convkit.nn.lstm_encoder_decoder import Attention, LSTMEncoderDecoder, LSTMSettings
from convkit.nn.transformer_encoder_decoder import TransformerEncoderDecoder, TransformerSettings


class Seq2Seq(SequenceToSequence):
    """An LSTM reads a text in both directions, another one writes (Sutskever et al. 2014).

    With attention, the one that writes looks before each symbol at all that was read, and chooses
    what to look at by its own state (Bahdanau, Cho and Bengio 2015, "Neural machine translation by
    jointly learning to align and translate"). Without, all of the text has to be in the state in
    which reading ends, and long ones are forgotten.

    It learns from pairs of texts, such as ``data: dates``. ``convkit predict`` has it write,
    ``convkit explain --attention`` shows where it looks.

    Parameters
    ----------
    units : int
        The width of the state of the LSTM that writes; of the one that reads half in each
        direction.
    embedding : int
        The length of the vectors that stand for symbols.
    attention : {"bahdanau", "none"}
        Whether what writes looks at what was read.
    dropout : float
        The share of what goes into the LSTMs, and of what comes out, that is dropped while
        training.
    """

    name = "seq2seq"

    def __init__(
        self,
        units: int = 64,
        embedding: int = 32,
        attention: Attention = "bahdanau",
        dropout: float = 0.0,
    ) -> None:
        self._settings = LSTMSettings(units, embedding, attention, dropout)

    def make(self, sizes: Sizes, rng: Generator) -> EncoderDecoder:
        return LSTMEncoderDecoder(sizes, self._settings, rng)


class Transformer(SequenceToSequence):
    """An encoder reads and a decoder writes, by attention alone (Vaswani et al. 2017).

    "Attention is all you need": symbols look at each other, those that are written at the earlier
    ones only, and at all that was read. What was looked at once is kept while a text is written
    (the keys and values, "KV cache").

    It learns from pairs of texts, such as ``data: dates``. ``convkit predict`` has it write,
    ``convkit explain --attention`` shows where each head looks.

    Parameters
    ----------
    dim : int
        The length of the vectors that stand for symbols, throughout.
    heads : int
        How many look at once, each at its share of the vectors; it must divide `dim`.
    layers : int
        How many blocks read, and how many write.
    feed_forward : int
        The width between the two dense layers of a block.
    dropout : float
        The share of what goes in, of what each sublayer adds, and of the units between the dense
        layers, that is dropped while training.
    """

    name = "transformer"

    def __init__(
        self,
        dim: int = 64,
        heads: int = 4,
        layers: int = 2,
        feed_forward: int = 128,
        dropout: float = 0.0,
    ) -> None:
        self._settings = TransformerSettings(dim, heads, layers, feed_forward, dropout)

    def make(self, sizes: Sizes, rng: Generator) -> EncoderDecoder:
        return TransformerEncoderDecoder(sizes, self._settings, rng)
