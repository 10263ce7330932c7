"""Losses: values by hand, gradients, and what is said about targets that don't fit."""

from __future__ import annotations

import inspect
from math import e, log

import numpy as np
import pytest

from convkit.autograd import Tensor, check_grads
from convkit.errors import ConvkitError
from convkit.nn import LOSSES

SETTINGS = {"cross_entropy": [{}, {"label_smoothing": 0.1}], "huber": [{}, {"delta": 0.5}]}
CASES = [(name, settings) for name in LOSSES for settings in SETTINGS.get(name, [{}])]

# What stands at the outputs, and the targets, for each kind.
SHAPES = {
    "values": [((3,), (3,)), ((1,), ()), ((2, 3, 1), (2, 3, 1))],
    "classes": [((4,), ()), ((5, 4), (5,))],
    "binary": [((1,), ()), ((1,), (1,)), ((3,), (3,))],
}
EXAMPLES = [
    (name, settings, *shapes) for name, settings in CASES for shapes in SHAPES[LOSSES[name].kind]
]
every_example = pytest.mark.parametrize(("name", "settings", "shape", "target"), EXAMPLES, ids=str)


def example(name, shape, target, dtype=np.float64, batch=6):
    rng = np.random.default_rng(3)
    outputs = rng.standard_normal((batch, *shape)).astype(dtype)
    if name == "binary_cross_entropy":
        outputs = 1 / (1 + np.exp(-outputs))
    kind = LOSSES[name].kind
    if kind == "values":
        return outputs, rng.standard_normal((batch, *target)).astype(np.float32)
    return outputs, rng.integers(0, shape[-1] if kind == "classes" else 2, (batch, *target))


@pytest.mark.parametrize("name", LOSSES)
def test_the_docstring_explains_every_argument(name):
    loss = LOSSES[name]
    assert loss.name == name
    if loss.__init__ is not object.__init__:
        for argument in inspect.signature(loss).parameters:
            assert f"    {argument} : " in loss.__doc__


@every_example
def test_gradients_agree_with_finite_differences(name, settings, shape, target):
    loss = LOSSES[name](**settings)
    outputs, targets = example(name, shape, target)
    check_grads(lambda x: loss(x, targets), outputs)


@every_example
def test_it_is_one_number_of_the_outputs_type(name, settings, shape, target):
    loss = LOSSES[name](**settings)
    outputs, targets = example(name, shape, target, np.float32)
    x = Tensor(outputs, requires_grad=True)
    value = loss(x, targets)
    value.backward()
    assert value.shape == ()
    assert value.dtype == x.grad.dtype == np.float32


@every_example
def test_it_is_the_mean_over_the_batch(name, settings, shape, target):
    loss = LOSSES[name](**settings)
    outputs, targets = example(name, shape, target)
    each = [loss(Tensor(outputs[n : n + 1]), targets[n : n + 1]).item() for n in range(6)]
    assert loss(Tensor(outputs), targets).item() == pytest.approx(np.mean(each), rel=1e-12)


@every_example
def test_targets_that_fit_pass_the_check(name, settings, shape, target):
    loss = LOSSES[name](**settings)
    outputs, targets = example(name, shape, target)
    loss.check(shape, targets)
    prediction = loss.predict(outputs.astype(np.float32))
    assert (prediction.shape, prediction.dtype) == (outputs.shape, np.float32)
    if loss.kind != "values":
        answers = loss.classify(outputs)
        assert answers.dtype == np.int64
        squeezed = targets[:, 0] if targets.shape[1:] == (1,) else targets
        assert answers.shape == squeezed.shape


# --- by hand ---


def loss_of(name, outputs, targets, **settings):
    return LOSSES[name](**settings)(Tensor(np.array(outputs, float)), np.array(targets)).item()


def test_the_houses_of_the_notes():
    actual = [[200000.0], [220000.0], [250000.0], [190000.0], [230000.0]]
    predicted = [[205000.0], [215000.0], [245000.0], [185000.0], [235000.0]]
    assert loss_of("mse", predicted, actual) == 25_000_000
    assert loss_of("mae", predicted, actual) == 5_000


def test_values_by_hand():
    assert loss_of("huber", [[0.5], [3.0]], [0.0, 0.0]) == (0.125 + 2.5) / 2
    assert loss_of("huber", [[3.0]], [0.0], delta=2.0) == 4.0
    assert loss_of("cross_entropy", [[1.0, 1.0]], [0]) == pytest.approx(log(2))
    assert loss_of("cross_entropy", [[1.0, 0.0]], [0]) == pytest.approx(log(1 + 1 / e))
    assert loss_of("binary_cross_entropy", [[0.25]], [1]) == pytest.approx(log(4))
    assert loss_of("binary_cross_entropy_with_logits", [[0.0]], [1]) == pytest.approx(log(2))
    assert loss_of("hinge", [[0.25], [0.25], [3.0]], [1, 0, 1]) == pytest.approx(2 / 3)
    assert loss_of("multiclass_hinge", [[1.0, 0.5, -2.0]], [0]) == pytest.approx(0.5 / 3)


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, np.float32])
def test_yes_and_no_may_be_written_in_any_type(dtype):
    targets = np.array([1, 0, 0]).astype(dtype)
    for name in ("hinge", "binary_cross_entropy_with_logits"):
        expected = loss_of(name, [[0.5], [0.25], [-3.0]], [1.0, 0.0, 0.0])
        assert loss_of(name, [[0.5], [0.25], [-3.0]], targets) == expected


def test_smoothed_labels_by_hand():
    # -(0.95 log p0 + 0.05 log p1) with p0 = e / (e + 1).
    p = e / (e + 1)
    value = loss_of("cross_entropy", [[1.0, 0.0]], [0], label_smoothing=0.1)
    assert value == pytest.approx(-(0.95 * log(p) + 0.05 * log(1 - p)))


def test_huge_scores_overflow_nowhere():
    assert loss_of("cross_entropy", [[1e4, -1e4]], [1]) == pytest.approx(2e4)
    assert loss_of("binary_cross_entropy_with_logits", [[1e4]], [0]) == pytest.approx(1e4)


def test_predictions_are_probabilities_where_outputs_stand_for_them():
    scores = np.array([[1.0, 1.0], [log(3), 0.0]])
    shares = [[0.5, 0.5], [0.75, 0.25]]
    np.testing.assert_allclose(LOSSES["cross_entropy"]().predict(scores), shares)
    logits = np.array([[0.0], [log(3)]])
    predicted = LOSSES["binary_cross_entropy_with_logits"]().predict(logits)
    np.testing.assert_allclose(predicted, [[0.5], [0.75]])


@pytest.mark.parametrize(
    ("name", "outputs", "labels"),
    [
        ("cross_entropy", [[1, 3, 2], [0, -1, -2]], [1, 0]),
        ("multiclass_hinge", [[1, 3, 2], [0, -1, -2]], [1, 0]),
        ("binary_cross_entropy", [[0.4], [0.6]], [0, 1]),
        ("binary_cross_entropy_with_logits", [[-0.1], [0.1]], [0, 1]),
        ("hinge", [[-0.1], [0.1]], [0, 1]),
        ("binary_cross_entropy", [[0.4, 0.7]], [[0, 1]]),
    ],
)
def test_outputs_are_read_as_labels(name, outputs, labels):
    np.testing.assert_array_equal(LOSSES[name]().classify(np.array(outputs)), labels)


# --- targets that don't fit ---


@pytest.mark.parametrize(
    ("name", "shape", "targets", "message"),
    [
        ("mse", (1,), np.zeros((4, 2)), "the model's outputs are 1 and the targets 2"),
        ("mse", (10,), np.zeros(4, int), "use cross_entropy"),
        ("mae", (2, 2, 1), np.zeros((4, 3)), "the model's outputs are 2x2x1 and the targets 3"),
        ("cross_entropy", (3,), np.array([0, 2, 3, 1]), "the label 3 of sample 2 is out of range"),
        ("cross_entropy", (3,), np.array([0, 2, 7, 1]), "give its last layer 8 units"),
        ("cross_entropy", (3,), np.array([0, -1]), "the label -1 of sample 1 is out of range"),
        ("cross_entropy", (3,), np.zeros(4), "wants class labels, whole numbers, got float64"),
        ("cross_entropy", (8, 8, 3), np.zeros(4, int), "one label for each row of outputs"),
        ("cross_entropy", (3,), np.zeros((4, 3), int), "one label for each row of outputs"),
        (
            "binary_cross_entropy",
            (1,),
            np.array([0, 1, 2]),
            "targets from 0 to 1, got 2 in sample 2",
        ),
        ("hinge", (1,), np.array([-1, 1]), "hinge wants targets from 0 to 1, got -1 in sample 0"),
        (
            "binary_cross_entropy_with_logits",
            (2,),
            np.zeros(4, int),
            "outputs are 2 and the targets 1",
        ),
        ("binary_cross_entropy", (1,), np.array([0, np.nan]), "got nan in sample 1"),
    ],
)
def test_targets_that_do_not_fit_are_said(name, shape, targets, message):
    with pytest.raises(ConvkitError) as error:
        LOSSES[name]().check(shape, targets)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("huber", {"delta": 0}, "delta must be above 0, got 0"),
        ("cross_entropy", {"label_smoothing": 1.5}, "label_smoothing must be at most 1, got 1.5"),
        (
            "cross_entropy",
            {"label_smoothing": -0.5},
            "label_smoothing must be at least 0, got -0.5",
        ),
    ],
)
def test_a_wrong_setting_is_said(name, settings, message):
    with pytest.raises(ConvkitError, match=message):
        LOSSES[name](**settings)
