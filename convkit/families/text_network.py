"""A network from symbols to the scores of the next one, which can go on from where it stopped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.random import Generator
from numpy.typing import NDArray

from convkit.autograd import Tensor
from convkit.families.misfit import MisfitError
from convkit.nn import Context, Dense, Embedding, Layer, Module, Row, Sequential, View, named_layers
from convkit.nn.checks import shape_text
from convkit.nn.layer import Memory, blaming

Array = NDArray[Any]

EMBEDDING_STD = 1.0
"""As in PyTorch; sines and cosines of positions are of the same size."""


class TextNetwork(Module):
    """A vector for each symbol, the layers, and a score for each symbol that may come next.

    Parameters
    ----------
    layers : sequence of Layer
        What stands between, not built yet.
    symbols : int
        How many there are.
    dim : int
        The length of a symbol's vector.

    Attributes
    ----------
    endless : bool
        Whether it can go on for ever: what it remembers doesn't grow. Known once it is built.
    """

    endless: bool

    def __init__(self, layers: Sequence[Layer], symbols: int, dim: int) -> None:
        self.embedding = Embedding(symbols, dim, {"name": "normal", "std": EMBEDDING_STD})
        self.layers = Sequential(layers)
        self.head = Dense(symbols)

    def build(self, steps: int, rng: Generator) -> None:
        """Make the parameters for windows of so many steps.

        Raises
        ------
        ConvkitError
            If the layers don't return a step for each, or a step would see later ones.
        """
        shape = self.layers.build(self.embedding.build((steps,), rng), rng)
        if len(shape) != 2 or shape[0] != steps:
            raise MisfitError(
                "model",
                f"the model must return something for each of {steps} steps, but it returns "
                f"{shape_text(shape)}",
                "recurrent layers do with return_sequences: true",
            )
        for path, layer in self.layers.children().items():
            with blaming(path, layer.name):
                layer.begin(1)
        self.head.build(shape, rng)
        self.endless = all(layer.endless for layer in named_layers(self.layers).values())

    def __call__(self, x: Tensor, context: Context) -> Tensor:
        """Return the scores (n, steps, symbols) for symbols (n, steps) that begin a text."""
        return self.head(self.layers(self.embedding(x, context), context), context)

    def begin(self, samples: int) -> Memory:
        """Return what it remembers before the first symbol, as a layer does."""
        return self.layers.begin(samples)

    def advance(self, x: Tensor, memory: Memory, context: Context) -> tuple[Tensor, Memory]:
        """Return the scores for symbols that go on with a text, and what is remembered."""
        after, memory = self.layers.advance(self.embedding(x, context), memory, context)
        return self.head(after, context), memory

    def rows(self, steps: int) -> list[Row]:
        """Return the lines of its summary, once it is built."""
        start = View.of((steps,))
        embedding = self.embedding.rows(start, "embedding")
        layers = self.layers.rows(embedding[-1].view, "")
        head = self.head.rows((layers or embedding)[-1].view, "head")
        return [Row("", "input", start), *embedding, *layers, *head]
