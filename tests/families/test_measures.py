"""Metrics: by hand, and for everything that is in the table."""

import math

import numpy as np
import pytest

from convkit.errors import ConvkitError
from convkit.families import METRICS, confusion_matrix
from convkit.families.measures import measure, metrics_of

VALUES = np.array([[1.0], [2.0], [4.0]])


@pytest.mark.parametrize("name", METRICS)
def test_a_perfect_prediction_is_the_best(name):
    metric = METRICS[name]
    actual = VALUES if metric.kind == "values" else np.array([0, 1, 2])
    worse = actual + np.array([0, 1, 0]).reshape(actual.shape)
    best, other = metric.function(actual, actual), metric.function(actual, worse)
    assert best == (1.0 if metric.grows else 0.0)
    assert (best > other) == metric.grows


def test_by_hand():
    predicted = np.array([[1.0], [3.0], [2.0]])
    measured = measure(metrics_of("values"), VALUES, predicted)
    assert measured == pytest.approx(
        {"mse": 5 / 3, "rmse": math.sqrt(5 / 3), "mae": 1.0, "r2": 1 - 5 / (14 / 3)}
    )
    labels = measure(metrics_of("classes"), np.array([0, 1, 1, 2]), np.array([0, 1, 2, 2]))
    assert labels == {"accuracy": 0.75}


def test_r2_of_several_targets_is_the_mean_of_each_ones():
    """By hand: all of the first target's variance is explained, and none of the second's."""
    actual = np.array([[1.0, 1000], [2, 1001], [3, 1002]])
    predicted = np.array([[1.0, 1001], [2, 1001], [3, 1001]])
    names = metrics_of("values", ["r2"])
    assert measure(names, actual, predicted) == {"r2": pytest.approx((1 + 0) / 2)}
    # The scale of a target doesn't matter to it.
    scale = np.array([1, 1e4])
    assert measure(names, actual * scale, predicted * scale) == {"r2": pytest.approx(0.5)}


def test_a_normalized_error_is_one_for_whoever_answers_the_mean():
    mean = np.full_like(VALUES, VALUES.mean())
    names = metrics_of("values", ["nrmse"])
    assert measure(names, VALUES, mean) == {"nrmse": pytest.approx(1)}
    assert measure(names, 1000 * VALUES, 1000 * VALUES + 7) == {
        "nrmse": pytest.approx(7 / (1000 * math.sqrt(14 / 9)))
    }


def test_every_step_of_every_sample_counts():
    actual = np.array([[0, 1, 1], [2, 2, 2]])
    predicted = np.array([[0, 1, 2], [2, 2, 0]])
    assert measure(metrics_of("classes"), actual, predicted) == {"accuracy": 4 / 6}


def test_a_target_that_never_changes_has_no_r2():
    actual = np.array([[1.0, 7], [2, 7], [3, 7]])
    assert math.isnan(measure(metrics_of("values", ["r2"]), actual, actual)["r2"])


def test_predictions_that_are_not_finite_have_no_measure():
    measured = measure(metrics_of("values"), VALUES, np.array([[1.0], [np.inf], [2.0]]))
    assert all(math.isnan(value) for value in measured.values())


def test_names_choose():
    assert list(metrics_of("values", ["r2", "mae"])) == ["r2", "mae"]
    with pytest.raises(ConvkitError, match="unknown metric 'r3'"):
        metrics_of("values", ["r3"])
    with pytest.raises(ConvkitError, match="'r2' measures values, but classes are predicted"):
        metrics_of("classes", ["r2"])


def test_confusion_is_actual_by_predicted():
    matrix = confusion_matrix(np.array([0, 0, 1, 2]), np.array([0, 2, 1, 2]), 3)
    assert matrix.tolist() == [[1, 0, 1], [0, 1, 0], [0, 0, 1]]
