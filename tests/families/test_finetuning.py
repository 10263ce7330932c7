"""Frozen layers stay what they are, others have a pace of their own, and both can change."""

import numpy as np
import pytest

from convkit.autograd import Tensor
from convkit.errors import ConvkitError
from convkit.families import MisfitError
from convkit.families.finetuning import FineTuning, Pace, pick_layers
from convkit.families.measures import sparsity
from convkit.nn import (
    BatchNorm,
    Context,
    Conv2D,
    Dense,
    Flatten,
    ReLU,
    Residual,
    Sequential,
    flatten_parameters,
)
from tests.experiment.small import IRIS, family_of


def built():
    """Return a small network: 1 conv2d, 2 batch_norm, 3 residual, 4 flatten, 5 dense."""
    block = Residual([Conv2D(2, padding="same"), BatchNorm(), ReLU()])
    model = Sequential([Conv2D(2, padding="same"), BatchNorm(), block, Flatten(), Dense(3)])
    model.build((4, 4, 1), np.random.default_rng(0))
    return model


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("2", ["2"]),
        ("1-3", ["1", "2", "3"]),
        ("5, 1 - 2", ["5", "1", "2"]),
        ("3.1", ["3.1"]),
        ("3.*", ["3.1", "3.2", "3.3"]),
        ("batch_norm", ["2", "3.2"]),
        ("conv*", ["1", "3.1"]),
    ],
)
def test_layers_are_picked_by_number_path_or_name(text, paths):
    assert list(pick_layers(built(), text)) == paths


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("6", "there is no layer '6'"),
        ("1-6", "there is no layer '6'"),
        ("1, lstm", "there is no layer 'lstm'"),
        ("3.9", "there is no layer '3.9'"),
        ("3-1", "the range '3-1' ends before it begins"),
    ],
)
def test_a_layer_that_is_not_there_is_refused(text, message):
    with pytest.raises(ConvkitError, match=message):
        pick_layers(built(), text)


def shares(tuning, progress):
    """Return the share of each parameter of a network as the first of its numbers."""
    model = built()
    flat = flatten_parameters(model)
    share = np.broadcast_to(Pace(model, flat, tuning).at(progress), flat.values.shape)
    return {path: float(share[place][0]) for path, place in flat.slices.items()}


def test_alike_is_a_plain_number():
    model = built()
    pace = Pace(model, flatten_parameters(model), FineTuning())
    assert pace.at(0.0) == 1.0
    assert isinstance(pace.at(0.0), float)


def test_of_several_factors_the_last_counts_and_frozen_is_zero():
    tuning = FineTuning(freeze="1", unfreeze_at=3, lr_factors={"1-3": 0.1, "3.1": 0.5})
    early, late = shares(tuning, 1.99), shares(tuning, 2.0)
    assert early["layers.0.weight"] == 0
    assert late["layers.0.weight"] == np.float32(0.1)
    for step in (early, late):
        assert step["layers.1.scale"] == step["layers.2.body.layers.1.scale"] == np.float32(0.1)
        assert step["layers.2.body.layers.0.weight"] == 0.5
        assert step["layers.4.weight"] == 1


@pytest.mark.parametrize(
    ("tuning", "part", "message"),
    [
        (FineTuning(freeze="*"), "model.freeze", "nothing is left to train"),
        (FineTuning(lr_factors={"*": 0}), "model.lr_factors", "nothing is left to train"),
        (FineTuning(freeze="7"), "model.freeze", "there is no layer '7'"),
        (FineTuning(lr_factors={"0": 1}), "model.lr_factors", "there is no layer '0'"),
    ],
)
def test_what_cannot_be_tuned_is_refused(tuning, part, message):
    model = built()
    with pytest.raises(MisfitError, match=message) as info:
        Pace(model, flatten_parameters(model), tuning)
    assert info.value.part == part


def test_frozen_layers_have_no_gradients_and_use_what_they_stored():
    model = built()
    flat = flatten_parameters(model)
    x = np.random.default_rng(1).standard_normal((6, 4, 4, 1)).astype(np.float32) * 3 + 1
    pace = Pace(model, flat, FineTuning(freeze="1-3", unfreeze_at=2))
    pace.at(0.0)
    before = model.state()
    outputs = model(Tensor(x), Context(train=True))
    np.testing.assert_array_equal(outputs.data, model(Tensor(x), Context()).data)
    outputs.sum().backward()
    moved = {path for path, place in flat.slices.items() if flat.grads[place].any()}
    assert moved == {"layers.4.weight", "layers.4.bias"}
    assert all((model.state()[path] == array).all() for path, array in before.items())

    pace.at(1.0)
    model(Tensor(x), Context(train=True)).sum().backward()
    assert flat.grads[flat.slices["layers.0.weight"]].any()
    assert (model.state()["layers.1.running_mean"] != before["layers.1.running_mean"]).any()


MODEL = "layers: [dense: 16, batch_norm, relu, dense: 3]"


def learnt(tmp_path, model, *overrides, steps=3):
    """Return the weights before and after some steps."""
    family = family_of(IRIS, tmp_path, f"model={{{model}}}", "optimizer=sgd", *overrides)
    before = family.model()
    for number, batch in zip(range(steps), family.batches(0), strict=False):
        family.learn(batch, number / family.steps_per_epoch)
    return before, family.model()


def test_a_family_leaves_frozen_layers_alone_whatever_the_optimizer_adds(tmp_path):
    change = "optimizer={name: adam, lr: 0.1, l2: 0.1, weight_decay: 0.1}"
    before, after = learnt(tmp_path, f"{MODEL}, freeze: 1-2", change)
    same = {path for path in before if (before[path] == after[path]).all()}
    assert same == {path for path in before if path[:8] in ("layers.0", "layers.1")}


def test_a_factor_is_a_learning_rate(tmp_path):
    """A step of gradient descent is as long as the learning rate of the layer says."""
    (before, plain), (_, tuned) = (
        learnt(tmp_path, model, steps=1) for model in (MODEL, f"{MODEL}, lr_factors: {{1: 0.25}}")
    )
    whole, part = (after["layers.0.weight"] - before["layers.0.weight"] for after in (plain, tuned))
    np.testing.assert_allclose(part, whole / 4, rtol=1e-3, atol=1e-7)
    np.testing.assert_array_equal(plain["layers.3.weight"], tuned["layers.3.weight"])


def test_sparsity_is_the_share_of_weights_that_are_nearly_zero():
    model = Sequential([Dense(2)])
    model.build((2,), np.random.default_rng(0))
    model.layers[0].weight.data[...] = [[0.0009, 0.0], [-0.5, -0.0011]]
    assert sparsity(model) == 0.5
