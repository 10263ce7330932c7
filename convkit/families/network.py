"""A network and its loss: what predicts once it is trained, and is measured while it is."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.autograd import Tensor, no_grad
from convkit.data import Dataset, Mixed, Targets
from convkit.errors import ConvkitError
from convkit.families.base import Answers, Blueprint
from convkit.families.measures import WEIGHT_METRICS, Kind, measure, metrics_of
from convkit.families.misfit import MisfitError, blamed_on
from convkit.families.randomness import generator
from convkit.families.signature import Signature
from convkit.nn import BinaryLoss, ClassLoss, Context, Loss, Sequential
from convkit.workers import one_blas_thread

Array = NDArray[Any]

EVALUATION_BATCH = 256
"""Samples that go through a network at once where nothing is learnt."""

EVALUATING = Context(train=False, rng=None)


class Network:
    """Layers, built for the samples of a signature, and the loss that says what their outputs mean.

    Parameters
    ----------
    blueprint : Blueprint
        With layers and a loss.

    Raises
    ------
    ConvkitError
        If a part is missing, or the layers don't fit the samples, or what comes out the targets.
    """

    def __init__(self, blueprint: Blueprint) -> None:
        if not blueprint.layers:
            raise ConvkitError("a network needs layers", "model: [flatten, {dense: 10}]")
        if blueprint.loss is None:
            raise ConvkitError("a network needs a loss", "loss: cross_entropy")
        self.signature = blueprint.signature
        self.preprocessing = blueprint.preprocessing
        self.loss = blueprint.loss
        self.layers = Sequential(blueprint.layers)
        weights = generator(blueprint.seed, "weights")
        self.output_shape = self.layers.build(self.signature.sample_shape, weights)
        kind: Kind = "values" if self.loss.kind == "values" else "classes"
        asked = [name for name in blueprint.metrics if name not in WEIGHT_METRICS]
        with blamed_on("metrics"):
            self.metrics = metrics_of(kind, asked)
        others = (name for name in blueprint.metrics if name in WEIGHT_METRICS)
        self.weight_metrics = {name: WEIGHT_METRICS[name] for name in others}
        _check_classes(self.output_shape, self.signature, self.loss)

    @np.errstate(all="ignore")
    def answer(self, inputs: Array) -> Answers:
        """Return what the network says about inputs in the data's own units."""
        return self._read(self._outputs(self.preprocessing.apply_inputs(inputs)))

    @np.errstate(all="ignore")
    def measure(self, dataset: Dataset) -> dict[str, float]:
        """Return the loss and the metrics on data in their own units."""
        prepared = self.preprocessing.apply(self.signature.adapted(dataset))
        outputs = self._outputs(prepared.inputs)
        return {"loss": self._mean_loss(outputs, prepared.targets)} | self.score(
            outputs, prepared.targets
        )

    def loss_of(self, outputs: Tensor, targets: Targets) -> Tensor:
        """Return the loss of raw outputs; of samples that were mixed, that of both targets."""
        if isinstance(targets, Mixed):
            blended: Tensor = targets.blend(lambda each: self.loss(outputs, each))
            return blended
        return self.loss(outputs, targets)

    def score(self, outputs: Array, targets: Array) -> dict[str, float]:
        """Return the metrics of raw outputs and of targets as the loss sees them."""
        labels = self._labels(outputs)
        if labels is not None:
            return measure(self.metrics, targets, labels)
        actual = self.preprocessing.undo_targets(targets)
        return measure(self.metrics, actual, self._values(outputs).reshape(actual.shape))

    def score_weights(self) -> dict[str, float]:
        """Return what is measured of the weights as they are."""
        return {name: metric(self.layers) for name, metric in self.weight_metrics.items()}

    def _outputs(self, inputs: Array) -> Array:
        """Return the raw outputs for prepared inputs."""
        with one_blas_thread(), no_grad():
            parts = [
                self.layers(Tensor(inputs[start : start + EVALUATION_BATCH]), EVALUATING).data
                for start in range(0, len(inputs), EVALUATION_BATCH)
            ]
        return np.concatenate(parts)

    def _mean_loss(self, outputs: Array, targets: Array) -> float:
        with no_grad():
            return float(self.loss(Tensor(outputs), targets).data)

    def _read(self, outputs: Array) -> Answers:
        labels = self._labels(outputs)
        if labels is not None:
            return Answers(self.loss.predict(outputs), labels, self.loss.probable)
        return Answers(self._values(outputs), None)

    def _labels(self, outputs: Array) -> Array | None:
        """Return the likeliest classes, if the loss is about classes."""
        if isinstance(self.loss, ClassLoss | BinaryLoss):
            return self.loss.classify(outputs)
        return None

    def _values(self, outputs: Array) -> Array:
        """Return predicted values in the data's own unit."""
        return self.preprocessing.undo_targets(self.loss.predict(outputs))


def _check_classes(shape: tuple[int, ...], signature: Signature, loss: Loss) -> None:
    """Refuse a network that would predict classes which don't exist, or not all that do."""
    if signature.classes is None or loss.kind == "values":
        return
    outputs, count = shape[-1], len(signature.classes)
    if loss.kind == "binary" and count != 2:
        raise MisfitError(
            "loss",
            f"{loss.name} tells two classes apart, but the data have {count}",
            "loss: cross_entropy",
        )
    if loss.kind == "classes" and outputs != count:
        raise MisfitError(
            "model",
            f"the model has {outputs} outputs, but the data have {count} classes",
            f"end the model with dense: {count}",
        )
