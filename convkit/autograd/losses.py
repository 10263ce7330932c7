"""Losses, each one primitive: one number, the mean over the batch.

Targets are taken in the type of the outputs, so that a loss never widens it; they get a gradient
only where that is said.
"""

from __future__ import annotations

import numpy as np

from convkit.autograd.activations import log_of_one_plus_exp, logistic
from convkit.autograd.engine import Array, Derived, Operand, primitive
from convkit.autograd.sums import row_maxima
from convkit.errors import ConvkitError

# PyTorch's bounds: a logarithm of at least -100, a variance p(1 - p) of at least 1e-12.
LEAST_LOG = -100.0
LEAST_VARIANCE = 1e-12


@primitive
def softmax_cross_entropy(
    logits: Operand,
    labels: Operand,
    *,
    label_smoothing: float = 0.0,
    weights: Array | None = None,
) -> Derived:
    """Return the cross entropy between labels and the softmax of logits.

    Parameters
    ----------
    logits : (n, ..., classes)
    labels : (n, ...), integers from 0 to classes - 1
    label_smoothing : float
        How much of each label is spread evenly over all classes (Szegedy et al. 2016).
    weights : (classes,), optional
        A weight for each class; the mean is the weighted one.

    Raises
    ------
    ConvkitError
        If the shapes don't fit or a label isn't one of the classes.
    """
    labels = np.asarray(labels)
    _check_labels(logits, labels)
    classes = logits.shape[-1]
    scores = logits.reshape(-1, classes)
    picks = np.arange(len(scores)), labels.ravel()
    shifted = scores - row_maxima(scores)
    exps = np.exp(shifted)
    totals = np.add.reduce(exps, axis=1, keepdims=True)
    if not label_smoothing and weights is None:
        value = _mean(np.log(totals[:, 0]) - shifted[picks])

        def vjp(grad: Array) -> Array:
            scale = grad / len(scores)
            share = exps * (scale / totals)
            share[picks] -= scale
            return share.reshape(logits.shape)

        return value, vjp, None

    aims = _aims(picks, classes, label_smoothing, weights, logits.dtype)
    value = np.sum(aims * (np.log(totals) - shifted))

    def smooth_vjp(grad: Array) -> Array:
        mass = aims.sum(axis=1, keepdims=True)
        return (grad * (exps * (mass / totals) - aims)).reshape(logits.shape)

    return value, smooth_vjp, None


@primitive
def sigmoid_cross_entropy(logits: Operand, targets: Operand) -> Derived:
    """Return the binary cross entropy between targets from 0 to 1 and the sigmoid of logits.

    Both have one shape; the mean is over all elements.
    """
    aims = _aligned(logits, targets)
    value = _mean(log_of_one_plus_exp(logits) - logits * aims)
    return value, lambda grad: (logistic(logits) - aims) * (grad / logits.size), None


@primitive
def binary_cross_entropy(probabilities: Operand, targets: Operand) -> Derived:
    """Return the binary cross entropy between targets and probabilities, both from 0 to 1.

    Logarithms stop at -100, as in PyTorch, so that a certain and wrong answer has a finite loss.
    Where the probabilities are a sigmoid's, :func:`sigmoid_cross_entropy` is more accurate.
    """
    aims = _aligned(probabilities, targets)
    with np.errstate(divide="ignore"):
        log_yes = np.maximum(np.log(probabilities), LEAST_LOG)
        log_no = np.maximum(np.log1p(-probabilities), LEAST_LOG)

    def vjp(grad: Array) -> Array:
        variance = np.maximum(probabilities * (1 - probabilities), LEAST_VARIANCE)
        return (probabilities - aims) / variance * (grad / aims.size)

    return -_mean(aims * log_yes + (1 - aims) * log_no), vjp, None


@primitive
def mse(outputs: Operand, targets: Operand) -> Derived:
    """Return the mean squared error over all elements; targets can have a gradient too."""
    difference = outputs - _aligned(outputs, targets)
    return (
        _mean(difference * difference),
        lambda grad: difference * (grad * 2 / difference.size),
        lambda grad: difference * (grad * -2 / difference.size),
    )


@primitive
def mae(outputs: Operand, targets: Operand) -> Derived:
    """Return the mean absolute error over all elements; targets can have a gradient too."""
    difference = outputs - _aligned(outputs, targets)
    return (
        _mean(np.abs(difference)),
        lambda grad: np.sign(difference) * (grad / difference.size),
        lambda grad: np.sign(difference) * (-grad / difference.size),
    )


@primitive
def huber(outputs: Operand, targets: Operand, *, delta: float = 1.0) -> Derived:
    """Return the Huber loss: half the square of errors up to `delta`, linear beyond (Huber 1964).

    The mean is over all elements; targets can have a gradient too.
    """
    difference = outputs - _aligned(outputs, targets)
    limited = np.clip(difference, -delta, delta)
    return (
        _mean(limited * (difference - 0.5 * limited)),
        lambda grad: limited * (grad / difference.size),
        lambda grad: limited * (-grad / difference.size),
    )


@primitive
def hinge(scores: Operand, signs: Operand) -> Derived:
    """Return the mean of ``max(0, 1 - sign · score)``, signs being -1 and 1, of one shape."""
    aims = _aligned(scores, signs)
    slack = np.maximum(1 - aims * scores, 0)
    return _mean(slack), lambda grad: (slack > 0) * aims * (-grad / slack.size), None


@primitive
def multiclass_hinge(scores: Operand, labels: Operand) -> Derived:
    """Return how far wrong classes come within 1 of the right one's score.

    ``sum(max(0, 1 - score[label] + score[i]) for i != label) / classes``, and the mean of that over
    the batch: PyTorch's ``multi_margin_loss`` (Crammer and Singer 2001, Weston and Watkins 1999).

    Parameters
    ----------
    scores : (n, classes)
    labels : (n,), integers from 0 to classes - 1

    Raises
    ------
    ConvkitError
        If the shapes don't fit or a label isn't one of the classes.
    """
    labels = np.asarray(labels)
    _check_labels(scores, labels)
    picks = np.arange(len(labels)), labels
    slack = np.maximum(1 - scores[picks][:, np.newaxis] + scores, 0)
    slack[picks] = 0

    def vjp(grad: Array) -> Array:
        share = (slack > 0).astype(scores.dtype)
        share[picks] = -share.sum(axis=1)
        return share * (grad / slack.size)

    return _mean(slack), vjp, None


def _mean(x: Array) -> Array:
    """Return the mean of all elements, several times quicker than ``x.mean()`` for a few."""
    return np.add.reduce(x, axis=None) / x.dtype.type(x.size)


def _aligned(outputs: Array, targets: Operand) -> Array:
    """Return the targets as an array like the outputs.

    A target of another shape is nearly always a mistake: (n,) and (n, 1) would broadcast to (n, n).
    """
    aligned = np.asarray(targets, dtype=outputs.dtype)
    if aligned.shape != outputs.shape:
        raise ConvkitError(
            f"the outputs have shape {outputs.shape}, but the targets {aligned.shape}",
            "reshape one of them; losses don't broadcast",
        )
    return aligned


def _check_labels(logits: Array, labels: Array) -> None:
    if labels.dtype.kind not in "iu":
        raise ConvkitError(f"labels must be whole numbers, got {labels.dtype}", "use int64")
    if labels.shape != logits.shape[:-1] or not labels.size:
        raise ConvkitError(
            f"outputs of shape {logits.shape} need labels of shape {logits.shape[:-1]}, "
            f"got {labels.shape}"
        )
    # NumPy itself would find labels that are too large, but take negative ones from the end.
    least, most = np.minimum.reduce(labels, axis=None), np.maximum.reduce(labels, axis=None)
    if least < 0 or most >= logits.shape[-1]:
        raise ConvkitError(
            f"label {least if least < 0 else most} is not one of the {logits.shape[-1]} classes",
            "classes are numbered from 0",
        )


def _aims(
    picks: tuple[Array, Array],
    classes: int,
    label_smoothing: float,
    weights: Array | None,
    dtype: np.dtype[np.floating],
) -> Array:
    """Return what each log-probability counts in the mean: (n, classes), as PyTorch weighs them."""
    aims = np.full((len(picks[0]), classes), label_smoothing / classes, dtype)
    aims[picks] += 1 - label_smoothing
    if weights is None:
        return aims / len(aims)
    weights = np.asarray(weights, dtype)
    return aims * (weights / weights[picks[1]].sum())
