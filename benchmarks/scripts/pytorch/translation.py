"""Making one text of another: an LSTM with Bahdanau's attention, and a transformer."""

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from benchmarks.scripts.pytorch.layers import (
    Positions,
    TransformerStack,
    blocks,
    causal_mask,
    with_one_bias,
)
from benchmarks.scripts.pytorch.system import System

PADDING = 0
LONGEST = 512
"""Steps that there are positions for."""


class Translation(System):
    """A network that scores each symbol to be written, given the right ones before it."""

    def tensors(self, arrays):
        return tuple(torch.from_numpy(each).long() for each in arrays)

    def loss(self, batch):
        sources, targets = map(trimmed, batch)
        scores = self.model(sources, before(targets))
        return functional.cross_entropy(
            scores.flatten(0, 1), targets.flatten(), ignore_index=PADDING
        )

    def measure(self, part):
        """Return the share of texts that are right in whole.

        Those whose every symbol is the likeliest one after the right ones before it are just those
        that would be written by taking the likeliest symbol each time.
        """
        right = 0
        for batch in zip(*(each.split(256) for each in part), strict=True):
            sources, targets = map(trimmed, batch)
            likeliest = self.model(sources, before(targets)).argmax(2)
            right += ((likeliest == targets) | (targets == PADDING)).all(1).sum().item()
        return {"exact": right / len(part[0])}


class Seq2Seq(Translation):
    """An LSTM reads, and another one writes."""

    def build(self, recipe):
        return Bahdanau(
            **{each: recipe[each] for each in ("read", "written", "embedding", "units")}
        )


class Transformer(Translation):
    """A transformer reads and writes."""

    def build(self, recipe):
        sizes = ("read", "written", "dim", "heads", "units", "layers")
        return EncoderDecoder(**{each: recipe[each] for each in sizes})


class Bahdanau(nn.Module):
    """An LSTM that reads in both directions, and one that looks at what was read and writes."""

    def __init__(self, read, written, embedding, units):
        super().__init__()
        self.read_embedding = nn.Embedding(read, embedding)
        self.reader = with_one_bias(
            nn.LSTM(embedding, units // 2, bidirectional=True, batch_first=True)
        )
        self.written_embedding = nn.Embedding(written, embedding)
        self.writer = with_one_bias(nn.LSTMCell(embedding + units, units))
        self.keys = nn.Linear(units, units)
        self.query = nn.Linear(units, units, bias=False)
        self.score = nn.Linear(units, 1, bias=False)
        self.output = nn.Linear(2 * units, written)

    def forward(self, sources, before):
        annotations, state = self.read(sources)
        keys, padding = self.keys(annotations), sources == PADDING
        outputs = []
        for vector in self.written_embedding(before).unbind(1):
            energies = torch.tanh(keys + self.query(state[0])[:, None])
            scores = self.score(energies)[..., 0].masked_fill(padding, -torch.inf)
            found = torch.bmm(scores.softmax(1)[:, None], annotations)[:, 0]
            state = self.writer(torch.cat((vector, found), 1), state)
            outputs.append(torch.cat((state[0], found), 1))
        return self.output(torch.stack(outputs, 1))

    def read(self, sources):
        """Return what is said about each symbol, and the state of both directions together."""
        vectors, lengths = self.read_embedding(sources), (sources != PADDING).sum(1)
        if lengths.min() == sources.shape[1]:
            annotations, state = self.reader(vectors)
        else:
            packed = pack_padded_sequence(vectors, lengths, batch_first=True, enforce_sorted=False)
            annotations, state = self.reader(packed)
            annotations, _ = pad_packed_sequence(annotations, batch_first=True)
        return annotations, tuple(each.transpose(0, 1).flatten(1) for each in state)


class EncoderDecoder(nn.Module):
    """A transformer with its norms before the sublayers."""

    def __init__(self, read, written, dim, heads, units, layers):
        super().__init__()
        self.read_embedding = nn.Embedding(read, dim)
        self.encoder = TransformerStack(dim, heads, units, layers, causal=False)
        self.written_embedding = nn.Embedding(written, dim)
        block = blocks(nn.TransformerDecoderLayer, dim, heads, units)
        self.decoder = nn.TransformerDecoder(block, layers, nn.LayerNorm(dim))
        self.output = nn.Linear(dim, written)
        self.positions = Positions(LONGEST, dim)

    def forward(self, sources, before):
        padding = sources == PADDING
        read = self.encoder(self.positions(self.read_embedding(sources)), padding)
        written = self.decoder(
            self.positions(self.written_embedding(before)),
            read,
            tgt_mask=causal_mask(before.shape[1]),
            memory_key_padding_mask=padding,
            tgt_is_causal=True,
        )
        return self.output(written)


def trimmed(rows):
    """Return rows of symbols without columns of padding at the end."""
    return rows[:, : (rows != PADDING).sum(1).max()]


def before(targets):
    """Return the symbol before each one: padding before the first."""
    return functional.pad(targets[:, :-1], (1, 0), value=PADDING)
