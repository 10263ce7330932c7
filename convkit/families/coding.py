"""What families share that learn to make a sample of its own code."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from convkit.autograd import Tensor
from convkit.data import Batches, Dataset
from convkit.errors import ConvkitError
from convkit.families.abilities import Decodes, Encodes
from convkit.families.base import Answers, Arrays, Blueprint, Course, Family
from convkit.families.coder import Coder, portions
from convkit.families.divergence import DivergedError
from convkit.families.lone_sample import check_lone_sample
from convkit.families.means import Means
from convkit.families.misfit import blamed_on, refuse_metrics
from convkit.families.naming import owned, within
from convkit.families.part import Part
from convkit.families.randomness import generator
from convkit.nn import Context, Row

Array = NDArray[Any]

SHOWN = 10
"""How many samples are shown beside what became of them."""

GRID_SHARES = (np.arange(15) + 0.5) / 15
"""Which share of the codes lies below each step of a grid over them, in either direction."""


class Coding(Family, Encodes, Decodes):
    """A family with an encoder and a decoder that learns from inputs alone.

    Parameters
    ----------
    coder : Coder
        Not yet built.
    """

    def __init__(self, coder: Coder) -> None:
        self.coder = coder
        self._training: Dataset | None = None

    def build(self, blueprint: Blueprint) -> None:
        with blamed_on("model"):
            if blueprint.layers:
                raise ConvkitError(
                    f"family '{self.name}' has its layers in family.encoder and family.decoder",
                    "leave out model",
                )
        refuse_metrics(self.name, blueprint.metrics)
        self.signature = blueprint.signature
        self.preprocessing = blueprint.preprocessing
        self.seed = blueprint.seed
        self._build_coder(generator(self.seed, "weights"))
        self.latent = self.coder.latent
        self.parameters = sum(each.size for each in self.coder.parameters().values())

    def _build_coder(self, rng: Generator) -> None:
        self.coder.build(self.signature.sample_shape, rng)

    def prepare(self, course: Course) -> None:
        self.part = Part(self.coder, course.optimizer, course.epochs)
        self.course = course
        # What can't be measured shall be told now, and not when everything is learnt.
        parts = {name: self._learnable(part) for name, part in course.splits.parts.items()}
        self._training = parts["train"]
        inputs = self._training.inputs
        self.coder.encoder.check(self._seen(inputs))
        self._check_lone_sample(inputs)
        self.coder.limits[:] = np.nanmin(inputs), np.nanmax(inputs)
        self.steps_per_epoch = len(self._batches(None))
        self._rng = generator(self.seed, "noise")
        self._context = Context(train=True, rng=self._rng)
        self._means = Means()

    def _check_lone_sample(self, inputs: Array) -> None:
        context = Context(train=True, rng=generator(self.seed, "noise"))
        one = self._seen(inputs[:1])
        check_lone_sample(
            self.coder,
            lambda: self.coder.try_out(one, context),
            len(inputs),
            self.course.batch_size,
        )

    def _learnable(self, dataset: Dataset) -> Dataset:
        """Return the samples of a data set that are to be learnt from.

        Raises
        ------
        ConvkitError
            If they are of another shape, or there are none.
        """
        self.signature.check_samples(dataset)
        return dataset

    def _seen(self, inputs: Array) -> Array:
        """Return inputs as the networks see them."""
        return self.preprocessing.apply_inputs(inputs)

    def rows(self) -> list[Row]:
        return self.coder.rows()

    def batches(self, epoch: int, skip: int = 0) -> Iterator[Array]:
        """Yield inputs in the data's own units."""
        rng = generator(self.seed, "batches", epoch) if self.course.shuffle else None
        return (inputs for inputs, _ in islice(self._batches(rng), skip, None))

    def _batches(self, rng: Generator | None) -> Batches:
        assert self._training is not None  # it is prepared
        return Batches(self._training, self.course.batch_size * self.course.accumulate, rng)

    def learn(self, batch: Array, progress: float) -> float:
        state = self._rng.bit_generator.state
        self.part.flat.zero_grads()
        value = 0.0
        try:
            for inputs in portions(batch, self.course.batch_size):
                share = len(inputs) / len(batch)
                value += share * self.part.gather(self._loss(inputs, progress), share)
            self.part.update(progress)
        except DivergedError:
            self._rng.bit_generator.state = state
            raise
        return value

    @abstractmethod
    def _loss(self, inputs: Array, progress: float) -> Tensor:
        """Return the mean loss of inputs in the data's own units, and note what is measured."""

    def end_epoch(self) -> dict[str, float]:
        return self._means.taken()

    def settings(self, progress: float) -> dict[str, float]:
        return {"lr": self.part.lr(progress)}

    def observe(self, value: float) -> None:
        self.part.optimizer.observe(value)

    def answer(self, inputs: Array) -> Answers:
        """Return what becomes of inputs on their way through encoder and decoder."""
        shape = (-1, *self.signature.sample_shape)
        return Answers(self.decode(self.encode(inputs)).reshape(shape), None)

    def pictures(self) -> dict[str, Array]:
        shape = self.signature.sample_shape
        if len(shape) != 3 or shape[2] not in (1, 3):
            return {}
        splits = self.course.splits
        samples = self._learnable(splits.test or splits.train).inputs[:SHOWN]
        drawn = {"reconstructions": np.stack(self._beside(samples)), **self._drawn()}
        if len(samples) > 1:
            drawn["interpolation"] = self._between(samples)
        low, high = map(float, self.coder.limits)
        return {name: (rows - low) / ((high - low) or 1.0) for name, rows in drawn.items()}

    def _beside(self, samples: Array) -> list[Array]:
        """Return rows of pictures in the data's own units: samples, and what becomes of them."""
        return [samples, self.answer(samples).outputs]

    def _between(self, samples: Array) -> Array:
        """Return rows that lead from one sample to another, by way of the codes between theirs."""
        codes, rows = self.encode(samples), len(samples) // 2
        return self.between(codes[:rows], codes[rows : 2 * rows], SHOWN)

    def grid(self, axes: Array) -> Array:
        """Return the samples that codes of two numbers stand for, (rows, columns, \\*sample shape).

        Parameters
        ----------
        axes : (2, side) array
            What the first number is from left to right, and the second from bottom to top.
        """
        across, up = np.meshgrid(axes[0], axes[1][::-1])
        samples = self.decode(np.stack([across.ravel(), up.ravel()], axis=1))
        return samples.reshape(*across.shape, *samples.shape[1:])

    def _drawn(self) -> dict[str, Array]:
        """Return what else there is to show, by name: (rows, columns, \\*sample shape)."""
        return {}

    def model(self) -> Arrays:
        return self.coder.state()

    def load_model(self, arrays: Mapping[str, Array]) -> None:
        self.coder.load_state(arrays)

    def memory(self) -> tuple[Arrays, dict[str, Any]]:
        return owned("optimizer", self.part.state()), {
            "noise": self._rng.bit_generator.state,
            "epoch": self._means.state(),
        }

    def load_memory(self, arrays: Mapping[str, Array], state: Mapping[str, Any]) -> None:
        self.part.load_state(within("optimizer", arrays))
        self._rng.bit_generator.state = state["noise"]
        self._means.load_state(state["epoch"])
