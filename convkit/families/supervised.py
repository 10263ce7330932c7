"""Learning from examples with known answers: classes, yes or no, or values."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from convkit.autograd import Tensor, no_grad
from convkit.data import Batches, Dataset
from convkit.errors import ConvkitError
from convkit.families.base import Answers, Arrays, Blueprint, Course, Family
from convkit.families.divergence import DivergedError, Origin, find_origin
from convkit.families.misfit import blamed_on
from convkit.families.naming import owned, within
from convkit.families.network import Network
from convkit.families.randomness import generator
from convkit.families.tally import Tally
from convkit.nn import Context, LayerError, Row, flatten_parameters, summary

Array = NDArray[Any]
Batch = tuple[Array, Array]


class Supervised(Family):
    """A network that learns from examples with known answers.

    What it predicts, the loss says: classes, yes or no, or values.
    """

    name = "supervised"
    parts = frozenset({"model", "loss", "optimizer"})

    def build(self, blueprint: Blueprint) -> None:
        self.signature = blueprint.signature
        self.seed = blueprint.seed
        self.network = Network(blueprint)
        self.parameters = sum(each.size for each in self.network.layers.parameters().values())

    def prepare(self, course: Course) -> None:
        if course.optimizer is None:
            raise ConvkitError("a network needs an optimizer", "optimizer: adam")
        self.course = course
        self.flat = flatten_parameters(self.network.layers)
        self.optimizer = course.optimizer
        self.optimizer.start(self.flat.values)
        self._training = self.network.preprocessing.apply(course.splits.train)
        self.network.layers.check(self._training.inputs)
        with blamed_on("loss"):
            self.network.loss.check(self.network.output_shape, self._training.targets)
        self._check_single_sample()
        self.steps_per_epoch = len(self._batches(None))
        self._noise = generator(self.seed, "noise")
        self._context = Context(train=True, rng=self._noise)
        self._tally = Tally(self._training.targets, self.network.output_shape)

    def _check_single_sample(self) -> None:
        """If an epoch's last portion is a single sample, try whether the layers can train on one.

        Raises
        ------
        LayerError
            If one can't, with the nearest batch sizes that leave more than one sample.
        """
        samples, size = len(self._training), self.course.batch_size
        if _last_portion(samples, size) > 1:
            return
        layers, one = self.network.layers, Tensor(self._training.inputs[:1])
        before = layers.state()
        try:
            with no_grad(), np.errstate(all="ignore"):
                layers(one, Context(train=True, rng=generator(self.seed, "noise")))
        except LayerError as error:
            reason = (
                f"{error.cause.message}, but the last of {samples} samples is alone in its batch"
            )
            hint = _sizes_beside(samples, size) or error.hint
            raise LayerError(error.path, error.name, ConvkitError(reason, hint)) from error
        finally:
            layers.load_state(before)

    def rows(self) -> list[Row]:
        return summary(self.network.layers, self.signature.sample_shape)

    def batches(self, epoch: int, skip: int = 0) -> Iterator[Batch]:
        rng = generator(self.seed, "batches", epoch) if self.course.shuffle else None
        return islice(self._batches(rng), skip, None)

    def _batches(self, rng: Generator | None) -> Batches:
        return Batches(self._training, self.course.batch_size * self.course.accumulate, rng)

    def learn(self, batch: Batch, progress: float) -> float:
        noise = self._noise.bit_generator.state
        self.flat.zero_grads()
        loss = self._backpropagate(*batch)
        grads = self.flat.grads
        if not (math.isfinite(loss) and _all_finite(grads)):
            self._noise.bit_generator.state = noise
            raise DivergedError(self._origin(*batch))
        factor = self.optimizer.factor(progress, self.course.epochs)
        self.optimizer.step(self.flat.values, grads, factor)
        return loss

    def _backpropagate(self, inputs: Array, targets: Array) -> float:
        """Add the gradients of a batch, and return its mean loss."""
        if self.course.accumulate > 1:
            return sum(self._shares(inputs, targets))
        outputs = self.network.layers(Tensor(inputs), self._context)
        loss = self.network.loss(outputs, targets)
        loss.backward()
        value = float(loss.data)
        self._tally.add(value, outputs.data, targets)
        return value

    def _shares(self, inputs: Array, targets: Array) -> Iterator[float]:
        """Go through a batch in portions: the gradients of its mean loss are those of the whole."""
        for some_inputs, some_targets in self._portions(inputs, targets):
            outputs = self.network.layers(Tensor(some_inputs), self._context)
            loss = self.network.loss(outputs, some_targets)
            share = len(some_targets) / len(targets)
            loss.backward(np.full_like(loss.data, share))
            value = float(loss.data)
            self._tally.add(value, outputs.data, some_targets)
            yield share * value

    def _portions(self, inputs: Array, targets: Array) -> Iterator[Batch]:
        """Yield what goes through the network at once, out of what a step takes."""
        for start in range(0, len(targets), self.course.batch_size):
            part = slice(start, start + self.course.batch_size)
            yield inputs[part], targets[part]

    def _origin(self, *batch: Array) -> Origin:
        self.flat.zero_grads()
        portions = list(self._portions(*batch))
        return find_origin(self.network.layers, self.network.loss, portions, self._context)

    def end_epoch(self) -> dict[str, float]:
        tally = self._tally
        measured = {"loss": tally.loss} | self.network.score(tally.outputs, tally.targets)
        tally.clear()
        return measured

    def observe(self, value: float) -> None:
        self.optimizer.observe(value)

    def settings(self, progress: float) -> dict[str, float]:
        factor = self.optimizer.factor(progress, self.course.epochs)
        return {"lr": self.optimizer.lr * factor}

    @property
    def measured(self) -> tuple[str, ...]:
        return ("loss", *self.network.metrics)

    def measure(self, dataset: Dataset) -> dict[str, float]:
        return self.network.measure(dataset)

    def answer(self, inputs: Array) -> Answers:
        return self.network.answer(inputs)

    def model(self) -> Arrays:
        return self.network.layers.state()

    def load_model(self, arrays: Mapping[str, Array]) -> None:
        self.network.layers.load_state(arrays)

    def memory(self) -> tuple[Arrays, dict[str, Any]]:
        arrays, tally = self._tally.state()
        return owned("optimizer", self.optimizer.state()) | owned("epoch", arrays), {
            "noise": self._noise.bit_generator.state,
            "epoch": tally,
        }

    def load_memory(self, arrays: Mapping[str, Array], state: Mapping[str, Any]) -> None:
        self.optimizer.load_state(within("optimizer", arrays))
        self._tally.load_state(within("epoch", arrays), state["epoch"])
        self._noise.bit_generator.state = state["noise"]


def _all_finite(values: Array) -> bool:
    """Return whether every number is finite: in one product, and twice only if that overflows."""
    return math.isfinite(values.dot(values)) or bool(np.isfinite(values).all())


def _last_portion(samples: int, size: int) -> int:
    """Return how many samples are left for the last portion of an epoch."""
    return (samples - 1) % size + 1


def _sizes_beside(samples: int, size: int) -> str | None:
    """Return the nearest batch sizes that leave more than one sample to the last portion."""
    fitting = [each for each in range(2, samples + 1) if _last_portion(samples, each) > 1]
    below = max((each for each in fitting if each < size), default=None)
    above = min((each for each in fitting if each > size), default=None)
    sizes = [str(each) for each in (below, above) if each is not None]
    return f"batch_size: {' or '.join(sizes)}" if sizes else None
