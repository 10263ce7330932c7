"""Gradients over training steps: the norms themselves, and what is said of them."""

from pathlib import Path

import numpy as np
import pytest

from convkit.errors import ConvkitError
from convkit.experiment import spec
from convkit.experiment.assembly import assemble
from convkit.explaining.comparison import VARIANTS, compare
from convkit.explaining.gradients import Flow, watch

SMALL = {
    "data": "iris",
    "model": [{"dense": 5}, "tanh", {"dense": 3}],
    "loss": "cross_entropy",
    "optimizer": {"name": "sgd", "lr": 0.1},
    "seed": 4,
}


def experiment(**changes):
    return spec.experiment_from_document(SMALL | changes)


def test_the_norms_of_the_first_step_by_hand():
    flow = watch(experiment(), Path(), 1)
    family = assemble(experiment(), Path()).family
    inputs, labels = next(iter(family.batches(0)))
    first, _, last = family.network.layers.layers
    hidden = np.tanh(inputs @ first.weight.data)
    scores = hidden @ last.weight.data
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    errors = (probabilities - np.eye(3)[labels]) / len(labels)
    back = errors @ last.weight.data.T * (1 - hidden**2)
    expected = [np.linalg.norm(inputs.T @ back), np.linalg.norm(hidden.T @ errors)]
    assert flow.layers == ("layers.0.weight", "layers.2.weight")
    assert flow.norms == pytest.approx(np.array([expected]), rel=1e-5)


def test_it_trains_as_training_does():
    flow = watch(experiment(), Path(), 7)
    family = assemble(experiment(), Path()).family
    losses = []
    for epoch in range(2):
        losses += [family.learn(batch, epoch) for batch in family.batches(epoch)]
        family.end_epoch()
    assert flow.losses.tolist() == losses[:7]


def test_it_ends_where_numbers_are_not_finite():
    changes = {"data": "diabetes", "model": [{"dense": 5}, {"dense": 1}], "loss": "mse"}
    flow = watch(experiment(**changes, optimizer={"name": "sgd", "lr": 1e9}), Path(), 9)
    assert flow.verdict == "diverge"
    assert len(flow.norms) < 9
    assert f"at step {len(flow.norms)}" in flow.words


@pytest.mark.parametrize(
    ("norms", "verdict"),
    [
        ([1.0, 0.5, 2.0], "flow"),
        ([1.1e-3, 1e-2, 1.0], "flow"),
        ([0.9e-3, 1e-2, 1.0], "vanish"),
        ([0.0, 0.0, 1.0], "vanish"),
        ([0.0, 0.0, 0.0], "vanish"),
        ([1001.0, 30.0, 1.0], "explode"),
        ([1e-5, 1e-5, 2e-5], "vanish everywhere"),
        ([2e4, 5e5, 2e4], "explode everywhere"),
        ([1.0, np.nan, 1.0], "diverge"),
        ([np.inf, 1.0, 1.0], "diverge"),
    ],
)
def test_verdicts(norms, verdict):
    flow = Flow("it", ("a", "b", "c"), np.array([norms]), np.array([2.3]), {"loss": 0.5})
    assert flow.verdict == verdict
    assert flow.words.startswith(("gradients", "training"))
    assert "first/last = " in flow.words
    assert flow.words.endswith("loss 2.3 → 0.5 after 1 steps")


def test_the_gates_of_the_four_networks():
    flows = {flow.name: flow for flow in compare(20, 1)}
    assert list(flows) == list(VARIANTS)
    assert flows["sigmoid"].ratio < 1e-8
    assert flows["sigmoid"].verdict == "vanish"
    for name in ("tanh", "relu-he", "residual"):
        assert 0.05 < flows[name].ratio < 20, name
        assert flows[name].verdict == "flow"
        assert len(flows[name].layers) == 21


def test_a_shallow_sigmoid_does_not_vanish():
    assert compare(2, 1)[0].verdict == "flow"


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: compare(1, 1), "--depth must be from 2 to 200, got 1"),
        (lambda: watch(experiment(), Path(), 0), "--steps must be at least 1, got 0"),
        (
            lambda: watch(
                spec.experiment_from_document({"data": "and", "family": "perceptron"}), Path(), 1
            ),
            "watches the layers of a supervised network, not of a perceptron",
        ),
    ],
)
def test_what_is_refused(action, message):
    with pytest.raises(ConvkitError, match=message):
        action()
