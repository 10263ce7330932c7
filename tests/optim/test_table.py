"""Every optimizer of the table, with and without every option: convergence, properties, memory."""

from __future__ import annotations

import tracemalloc
from timeit import repeat

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convkit.errors import ConvkitError
from convkit.optim import OPTIMIZERS, Cosine
from tests.optim.problems import bumpy_gradient, parabola, rosenbrock, with_everything

NAMES = list(OPTIMIZERS)

# Learning rates for the parabola and for the valley, with a cosine to an end.
RATES = {
    "sgd": (0.1, 3e-3),
    "momentum": (0.1, 1.5e-3),
    "nesterov": (0.1, 1.5e-3),
    "adagrad": (0.5, 1.5),
    "rmsprop": (0.1, 6e-3),
    "adadelta": (10.0, 1.0),
    "adam": (0.1, 3e-2),
    "adamw": (0.1, 3e-2),
    "nadam": (0.1, 3e-2),
    "lion": (0.1, 2e-3),
}


def minimise(optimizer, function, start, steps):
    params = np.array(start, float)
    optimizer.start(params)
    for step in range(steps):
        optimizer.step(params, function(params)[1], optimizer.factor(step, steps))
    return function(params)[0]


@pytest.mark.parametrize("name", NAMES)
def test_reaches_the_bottom_of_a_parabola_and_of_rosenbrocks_valley(name):
    to_parabola, to_valley = (
        OPTIMIZERS[name](lr=lr, weight_decay=0.0, schedule=Cosine()) for lr in RATES[name]
    )
    assert minimise(to_parabola, parabola, [-3.0, 5.0], 1500) < 1e-6
    assert minimise(to_valley, rosenbrock, [-1.5, 1.5], 5000) < 2e-3


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_works_in_place_in_one_dtype(name, dtype):
    optimizer = with_everything(name)
    params, grads = np.ones(5, dtype), np.arange(5, dtype=dtype)
    optimizer.start(params)
    optimizer.step(params, grads, np.float64(0.5))
    assert params.dtype == grads.dtype == dtype
    assert not np.any(params == 1)
    memory = [values for key, values in optimizer.state().items() if values.ndim]
    assert all(values.dtype == dtype for values in memory)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("each", [False, True])
def test_a_step_allocates_nothing(name, each):
    optimizer = with_everything(name)
    params = np.ones(100_000, np.float32)
    grads = np.full_like(params, 0.1)
    factor = np.ones_like(params) if each else 0.5
    optimizer.start(params)
    optimizer.step(params, grads, factor)
    tracemalloc.start()
    try:
        optimizer.step(params, grads, factor)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # Not even a mask of one byte a parameter.
    assert peak < 20_000


@given(
    name=st.sampled_from(NAMES),
    frozen=st.lists(st.booleans(), min_size=2, max_size=9).filter(lambda row: not all(row)),
    seed=st.integers(0, 2**32),
)
def test_frozen_parameters_stay_and_the_others_do_not_notice(name, frozen, seed):
    frozen, rng = np.array(frozen), np.random.default_rng(seed)
    factor = np.where(frozen, 0.0, rng.uniform(0.1, 2, frozen.size))
    params = rng.normal(size=frozen.size)
    before, alone = params.copy(), params[~frozen]
    whole, part = with_everything(name), with_everything(name)
    whole.start(params)
    part.start(alone)
    for _ in range(5):
        grads = rng.normal(size=frozen.size)
        grads_alone = grads[~frozen]
        grads[frozen & (rng.random(frozen.size) < 0.2)] = np.nan
        whole.step(params, grads, factor)
        part.step(alone, grads_alone, factor[~frozen])
    np.testing.assert_array_equal(params[frozen], before[frozen])
    np.testing.assert_allclose(params[~frozen], alone, rtol=1e-9)


@given(name=st.sampled_from(NAMES), factor=st.floats(0.01, 10), seed=st.integers(0, 2**32))
def test_a_factor_is_a_learning_rate(name, factor, seed):
    params = np.random.default_rng(seed).normal(size=6)
    results = []
    for lr, factors in ((0.01 * factor, 1.0), (0.01, factor), (0.01, np.full(6, factor))):
        optimizer, mine = OPTIMIZERS[name](lr=lr, weight_decay=0.1), params.copy()
        optimizer.start(mine)
        for _ in range(4):
            optimizer.step(mine, bumpy_gradient(mine), factors)
        results.append(mine)
    np.testing.assert_allclose(results[1], results[0], rtol=1e-8)
    np.testing.assert_allclose(results[2], results[0], rtol=1e-8)


@given(
    grads=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20).map(np.array),
    limit=st.floats(1e-3, 1e3),
)
def test_clipping_by_norm_keeps_the_direction(grads, limit):
    optimizer = OPTIMIZERS["sgd"](lr=1.0, clip_norm=limit)
    moved = np.zeros_like(grads)
    optimizer.start(moved)
    optimizer.step(moved, grads.copy())
    length, norm = np.linalg.norm(moved), np.linalg.norm(grads)
    assert length <= min(limit, norm) * (1 + 1e-9)
    assert length >= min(limit, norm) * (1 - 1e-5) - 1e-6
    np.testing.assert_allclose(-moved * norm, grads * length, rtol=1e-9, atol=1e-300)


@given(
    grads=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20).map(np.array),
    limit=st.floats(1e-3, 1e3),
)
def test_clipping_by_value_limits_each(grads, limit):
    optimizer = OPTIMIZERS["sgd"](lr=1.0, clip_value=limit)
    moved = np.zeros_like(grads)
    optimizer.start(moved)
    optimizer.step(moved, grads.copy())
    assert (-moved).tolist() == [max(-limit, min(limit, grad)) for grad in grads.tolist()]


@pytest.mark.parametrize("name", NAMES)
def test_gradients_of_zero_move_nothing_and_divide_by_nothing(name):
    optimizer = OPTIMIZERS[name](weight_decay=0.0, clip_norm=1.0)
    params = np.array([1.0, -2.0, 0.0], np.float32)
    optimizer.start(params)
    for _ in range(3):
        optimizer.step(params, np.zeros_like(params))
    assert params.tolist() == [1, -2, 0]


def test_centered_rmsprop_bears_gradients_that_are_all_alike():
    # Their variance is 0, and rounding would leave a little less than that under the root.
    optimizer = OPTIMIZERS["rmsprop"](lr=1e-9, alpha=0.3, centered=True)
    params = np.zeros(200, np.float32)
    optimizer.start(params)
    for _ in range(60):
        optimizer.step(params, np.linspace(0.1, 7, 200, dtype=np.float32))
    assert np.all(np.isfinite(params))


def test_l1_drives_parameters_to_zero_that_l2_only_makes_small():
    def trained(**penalty):
        params = np.array([5.0, 0.01])
        optimizer = OPTIMIZERS["sgd"](lr=0.01, **penalty)
        optimizer.start(params)
        for _ in range(2000):
            optimizer.step(params, params - np.array([5.0, 0.5]))
        return params

    # Of 1/2 (p - a)² + penalty the minima are a - l1 sign(a), or 0, and a / (1 + l2).
    np.testing.assert_allclose(trained(l1=1.0), [4, 0], atol=0.02)
    np.testing.assert_allclose(trained(l2=1.0), [2.5, 0.25], rtol=1e-6)


def test_adam_is_quick():
    optimizer = OPTIMIZERS["adam"]()
    params = np.ones(100, np.float32)
    grads = np.full_like(params, 0.1)
    optimizer.start(params)
    best = min(repeat(lambda: optimizer.step(params, grads), number=200, repeat=20)) / 200
    # 5 to 6 µs where this was written; a step that went layer by layer would take far more.
    assert best < 50e-6


@pytest.mark.parametrize("wrong", [np.zeros((2, 3)), np.zeros(3, int)])
def test_start_wants_one_row_of_floats(wrong):
    with pytest.raises(ConvkitError, match=r"one row of floats, got (float64 \(2, 3\)|int64)"):
        OPTIMIZERS["adam"]().start(wrong)


def test_step_wants_what_it_was_started_for():
    optimizer = OPTIMIZERS["adam"]()
    with pytest.raises(ConvkitError, match="started for 0 parameters, but got 3 with 3 gradients"):
        optimizer.step(np.zeros(3), np.zeros(3))
    optimizer.start(np.zeros(3))
    with pytest.raises(ConvkitError, match="started for 3 parameters, but got 3 with 4 gradients"):
        optimizer.step(np.zeros(3), np.zeros(4))
