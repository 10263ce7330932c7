"""The layers of a recipe: classes of ``torch.nn``, and some that stand for several of them."""

import torch
from torch import nn


def build(layers):
    """Return a chain of a recipe's layers, each with its class's name and arguments."""
    return nn.Sequential(*(make(name, arguments) for name, arguments in layers))


def make(name, arguments):
    """Return one of them."""
    return OWN.get(name, getattr(nn, name, None))(**arguments)


class Residual(nn.Module):
    """A chain with a shortcut around it."""

    def __init__(self, body, shortcut):
        super().__init__()
        self.body, self.shortcut = build(body), build(shortcut)

    def forward(self, x):
        return self.body(x) + self.shortcut(x)


class GlobalPool(nn.Sequential):
    """A number for each channel."""

    def __init__(self, kind):
        super().__init__(getattr(nn, kind)(1), nn.Flatten())


class Recurrent(nn.Module):
    """An LSTM or a GRU.

    Attributes
    ----------
    carries : bool
        Whether it goes on with the state that the sequences before have left.
    """

    def __init__(self, kind, return_sequences, **sizes):
        super().__init__()
        self.cell = with_one_bias(getattr(nn, kind)(**sizes, batch_first=True))
        self.return_sequences = return_sequences
        self.carries, self.state = False, None

    def forward(self, x):
        outputs, state = self.cell(x, self.state)
        if self.carries:
            self.state = tuple(each.detach() for each in state)
        return outputs if self.return_sequences else outputs[:, -1]

    def go_on(self, samples):
        """Keep the state of the first samples only; with 0, begin anew."""
        self.carries = True
        if self.state is not None:
            self.state = tuple(each[:, :samples].contiguous() for each in self.state)
        if not samples:
            self.state = None


def with_one_bias(cell):
    """Hold the second bias of an LSTM at zero: it has the same gradient as the first.

    Left to Adam, both would move, and their sum twice as fast as convkit's.
    """
    if isinstance(cell, nn.LSTM | nn.LSTMCell):
        for name, parameter in cell.named_parameters():
            if name.startswith("bias_hh"):
                nn.init.zeros_(parameter).requires_grad_(False)
    return cell


class Positions(nn.Module):
    """Sines and cosines of each step's position are added."""

    def __init__(self, steps, dim):
        super().__init__()
        position = torch.arange(steps)[:, None]
        angles = position / 10000 ** (torch.arange(0, dim, 2) / dim)
        waves = torch.stack([angles.sin(), angles.cos()], dim=-1).reshape(steps, -1)
        self.register_buffer("waves", waves[:, :dim])

    def forward(self, x):
        return x + self.waves[: x.shape[1]]


def blocks(layer, dim, heads, units):
    """Return a transformer's layer with its norms before the sublayers."""
    return layer(
        dim, heads, units, dropout=0.0, activation="relu", batch_first=True, norm_first=True
    )


class TransformerStack(nn.Module):
    """A stack of blocks in which each step looks at all others, or at earlier ones only."""

    def __init__(self, dim, heads, units, layers, causal):
        super().__init__()
        block = blocks(nn.TransformerEncoderLayer, dim, heads, units)
        norm = nn.LayerNorm(dim)
        self.blocks = nn.TransformerEncoder(block, layers, norm, enable_nested_tensor=False)
        self.causal = causal

    def forward(self, x, padding=None):
        mask = causal_mask(x.shape[1]) if self.causal else None
        return self.blocks(x, mask, padding, is_causal=self.causal)


def causal_mask(steps):
    """Return what hides later steps: true where a step must not look."""
    return torch.ones(steps, steps, dtype=torch.bool).triu(1)


OWN = {
    each.__name__: each for each in (GlobalPool, Positions, Recurrent, Residual, TransformerStack)
}
