"""Transformers: blocks of attention and a feed-forward network, each with a shortcut around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from numpy.random import Generator
from numpy.typing import DTypeLike

from convkit.autograd import Tensor
from convkit.nn.activations import GELU, ReLU
from convkit.nn.attention import MultiHeadAttention
from convkit.nn.checks import Shape, choice, number, whole_number
from convkit.nn.dense import Dense
from convkit.nn.initializers import DType
from convkit.nn.layer import Layer, Memory, Row, View
from convkit.nn.module import Array, Context, Module
from convkit.nn.normalization import LayerNorm
from convkit.nn.regularization import Dropout

Norm = Literal["pre", "post"]
Activation = Literal["relu", "gelu"]

ACTIVATIONS: dict[str, type[Layer]] = {layer.name: layer for layer in (ReLU, GELU)}


@dataclass(frozen=True)
class Settings:
    """What the blocks of a transformer have in common; see :class:`TransformerEncoder`."""

    heads: int
    units: int
    layers: int
    dropout: float
    norm: Norm
    activation: Activation

    def __post_init__(self) -> None:
        for name in ("heads", "units", "layers"):
            whole_number(name, getattr(self, name))
        number("dropout", self.dropout, least=0, below=1)
        choice("norm", self.norm, ("pre", "post"))
        choice("activation", self.activation, ACTIVATIONS)


class Shortcut(Module):
    """The way around a sublayer: what it makes of x is added to x, and normalized.

    ``norm(x + dropout(sublayer(x)))`` with the norm after (Vaswani et al. 2017, section 5.4), or
    ``x + dropout(sublayer(norm(x)))`` with it before, which trains without a warmup (Xiong et al.
    2020).
    """

    def __init__(self, settings: Settings) -> None:
        self.norm = LayerNorm()
        self._pre = settings.norm == "pre"
        self._dropout = Dropout(settings.dropout)

    def build(self, dim: int, rng: Generator, dtype: DTypeLike) -> None:
        self.norm.build((dim,), rng, dtype)

    def enter(self, x: Tensor, context: Context) -> Tensor:
        """Return what goes into the sublayer."""
        return self.norm(x, context) if self._pre else x

    def leave(self, x: Tensor, y: Tensor, context: Context) -> Tensor:
        """Return what comes out, given what the sublayer made: y."""
        total = x + self._dropout(y, context)
        return total if self._pre else self.norm(total, context)


class FeedForward(Module):
    """Two dense layers with an activation between them, each step on its own, and a shortcut."""

    linear1: Dense
    linear2: Dense

    def __init__(self, settings: Settings) -> None:
        self.shortcut = Shortcut(settings)
        self._units = settings.units
        self._activation = ACTIVATIONS[settings.activation]()
        self._dropout = Dropout(settings.dropout)

    def build(self, dim: int, rng: Generator, dtype: DTypeLike) -> None:
        self.linear1, self.linear2 = Dense(self._units), Dense(dim)
        self.linear1.build((dim,), rng, dtype)
        self.linear2.build((self._units,), rng, dtype)
        self.shortcut.build(dim, rng, dtype)

    def __call__(self, x: Tensor, context: Context) -> Tensor:
        inner = self._activation(self.linear1(self.shortcut.enter(x, context), context), context)
        y = self.linear2(self._dropout(inner, context), context)
        return self.shortcut.leave(x, y, context)


class TransformerBlock(Layer):
    """Self-attention, then a feed-forward network, each with a shortcut around it."""

    name = "transformer_block"
    sees_all = True
    endless = False

    def __init__(self, settings: Settings, causal: bool) -> None:
        self.attention = MultiHeadAttention(settings.heads, causal)
        self.shortcut = Shortcut(settings)
        self.feed_forward = FeedForward(settings)
        self._units = settings.units

    def __call__(self, x: Tensor, context: Context, lengths: Array | None = None) -> Tensor:
        y = self.attention(self.shortcut.enter(x, context), context, lengths)
        return self.feed_forward(self.shortcut.leave(x, y, context), context)

    def begin(self, samples: int) -> Memory:
        return self.attention.begin(samples)

    def advance(self, x: Tensor, memory: Memory, context: Context) -> tuple[Tensor, Memory]:
        y, memory = self.attention.advance(self.shortcut.enter(x, context), memory, context)
        return self.feed_forward(self.shortcut.leave(x, y, context), context), memory

    def output_shape(self, shape: Shape) -> Shape:
        return self.attention.output_shape(shape)

    def make(self, shape: Shape, rng: Generator, dtype: DType) -> None:
        self.attention.build(shape, rng, dtype)
        self.shortcut.build(shape[-1], rng, dtype)
        self.feed_forward.build(shape[-1], rng, dtype)

    def count_parameters(self, shape: Shape) -> int:
        dim, units = shape[-1], self._units
        norms = 2 * 2 * dim
        return self.attention.count_parameters(shape) + 2 * dim * units + units + dim + norms

    def macs(self, shape: Shape) -> int:
        steps, dim = shape
        return self.attention.macs(shape) + 2 * steps * dim * self._units


class Transformer(Layer):
    """The base: a stack of blocks, and behind those with the norm before a last norm."""

    sees_all = True
    endless = False
    causal: ClassVar[bool]

    def __init__(
        self,
        heads: int,
        units: int,
        layers: int = 1,
        dropout: float = 0.0,
        norm: Norm = "pre",
        activation: Activation = "relu",
    ) -> None:
        settings = Settings(heads, units, layers, dropout, norm, activation)
        self.blocks = [TransformerBlock(settings, self.causal) for _ in range(layers)]
        self.norm = LayerNorm() if norm == "pre" else None

    def __call__(self, x: Tensor, context: Context, lengths: Array | None = None) -> Tensor:
        """Return the outputs for a batch; `lengths` as in :class:`MultiHeadAttention`."""
        for block in self.blocks:
            x = block(x, context, lengths)
        return x if self.norm is None else self.norm(x, context)

    def begin(self, samples: int) -> Memory:
        return tuple(block.begin(samples) for block in self.blocks)

    def advance(self, x: Tensor, memory: Memory, context: Context) -> tuple[Tensor, Memory]:
        after = []
        for block, before in zip(self.blocks, memory, strict=True):
            x, remembered = block.advance(x, before, context)
            after.append(remembered)
        return x if self.norm is None else self.norm(x, context), tuple(after)

    def output_shape(self, shape: Shape) -> Shape:
        return self.blocks[0].output_shape(shape)

    def make(self, shape: Shape, rng: Generator, dtype: DType) -> None:
        for block in self.blocks:
            block.build(shape, rng, dtype)
        if self.norm is not None:
            self.norm.build(shape, rng, dtype)

    def count_parameters(self, shape: Shape) -> int:
        norm = 0 if self.norm is None else self.norm.count_parameters(shape)
        return norm + sum(block.count_parameters(shape) for block in self.blocks)

    def macs(self, shape: Shape) -> int:
        return sum(block.macs(shape) for block in self.blocks)

    def children(self) -> dict[str, Layer]:
        return {str(place): block for place, block in enumerate(self.blocks, start=1)}

    def rows(self, before: View, path: str) -> list[Row]:
        rows: list[Row] = []
        for place, block in self.children().items():
            rows += block.rows(before, f"{path}.{place}" if path else place)
        norm = 0 if self.norm is None else self.norm.count_parameters(before.shape)
        return [*rows, Row(path, self.name, self.view(before), norm)]


class TransformerEncoder(Transformer):
    """A stack of blocks in which each step looks at all others (Vaswani et al. 2017, section 3.1).

    A block is multi-head self-attention, then two dense layers for each step, each with a shortcut
    around it. It knows nothing of the order of the steps: put positional_encoding before it.

    Input: (steps, features). Output: the same.

    Parameters
    ----------
    heads : int
        How many look at once, each at its share of the features; it must divide them.
    units : int
        The width between the two dense layers, often four times the features.
    layers : int
        How many blocks there are.
    dropout : float
        The share of what a sublayer adds, and of the units between the dense layers, that is
        dropped while training.
    norm : {"pre", "post"}
        Whether layer norm comes before each sublayer, and once more behind the last block, or
        after each sum, as in the paper, which needs a warmup where there are many layers.
    activation : {"relu", "gelu"}
        What stands between the two dense layers.
    """

    name = "transformer_encoder"
    causal = False


class TransformerDecoder(Transformer):
    """A stack of blocks in which each step looks at itself and at earlier ones only.

    As in language models (Radford et al. 2018, "GPT"): what stands later can't be seen, so that
    every step can learn to predict the next one. Put positional_encoding before it.

    Input: (steps, features). Output: the same.

    Parameters
    ----------
    heads : int
        How many look at once, each at its share of the features; it must divide them.
    units : int
        The width between the two dense layers, often four times the features.
    layers : int
        How many blocks there are.
    dropout : float
        The share of what a sublayer adds, and of the units between the dense layers, that is
        dropped while training.
    norm : {"pre", "post"}
        Whether layer norm comes before each sublayer, and once more behind the last block, or
        after each sum, which needs a warmup where there are many layers.
    activation : {"relu", "gelu"}
        What stands between the two dense layers.
    """

    name = "transformer_decoder"
    causal = True
