"""The schedules, beside torch.optim.lr_scheduler and by their properties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convkit.errors import ConvkitError
from convkit.optim import (
    SCHEDULES,
    SGD,
    Constant,
    Cosine,
    Exponential,
    OneCycle,
    Plateau,
    Step,
)

EPOCHS = 30


def torch_rates(build, epochs=EPOCHS, values=None):
    """Return torch's learning rate in every epoch, of an lr of 1."""
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = build(torch.optim.lr_scheduler, optimizer)
    rates = []
    for epoch in range(epochs):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step(*([] if values is None else [values[epoch]]))
    return rates


def rates(schedule, epochs=EPOCHS):
    return [schedule.factor(epoch, epochs) for epoch in range(epochs)]


@pytest.mark.parametrize(
    ("schedule", "theirs", "options"),
    [
        (Constant(), "ConstantLR", {"factor": 1.0}),
        (Step(7, 0.3), "StepLR", {"step_size": 7, "gamma": 0.3}),
        (Exponential(0.8), "ExponentialLR", {"gamma": 0.8}),
        (Cosine(), "CosineAnnealingLR", {"T_max": EPOCHS}),
        (Cosine(0.2), "CosineAnnealingLR", {"T_max": EPOCHS, "eta_min": 0.2}),
    ],
)
def test_schedules_are_those_of_torch(schedule, theirs, options):
    expected = torch_rates(lambda module, optimizer: getattr(module, theirs)(optimizer, **options))
    np.testing.assert_allclose(rates(schedule), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("rise", "div", "final"), [(0.3, 25.0, 1e4), (0.5, 4.0, 10.0)])
def test_one_cycle_is_that_of_torch(rise, div, final):
    def build(module, optimizer):
        return module.OneCycleLR(
            optimizer,
            max_lr=1.0,
            total_steps=EPOCHS,
            pct_start=rise,
            div_factor=div,
            final_div_factor=final,
        )

    # Torch's last step is at the end already, one before ours: it has EPOCHS - 1 intervals, of
    # which it gives one to the rise less than the part that was asked for.
    intervals = EPOCHS - 1
    schedule = OneCycle((rise * EPOCHS - 1) / intervals, div, final)
    ours = [schedule.factor(step, intervals) for step in range(EPOCHS)]
    expected = torch_rates(build, EPOCHS - 1)
    np.testing.assert_allclose(ours[:-1], expected, rtol=0, atol=1e-12)
    assert ours[-1] == pytest.approx(1 / div / final)


@given(
    values=st.lists(st.floats(0, 1).map(lambda value: round(value, 2)), min_size=1, max_size=40),
    mode=st.sampled_from(["min", "max"]),
    patience=st.integers(0, 3),
    cooldown=st.integers(0, 3),
    threshold=st.sampled_from([0.0, 1e-4, 0.2]),
    minimum=st.sampled_from([0.0, 0.1]),
)
def test_plateau_is_that_of_torch(values, mode, patience, cooldown, threshold, minimum):
    options = {"patience": patience, "cooldown": cooldown, "threshold": threshold, "mode": mode}

    def build(module, optimizer):
        return module.ReduceLROnPlateau(optimizer, factor=0.5, min_lr=minimum, eps=0, **options)

    schedule, ours = Plateau(0.5, minimum=minimum, **options), []
    for epoch, value in enumerate(values):
        ours.append(schedule.factor(epoch, len(values)))
        schedule.observe(value)
    expected = torch_rates(build, len(values), values)
    np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-12)


def test_warm_up_is_a_line_before_the_schedule_as_in_torch():
    def build(module, optimizer):
        line = module.LambdaLR(optimizer, lambda epoch: epoch / 5)
        cosine = module.CosineAnnealingLR(optimizer, T_max=EPOCHS - 5)
        return module.SequentialLR(optimizer, [line, cosine], milestones=[5])

    expected = torch_rates(build)
    np.testing.assert_allclose(rates(Cosine(warm_up=5)), expected, rtol=0, atol=1e-12)


def test_a_step_counts_from_the_end_of_the_warm_up():
    expected = [0, 0.5, 1, 1, 1, 0.1, 0.1, 0.1, 0.01]
    np.testing.assert_allclose(rates(Step(3, warm_up=2), 9), expected, rtol=1e-12)


@given(
    name=st.sampled_from(sorted(set(SCHEDULES) - {"step"})),
    warm_up=st.floats(0, 5),
    total=st.floats(0.5, 50),
    part=st.floats(0, 1),
)
def test_factors_are_from_0_to_1_and_do_not_jump(name, warm_up, total, part):
    schedule = SCHEDULES[name](warm_up=warm_up)
    progress = part * total
    factor = schedule.factor(progress, total)
    assert 0 <= factor <= 1
    # The steepest is a half wave, π/2 over its length, or the line of the warm-up.
    shortest = min(length for length in (warm_up, 0.3 * (total - warm_up), 10.0) if length > 0)
    ahead = schedule.factor(progress + 1e-6 * shortest, total)
    assert abs(ahead - factor) <= 2e-6


@given(name=st.sampled_from(list(SCHEDULES)), late=st.floats(0, 1e3))
def test_a_training_may_go_on_beyond_its_end(name, late):
    schedule = SCHEDULES[name]()
    factor = schedule.factor(10 + late, 10)
    assert 0 <= factor <= 1
    if name in ("cosine", "one_cycle"):
        assert factor == schedule.factor(10, 10)


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_warm_up_may_be_longer_than_the_training(name):
    schedule = SCHEDULES[name](warm_up=10)
    factors = [schedule.factor(epoch, 4) for epoch in range(5)]
    assert all(math.isfinite(factor) for factor in factors)
    assert factors == sorted(factors)


def test_a_loss_that_is_nan_is_no_progress():
    schedule = Plateau(patience=1)
    for value in (1.0, math.nan, math.nan):
        schedule.observe(value)
    assert schedule.factor(3, 9) == pytest.approx(0.1)


@pytest.mark.parametrize("name", SCHEDULES)
def test_an_optimizer_asks_its_schedule(name):
    schedule = SCHEDULES[name]()
    assert SGD(schedule=schedule).factor(2.5, 10) == schedule.factor(2.5, 10)
    assert SGD().factor(2.5, 10) == 1


@pytest.mark.parametrize(
    "schedule", [Step(1, 1e200), Exponential(1e200), Step(1, 1e308, warm_up=1)]
)
def test_what_is_too_large_for_a_float_is_infinite(schedule):
    factors = [schedule.factor(epoch, 9) for epoch in range(10)]
    assert factors[-1] == math.inf
    assert not any(math.isnan(factor) for factor in factors)


@pytest.mark.parametrize("schedule", [Step(1, 1e-200), Exponential(1e-200)])
def test_what_is_too_small_for_a_float_is_zero(schedule):
    assert schedule.factor(0, 9) == 1
    assert schedule.factor(9, 9) == 0


def test_the_state_of_another_schedule_is_refused():
    with pytest.raises(ConvkitError, match="'best' isn't part of it"):
        Cosine().load_state(Plateau().state())
