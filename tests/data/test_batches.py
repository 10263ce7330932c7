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


@given(st.integers(1, 40), st.integers(1, 50), st.booleans())
def test_an_epoch_has_every_sample_once(count, size, shuffled):
    batches = Batches(measured(count), size, np.random.default_rng(0) if shuffled else None)
    sizes = [len(batch) for batch in seen(batches)]
    assert len(batches) == len(sizes) == -(-count // size)
    assert all(each == size for each in sizes[:-1])
    assert sorted(chain(*seen(batches))) == list(range(count))


@pytest.mark.parametrize("size", [10**9, 2**63, 10**30])
@pytest.mark.parametrize("shuffled", [True, False])
def test_memory_is_taken_for_the_samples_that_there_are(size, shuffled):
    batches = Batches(measured(5), size, np.random.default_rng(0) if shuffled else None)
    ((inputs, targets),) = batches
    assert (len(batches), len(inputs), len(targets)) == (1, 5, 5)
    assert inputs.base is None or inputs.base.size <= 15


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


def test_a_batch_has_at_least_one_sample():
    with pytest.raises(ConvkitError, match="batch_size must be at least 1, got 0"):
        Batches(measured(5), 0)
