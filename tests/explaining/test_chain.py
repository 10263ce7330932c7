"""The chain rule: by hand, by finite differences, by counting, and by autograd."""

import math
from copy import deepcopy
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convkit.autograd import Tensor
from convkit.errors import ConvkitError
from convkit.explaining.chain import count_paths, distinct_factors, find_paths
from convkit.explaining.weights import Weight, all_weights
from convkit.nn import LOSSES, Context
from tests.explaining.networks import FUNCTIONS, loss_by_loops, network, passed

# All weighted sums are 0, so that all outputs are 1/2 and all slopes 1/4.
BALANCED = [
    [[1.0, 2.0], [-1.0, -2.0]],
    [[2.0, 4.0], [-2.0, -4.0]],
    [[6.0], [-6.0]],
]
NO_BIAS = [[0.0, 0.0], [0.0, 0.0], [0.0]]


def test_the_notes_formula_on_the_tiny_network_by_hand():
    layers, loss, names = passed(network(BALANCED, NO_BIAS), [1.0, 1.0], [1.0])
    assert loss.value == 0.25
    first, second = find_paths(layers, loss, Weight("layers.0.weight", (0, 0)), names)
    assert first.formula == "∂L/∂o31 · ∂o31/∂o21 · ∂o21/∂o11 · ∂o11/∂w"
    assert second.formula == "∂L/∂o31 · ∂o31/∂o22 · ∂o22/∂o11 · ∂o11/∂w"
    assert [factor.value for factor in first.factors] == [-1.0, 1.5, 0.5, 0.25]
    assert [factor.value for factor in second.factors] == [-1.0, -1.5, 1.0, 0.25]
    assert (first.product, second.product) == (-0.1875, 0.375)
    assert first.nodes == ("w", "o11", "o21", "o31", "L")


def test_a_bias_has_no_input_behind_it():
    layers, loss, names = passed(network(BALANCED, NO_BIAS), [3.0, 3.0], [1.0])
    paths = find_paths(layers, loss, Weight("layers.0.bias", (0,)), names)
    assert [path.product for path in paths] == [-0.1875, 0.375]
    assert paths[0].factors[-1].formula == "f'(z11)"


def test_factors_say_which_weights_they_hold():
    layers, loss, names = passed(network(BALANCED, NO_BIAS), [1.0, 1.0], [1.0])
    paths = find_paths(layers, loss, Weight("layers.0.weight", (1, 0)), names)
    formulas = {factor.name: factor.formula for factor in distinct_factors(paths)}
    assert formulas == {
        "∂L/∂o31": "2(o − y)/n",
        "∂o31/∂o21": "f'(z31)·w(o21→o31)",
        "∂o31/∂o22": "f'(z31)·w(o22→o31)",
        "∂o21/∂o11": "f'(z21)·w(o11→o21)",
        "∂o22/∂o11": "f'(z22)·w(o11→o22)",
        "∂o11/∂w": "f'(z11)·x2",
    }


@st.composite
def cases(draw):
    """Draw a network with its weights, an input and a target."""
    widths = draw(st.lists(st.integers(1, 4), min_size=2, max_size=5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    weights = [rng.normal(size=pair) for pair in pairwise(widths)]
    biases = [rng.normal(size=width) for width in widths[1:]]
    activation = draw(st.sampled_from(sorted(FUNCTIONS)))
    return weights, biases, activation, rng.normal(size=widths[0]), rng.normal(size=widths[-1])


@given(cases(), st.data())
@settings(max_examples=40, deadline=None)
def test_paths_add_up_to_the_finite_difference(case, data):
    weights, biases, activation, inputs, target = case
    model = network(weights, biases, activation)
    weight = data.draw(st.sampled_from(all_weights(model.parameters())))
    layers, loss, names = passed(model, inputs, target)
    total = math.fsum(path.product for path in find_paths(layers, loss, weight, names))

    def moved(by):
        arrays = deepcopy(biases if weight.source is None else weights)
        arrays[int(weight.layer.removeprefix("layers.")) // 2][weight.index] += by
        parts = (weights, arrays) if weight.source is None else (arrays, biases)
        return loss_by_loops(*parts, activation, inputs, target)

    numeric = (moved(1e-5) - moved(-1e-5)) / 2e-5
    assert total == pytest.approx(numeric, rel=1e-6, abs=1e-9)


@given(cases())
@settings(max_examples=40, deadline=None)
def test_paths_add_up_to_what_autograd_says(case):
    weights, biases, activation, inputs, target = case
    model = network(weights, biases, activation)
    layers, loss, names = passed(model, inputs, target)
    outputs = model(Tensor(inputs[np.newaxis]), Context())
    LOSSES["mse"]()(outputs, target[np.newaxis]).backward()
    for weight in all_weights(model.parameters()):
        total = math.fsum(path.product for path in find_paths(layers, loss, weight, names))
        gradient = model.parameters()[weight.parameter].grad[weight.index]
        assert total == pytest.approx(gradient, rel=1e-10, abs=1e-14)


@given(cases())
@settings(max_examples=40, deadline=None)
def test_there_are_as_many_paths_as_the_product_of_the_widths_behind(case):
    weights, biases, activation, inputs, target = case
    layers, loss, names = passed(network(weights, biases, activation), inputs, target)
    for place, layer in enumerate(layers):
        weight = Weight(f"layers.{2 * place}.weight", (0, 0))
        paths = find_paths(layers, loss, weight, names)
        expected = math.prod(len(bias) for bias in biases[place + 1 :])
        assert len({path.nodes for path in paths}) == len(paths) == expected
        assert count_paths(layers, weight) == expected
        assert layer.number == place + 1


def test_each_factor_is_a_derivative():
    rng = np.random.default_rng(3)
    weights = [rng.normal(size=(2, 3)), rng.normal(size=(3, 2))]
    biases = [rng.normal(size=3), rng.normal(size=2)]
    layers, loss, names = passed(network(weights, biases, "tanh"), [0.3, -0.7], [0.1, 0.2])
    paths = find_paths(layers, loss, Weight("layers.0.weight", (0, 1)), names)
    values = {factor.name: factor.value for factor in distinct_factors(paths)}
    hidden = layers[0].outputs

    def output(k, by):
        moved = hidden + by * np.eye(3)[1]
        return math.tanh(float(moved @ weights[1][:, k] + biases[1][k]))

    for k in range(2):
        numeric = (output(k, 1e-6) - output(k, -1e-6)) / 2e-6
        assert values[f"∂o2{k + 1}/∂o12"] == pytest.approx(numeric, rel=1e-7)


def test_too_many_paths_are_refused():
    weights = [np.ones((1, 17)), np.ones((17, 17)), np.ones((17, 17)), np.ones((17, 17))]
    biases = [np.zeros(17)] * 4
    layers, loss, names = passed(network(weights, biases), [1.0], [0.0] * 17)
    with pytest.raises(ConvkitError, match=r"4,913 paths .* at most 4,096") as error:
        find_paths(layers, loss, Weight("layers.0.weight", (0, 0)), names)
    assert "layers.6.weight[0,0]" in error.value.hint


def test_long_layers_have_names_that_can_be_read():
    _, _, names = passed(network([np.ones((1, 12))], [np.zeros(12)]), [1.0], [0.0] * 12)
    assert names.node(1, 12) == "o1,12"
    assert names.node(0, 3) == "x3"
