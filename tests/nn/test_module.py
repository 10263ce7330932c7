"""Modules: how parameters are found, saved and restored, and laid out in one buffer."""

from __future__ import annotations

import numpy as np
import pytest

from convkit.autograd import Tensor
from convkit.errors import ConvkitError
from convkit.nn import LAYERS, Context, Module, Sequential, flatten_parameters, parameter
from tests.nn.cases import context, made_layers

NET = [
    ("conv2d", {"filters": 2}),
    ("batch_norm", {}),
    ("residual", {"body": [("conv2d", {"filters": 4, "padding": "same", "use_bias": False})]}),
    ("flatten", {}),
    ("dense", {"units": 3}),
]
PATHS = {
    "layers.0.weight": (3, 3, 1, 2),
    "layers.0.bias": (2,),
    "layers.1.scale": (2,),
    "layers.1.shift": (2,),
    "layers.2.body.layers.0.weight": (3, 3, 2, 4),
    "layers.2.shortcut.layers.0.weight": (1, 1, 2, 4),
    "layers.2.shortcut.layers.0.bias": (4,),
    "layers.4.weight": (64, 3),
    "layers.4.bias": (3,),
}
BUFFERS = {"layers.1.running_mean": (2,), "layers.1.running_variance": (2,)}


def net(seed=0):
    model = Sequential(made_layers(NET))
    model.build((6, 6, 1), np.random.default_rng(seed))
    return model


def inputs(batch=5):
    return Tensor(np.random.default_rng(1).standard_normal((batch, 6, 6, 1)).astype(np.float32))


def shapes(arrays):
    return {path: array.shape for path, array in arrays.items()}


class Odd(Module):
    """Holds parameters in every way that there is."""

    def __init__(self):
        self.alone = parameter(np.ones(1))
        self.listed = [parameter(np.ones(2)), (parameter(np.ones(3)), None)]
        self.named = {"a": parameter(np.ones(4)), "b": {"c": np.ones(5)}}
        self.inner = LAYERS["dense"](2)
        self.inner.build((3,), np.random.default_rng(0))
        self.again = self.alone
        self._cache = parameter(np.ones(6))
        self.number, self.text, self.nothing = 1, "text", None


# --- walking ---


def test_parameters_and_buffers_are_found_under_their_paths():
    assert shapes(net().parameters()) == PATHS
    assert shapes(net().buffers()) == BUFFERS
    assert list(net().parameters()) == list(PATHS)
    assert shapes(net().state()) == PATHS | BUFFERS


def test_lists_dicts_and_modules_are_walked():
    found = {
        "alone": (1,),
        "listed.0": (2,),
        "listed.1.0": (3,),
        "named.a": (4,),
        "inner.weight": (3, 2),
        "inner.bias": (2,),
    }
    assert shapes(Odd().parameters()) == found
    assert shapes(Odd().buffers()) == {"named.b.c": (5,)}


# --- state ---


def test_the_state_is_a_copy():
    model = net()
    state = model.state()
    state["layers.4.bias"] += 1
    assert not model.parameters()["layers.4.bias"].data.any()


def test_loading_keeps_the_memory():
    model, other = net(0), net(1)
    flat = flatten_parameters(model)
    before = flat.values
    running = model.layers[1].running_mean
    other.layers[1].running_mean += 3
    model.load_state(other.state())
    assert flat.values is before
    assert model.layers[1].running_mean is running
    assert (running == 3).all()
    expected = np.concatenate([each.data.ravel() for each in other.parameters().values()])
    np.testing.assert_array_equal(flat.values, expected)


def test_a_wider_state_is_rounded():
    model, other = net(0), net(1)
    model.load_state({path: array.astype(np.float64) for path, array in other.state().items()})
    for path, array in model.state().items():
        assert array.dtype == np.float32
        np.testing.assert_array_equal(array, other.state()[path])


def test_all_mismatches_are_said_at_once_and_nothing_is_changed():
    model, state = net(0), net(1).state()
    del state["layers.0.weight"]
    state["layers.4.wieght"] = state.pop("layers.4.weight")
    state["layers.0.bias"] = np.zeros(3, np.float32)
    state["layers.4.bias"] = np.zeros(3, complex)
    before = model.state()
    with pytest.raises(ConvkitError) as error:
        model.load_state(state)
    for part in (
        "'layers.0.weight' is missing",
        "'layers.4.weight' is missing",
        "'layers.4.wieght' is unknown, did you mean 'layers.4.weight'?",
        "'layers.0.bias' has the shape (3,), not (2,)",
        "'layers.4.bias' holds complex128, not float32",
    ):
        assert part in str(error.value)
    for path, array in model.state().items():
        np.testing.assert_array_equal(array, before[path])


def test_many_mismatches_are_counted():
    with pytest.raises(ConvkitError, match=f"and {len(PATHS | BUFFERS) - 5} more"):
        net().load_state({})


# --- the flat buffers ---


def test_parameters_become_views_that_keep_their_values():
    model = net()
    before = {path: tensor.data.copy() for path, tensor in model.parameters().items()}
    flat = flatten_parameters(model)
    assert list(flat.slices) == list(PATHS)
    assert flat.values.size == flat.grads.size == sum(array.size for array in before.values())
    for path, tensor in model.parameters().items():
        np.testing.assert_array_equal(tensor.data, before[path])
        np.testing.assert_array_equal(flat.values[flat.slices[path]], before[path].ravel())
        assert np.shares_memory(tensor.data, flat.values)
        assert np.shares_memory(tensor.grad, flat.grads)
        assert tensor.grad.shape == tensor.shape


def test_gradients_arrive_in_the_buffer_and_add_up():
    model, plain = net(), net()
    flat = flatten_parameters(model)

    def gradients(each):
        each(inputs(), context(train=True)).sum().backward()
        return np.concatenate([tensor.grad.ravel() for tensor in each.parameters().values()])

    once = gradients(plain)
    np.testing.assert_array_equal(gradients(model), once)
    np.testing.assert_array_equal(flat.grads, once)
    gradients(model)
    np.testing.assert_allclose(flat.grads, 2 * once, rtol=1e-5, atol=1e-5)
    flat.zero_grads()
    assert not flat.grads.any()
    assert all(not tensor.grad.any() for tensor in model.parameters().values())


def test_what_changes_the_buffer_changes_the_model():
    model = net()
    flat = flatten_parameters(model)
    flat.values[flat.slices["layers.4.weight"]] = 0
    flat.values[flat.slices["layers.4.bias"]] = [1, 2, 3]
    np.testing.assert_array_equal(model(inputs(2), Context()).data, [[1, 2, 3]] * 2)


def test_a_shared_parameter_stands_there_once():
    layer = LAYERS["dense"](3)
    model = Sequential([layer, layer])
    model.build((3,), np.random.default_rng(0))
    assert flatten_parameters(model).values.size == 12


def test_a_model_without_parameters_or_of_mixed_types_cannot_be_flattened():
    with pytest.raises(ConvkitError, match="has no parameters to train"):
        flatten_parameters(Sequential(made_layers([("relu", {})])))
    mixed = Odd()
    mixed.inner.bias = parameter(np.ones(2, np.float32))
    mixed.inner.weight = parameter(np.ones(2, np.float64))
    with pytest.raises(ConvkitError, match="of one dtype, got float32, float64"):
        flatten_parameters(mixed)
