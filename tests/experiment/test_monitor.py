"""Watching a metric: the best epoch, and patience."""

import math

import pytest

from convkit.experiment.monitor import Monitor, direction


def watched(metric, values, **settings):
    monitor = Monitor(metric, **settings)
    improved = [monitor.observe(value, epoch) for epoch, value in enumerate(values, start=1)]
    return monitor, improved


@pytest.mark.parametrize(
    ("metric", "sign"),
    [
        ("validation/loss", -1),
        ("train/rmse", -1),
        ("validation/accuracy", 1),
        ("test/r2", 1),
        ("train/mistakes", -1),
    ],
)
def test_what_should_grow(metric, sign):
    assert direction(metric) == sign


def test_a_loss_should_fall():
    monitor, improved = watched("validation/loss", [3, 2, 2, 4, 1])
    assert improved == [True, True, False, False, True]
    assert (monitor.best, monitor.best_epoch, monitor.waited) == (1, 5, 0)


def test_accuracy_should_grow():
    _, improved = watched("validation/accuracy", [0.5, 0.4, 0.6])
    assert improved == [True, False, True]


def test_patience_counts_evaluations_in_a_row():
    monitor, _ = watched("train/loss", [1, 2, 0.5, 2, 2], patience=3)
    assert not monitor.exhausted
    monitor.observe(2, 6)
    assert monitor.exhausted


def test_a_small_change_is_no_improvement():
    _, improved = watched("train/loss", [1.0, 0.95, 0.85, 0.5], min_delta=0.1)
    assert improved == [True, False, True, True]


def test_no_number_is_never_the_best():
    monitor, improved = watched("train/loss", [math.nan, math.inf, 5, math.nan, 4])
    assert improved == [False, False, True, False, True]
    assert monitor.best == 4


def test_it_remembers():
    monitor, _ = watched("train/loss", [3, 1, 2], patience=2)
    again = Monitor("train/loss", patience=2)
    again.load_state(monitor.state())
    assert again == monitor
    again.observe(2, 4)
    assert again.exhausted
