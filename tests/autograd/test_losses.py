"""The losses against their formulas, at extremes, and with targets that don't fit."""

import numpy as np
import pytest
from scipy import special

from convkit import autograd
from convkit.autograd import Tensor
from convkit.errors import ConvkitError

RNG = np.random.default_rng(2)
LOGITS = RNG.normal(0, 4, (30, 5))
LABELS = RNG.integers(0, 5, 30)
OUTPUTS, TARGETS = RNG.normal(0, 2, (2, 6, 3))
BITS = RNG.integers(0, 2, (6, 3))
PROBABILITIES = special.expit(OUTPUTS)


def softmax_cross_entropy(logits, labels, smoothing, weights):
    """Return the loss by two loops, as PyTorch's documentation has it."""
    log_probabilities = special.log_softmax(logits, axis=-1)
    total = weight = 0.0
    for row, label in zip(log_probabilities, labels, strict=True):
        total -= (1 - smoothing) * weights[label] * row[label]
        total -= smoothing / len(row) * sum(w * p for w, p in zip(weights, row, strict=True))
        weight += weights[label]
    return total / weight


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("weights", [None, np.array([1.0, 2.0, 0.5, 3.0, 1.5])])
def test_softmax_cross_entropy_is_what_two_loops_compute(smoothing, weights):
    loss = autograd.softmax_cross_entropy(
        LOGITS, LABELS, label_smoothing=smoothing, weights=weights
    )
    each = np.ones(5) if weights is None else weights
    expected = softmax_cross_entropy(LOGITS, LABELS, smoothing, each)
    assert loss.item() == pytest.approx(expected, rel=1e-13)


def test_softmax_cross_entropy_takes_labels_for_each_step():
    loss = autograd.softmax_cross_entropy(LOGITS.reshape(5, 6, 5), LABELS.reshape(5, 6))
    assert loss.item() == pytest.approx(autograd.softmax_cross_entropy(LOGITS, LABELS).item())


def binary_cross_entropy(p, t):
    return -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p))


def huber(x, y, delta):
    errors = np.abs(x - y)
    return np.mean(np.where(errors <= delta, errors**2 / 2, delta * (errors - delta / 2)))


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        (
            lambda: autograd.sigmoid_cross_entropy(OUTPUTS, BITS),
            binary_cross_entropy(PROBABILITIES, BITS),
        ),
        (
            lambda: autograd.binary_cross_entropy(PROBABILITIES, BITS),
            binary_cross_entropy(PROBABILITIES, BITS),
        ),
        (lambda: autograd.mse(OUTPUTS, TARGETS), np.mean((OUTPUTS - TARGETS) ** 2)),
        (lambda: autograd.mae(OUTPUTS, TARGETS), np.mean(np.abs(OUTPUTS - TARGETS))),
        (lambda: autograd.huber(OUTPUTS, TARGETS), huber(OUTPUTS, TARGETS, 1)),
        (lambda: autograd.huber(OUTPUTS, TARGETS, delta=2.5), huber(OUTPUTS, TARGETS, 2.5)),
        (
            lambda: autograd.hinge(OUTPUTS, 2 * BITS - 1),
            np.mean(np.maximum(0, 1 - (2 * BITS - 1) * OUTPUTS)),
        ),
        (
            lambda: autograd.multiclass_hinge(LOGITS, LABELS),
            np.mean(
                [
                    sum(max(0, 1 - row[label] + row[i]) for i in range(5) if i != label) / 5
                    for row, label in zip(LOGITS, LABELS, strict=True)
                ]
            ),
        ),
    ],
)
def test_losses_are_what_their_formulas_say(loss, expected):
    assert loss().item() == pytest.approx(expected, rel=1e-13)


def test_the_notes_houses_have_their_mean_squared_error():
    actual = [200000.0, 220000.0, 250000.0, 190000.0, 230000.0]
    predicted = [205000.0, 215000.0, 245000.0, 185000.0, 235000.0]
    assert autograd.mse(predicted, actual).item() == 25_000_000


@pytest.mark.parametrize("far", [1e4, -1e4])
def test_cross_entropies_of_extreme_logits_are_finite_and_right(far):
    logits = Tensor(np.array([[far, 0.0]], np.float32), requires_grad=True)
    loss = autograd.softmax_cross_entropy(logits, np.array([1]))
    loss.backward()
    assert loss.item() == max(far, 0)
    np.testing.assert_array_equal(logits.grad, [[1, -1] if far > 0 else [0, 0]])
    logit = Tensor(np.array([far], np.float32), requires_grad=True)
    loss = autograd.sigmoid_cross_entropy(logit, np.array([0]))
    loss.backward()
    assert loss.item() == max(far, 0)
    np.testing.assert_array_equal(logit.grad, [far > 0])


def test_certain_and_wrong_probabilities_have_a_finite_loss_and_gradient():
    p = Tensor(np.array([0.0, 1.0, 1.0]), requires_grad=True)
    loss = autograd.binary_cross_entropy(p, np.array([1, 0, 1]))
    loss.backward()
    assert loss.item() == pytest.approx(200 / 3)
    assert np.isfinite(p.grad).all()


def test_targets_are_taken_in_the_type_of_the_outputs():
    outputs = Tensor(OUTPUTS.astype(np.float32), requires_grad=True)
    loss = autograd.mse(outputs, TARGETS)
    loss.backward()
    assert loss.dtype == outputs.grad.dtype == np.float32


@pytest.mark.parametrize(
    ("misuse", "message"),
    [
        (
            lambda: autograd.mse(np.ones(3), np.ones((3, 1))),
            r"\(3,\), but the targets \(3, 1",
        ),
        (lambda: autograd.hinge(np.ones((3, 1)), np.ones(3)), "losses don't broadcast"),
        (lambda: autograd.softmax_cross_entropy(LOGITS, LABELS - 9), r"label -\d .* the 5 classes"),
        (lambda: autograd.softmax_cross_entropy(LOGITS, LABELS + 3), "label 7 is not one of the 5"),
        (lambda: autograd.softmax_cross_entropy(LOGITS, LABELS[1:]), r"\(30,\), got \(29,\)"),
        (lambda: autograd.softmax_cross_entropy(LOGITS, LABELS * 1.0), "whole numbers, got float"),
        (lambda: autograd.softmax_cross_entropy(LOGITS[:0], LABELS[:0]), r"got \(0,\)"),
        (lambda: autograd.multiclass_hinge(LOGITS, LABELS + 3), "label 7 is not one of the 5"),
    ],
)
def test_targets_that_do_not_fit_are_an_error(misuse, message):
    with pytest.raises(ConvkitError, match=message):
        misuse()
