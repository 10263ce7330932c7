"""Supervised learning: batches, gradients as PyTorch's or by hand, what fits what."""

import numpy as np
import pytest

from convkit.data import DATASETS, Dataset, Preprocessing, Splits
from convkit.errors import ConvkitError
from convkit.families import Blueprint, Course, Signature, Supervised
from convkit.nn import LAYERS, LOSSES
from convkit.optim import OPTIMIZERS, SCHEDULES

RNG = np.random.default_rng(0)
LINE = Dataset(
    "line",
    RNG.normal(size=(20, 3)).astype(np.float32),
    RNG.normal(size=(20, 1)).astype(np.float32),
    target_names=("y",),
)
WHOLE_LINE = Splits(LINE)


def prepared(splits=WHOLE_LINE, layers=None, loss="mse", seed=0, optimizer=None, **course):
    family = Supervised()
    layers = layers if layers is not None else [LAYERS["dense"](1)]
    signature = Signature.of(splits.train)
    family.build(Blueprint(signature, splits.preprocessing, layers, LOSSES[loss](), seed))
    options = {"epochs": 4, "batch_size": 8} | course
    family.prepare(Course(splits, optimizer or OPTIMIZERS["sgd"](lr=0.1), **options))
    return family


def test_a_step_is_gradient_descent_on_the_mean_squared_error():
    family = prepared(shuffle=False)
    layer = family.network.layers.layers[0]
    weight, bias = layer.weight.data.astype(float), layer.bias.data.astype(float)
    inputs, targets = LINE.inputs[:8].astype(float), LINE.targets[:8].astype(float)
    error = inputs @ weight + bias - targets
    loss = family.learn(next(family.batches(0)), 0.0)
    assert loss == pytest.approx(np.mean(error**2), rel=1e-5)
    np.testing.assert_allclose(
        layer.weight.data, weight - 0.1 * 2 * inputs.T @ error / 8, rtol=1e-4, atol=1e-6
    )
    np.testing.assert_allclose(
        layer.bias.data, bias - 0.1 * 2 * error.mean(0), rtol=1e-4, atol=1e-6
    )


def order(family, epoch, skip=0):
    return [inputs.copy() for inputs, _ in family.batches(epoch, skip)]


def test_an_epoch_is_the_same_from_wherever_it_is_taken_up():
    family = prepared()
    whole = order(family, 2)
    assert [len(batch) for batch in whole] == [8, 8, 4]
    assert family.steps_per_epoch == 3
    for skip in range(4):
        rest = order(family, 2, skip)
        assert [batch.tobytes() for batch in rest] == [batch.tobytes() for batch in whole[skip:]]


def test_every_epoch_has_an_order_of_its_own():
    family = prepared()
    orders = {np.concatenate(order(family, epoch)).tobytes() for epoch in range(5)}
    assert len(orders) == 5
    every = np.sort(np.concatenate(order(family, 3)), axis=0)
    np.testing.assert_array_equal(every, np.sort(LINE.inputs, axis=0))
    same = prepared(seed=1)
    assert np.concatenate(order(same, 0)).tobytes() not in orders


def test_without_shuffling_samples_come_in_their_order():
    family = prepared(shuffle=False)
    np.testing.assert_array_equal(np.concatenate(order(family, 3)), LINE.inputs)


def test_the_schedule_is_asked_within_an_epoch():
    optimizer = OPTIMIZERS["sgd"](lr=0.1, schedule=SCHEDULES["cosine"]())
    family = prepared(optimizer=optimizer)
    batch = next(family.batches(0))
    before = family.flat.values.copy()
    family.learn(batch, 2.0)
    half = np.abs(family.flat.values - before).max()
    assert family.settings(2.0) == {"lr": pytest.approx(0.05)}
    family.flat.values[:] = before
    family.learn(batch, 4.0)
    assert half > 0
    assert family.flat.values.tobytes() == before.tobytes()  # at the end the factor is 0


def test_standardised_targets_are_predicted_in_their_own_unit():
    train = Dataset("far", LINE.inputs, 1000 + 50 * LINE.targets)
    splits = Splits(train, preprocessing=Preprocessing.fitted(train, standardize=True))
    family = prepared(splits, optimizer=OPTIMIZERS["sgd"](lr=0.0))
    for batch in family.batches(0):
        family.learn(batch, 0.0)
    error = family.answer(train.inputs).outputs - train.targets
    rmse = np.sqrt(np.mean(error.astype(float) ** 2))
    assert 20 < rmse < 200
    assert family.end_epoch()["rmse"] == pytest.approx(rmse, rel=1e-5)


def test_the_model_goes_from_one_to_another():
    family, other = prepared(seed=1), prepared(seed=2)
    other.load_model(family.model())
    assert (
        other.answer(LINE.inputs).outputs.tobytes() == family.answer(LINE.inputs).outputs.tobytes()
    )


BINARY = DATASETS["breast_cancer"]()
DIGITS = DATASETS["digits"]()


@pytest.mark.parametrize(
    ("splits", "layers", "loss", "message"),
    [
        (DIGITS, [("flatten",), ("dense", 9)], "cross_entropy", "9 outputs, but the data have 10"),
        (DIGITS, [("flatten",), ("dense", 1)], "hinge", "two classes apart, but the data have 10"),
        (DIGITS, [("dense", 10)], "cross_entropy", r"layer 1 \(dense\)"),
        (Splits(LINE), [("dense", 2)], "mse", "outputs are 2 and the targets 1"),
        (Splits(LINE), [("dense", 2)], "cross_entropy", "wants class labels"),
        (Splits(LINE), [], "mse", "needs layers"),
    ],
)
def test_parts_that_do_not_fit(splits, layers, loss, message):
    built = [LAYERS[name](*arguments) for name, *arguments in layers]
    with pytest.raises(ConvkitError, match=message):
        prepared(splits, built, loss)


def test_a_binary_loss_answers_with_the_class_and_its_probability():
    family = prepared(BINARY, [LAYERS["dense"](1)], "binary_cross_entropy_with_logits")
    for epoch in range(3):
        for batch in family.batches(epoch):
            family.learn(batch, 0.0)
        family.end_epoch()
    answers = family.answer(BINARY.test.inputs)
    assert answers.outputs.shape == (len(BINARY.test), 1)
    assert ((answers.outputs[:, 0] > 0.5) == answers.classes).all()
    right = np.mean(answers.classes == BINARY.test.targets)
    assert family.measure(BINARY.test)["accuracy"] == pytest.approx(right)


def test_classes_may_be_learnt_as_values():
    """The textbook's xor: one sigmoid unit and the mean squared error on 0 and 1."""
    data = DATASETS["xor"](test=0.0)
    layers = [LAYERS["dense"](1), LAYERS["sigmoid"]()]
    family = prepared(data, layers, "mse")
    assert set(family.measure(data.train)) == {"loss", "mse", "rmse", "mae", "r2"}


def test_many_samples_are_answered_in_portions():
    family = prepared()
    many = RNG.normal(size=(1000, 3)).astype(np.float32)
    together = family.answer(many).outputs
    apart = np.concatenate([family.answer(each[np.newaxis]).outputs for each in many])
    np.testing.assert_allclose(together, apart, rtol=1e-5, atol=1e-6)
