"""The autoencoder: it squeezes samples through a narrow code, and so learns what they share."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from convkit.autograd import Tensor
from convkit.data import Dataset
from convkit.errors import ConvkitError, unknown
from convkit.families.abilities import Detects
from convkit.families.base import Arrays, Blueprint, Course
from convkit.families.coder import Coder, evaluating, in_batches
from convkit.families.coding import GRID_SHARES, SHOWN, Coding
from convkit.families.corruption import Noise
from convkit.families.misfit import blamed_on
from convkit.families.network import EVALUATING
from convkit.families.randomness import generator
from convkit.metrics import roc_auc
from convkit.nn import ClassLoss, Context, Layer, Loss

Array = NDArray[Any]


class Autoencoder(Coding, Detects):
    """A network that learns to put out what came in, by way of a code with fewer numbers.

    What it has learnt from it rebuilds well; what is unlike that it doesn't, which tells anomalies.
    With noise on its inputs it learns to take noise away (Vincent et al. 2008).

    Parameters
    ----------
    encoder : list of Layer
        Makes a code of a sample; what comes out of the last layer is the code.
    decoder : list of Layer
        Makes a sample of a code; the numbers of the last layer are laid out as a sample is.
    noise : Noise or None
        What is done to the inputs, whereas the targets stay clean; nothing if left out.
    normal : str or int or None
        The class to learn from: the samples of all others are the anomalies that the figure ``auc``
        asks it to tell. If left out, it learns from all samples.
    quantile : float
        The share of the training samples whose error is below the threshold for anomalies, from 0
        to 1.
    """

    name = "autoencoder"
    parts = frozenset({"loss", "optimizer"})

    def __init__(
        self,
        encoder: list[Layer],
        decoder: list[Layer],
        noise: Noise | None = None,
        normal: str | int | None = None,
        quantile: float = 0.99,
    ) -> None:
        super().__init__(Coder(encoder, decoder))
        if not 0 <= quantile <= 1:
            raise ConvkitError(f"quantile (={quantile}) must be from 0 to 1")
        self.noise = noise
        self.normal = None if normal is None else str(normal)
        self.quantile = quantile
        self.threshold = 0.0

    def build(self, blueprint: Blueprint) -> None:
        loss = blueprint.loss
        if loss is None:
            raise ConvkitError("an autoencoder needs a loss", "loss: mse")
        with blamed_on("loss"):
            _check_compares(loss)
        self.loss = loss
        if self.normal is not None:
            _check_class(self.normal, blueprint.signature.classes)
        super().build(blueprint)

    def prepare(self, course: Course) -> None:
        super().prepare(course)
        assert self._training is not None
        with blamed_on("loss"):
            self.loss.check(self.signature.sample_shape, self._seen(self._training.inputs))

    def _learnable(self, dataset: Dataset) -> Dataset:
        if self.normal is None:
            return super()._learnable(dataset)
        normal = np.flatnonzero(~self._anomalous(dataset))
        if not normal.size:
            raise ConvkitError(
                f"a part of data '{dataset.name}' has no sample of the normal class "
                f"'{self.normal}'",
                "give each part some, or name another class",
            )
        return dataset.take(normal)

    def _anomalous(self, dataset: Dataset) -> Array:
        """Return of each sample whether it is of another class than the normal one."""
        classes = self.signature.classes or ()
        return np.asarray(self.signature.adapted(dataset).targets != classes.index(self.normal))

    @property
    def samples_per_epoch(self) -> int | None:
        return None if self._training is None else len(self._training)

    def _loss(self, inputs: Array, progress: float) -> Tensor:
        clean, seen = self._seen(inputs), self._spoilt(inputs, self._rng)
        outputs = self._through(Tensor(seen), self._context)
        loss = self.loss(outputs, clean)
        errors = self._errors(self.loss.predict(outputs.data), seen, clean)
        self._means.add(len(inputs), loss=float(loss.data), **errors)
        return loss

    def _through(self, x: Tensor, context: Context) -> Tensor:
        return self.coder.decoder(self.coder.encoder(x, context), context)

    def _spoilt(self, inputs: Array, rng: Generator) -> Array:
        """Return inputs as they come in: with noise, and prepared."""
        if self.noise is not None:
            inputs = self.noise.spoil(inputs, self.coder.limits, rng)
        return self._seen(inputs)

    def _errors(self, rebuilt: Array, seen: Array, clean: Array) -> dict[str, float]:
        """Return the mean squares of what is wrong afterwards and was before, in the data's unit.

        All arguments are as the networks have them.
        """
        wrong = {"after": rebuilt} | ({} if self.noise is None else {"before": seen})
        scaling = self.preprocessing.inputs
        unit = scaling.scale if scaling is not None else 1
        return {name: _mean_square((values - clean) * unit) for name, values in wrong.items()}

    def end_epoch(self) -> dict[str, float]:
        means = self._means.taken()
        return {"loss": means.pop("loss")} | self._ratios(**means)

    def _ratios(self, after: float, before: float | None = None) -> dict[str, float]:
        """Return what mean squares make in decibels, the whole range of the data being 0 dB."""
        low, high = self.coder.limits
        peak = 20 * math.log10(high - low) if high > low else math.nan
        psnr = peak - _decibels(after)
        if before is None:
            return {"psnr": psnr}
        return {"psnr": psnr, "psnr_gain": _decibels(before) - _decibels(after)}

    @property
    def measured_while_learning(self) -> tuple[str, ...]:
        return ("loss", "psnr", *(() if self.noise is None else ("psnr_gain",)))

    @property
    def measured(self) -> tuple[str, ...]:
        return (*self.measured_while_learning, *(() if self.normal is None else ("auc",)))

    @np.errstate(all="ignore")
    def measure(self, dataset: Dataset) -> dict[str, float]:
        """Return what is measured on data; noise is the same each time.

        With a `normal` class the anomalies count for ``auc`` only, which is NaN without any.
        """
        inputs = self._learnable(dataset).inputs
        clean, seen = self._seen(inputs), self._spoilt(inputs, self._evaluation())
        outputs = self._outputs(seen)
        with evaluating():
            loss = float(self.loss(Tensor(outputs), clean).data)
        errors = self._errors(self.loss.predict(outputs), seen, clean)
        return {"loss": loss} | self._ratios(**errors) | self._auc(dataset)

    def _evaluation(self) -> Generator:
        return generator(self.seed, "evaluation")

    def _auc(self, dataset: Dataset) -> dict[str, float]:
        if self.normal is None:
            return {}
        anomalous, scores = self._anomalous(dataset), self.scores(dataset.inputs)
        tellable = anomalous.any() and np.isfinite(scores).all()
        return {"auc": roc_auc(anomalous, scores) if tellable else math.nan}

    def _outputs(self, seen: Array) -> Array:
        """Return what comes out of the decoder for prepared inputs."""
        return in_batches(lambda x: self._through(x, EVALUATING), seen)

    @np.errstate(all="ignore")
    def encode(self, inputs: Array) -> Array:
        codes = in_batches(lambda x: self.coder.encoder(x, EVALUATING), self._seen(inputs))
        return codes.reshape(len(codes), -1)

    @np.errstate(all="ignore")
    def decode(self, codes: Array) -> Array:
        shaped = self.coder.shaped(codes)
        outputs = in_batches(lambda x: self.coder.decoder(x, EVALUATING), shaped)
        return self.preprocessing.undo_inputs(self.loss.predict(outputs))

    @np.errstate(all="ignore")
    def scores(self, inputs: Array) -> Array:
        """Return the mean squared error of each sample's reconstruction, (n,).

        Of prepared inputs, so that columns of a table count alike whatever their units.
        """
        seen = self._seen(inputs)
        difference = self.loss.predict(self._outputs(seen)) - seen
        return np.asarray(np.square(difference).reshape(len(seen), -1).mean(axis=1))

    def _beside(self, samples: Array) -> list[Array]:
        if self.noise is None:
            return super()._beside(samples)
        noisy = self.noise.spoil(samples, self.coder.limits, self._evaluation())
        return [samples, noisy, self.answer(noisy).outputs]

    def _drawn(self) -> dict[str, Array]:
        drawn = {}
        if self.latent == 2 and self._training is not None:
            codes = self.encode(self._training.inputs)
            drawn["latent"] = self.grid(np.quantile(codes, GRID_SHARES, axis=0).T)
        if self.normal is not None:
            splits = self.course.splits
            shown = splits.test or splits.train
            strange = shown.inputs[self._anomalous(shown)][:SHOWN]
            if len(strange):
                drawn["anomalies"] = np.stack([strange, self.answer(strange).outputs])
        return drawn

    @np.errstate(all="ignore")
    def model(self) -> Arrays:
        """Return the arrays that predicting needs, with the threshold for those weights."""
        if self._training is not None:
            scores = self.scores(self._training.inputs)
            self.threshold = float(np.quantile(scores, self.quantile))
        return super().model() | {"threshold": np.array([self.threshold], np.float32)}

    def load_model(self, arrays: Mapping[str, Array]) -> None:
        others = dict(arrays)
        self.threshold = float(others.pop("threshold")[0])
        super().load_model(others)


def _check_compares(loss: Loss) -> None:
    if isinstance(loss, ClassLoss):
        raise ConvkitError(
            f"{loss.name} is for classes, but an autoencoder rebuilds values", "loss: mse"
        )


def _check_class(name: str, classes: tuple[str, ...] | None) -> None:
    if classes is None:
        raise ConvkitError(
            f"normal (={name}) is a class, but the data have values, not classes", "leave it out"
        )
    if name not in classes:
        raise unknown("class", name, classes, "in the data")


def _mean_square(values: Array) -> float:
    return float(np.square(values).mean())


def _decibels(mean_square: float) -> float:
    return 10 * math.log10(mean_square) if mean_square > 0 else -math.inf
