"""Sequence to sequence: one text is read, and another written."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from statistics import fmean
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from convkit.autograd import no_grad
from convkit.data import Batches, Dataset
from convkit.data.texts.alphabet import END, Alphabet
from convkit.families.abilities import Attends, AttentionMap, Translates, Translation
from convkit.families.base import Answers, Arrays, Blueprint, Course, Family
from convkit.families.divergence import DivergedError, Origin
from convkit.families.measures import metrics_of
from convkit.families.misfit import MisfitError, blamed_on
from convkit.families.naming import owned, within
from convkit.families.network import EVALUATING, EVALUATION_BATCH
from convkit.families.part import Part
from convkit.families.randomness import generator
from convkit.families.text_scores import TextScores
from convkit.families.translator import Batch, Translator, portions
from convkit.metrics import rouge_l
from convkit.nn import Context, CrossEntropy, Row, View
from convkit.nn.encoder_decoder import EncoderDecoder, Sizes
from convkit.workers import one_blas_thread

Array = NDArray[Any]

LONGEST = "longest_written"


class SequenceToSequence(Family, Translates, Attends):
    """The base of what learns from pairs of texts to make the second of the first.

    While it learns, each symbol is predicted from the right ones before it ("teacher forcing").
    """

    parts = frozenset({"loss", "optimizer"})

    @abstractmethod
    def make(self, sizes: Sizes, rng: Generator) -> EncoderDecoder:
        """Return the network, its weights drawn.

        Raises
        ------
        ConvkitError
            If its settings don't fit each other.
        """

    def build(self, blueprint: Blueprint) -> None:
        self.signature = blueprint.signature
        self.seed = blueprint.seed
        _check(blueprint)
        self.loss = blueprint.loss or CrossEntropy()
        given, written = Alphabet(self.signature.symbols), Alphabet(self.signature.classes or ())
        sizes = Sizes(len(given.symbols), len(written.symbols))
        network = self.make(sizes, generator(self.seed, "weights"))
        self.translator = Translator(network, given, written, *self.signature.sample_shape)
        self.parameters = sum(each.size for each in network.parameters().values())

    def prepare(self, course: Course) -> None:
        self._course = course
        self._training = course.splits.train
        self.translator.longest_written = self._training.targets.shape[1]
        self._part = Part(self.translator.network, course.optimizer, course.epochs)
        self._noise = generator(self.seed, "noise")
        self._context = Context(train=True, rng=self._noise)
        self._scores = TextScores()
        self.steps_per_epoch = len(self._batches(None))

    def batches(self, epoch: int, skip: int = 0) -> Iterator[Batch]:
        rng = generator(self.seed, "batches", epoch) if self._course.shuffle else None
        return islice(self._batches(rng), skip, None)

    def _batches(self, rng: Generator | None) -> Batches:
        return Batches(self._training, self._course.batch_size * self._course.accumulate, rng)

    def learn(self, batch: Batch, progress: float) -> float:
        noise = self._noise.bit_generator.state
        try:
            made = self._descend(batch, progress)
        except DivergedError:
            self._noise.bit_generator.state = noise
            raise
        self._scores = self._scores.plus(made)
        return made.loss / made.symbols

    def _descend(self, batch: Batch, progress: float) -> TextScores:
        """Take a step down the mean loss of all symbols; the gradients come in portions."""
        self._part.flat.zero_grads()
        symbols = np.count_nonzero(batch[1])
        made = TextScores()
        for portion in portions(batch, self._course.batch_size):
            loss, scores = self.translator.judge(self.loss, portion, self._context)
            loss.backward(np.full_like(loss.data, scores.symbols / symbols))
            made = made.plus(scores)
        if not math.isfinite(made.loss):
            kind = "nan" if math.isnan(made.loss) else "infinity"
            raise DivergedError(Origin("loss", None, kind))
        self._part.update(progress)
        return made

    def end_epoch(self) -> dict[str, float]:
        means = self._scores.means()
        self._scores = TextScores()
        return means

    def rows(self) -> list[Row]:
        read, written = self.translator.longest_given, self.translator.longest_written
        return [Row("", "input", View((read,))), *self.translator.network.rows(read, written)]

    def observe(self, value: float) -> None:
        self._part.optimizer.observe(value)

    def settings(self, progress: float) -> dict[str, float]:
        return {"lr": self._part.lr(progress)}

    @property
    def measured(self) -> tuple[str, ...]:
        return (*self.measured_while_learning, "rouge_l")

    @property
    def measured_while_learning(self) -> tuple[str, ...]:
        return ("loss", "accuracy", "exact")

    def actual(self, dataset: Dataset) -> Array:
        return self.translator.adapted(dataset).targets

    @np.errstate(all="ignore")
    def measure(self, dataset: Dataset) -> dict[str, float]:
        """Return the loss, the shares of symbols and of texts that are right, and ROUGE-L.

        ``accuracy`` is that of symbols, each predicted from the right ones before it; ``exact`` the
        share of texts that are written right in whole; ``rouge_l`` the mean of
        :func:`convkit.metrics.rouge_l` of what is written.
        """
        dataset = self.translator.adapted(dataset)
        scores = TextScores()
        with one_blas_thread(), no_grad():
            for batch in portions((dataset.inputs, dataset.targets), EVALUATION_BATCH):
                scores = scores.plus(self.translator.judge(self.loss, batch, EVALUATING)[1])
        written = self.translator.answer(dataset.inputs)
        pairs = zip(self._texts(dataset.targets), self._texts(written), strict=True)
        return scores.means() | {"rouge_l": fmean(rouge_l(*pair) for pair in pairs)}

    def _texts(self, rows: Array) -> Iterator[list[int]]:
        """Yield the symbols of each text that is written, without its end."""
        beyond = {0, self.translator.written.end}
        return ([symbol for symbol in row if symbol not in beyond] for row in rows.tolist())

    def answer(self, inputs: Array) -> Answers:
        """Return what is written for inputs: numbers of classes (n, steps), padded with 0."""
        return Answers(self.translator.answer(inputs), None)

    def translate(self, texts: Sequence[str], beam: int = 1) -> list[list[Translation]]:
        return self.translator.translate(texts, beam)

    def attend(self, text: str) -> list[AttentionMap]:
        return self.translator.attend(text)

    def model(self) -> Arrays:
        longest = np.array([self.translator.longest_written])
        return self.translator.network.state() | {LONGEST: longest}

    def load_model(self, arrays: Mapping[str, Array]) -> None:
        weights = dict(arrays)
        self.translator.longest_written = int(weights.pop(LONGEST)[0])
        self.translator.network.load_state(weights)

    def memory(self) -> tuple[Arrays, dict[str, Any]]:
        return owned("optimizer", self._part.state()), {
            "noise": self._noise.bit_generator.state,
            "epoch": list(self._scores),
        }

    def load_memory(self, arrays: Mapping[str, Array], state: Mapping[str, Any]) -> None:
        self._part.load_state(within("optimizer", arrays))
        self._noise.bit_generator.state = state["noise"]
        self._scores = TextScores(*state["epoch"])


def _check(blueprint: Blueprint) -> None:
    """Refuse what isn't for pairs of texts.

    Raises
    ------
    MisfitError
    """
    signature, loss = blueprint.signature, blueprint.loss
    if not signature.symbols or END not in (signature.classes or ()):
        raise MisfitError(
            "data", "it learns from pairs of texts, and the data have none", "data: dates"
        )
    if blueprint.preprocessing.inputs is not None:
        raise MisfitError("data", "symbols have no mean and no deviation", "leave out standardize")
    if loss is not None and not isinstance(loss, CrossEntropy):
        raise MisfitError(
            "loss",
            f"it writes by probabilities, which {loss.name} has none of",
            "loss: cross_entropy",
        )
    with blamed_on("metrics"):
        metrics_of("classes", blueprint.metrics)
