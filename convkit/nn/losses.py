"""Losses: how far a model's outputs are from their targets, as one number, the mean over a batch.

A loss also knows how to read outputs: as probabilities, as class labels, or as the values they are.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from convkit.autograd import (
    Tensor,
    binary_cross_entropy,
    hinge,
    huber,
    mae,
    mse,
    multiclass_hinge,
    sigmoid,
    sigmoid_cross_entropy,
    softmax,
    softmax_cross_entropy,
)
from convkit.errors import ConvkitError
from convkit.nn.checks import Shape, number, shape_text

Array = NDArray[Any]
Labels = NDArray[np.int64]
Kind = Literal["classes", "binary", "values"]


class Loss(ABC):
    """The base of the losses. A constructor is what can be written in a YAML file."""

    name: ClassVar[str]
    """What it is called in a YAML file."""
    kind: ClassVar[Kind]
    """Whether targets are one of several classes, yes or no, or values."""
    probable: ClassVar[bool] = False
    """Whether what :meth:`predict` returns are probabilities."""

    @abstractmethod
    def __call__(self, outputs: Tensor, targets: Array) -> Tensor:
        """Return the loss of a batch; :meth:`check` the targets once before."""

    @abstractmethod
    def check(self, shape: Shape, targets: Array) -> None:
        """Check that targets, of all samples, fit a model whose outputs have `shape`.

        Raises
        ------
        ConvkitError
            If their shape, their kind or one of them doesn't.
        """

    def predict(self, outputs: Array) -> Array:
        """Return what a person reads: probabilities if the outputs stand for them, else values."""
        return outputs


class ValueLoss(Loss):
    """The base of the losses that compare numbers.

    Targets are (n, \\*shape) like the outputs; (n,) will do where the model has one output.
    """

    kind = "values"

    def check(self, shape: Shape, targets: Array) -> None:
        _check_alike(self.name, shape, targets)


class MSE(ValueLoss):
    """The mean squared error, ``1/n Σ (y - ŷ)²``."""

    name = "mse"

    def __call__(self, outputs: Tensor, targets: Array) -> Tensor:
        return mse(outputs, _column(targets))


class MAE(ValueLoss):
    """The mean absolute error, ``1/n Σ |y - ŷ|``: large errors count no more than their size."""

    name = "mae"

    def __call__(self, outputs: Tensor, targets: Array) -> Tensor:
        return mae(outputs, _column(targets))


class Huber(ValueLoss):
    """Half the squared error where it is small, linear beyond, so that outliers pull less.

    ``e²/2`` up to an error of `delta`, then ``delta · (|e| - delta/2)`` (Huber 1964).

    Parameters
    ----------
    delta : float
        The error at which it becomes linear.
    """

    name = "huber"

    def __init__(self, delta: float = 1.0) -> None:
        self.delta = number("delta", delta, above=0)

    def __call__(self, outputs: Tensor, targets: Array) -> Tensor:
        return huber(outputs, _column(targets), delta=self.delta)


class ClassLoss(Loss):
    """The base of the losses that compare a score for each class with one label.

    Targets are (n,) whole numbers from 0; (n, steps) where the outputs are (steps, classes).
    """

    kind = "classes"

    def check(self, shape: Shape, targets: Array) -> None:
        if targets.dtype.kind not in "iu":
            raise ConvkitError(
                f"{self.name} wants class labels, whole numbers, got {targets.dtype}",
                "for numbers as targets use mse",
            )
        if not shape or targets.shape[1:] != shape[:-1]:
            raise ConvkitError(
                f"{self.name} wants one label for each row of outputs, but the outputs are "
                f"{shape_text(shape)} and the targets {shape_text(targets.shape)} with the samples",
                "end the model with dense, one unit for each class",
            )
        wrong = np.flatnonzero((targets < 0) | (targets >= shape[-1]))
        if wrong.size:
            label = targets.flat[wrong[0]]
            sample = np.unravel_index(wrong[0], targets.shape)[0]
            raise ConvkitError(
                f"the label {label} of sample {sample} is out of range: the model has "
                f"{shape[-1]} outputs, for the labels 0 to {shape[-1] - 1}",
                "labels are counted from 0"
                if label < 0
                else f"give its last layer {targets.max() + 1} units",
            )

    def classify(self, outputs: Array) -> Labels:
        """Return the label of the highest score."""
        labels: Labels = np.argmax(outputs, axis=-1)
        return labels


class CrossEntropy(ClassLoss):
    """The cross entropy of labels and the softmax of outputs, ``-log softmax(outputs)[label]``.

    The softmax is inside: a model ends with plain scores (logits), one for each class.

    Parameters
    ----------
    label_smoothing : float
        How much of each label is spread evenly over all classes, from 0 to 1 (Szegedy et al. 2016).
    """

    name = "cross_entropy"
    probable = True

    def __init__(self, label_smoothing: float = 0.0) -> None:
        self.label_smoothing = number("label_smoothing", label_smoothing, least=0, most=1)

    def __call__(self, outputs: Tensor, targets: Array) -> Tensor:
        return softmax_cross_entropy(outputs, targets, label_smoothing=self.label_smoothing)

    def predict(self, outputs: Array) -> Array:
        return softmax(outputs).data


class MulticlassHinge(ClassLoss):
    """How far other classes come within 1 of the right one's score, as in PyTorch's multi-margin.

    ``Σ max(0, 1 - score[label] + score[i]) / classes`` over the other classes i (Weston and
    Watkins 1999).
    """

    name = "multiclass_hinge"

    def __call__(self, outputs: Tensor, targets: Array) -> Tensor:
        return multiclass_hinge(outputs.reshape(-1, outputs.shape[-1]), targets.ravel())


class BinaryLoss(Loss):
    """The base of the losses for yes and no.

    Targets are (n,) of 0 and 1 for a model with one output, or (n, \\*shape) like the outputs, each
    an answer of its own, also in between.
    """

    kind = "binary"
    boundary: ClassVar[float]
    """The output above which the answer is yes."""

    def check(self, shape: Shape, targets: Array) -> None:
        _check_alike(self.name, shape, targets)
        wrong = np.flatnonzero(~((targets >= 0) & (targets <= 1)))
        if wrong.size:
            sample = np.unravel_index(wrong[0], targets.shape)[0]
            raise ConvkitError(
                f"{self.name} wants targets from 0 to 1, got {targets.flat[wrong[0]]:g} "
                f"in sample {sample}",
                "for more than two classes use cross_entropy",
            )

    def classify(self, outputs: Array) -> Labels:
        """Return 1 for yes and 0 for no; (n,) where the model has one output."""
        labels = (outputs > self.boundary).astype(np.int64)
        return labels[:, 0] if labels.shape[1:] == (1,) else labels


class BinaryCrossEntropy(BinaryLoss):
    """``-y log p - (1 - y) log(1 - p)`` for outputs p from 0 to 1: end the model with sigmoid."""

    name = "binary_cross_entropy"
    probable = True
    boundary = 0.5

    def __call__(self, outputs: Tensor, targets: Array) -> Tensor:
        return binary_cross_entropy(outputs, _column(targets))


class BinaryCrossEntropyWithLogits(BinaryLoss):
    """The binary cross entropy with the sigmoid inside, which is more accurate.

    A model ends with a plain score (logit), without a sigmoid.
    """

    name = "binary_cross_entropy_with_logits"
    probable = True
    boundary = 0.0

    def __call__(self, outputs: Tensor, targets: Array) -> Tensor:
        return sigmoid_cross_entropy(outputs, _column(targets))

    def predict(self, outputs: Array) -> Array:
        return sigmoid(outputs).data


class Hinge(BinaryLoss):
    """``max(0, 1 - s·score)``, s being -1 for no and 1 for yes: the loss of a linear SVM.

    It is zero as soon as an answer is right by a margin of 1 (Cortes and Vapnik 1995).
    """

    name = "hinge"
    boundary = 0.0

    def __call__(self, outputs: Tensor, targets: Array) -> Tensor:
        return hinge(outputs, 2 * _column(targets).astype(outputs.dtype) - 1)


def _column(targets: Array) -> Array:
    """Return (n,) targets as (n, 1), which is what a model with one output makes."""
    return targets[:, np.newaxis] if targets.ndim == 1 else targets


def _check_alike(name: str, shape: Shape, targets: Array) -> None:
    wanted = targets.shape[1:] or (1,)
    if shape != wanted:
        labels = targets.dtype.kind in "iu" and targets.ndim == 1
        raise ConvkitError(
            f"{name} compares outputs and targets one by one, but the model's outputs are "
            f"{shape_text(shape)} and the targets {shape_text(wanted)}",
            "for the labels of several classes use cross_entropy"
            if labels
            else f"end the model with {shape_text(wanted)} outputs",
        )
