"""Going on from a saved state gives the bits of never having stopped."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load, save

from convkit.errors import ConvkitError
from convkit.optim import OPTIMIZERS, Adam, Momentum, Plateau, RMSprop
from tests.optim.problems import bumpy_gradient, with_everything


def train(optimizer, params, epochs):
    for epoch in epochs:
        optimizer.step(params, bumpy_gradient(params).astype(params.dtype), optimizer.factor(0, 9))
        # Better in every third epoch only, so that the plateau keeps lowering the learning rate.
        optimizer.observe(1.0 - epoch // 3)


@given(
    name=st.sampled_from(list(OPTIMIZERS)),
    stop=st.integers(0, 20),
    dtype=st.sampled_from([np.float32, np.float64]),
    seed=st.integers(0, 2**32),
)
def test_resuming_gives_the_same_bits(name, stop, dtype, seed):
    params = np.random.default_rng(seed).normal(size=7).astype(dtype)
    unbroken, resumed = params.copy(), params.copy()

    whole = with_everything(name)
    whole.start(unbroken)
    train(whole, unbroken, range(20))

    first = with_everything(name)
    first.start(resumed)
    train(first, resumed, range(stop))
    saved = save(first.state())
    second = with_everything(name)
    second.start(resumed)
    second.load_state(load(saved))
    train(second, resumed, range(stop, 20))

    assert unbroken.tobytes() == resumed.tobytes()
    assert {key: values.tobytes() for key, values in whole.state().items()} == {
        key: values.tobytes() for key, values in second.state().items()
    }


def test_the_state_is_a_copy():
    optimizer, params = Adam(), np.ones(3)
    optimizer.start(params)
    optimizer.step(params, np.ones(3))
    saved = optimizer.state()
    before = {key: values.copy() for key, values in saved.items()}
    optimizer.step(params, np.ones(3))
    for key, values in before.items():
        np.testing.assert_array_equal(saved[key], values)
        assert not np.array_equal(optimizer.state()[key], values)


def test_start_forgets():
    optimizer, params = Adam(schedule=Plateau(patience=0)), np.ones(3)
    optimizer.start(params)
    fresh = optimizer.state()
    for _ in range(3):
        optimizer.step(params, np.ones(3))
        optimizer.observe(1.0)
    assert optimizer.factor(3, 9) == pytest.approx(0.01)
    optimizer.start(params)
    np.testing.assert_equal(optimizer.state(), fresh)


def test_all_differences_of_a_state_are_one_error_and_nothing_is_changed():
    adam, momentum, rmsprop = Adam(), Momentum(), RMSprop()
    adam.start(np.zeros(3))
    momentum.start(np.zeros(3))
    rmsprop.start(np.zeros(4, np.float32))
    state = adam.state()
    with pytest.raises(ConvkitError) as error:
        adam.load_state(momentum.state())
    assert error.value.message == (
        "the saved optimizer state doesn't fit: 'sums' is missing; 'squares' is missing; "
        "'velocity' isn't part of it"
    )
    with pytest.raises(ConvkitError, match="'squares' is float32 4 instead of float64 3"):
        adam.load_state(rmsprop.state())
    np.testing.assert_equal(adam.state(), state)


def test_the_schedule_is_part_of_the_state():
    optimizer = Adam(schedule=Plateau())
    optimizer.start(np.zeros(3))
    with pytest.raises(ConvkitError, match=r"'schedule\.best' is missing"):
        optimizer.load_state(
            {key: values for key, values in optimizer.state().items() if key != "schedule.best"}
        )


def test_a_state_is_refused_before_the_start():
    saved = Momentum()
    saved.start(np.zeros(3, np.float32))
    with pytest.raises(ConvkitError, match="'velocity' is float32 3 instead of") as error:
        Momentum().load_state(saved.state())
    assert error.value.hint.startswith("start an optimizer")
