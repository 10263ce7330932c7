"""Learning from examples with known answers: classes, yes or no, or values."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from convkit.autograd import Tensor
from convkit.data import Batches, Dataset, Pipeline, Targets
from convkit.errors import ConvkitError
from convkit.families.abilities import FineTunes
from convkit.families.base import Answers, Arrays, Blueprint, Course, Family
from convkit.families.divergence import DivergedError, Origin, find_origin
from convkit.families.finetuning import Pace
from convkit.families.lone_sample import check_lone_sample
from convkit.families.misfit import blamed_on
from convkit.families.naming import owned, within
from convkit.families.network import Network
from convkit.families.randomness import generator
from convkit.families.tally import Tally
from convkit.nn import Context, Row, Sequential, flatten_parameters, summary

Array = NDArray[Any]
Batch = tuple[Array, Targets]


class Supervised(Family, FineTunes):
    """A network that learns from examples with known answers.

    What it predicts, the loss says: classes, yes or no, or values.
    """

    name = "supervised"
    parts = frozenset({"model", "loss", "optimizer", "augment"})

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
        self.pace = Pace(self.network.layers, self.flat, course.tuning)
        self.pace.at(course.epochs)  # whatever goes wrong in the last epoch shall do so at once
        self._training = self.network.preprocessing.apply(course.splits.train)
        self.network.layers.check(self._training.inputs)
        with blamed_on("loss"):
            self.network.loss.check(self.network.output_shape, self._training.targets)
        self._check_lone_sample()
        self._augment = Pipeline(course.augment) if course.augment else None
        self.steps_per_epoch = len(self._batches(None))
        self._noise = generator(self.seed, "noise")
        self._context = Context(train=True, rng=self._noise)
        self._tally = Tally(self._training.targets, self.network.output_shape)

    def _check_lone_sample(self) -> None:
        layers, training = self.network.layers, self._training
        context = Context(train=True, rng=generator(self.seed, "noise"))
        one = Tensor(training.inputs[:1])
        check_lone_sample(
            layers, lambda: layers(one, context), len(training), self.course.batch_size
        )

    @property
    def layers(self) -> Sequential:
        return self.network.layers

    def rows(self) -> list[Row]:
        return summary(self.network.layers, self.signature.sample_shape)

    def batches(self, epoch: int, skip: int = 0) -> Iterator[Batch]:
        rng = generator(self.seed, "batches", epoch) if self.course.shuffle else None
        batches = islice(self._batches(rng), skip, None)
        return batches if self._augment is None else self._augmented(batches, epoch, skip)

    def _batches(self, rng: Generator | None) -> Batches:
        """Return an epoch's batches: prepared, unless they are yet to be augmented."""
        drawn = self._training
        if self._augment is not None:
            drawn = replace(drawn, inputs=self.course.splits.train.inputs)
        return Batches(drawn, self.course.batch_size * self.course.accumulate, rng)

    def _augmented(self, batches: Iterator[Batch], epoch: int, first: int) -> Iterator[Batch]:
        assert self._augment is not None
        for number, batch in enumerate(batches, start=first):
            rng = generator(self.seed, "augment", epoch, number)
            inputs, targets = self._augment(*batch, rng)
            yield self.network.preprocessing.apply_inputs(inputs), targets

    def learn(self, batch: Batch, progress: float) -> float:
        noise = self._noise.bit_generator.state
        pace = self.pace.at(progress)
        self.flat.zero_grads()
        loss = self._backpropagate(*batch)
        grads = self.flat.grads
        if not (math.isfinite(loss) and _all_finite(grads)):
            self._noise.bit_generator.state = noise
            raise DivergedError(self._origin(*batch))
        factor = self.optimizer.factor(progress, self.course.epochs)
        self.optimizer.step(self.flat.values, grads, factor * pace)
        return loss

    def _backpropagate(self, inputs: Array, targets: Targets) -> float:
        """Add the gradients of a batch, and return its mean loss."""
        if self.course.accumulate > 1:
            return sum(self._shares(inputs, targets))
        outputs = self.network.layers(Tensor(inputs), self._context)
        loss = self.network.loss_of(outputs, targets)
        loss.backward()
        value = float(loss.data)
        self._tally.add(value, outputs.data, targets)
        return value

    def _shares(self, inputs: Array, targets: Targets) -> Iterator[float]:
        """Go through a batch in portions: the gradients of its mean loss are those of the whole."""
        for some_inputs, some_targets in self._portions(inputs, targets):
            outputs = self.network.layers(Tensor(some_inputs), self._context)
            loss = self.network.loss_of(outputs, some_targets)
            share = len(some_targets) / len(targets)
            loss.backward(np.full_like(loss.data, share))
            value = float(loss.data)
            self._tally.add(value, outputs.data, some_targets)
            yield share * value

    def _portions(self, inputs: Array, targets: Targets) -> Iterator[Batch]:
        """Yield what goes through the network at once, out of what a step takes."""
        for start in range(0, len(targets), self.course.batch_size):
            part = slice(start, start + self.course.batch_size)
            yield inputs[part], targets[part]

    def _origin(self, inputs: Array, targets: Targets) -> Origin:
        self.flat.zero_grads()
        portions = list(self._portions(inputs, targets))
        return find_origin(self.network.layers, self.network.loss_of, portions, self._context)

    def end_epoch(self) -> dict[str, float]:
        tally = self._tally
        measured = {"loss": tally.loss} | self.network.score(tally.outputs, tally.targets)
        tally.clear()
        return measured | self.network.score_weights()

    def observe(self, value: float) -> None:
        self.optimizer.observe(value)

    def settings(self, progress: float) -> dict[str, float]:
        factor = self.optimizer.factor(progress, self.course.epochs)
        return {"lr": self.optimizer.lr * factor}

    @property
    def measured(self) -> tuple[str, ...]:
        return ("loss", *self.network.metrics, *self.network.weight_metrics)

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
