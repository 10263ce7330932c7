"""What turns texts into others once it is trained."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.autograd import Tensor, no_grad
from convkit.data import Dataset
from convkit.data.texts.alphabet import END, Alphabet, shortened
from convkit.errors import ConvkitError
from convkit.families.abilities import AttentionMap, Translation
from convkit.families.beam import Beams, Search, write
from convkit.families.network import EVALUATING, EVALUATION_BATCH
from convkit.families.text_scores import TextScores
from convkit.nn import Context, Loss
from convkit.nn.encoder_decoder import PADDING, EncoderDecoder, Look, steps_before
from convkit.workers import one_blas_thread

Array = NDArray[Any]
Batch = tuple[Array, Array]

WIDEST_BEAM = 1000
"""Wider ones find nothing better, and take much memory."""


class Translator:
    """A network that reads and writes symbols, and what these stand for.

    Parameters
    ----------
    network : EncoderDecoder
    given, written : Alphabet
        Of what it reads and of what it writes.
    longest_given : int
        How many symbols it reads at most.

    Attributes
    ----------
    longest_written : int
        How many symbols it writes at most, the end included: what it learnt from had no more.
    """

    def __init__(
        self, network: EncoderDecoder, given: Alphabet, written: Alphabet, longest_given: int
    ) -> None:
        self.network = network
        self.given = given
        self.written = written
        self.longest_given = longest_given
        self.longest_written = 0

    def judge(self, loss: Loss, batch: Batch, context: Context) -> tuple[Tensor, TextScores]:
        """Return the mean loss over all symbols to be written, and what is counted of them.

        Each is predicted from the right ones before it; padding doesn't count.
        """
        sources, targets = batch
        outputs = self.network(sources, steps_before(targets), context)
        there = targets != PADDING
        value = loss(outputs[there], targets[there])
        predicted = outputs.data.argmax(axis=-1)
        return value, TextScores.of(float(value.data), predicted, targets)

    def adapted(self, dataset: Dataset) -> Dataset:
        """Return other pairs of texts with their symbols numbered as they are here.

        Raises
        ------
        ConvkitError
            If they aren't pairs of texts, or have a symbol that was never learnt.
        """
        if (dataset.symbols, dataset.classes) == (self.given.symbols, self.written.symbols):
            return dataset
        if not dataset.symbols or END not in (dataset.classes or ()):
            raise ConvkitError(f"data '{dataset.name}' are no pairs of texts")
        given, written = Alphabet(dataset.symbols), Alphabet(dataset.classes or ())
        inputs = self._encoded([given.decode(row) for row in dataset.inputs.astype(int)])
        texts = [written.decode(row) for row in dataset.targets]
        return replace(
            dataset,
            inputs=inputs.astype(np.float32),
            targets=self.written.rows(texts, close=True),
            symbols=self.given.symbols,
            classes=self.written.symbols,
        )

    def answer(self, inputs: Array) -> Array:
        """Return what is written for inputs: numbers of symbols (n, steps), padded."""
        rows = np.full((len(inputs), self.longest_written), PADDING)
        for place, (sources, part) in enumerate(portions((inputs, rows), EVALUATION_BATCH)):
            symbols = self._written(sources, 1).symbols[:, 0]
            start = place * EVALUATION_BATCH
            rows[start : start + len(part), : symbols.shape[1]] = symbols
        return rows

    def translate(self, texts: Sequence[str], beam: int) -> list[list[Translation]]:
        """Return the best translations, as :meth:`convkit.families.abilities.Translates.translate`.

        Raises
        ------
        ConvkitError
            As there.
        """
        if not 1 <= beam <= WIDEST_BEAM:
            raise ConvkitError(f"beam must be from 1 to {WIDEST_BEAM:,}, got {beam}")
        beams = self._written(self._encoded(texts), beam)
        return [
            [
                Translation(self.written.decode(row), score)
                for row, score in zip(rows, scores, strict=True)
                if math.isfinite(score)
            ]
            for rows, scores in zip(beams.symbols.tolist(), beams.scores.tolist(), strict=True)
        ]

    def attend(self, text: str) -> list[AttentionMap]:
        """Return where it looks while it reads a text and writes its translation."""
        sources = self._encoded([text])
        symbols = self._written(sources, 1).symbols[0]
        noted: list[Array] = []
        with one_blas_thread(), no_grad():
            self.network(sources, steps_before(symbols), EVALUATING._replace(attention=noted))
        names = self.given.names(sources[0]), self.written.names(symbols[0])
        return [
            each
            for look, heads in zip(self.network.looks, noted, strict=True)
            for each in _maps(look, heads[0], *names)
        ]

    def _written(self, sources: Array, beam: int) -> Beams:
        def step(last: Array, memory: Any) -> tuple[Array, Any]:
            return self.network.advance(last, memory, EVALUATING)

        search = Search(self.written.end, self.longest_written, beam)
        with one_blas_thread(), no_grad(), np.errstate(all="ignore"):
            return write(step, self.network.begin(sources, EVALUATING), len(sources), search)

    def _encoded(self, texts: Sequence[str]) -> Array:
        rows = self.given.rows(texts)
        lengths = np.count_nonzero(rows, axis=1)
        if lengths.max() > self.longest_given:
            longest = shortened(texts[int(lengths.argmax())])
            raise ConvkitError(
                f"'{longest}' has {lengths.max()} {self.given.tokens}, but the longest text that "
                f"was learnt from has {self.longest_given}",
                "give it in parts",
            )
        return rows


def portions(batch: Batch, size: int) -> Iterator[Batch]:
    """Yield a batch in portions, as whole numbers, each no wider than its longest text."""
    for start in range(0, len(batch[0]), size):
        yield tuple(_trimmed(each[start : start + size]) for each in batch)  # type: ignore[misc]


def _trimmed(rows: Array) -> Array:
    """Return rows of symbols as whole numbers, without columns of padding at the end."""
    longest = max(int(np.count_nonzero(rows, axis=1).max()), 1)
    return rows[:, :longest].astype(np.int64)


def _maps(look: Look, heads: Array, given: list[str], written: list[str]) -> Iterator[AttentionMap]:
    """Yield a map for each head of an attention, (heads, queries, keys)."""
    queries = written if look.writes else given
    # What is written looks at what stands before it: at first, at nothing.
    keys = given if look.reads else ["", *written[:-1]]
    for number, weights in enumerate(heads, start=1):
        name = look.name if len(heads) == 1 else f"{look.name}, head {number}"
        yield AttentionMap(name, queries, keys, weights)
