"""What the benchmark of the experiments counts, and what it compares with."""

import json
import math
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import KDTree
from scipy.stats import linregress

from benchmarks import trials
from benchmarks.baselines import (
    linear_classes,
    linear_mse,
    linear_nrmse,
    linear_r2,
    mean_mse,
    memoryless_loss,
    nearest_neighbour,
)
from benchmarks.gates import Gate
from benchmarks.trials import ColdStart, Reached
from convkit.data import DATASETS, Dataset, Splits
from tests.cli.process import ROOT, environment


@pytest.mark.parametrize(
    ("bound", "every", "values", "worst", "reached"),
    [
        (">=0.9", False, [0.8, 1.0], 0.8, True),
        (">=0.9", True, [0.8, 1.0], 0.8, False),
        (">=0.9", False, [0.8, 0.9], 0.8, False),
        ("<=2", False, [1.0, 2.5], 2.5, True),
        ("<=2", True, [1.0, 2.5], 2.5, False),
        ("==1", True, [1.0, 1.0], 1.0, True),
        (">=0.9", False, [1.0, math.nan], 1.0, False),
    ],
)
def test_a_gate_holds_on_the_mean_or_on_every_seed(bound, every, values, worst, reached):
    gate = Gate("digits-cnn", "test/accuracy", bound, every=every)
    result = Reached(gate, dict(enumerate(values, 1)))
    assert (result.worst, result.reached) == (worst, reached)
    assert result.mean == pytest.approx(sum(values) / 2, nan_ok=True)
    assert result.deviation == pytest.approx(np.std(values, ddof=1), nan_ok=True)


def test_a_gate_may_be_about_what_is_gained(monkeypatch):
    """A line gets all of and right, but of xor at most three in four."""
    gate = Gate("perceptron-and", "train/accuracy", ">=0.25", against="perceptron-xor")
    monkeypatch.setattr(trials, "GATES", (gate,))
    (reached,) = trials.reach("perceptron-and", [1, 2])
    xor = [trials.trained(trials.Training("perceptron-xor", seed)) for seed in (1, 2)]
    accuracy = [trial.outcome.metrics["train/accuracy"] for trial in xor]
    assert reached.values == {1: 1 - accuracy[0], 2: 1 - accuracy[1]}
    assert reached.reached
    assert gate.title == reached.document()["title"] == "train/accuracy minus perceptron-xor's"


@pytest.mark.parametrize(
    ("start", "reached"),
    [
        (ColdStart("digits-cnn", 9.9, 0), True),
        (ColdStart("digits-cnn", 10.1, 0), False),
        (ColdStart("shapes-cnn", 10.1, 0), True),
        (ColdStart("shapes-cnn", 10.1, 1), False),
    ],
)
def test_a_command_must_keep_its_promise_in_time(start, reached):
    assert start.reached is reached


# --- baselines ---


def test_the_nearest_neighbour_is_scipys():
    splits = DATASETS["digits"](seed=3)
    train, test = splits.train, splits.test
    tree = KDTree(train.inputs.reshape(len(train), -1))
    _, nearest = tree.query(test.inputs.reshape(len(test), -1))
    assert nearest_neighbour(splits) == np.mean(train.targets[nearest] == test.targets)


def line(targets, classes=None):
    x = np.array([[0.0], [1.0], [2.0], [4.0]], np.float32)
    part = Dataset("line", x, targets, classes)
    return Splits(part, None, part), linregress(x[:, 0], targets.reshape(-1))


def test_least_squares_is_scipys():
    targets = np.array([[1.0], [2.0], [2.0], [5.0]], np.float32)
    splits, fitted = line(targets)
    residues = targets[:, 0] - fitted.intercept - fitted.slope * np.array([0, 1, 2, 4])
    assert linear_mse(splits) == pytest.approx(np.mean(residues**2))
    assert linear_r2(splits) == pytest.approx(fitted.rvalue**2)


def test_a_line_between_two_classes_by_hand():
    """Fitted are 0.0143, 0.2571, 0.5 … for 0, 0, 0, 1: only the last is above a half."""
    splits, _ = line(np.array([0, 0, 0, 1]), ("no", "yes"))
    assert linear_classes(splits) == 1
    splits, _ = line(np.array([0, 1, 0, 1]), ("no", "yes"))
    assert linear_classes(splits) == 0.5


def test_a_line_through_a_series_is_scipys():
    splits, fitted = line(np.array([[1.0], [2.0], [2.0], [5.0]], np.float32))
    assert linear_nrmse(splits) == pytest.approx(np.sqrt(1 - fitted.rvalue**2))


def test_the_mean_has_the_variance_for_an_error():
    targets = np.array([[1.0], [2.0], [2.0], [5.0]], np.float32)
    assert mean_mse(line(targets)[0]) == pytest.approx(targets.var())


def test_without_a_memory_by_hand():
    """The first step is always 0, the second 1 in three of four: 3/4 ln 4/3 + 1/4 ln 4."""
    targets = np.array([[0, 0], [0, 1], [0, 1], [0, 1]])
    splits, _ = line(np.zeros((4, 1), np.float32))
    steps = replace(splits.train, targets=targets, classes=("a", "b"))
    expected = (0.75 * np.log(4 / 3) + 0.25 * np.log(4)) / 2
    assert memoryless_loss(Splits(steps, None, steps)) == pytest.approx(expected)
    # The symbols of the copying problem come from nowhere: ten of seventy steps, eight each.
    problem = DATASETS["copying"](samples=4000)
    assert memoryless_loss(problem) == pytest.approx(10 * np.log(8) / 70, abs=1e-3)


# --- the program ---


def test_it_writes_what_it_measured(tmp_path):
    command = [sys.executable, "-m", "benchmarks.experiments", "--quick"]
    done = subprocess.run(
        [*command, "--only", "perceptron-[ax]", "--out", str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(),
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    document = json.loads((tmp_path / "EXPERIMENTS.json").read_text("utf-8"))
    assert [each["experiment"] for each in document["gates"]] == [
        *("perceptron-and", "perceptron-and", "perceptron-xor")
    ]
    assert all(each["reached"] and len(each["seeds"]) == 2 for each in document["gates"])
    assert [start["code"] for start in document["cold_starts"]] == [0, 0]
    text = (tmp_path / "EXPERIMENTS.md").read_text("utf-8")
    assert "| perceptron-xor | train/accuracy | <=0.75 in every seed |" in text
    assert "experiment\tfigure\tseed 1\tseed 2" in done.stdout


def test_an_experiment_that_is_not_there_is_said():
    command = [sys.executable, "-m", "benchmarks.experiments", "--only", "nothing"]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env=environment(), check=False
    )
    assert done.returncode == 1
    assert done.stderr == "no experiment matches 'nothing'\n"
