"""Learning to go on with a text, symbol by symbol."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from math import log
from typing import Any, TypeAlias

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from convkit.autograd import Tensor, softmax, softmax_cross_entropy
from convkit.data import Batches, Dataset
from convkit.errors import ConvkitError
from convkit.families.abilities import Attends, AttentionMap, Sampling, Writes
from convkit.families.base import Answers, Arrays, Blueprint, Course, Family
from convkit.families.coder import evaluating, in_batches
from convkit.families.divergence import DivergedError
from convkit.families.means import Means
from convkit.families.memories import chosen, named, unnamed
from convkit.families.misfit import refuse_metrics
from convkit.families.naming import owned, within
from convkit.families.network import EVALUATING
from convkit.families.part import Part
from convkit.families.randomness import generator
from convkit.families.streams import along, moved, renumbered, stream_length
from convkit.families.text_network import TextNetwork
from convkit.families.writing import written
from convkit.nn import Context, Row
from convkit.nn.checks import whole_number
from convkit.nn.layer import Memory

Array = NDArray[Any]
Batch: TypeAlias = tuple[Array, Array, bool]
"""Inputs, targets, and whether texts begin with them."""

MOST_STREAMS, LEAST_WINDOWS = 32, 16
"""Into how many streams data are cut to be measured, and of what length: each stream begins knowing
nothing, so that short ones would tell of the beginning only."""


class LanguageModel(Family, Writes, Attends):
    """A network that learns to go on with a text: at each step it predicts the next symbol.

    The model is what stands between a vector for each symbol, and a score for each that may come
    next; both are added to it. A recurrent one goes along the text with what it remembers: as many
    streams side by side as a batch has samples, gradients going back through one window only
    (truncated backpropagation through time). A transformer takes each window on its own, in any
    order. Where windows begin is drawn for each epoch, unless `shuffle` is off.

    The perplexity is the exponential of the loss: among so many equally likely symbols the model
    chooses. Bits are the loss in units of log 2.

    Parameters
    ----------
    embedding : int
        The length of the vector that stands for a symbol.
    """

    name = "language_model"
    parts = frozenset({"model", "optimizer"})

    def __init__(self, embedding: int = 32) -> None:
        self.embedding = whole_number("embedding", embedding)

    def build(self, blueprint: Blueprint) -> None:
        signature = blueprint.signature
        symbols = signature.symbols
        if not symbols or signature.classes != symbols:
            raise ConvkitError("a language_model learns from a text to go on with", "data: text")
        refuse_metrics(self.name, blueprint.metrics)
        self.signature = signature
        self.seed = blueprint.seed
        self.network = TextNetwork(blueprint.layers, len(symbols), self.embedding)
        self.network.build(signature.sample_shape[0], generator(self.seed, "weights"))
        self.parameters = sum(each.size for each in self.network.parameters().values())

    def prepare(self, course: Course) -> None:
        if course.accumulate > 1:
            raise ConvkitError("a language_model takes its batches whole", "accumulate: 1")
        self.part = Part(self.network, course.optimizer, course.epochs)
        self.course = course
        self._training = course.splits.train
        self.steps_per_epoch = stream_length(len(self._training), course.batch_size)
        self._noise = generator(self.seed, "noise")
        self._context = Context(train=True, rng=self._noise)
        self._means = Means()
        self._carried = self.network.begin(0)

    def rows(self) -> list[Row]:
        return self.network.rows(self.signature.sample_shape[0])

    def batches(self, epoch: int, skip: int = 0) -> Iterator[Batch]:
        return islice(self._batches(epoch), skip, None)

    def _batches(self, epoch: int) -> Iterator[Batch]:
        size = self.course.batch_size
        rng = generator(self.seed, "batches", epoch) if self.course.shuffle else None
        data = self._training if rng is None else moved(self._training, rng)
        if self.network.endless:
            for step, rows in enumerate(along(len(data), size)):
                yield data.inputs[rows], data.targets[rows], step == 0
        else:
            for inputs, targets in Batches(data, size, rng):
                yield inputs, targets, True

    def learn(self, batch: Batch, progress: float) -> float:
        inputs, targets, begins = batch
        noise = self._noise.bit_generator.state
        samples = len(targets)
        # A shorter last stream ends first: what is left are the first ones.
        before = self.network.begin(samples) if begins else chosen(self._carried, slice(samples))
        try:
            scores, after = self._read(inputs, before, self._context)
            loss = self.part.descend(softmax_cross_entropy(scores, targets), progress)
        except DivergedError:
            self._noise.bit_generator.state = noise
            raise
        self._carried = after
        self._means.add(samples, loss=loss)
        return loss

    def _read(self, inputs: Array, memory: Memory, context: Context) -> tuple[Tensor, Memory]:
        """Return the scores for windows that go on with what is remembered, and what then is."""
        if self.network.endless:
            return self.network.advance(Tensor(inputs), memory, context)
        return self.network(Tensor(inputs), context), memory

    def end_epoch(self) -> dict[str, float]:
        return _measures(self._means.taken()["loss"])

    def observe(self, value: float) -> None:
        self.part.optimizer.observe(value)

    def settings(self, progress: float) -> dict[str, float]:
        return {"lr": self.part.lr(progress)}

    @property
    def measured(self) -> tuple[str, ...]:
        return tuple(_measures(0.0))

    def measure(self, dataset: Dataset) -> dict[str, float]:
        """Return what is measured along the data's windows, which follow each other."""
        if not dataset.symbols:
            raise ConvkitError(f"data '{dataset.name}' are no text")
        data = renumbered(dataset, self._numbers(dataset.symbols), self.signature.symbols)
        means = Means()
        streams = min(MOST_STREAMS, max(len(data) // LEAST_WINDOWS, 1))
        memory = self.network.begin(streams)
        with evaluating():
            for rows in along(len(data), streams):
                before = chosen(memory, slice(len(rows)))
                scores, memory = self._read(data.inputs[rows], before, EVALUATING)
                loss = softmax_cross_entropy(scores, data.targets[rows])
                means.add(len(rows), loss=float(loss.data))
        return _measures(means.taken()["loss"])

    def answer(self, inputs: Array) -> Answers:
        """Return how likely each symbol is to come next, at each step of texts (n, steps)."""
        chances = in_batches(lambda x: softmax(self.network(x, EVALUATING)), inputs)
        return Answers(chances, chances.argmax(axis=-1), probable=True)

    def write(self, prompt: str, sampling: Sampling, rng: Generator) -> Iterator[str]:
        beginning = self._numbers(prompt) or [self._opening(rng)]
        choose = partial(sampling.choose, rng=rng)
        numbers = written(self.network, beginning, choose, self.signature.sample_shape[0])
        return map(self.signature.symbols.__getitem__, numbers)

    def attend(self, text: str) -> list[AttentionMap]:
        weights: list[Array] = []
        numbers = self._numbers(text)
        if not numbers:
            raise ConvkitError("there is no attention to show for an empty text")
        with evaluating():
            x = Tensor(np.array([numbers], np.float32))
            self.network(x, Context(attention=weights))
        if not weights:
            raise ConvkitError(
                "the model looks at no symbol but the one before it: it has no attention",
                "transformer_decoder has",
            )
        return [
            AttentionMap(f"layer {layer}, head {head}", [*text], [*text], of_head)
            for layer, of_layer in enumerate(weights, start=1)
            for head, of_head in enumerate(of_layer[0], start=1)
        ]

    def _numbers(self, text: Iterable[str]) -> list[int]:
        """Return the numbers of a text's symbols."""
        places = {symbol: number for number, symbol in enumerate(self.signature.symbols)}
        for symbol in text:
            if symbol not in places:
                raise ConvkitError(
                    f"the text that was learnt from has no {symbol!r}",
                    f"it has {_in_short(self.signature.symbols)}",
                )
        return [places[symbol] for symbol in text]

    def _opening(self, rng: Generator) -> int:
        """Return what a text begins behind if nothing is given: the end of a line, or anything."""
        symbols = self.signature.symbols
        return symbols.index("\n") if "\n" in symbols else int(rng.integers(len(symbols)))

    def model(self) -> Arrays:
        return self.network.state()

    def load_model(self, arrays: Mapping[str, Array]) -> None:
        self.network.load_state(arrays)

    def memory(self) -> tuple[Arrays, dict[str, Any]]:
        """Return also what is remembered of the texts up to the last step."""
        carried = owned("carried", named(self._carried))
        return owned("optimizer", self.part.state()) | carried, {
            "noise": self._noise.bit_generator.state,
            "means": self._means.state(),
        }

    def load_memory(self, arrays: Mapping[str, Array], state: Mapping[str, Any]) -> None:
        self.part.load_state(within("optimizer", arrays))
        self._carried = unnamed(self.network.begin(0), within("carried", arrays))
        self._noise.bit_generator.state = state["noise"]
        self._means.load_state(state["means"])


def _measures(loss: float) -> dict[str, float]:
    """Return the loss in nats, as perplexity and in bits."""
    return {"loss": loss, "perplexity": float(np.exp(loss)), "bits": loss / log(2)}


def _in_short(symbols: tuple[str, ...]) -> str:
    """Return the symbols as a message names them."""
    return repr("".join(symbols))
