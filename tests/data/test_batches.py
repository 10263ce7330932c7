"""Batches: every sample once, in an order that its generator decides."""

from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convkit.data import Batches
from convkit.errors import ConvkitError
from tests.data.making import classified, measured


def seen(batches):
    """Return the numbers of the samples of each batch, which `measured` puts in the first input."""
    return [inputs[:, 0].astype(int).tolist() for inputs, _ in batches]


@given(st.integers(1, 40), st.integers(1, 50), st.booleans(), st.booleans())
def test_an_epoch_has_every_sample_once(count, size, shuffled, drop_last):
    rng = np.random.default_rng(0) if shuffled else None
    if drop_last and size > count:
        with pytest.raises(ConvkitError, match="batches that aren't full are dropped"):
            Batches(measured(count), size, rng, drop_last)
        return
    batches = Batches(measured(count), size, rng, drop_last)
    sizes = [len(batch) for batch in seen(batches)]
    assert len(batches) == len(sizes) == (count // size if drop_last else -(-count // size))
    assert all(each == size for each in sizes[:-1])
    numbers = sorted(chain(*seen(batches)))
    assert len(set(numbers)) == len(numbers) == (count - count % size if drop_last else count)


def test_inputs_stay_with_their_targets():
    for inputs, targets in Batches(measured(23, outputs=2), 5, np.random.default_rng(1)):
        assert np.array_equal(targets, inputs[:, :2] * 100 + 7)
    data = classified([20, 20])
    for inputs, labels in Batches(data, 7, np.random.default_rng(1)):
        for one, label in zip(inputs, labels, strict=True):
            place = np.flatnonzero((data.inputs == one).all(axis=1))
            assert data.targets[place].tolist() == [label]


def test_the_generator_decides_the_order():
    data = measured(30)
    first, again = (seen(Batches(data, 4, np.random.default_rng(5))) for _ in range(2))
    assert first == again
    batches = Batches(data, 4, np.random.default_rng(5))
    state = batches.rng.bit_generator.state
    one, two = seen(batches), seen(batches)
    assert one == first
    assert two != one
    batches.rng.bit_generator.state = state
    assert seen(batches) == one


def test_in_order_nothing_is_copied():
    data = measured(10)
    for inputs, targets in Batches(data, 4):
        assert np.shares_memory(inputs, data.inputs)
        assert np.shares_memory(targets, data.targets)
    assert [*chain(*seen(Batches(data, 4)))] == list(range(10))


def test_shuffled_batches_share_memory_with_each_other_only():
    data = measured(12)
    batches = iter(Batches(data, 4, np.random.default_rng(0)))
    first, second = next(batches)[0], next(batches)[0]
    assert np.shares_memory(first, second)
    assert not np.shares_memory(first, data.inputs)


def test_two_iterations_do_not_disturb_each_other():
    data = measured(12)
    pairs = zip(
        Batches(data, 4, np.random.default_rng(0)),
        Batches(data, 4, np.random.default_rng(1)),
        strict=True,
    )
    for (one, _), (other, _) in pairs:
        assert not np.shares_memory(one, other)


def test_augmentation_sees_each_batch_and_leaves_the_data_alone():
    data = measured(10)
    before = data.inputs.copy()

    def negate(inputs, rng):
        rng.random()
        return np.negative(inputs, out=inputs)

    batches = Batches(data, 4, np.random.default_rng(0), augment=negate)
    numbers = [-int(one) for inputs, _ in batches for one in inputs[:, 0]]
    assert sorted(numbers) == list(range(10))
    assert np.array_equal(data.inputs, before)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"size": 0}, "batch_size must be at least 1, got 0"),
        ({"size": 2, "augment": lambda inputs, rng: inputs}, "needs random numbers"),
    ],
)
def test_bad_settings(settings, words):
    with pytest.raises(ConvkitError, match=words):
        Batches(measured(5), **settings)
