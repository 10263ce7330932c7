"""A data set: what fits together, and its digest."""

import hashlib
import sys
from dataclasses import replace

import numpy as np
import pytest

from convkit.data import DATASETS, Dataset
from convkit.errors import ConvkitError
from tests.data.making import classified, measured


def test_the_digest_is_that_of_the_content_told_by_hand():
    data = Dataset("any", np.array([[1.5]], np.float32), np.array([0]), ("a",), ("x",), ("y",))
    told = (
        b"<f4(1, 1)" + bytes.fromhex("0000c03f")
        + b"<i8(1,)" + bytes(8)
        + b"(('a',), ('x',), ('y',))"
    )  # fmt: skip
    assert data.digest() == hashlib.sha256(told).hexdigest()


def test_the_digest_of_digits_is_pinned():
    digest = "f81706364f9aabf648906dd9b8065ffa43e26c57fa8a56cf7ebf9b4104659e47"
    assert DATASETS["digits"](test=0.0).train.digest() == digest


@pytest.mark.parametrize(
    "change",
    [
        {"inputs": np.zeros((4, 3), np.float32)},
        {"targets": np.array([0, 0, 0, 1])},
        {"classes": ("a", "b")},
        {"features": ("x", "y", "z")},
        {"target_names": ("z",)},
    ],
)
def test_the_digest_changes_with_the_content(change):
    data = classified([2, 2])
    assert replace(data, **change).digest() != data.digest()


@pytest.mark.parametrize("change", [{"name": "x"}, {"source": "x"}, {"licence": "x"}])
def test_the_digest_does_not_change_with_what_is_said_of_it(change):
    data = classified([2, 2])
    assert replace(data, **change).digest() == data.digest()


def test_the_digest_knows_no_byte_order_nor_strides():
    data = measured(6)
    other = ">" if sys.byteorder == "little" else "<"
    swapped = replace(data, inputs=data.inputs.astype(f"{other}f4"))
    strided = replace(data, inputs=np.asfortranarray(data.inputs))
    assert swapped.digest() == strided.digest() == data.digest()


def test_taking_keeps_samples_together():
    data = measured(8).take(np.array([3, 1, 1]))
    assert data.inputs[:, 0].tolist() == [3, 1, 1]
    assert data.targets[:, 0].tolist() == [307, 107, 107]
    assert np.shares_memory(data.take(slice(0, 2)).inputs, data.inputs)


def test_what_it_says_of_itself():
    data = classified([2, 0, 3], features=4)
    assert (len(data), data.sample_shape, data.outputs) == (5, (4,), 3)
    assert data.class_counts() == {"c0": 2, "c1": 0, "c2": 3}
    values = measured(4, outputs=2)
    assert (values.outputs, values.class_counts()) == (2, {})


def test_other_classes_are_matched_by_name():
    data = Dataset("new", np.zeros((3, 1), np.float32), np.array([0, 1, 1]), ("cat", "dog"))
    trained = ("bird", "dog", "cat")
    assert data.with_classes(trained).targets.tolist() == [2, 1, 1]
    assert data.with_classes(trained).classes == trained
    with pytest.raises(ConvkitError, match=r"unknown class 'dog' in data 'new'.*'dogs'"):
        data.with_classes(("cat", "dogs"))
    with pytest.raises(ConvkitError, match="values to be learnt"):
        measured(3).with_classes(trained)


@pytest.mark.parametrize(
    ("inputs", "targets", "words"),
    [
        (np.zeros((0, 2)), np.zeros(0, int), "has no samples"),
        (np.zeros((3, 2)), np.zeros(2, int), "has 3 inputs but 2 targets"),
        (np.zeros((2, 2)), np.array([0, 2]), "sample 1 is of class 2, .* from 0 to 1"),
        (np.zeros((2, 2)), np.array([-1, 0]), "sample 0 is of class -1"),
    ],
)
def test_what_does_not_fit_is_refused(inputs, targets, words):
    with pytest.raises(ConvkitError, match=words):
        Dataset("bad", inputs.astype(np.float32), targets, ("a", "b"))
