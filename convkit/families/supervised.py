"""Learning from examples with known answers: classes, yes or no, or values."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from convkit.autograd import Tensor
from convkit.data import Batches, Dataset
from convkit.errors import ConvkitError
from convkit.families.base import Answers, Arrays, Blueprint, Course, Family
from convkit.families.divergence import DivergedError, Origin, find_origin
from convkit.families.naming import owned, within
from convkit.families.network import Network
from convkit.families.randomness import generator
from convkit.families.tally import Tally
from convkit.nn import Context, flatten_parameters

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
        self.network.loss.check(self.network.output_shape, self._training.targets)
        self.steps_per_epoch = len(self._batches(None))
        self._noise = generator(self.seed, "noise")
        self._context = Context(train=True, rng=self._noise)
        self._tally = Tally(self._training.targets, self.network.output_shape)

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
            return sum(self._parts(inputs, targets))
        outputs = self.network.layers(Tensor(inputs), self._context)
        loss = self.network.loss(outputs, targets)
        loss.backward()
        value = float(loss.data)
        self._tally.add(value, outputs.data, targets)
        return value

    def _parts(self, inputs: Array, targets: Array) -> Iterator[float]:
        """Go through a batch in portions: the gradients of its mean loss are those of the whole."""
        for start in range(0, len(targets), self.course.batch_size):
            part = slice(start, start + self.course.batch_size)
            outputs = self.network.layers(Tensor(inputs[part]), self._context)
            loss = self.network.loss(outputs, targets[part])
            share = len(targets[part]) / len(targets)
            loss.backward(np.full_like(loss.data, share))
            value = float(loss.data)
            self._tally.add(value, outputs.data, targets[part])
            yield share * value

    def _origin(self, inputs: Array, targets: Array) -> Origin:
        self.flat.zero_grads()
        network = self.network
        return find_origin(network.layers, network.loss, inputs, targets, self._context)

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
