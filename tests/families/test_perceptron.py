"""The perceptron: Rosenblatt's rule, Novikoff's bound, and what no line can do."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from convkit.data import DATASETS, Dataset, Splits
from convkit.errors import ConvkitError
from convkit.families import FAMILIES, Blueprint, Course, Perceptron, Signature, separate
from convkit.nn import LAYERS, LOSSES


def dataset(points, labels, classes=("no", "yes")):
    return Dataset(
        "points", np.asarray(points, np.float32), np.asarray(labels, np.int64), tuple(classes)
    )


def prepared(data, *, shuffle=False, seed=0, **arguments):
    family = Perceptron(**arguments)
    family.build(Blueprint(Signature.of(data), seed=seed))
    course = Course(Splits(data), None, epochs=1000, batch_size=1, shuffle=shuffle)
    family.prepare(course)
    return family


def trained(data, epochs=1000, **arguments):
    family = prepared(data, **arguments)
    for epoch in range(epochs):
        for batch in family.batches(epoch):
            family.learn(batch, float(epoch))
        if family.finished:
            break
    return family


def rosenblatt(points, labels, epochs, lr=1.0):
    """The rule as it stands in textbooks, sample by sample, with the bias on its own."""
    weights, bias, updates = [0.0] * len(points[0]), 0.0, 0
    for _ in range(epochs):
        mistakes = 0
        for point, label in zip(points, labels, strict=True):
            sign = 1 if label else -1
            score = sum(w * x for w, x in zip(weights, point, strict=True)) + bias
            if sign * score <= 0:
                weights = [w + lr * sign * x for w, x in zip(weights, point, strict=True)]
                bias += lr * sign
                mistakes += 1
        updates += mistakes
        if not mistakes:
            break
    return weights, bias, updates


SQUARE = [[0, 0], [0, 1], [1, 0], [1, 1]]


@pytest.mark.parametrize("lr", [1.0, 0.5])
@pytest.mark.parametrize("labels", [[0, 0, 0, 1], [0, 1, 1, 1], [1, 0, 0, 0]])
def test_it_is_rosenblatts_rule(labels, lr):
    family = trained(dataset(SQUARE, labels), lr=lr)
    weights, bias, updates = rosenblatt(SQUARE, labels, 1000, lr)
    assert family.model()["weights"].tolist() == weights
    assert family.model()["bias"].tolist() == [bias]
    assert family.updates == updates
    assert family.measure(dataset(SQUARE, labels)) == {"loss": 0.0, "accuracy": 1.0}


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.booleans())
def test_novikoffs_bound_holds_for_every_separable_set(seed, size, shuffle):
    rng = np.random.default_rng(seed)
    normal = rng.normal(size=size + 1)
    points = rng.normal(size=(40, size))
    distance = (points @ normal[:-1] + normal[-1]) / np.linalg.norm(normal)
    keep = np.abs(distance) > 0.1
    labels = distance[keep] > 0
    data = dataset(points[keep], labels)
    family = trained(data, epochs=10_000, shuffle=shuffle, seed=seed)
    assert family.finished
    remarks = family.remarks()
    assert family.updates <= remarks["most_updates"]
    # The set was made with a margin: the widest one is no narrower.
    extended = np.column_stack([data.inputs, np.ones(len(data))]).astype(float)
    made = np.min(np.abs(extended @ normal)) / np.linalg.norm(normal)
    assert remarks["margin"] >= made * (1 - 1e-6)


def test_setosa_against_the_rest():
    data = DATASETS["iris"](test=0.0).train
    family = trained(data, positive="setosa")
    assert family.measure(data)["accuracy"] == 1.0
    assert family.updates <= family.remarks()["most_updates"]
    assert family.signature.classes == ("not setosa", "setosa")


def test_xor_never_comes_to_rest_and_the_reason_is_given():
    data = DATASETS["xor"](test=0.0).train if "xor" in DATASETS else dataset(SQUARE, [0, 1, 1, 0])
    family = trained(data, epochs=200)
    assert family.finished is None
    assert family.measure(data)["accuracy"] <= 0.75
    remarks = family.remarks()
    assert remarks["separable"] is False
    assert remarks["margin"] is remarks["most_updates"] is None
    assert "the point (0.5, 0.5) lies between the samples 1, 2" in remarks["explanation"]


def test_too_few_epochs_are_told():
    data = dataset(SQUARE, [0, 0, 0, 1])
    family = trained(data, epochs=2)
    assert family.finished is None
    assert "raise trainer.epochs" in family.remarks()["explanation"]


def test_the_weights_of_every_epoch_are_kept():
    family = trained(dataset(SQUARE, [0, 0, 0, 1]))
    arrays, _ = family.memory()
    assert arrays["path"][0].tolist() == [0, 0, 0]
    assert arrays["path"][-1].tolist() == family.weights.tolist()
    assert arrays["path"][-2].tolist() == family.weights.tolist()  # the epoch without a mistake


def test_other_data_are_matched_by_the_names_of_their_classes():
    family = trained(dataset(SQUARE, [0, 0, 0, 1]))
    turned = dataset(SQUARE, [1, 1, 1, 0], classes=("yes", "no"))
    family.positive = "yes"
    assert family.measure(turned)["accuracy"] == 1.0


def test_other_data_may_lack_a_class():
    family = trained(dataset(SQUARE, [0, 0, 0, 1]))
    for name, labels in (("yes", [1]), ("no", [0])):
        one = dataset([[1, 1]] if labels[0] else [[0, 1]], [0], classes=(name,))
        assert family.actual(one).tolist() == labels
        assert family.measure(one) == {"loss": 0.0, "accuracy": 1.0}
    data = DATASETS["iris"](test=0.0).train
    family = trained(data, positive="setosa")
    others = data.take(data.targets > 0)
    others = dataset(others.inputs, others.targets - 1, classes=data.classes[1:])
    assert family.actual(others).sum() == 0
    assert family.measure(others)["accuracy"] == 1.0


def test_other_data_that_are_not_for_it():
    family = trained(dataset(SQUARE, [0, 0, 0, 1]))
    with pytest.raises(ConvkitError, match=r"unknown class 'yess' in data 'points'.*'yes'"):
        family.measure(dataset(SQUARE, [0, 0, 0, 1], classes=("no", "yess")))
    with pytest.raises(ConvkitError, match="are 3, but the model takes 2"):
        family.measure(dataset(np.ones((2, 3)), [0, 1]))
    with pytest.raises(ConvkitError, match="tells 'yes' from 'no', but data 'line' have values"):
        family.measure(Dataset("line", np.ones((3, 2), np.float32), np.ones((3, 1), np.float32)))


@pytest.mark.parametrize(
    ("arguments", "classes", "message"),
    [
        ({}, ("a", "b", "c"), "two classes apart, but the data have 3"),
        ({"positive": "d"}, ("a", "b", "c"), "unknown class 'd'"),
        ({"lr": 0.0}, ("a", "b"), r"lr \(=0.0\) must be more than 0"),
    ],
)
def test_what_it_refuses(arguments, classes, message):
    with pytest.raises(ConvkitError, match=message):
        prepared(dataset(SQUARE, [0, 1, 1, 0], classes=classes), **arguments)


def test_it_brings_its_own_model_and_loss():
    signature = Signature.of(dataset(SQUARE, [0, 1, 1, 0]))
    for blueprint in (
        Blueprint(signature, layers=[LAYERS["dense"](1)]),
        Blueprint(signature, loss=LOSSES["hinge"]()),
    ):
        with pytest.raises(ConvkitError, match="a perceptron"):
            Perceptron().build(blueprint)


def test_values_are_not_for_it():
    values = Dataset("line", np.ones((3, 1), np.float32), np.ones((3, 1), np.float32))
    with pytest.raises(ConvkitError, match="have values to learn"):
        prepared(values)


def test_it_is_listed():
    assert FAMILIES["perceptron"] is Perceptron


# --- separation ---


def is_separable(points):
    """Ask a linear program for w with w·p >= 1 for every point."""
    answer = linprog(np.zeros(points.shape[1]), -points, -np.ones(len(points)), bounds=(None, None))
    return answer.status == 0


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(1, 3), st.integers(3, 12))
def test_separable_is_what_a_linear_program_says(seed, size, count):
    rng = np.random.default_rng(seed)
    points = np.column_stack([rng.integers(-3, 4, (count, size)), np.ones(count)])
    points *= rng.choice([-1, 1], (count, 1))
    found = separate(points)
    assert found.separable == is_separable(points)
    if found.separable:
        assert (points @ found.weights).min() == pytest.approx(found.margin)
        assert np.linalg.norm(found.weights) == pytest.approx(1)
    else:
        np.testing.assert_allclose(found.mixture @ points, 0, atol=1e-8)
        assert found.mixture.sum() == pytest.approx(1)
        assert (found.mixture >= 0).all()


def test_the_widest_margin():
    """Of or, by hand: the line 2x + 2y = 1, whose unit normal is (2, 2, -1)/3."""
    found = separate(np.array([[0, 0, -1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]))
    assert found.margin == pytest.approx(1 / 3)
    assert found.radius == pytest.approx(np.sqrt(3))
    assert found.bound == pytest.approx(27)
    np.testing.assert_allclose(found.weights, np.array([2, 2, -1]) / 3, atol=1e-6)
