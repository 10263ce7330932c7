"""A whole step of an experiment."""

from pathlib import Path

import numpy as np
import pytest

from convkit.errors import ConvkitError
from convkit.experiment import spec
from convkit.explaining.explanation import explain
from convkit.nn import LOSSES


def experiment(**changes):
    document = {
        "data": "xor",
        "model": [{"dense": 2}, "sigmoid", {"dense": 2}, "sigmoid", {"dense": 1}, "sigmoid"],
        "loss": "mse",
        "optimizer": {"name": "sgd", "lr": 0.5},
        "seed": 1,
    }
    return spec.experiment_from_document(document | changes)


def explained(sample=None, weight=None, **changes):
    return explain(experiment(**changes), Path(), sample=sample, weight=weight)


def dense(*widths, activation="tanh"):
    return [layer for width in widths for layer in ({"dense": width}, activation)]


def test_by_default_a_sample_without_zeros_and_a_weight_with_a_gradient():
    explanation = explained()
    assert explanation.inputs.tolist() == [1.0, 1.0]
    assert str(explanation.chain.weight) == "layers.0.weight[0,0]"
    assert (explanation.chain.source, explanation.chain.target) == ("x1", "o11")
    assert len(explanation.chain.paths) == 2


def test_what_nothing_comes_through_has_no_gradient():
    explanation = explained(sample=0, weight="layers.0.weight[1,0]")
    assert explanation.inputs.tolist() == [0.0, 0.0]
    assert explanation.chain.sum == explanation.chain.gradient == 0
    assert explanation.chain.agrees


def test_the_three_gradients_agree():
    chain = explained().chain
    assert chain.agrees
    assert chain.sum == pytest.approx(chain.gradient, rel=1e-12)
    assert chain.nudged == pytest.approx(chain.gradient, rel=1e-5)


LAST = {"binary_cross_entropy": "sigmoid"}


@pytest.mark.parametrize("loss", LOSSES)
def test_with_every_loss(loss):
    kind = LOSSES[loss].kind
    units = 2 if kind == "classes" else 1
    model = [*dense(3, 2), {"dense": units}, *([LAST[loss]] if loss in LAST else [])]
    chain = explained(model=model, loss=loss).chain
    assert chain.agrees
    assert chain.gradient != 0
    assert chain.nudged == pytest.approx(chain.gradient, rel=1e-4)


def test_the_weights_are_those_that_training_begins_with():
    explanation = explained()
    model = spec.build_model(experiment(), (2,))
    assert explanation.layers[0].weights == pytest.approx(model.layers[0].weight.data, abs=0)
    assert explanation.layers[0].weights.dtype == np.float64


def test_plain_descent_follows_the_gradient():
    explanation = explained()
    assert len(explanation.updates) == 15
    for update in explanation.updates:
        assert update.descended == update.value - 0.5 * update.gradient
        assert update.optimized == pytest.approx(update.descended, abs=1e-15)


def test_the_configured_optimizer_goes_its_own_way():
    explanation = explained(optimizer={"name": "adam", "lr": 0.01})
    # Adam's first step is lr in the direction of the sign (Kingma and Ba 2015).
    for update in explanation.updates:
        step = update.value - update.optimized
        assert step == pytest.approx(0.01 * np.sign(update.gradient), rel=1e-4)


def test_flatten_and_several_activations():
    explanation = explained(model=["flatten", {"dense": 3}, "tanh", "softplus", {"dense": 1}])
    assert [layer.stage.activation for layer in explanation.layers] == ["tanh, softplus", ""]
    assert str(explanation.chain.weight) == "layers.1.weight[0,0]"
    assert explanation.chain.agrees


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sample": 4}, "no sample 4: the training data have 4"),
        ({"sample": -1}, "no sample -1"),
        ({"weight": "layers.0.wait[0,0]"}, "unknown weight 'layers.0.wait'"),
        ({"weight": "layers.0.weight"}, "doesn't say which number"),
        ({"weight": "layers.0.weight[2,0]"}, "out of range"),
        ({"weight": "layers.0.weight[0]"}, "out of range"),
        ({"weight": "layers.0.bias[0,0]"}, "out of range"),
        ({"model": [{"dense": 100}, "tanh", {"dense": 60}, {"dense": 1}]}, "too large"),
        ({"model": [{"dense": 2}, "batch_norm", {"dense": 1}]}, r"layer 2 \(batch_norm\) can't"),
        ({"model": [{"dense": 2}, "softmax", {"dense": 1}]}, r"layer 2 \(softmax\) can't"),
        ({"model": ["relu", {"dense": 1}]}, "before the first dense layer"),
        ({"model": dense(9, 9, 9, 9, 9, 1)}, "6,561 paths"),
    ],
)
def test_what_is_refused(arguments, message):
    with pytest.raises(ConvkitError, match=message) as error:
        explained(**arguments)
    assert error.value.hint
