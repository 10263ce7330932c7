"""Tangents against finite differences, and gradients of penalties against PyTorch's."""

import numpy as np
import pytest

from convkit.autograd import Tensor, check_grads, no_grad
from convkit.nn import LAYERS, LayerError, Sequential
from convkit.nn.constants import held_constant
from convkit.nn.tangents import TANGENTS, Dual, along, check_tangents
from tests.nn.cases import CASES, context, made_layers, run

STEP = 1e-4

DIFFERENTIABLE = [
    case
    for case in CASES
    if LAYERS[case.name] in TANGENTS
    and (
        case.name != "residual"
        or not any(name == "batch_norm" for name, _ in case.settings["body"])
    )
]
every_case = pytest.mark.parametrize("case", DIFFERENTIABLE, ids=str)


def dual_of(case):
    rng = np.random.default_rng(3)
    x = case.inputs(np.float64)
    return x, rng.standard_normal(x.shape)


def test_all_of_the_table_are_tried():
    named = {kind.name for kind in TANGENTS if kind is not Sequential}
    assert {case.name for case in DIFFERENTIABLE} == named


@every_case
def test_tangents_are_directional_derivatives(case):
    layer = case.built(np.float64)
    x, v = dual_of(case)
    with no_grad():
        value, tangent = along(layer, Dual(Tensor(x), Tensor(v)), context(train=True))
        ahead, behind = (run(layer, x + step * v).data for step in (STEP, -STEP))
    np.testing.assert_allclose(value.data, run(layer, x).data, atol=1e-12)
    np.testing.assert_allclose(tangent.data, (ahead - behind) / (2 * STEP), atol=1e-6)


@every_case
def test_tangents_themselves_are_differentiated(case):
    """By what goes in; a straight line's don't depend on it, and so the values are added."""
    layer = case.built(np.float64)

    def both(x, v):
        value, tangent = along(layer, Dual(x, v), context(train=True))
        return value + 3 * tangent

    check_grads(both, *dual_of(case))


@every_case
def test_tangents_keep_the_type(case):
    layer = case.built(np.float32)
    x, v = (Tensor(array.astype(np.float32)) for array in dual_of(case))
    assert {part.dtype for part in along(layer, Dual(x, v), context(train=True))} == {
        np.dtype(np.float32)
    }


NETWORKS = {
    "mlp": ((3,), [("dense", {"units": 8}), ("leaky_relu", {"negative_slope": 0.2}),
                   ("dense", {"units": 8}), ("silu", {}), ("dense", {"units": 1})]),
    "smooth": ((3,), [("dense", {"units": 6}), ("tanh", {}), ("layer_norm", {}),
                      ("dense", {"units": 6}), ("softplus", {}), ("dense", {"units": 1})]),
    "conv": ((6, 6, 2), [("conv2d", {"filters": 4, "stride": 2, "padding": 1}), ("elu", {}),
                         ("conv2d", {"filters": 3, "padding": "same"}), ("sigmoid", {}),
                         ("flatten", {}), ("dense", {"units": 1})]),
}  # fmt: skip


@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_of_a_penalty_are_those_of_double_backward(name):
    """Of ``Σ |∇ₓf|²``, which PyTorch differentiates a second time."""
    torch = pytest.importorskip("torch")
    shape, layers = NETWORKS[name]
    model = Sequential(made_layers(layers))
    model.build(shape, np.random.default_rng(4), np.float64)
    x = np.random.default_rng(5).standard_normal((7, *shape))
    grads = penalty_grads(model, x)

    weights = {path: torch.tensor(each.data, requires_grad=True)
               for path, each in model.parameters().items()}  # fmt: skip
    points = torch.tensor(x, requires_grad=True)
    outputs = in_torch(torch, model, weights, points)
    (slope,) = torch.autograd.grad(outputs.sum(), points, create_graph=True)
    slope.square().sum().backward()
    for path, weight in weights.items():
        expected = 0 if weight.grad is None else weight.grad.numpy()
        np.testing.assert_allclose(grads[path], expected, rtol=1e-8, atol=1e-10, err_msg=path)


def penalty_grads(model, x):
    """Return the gradients of ``Σ |∇ₓf|²`` by every parameter."""
    points = Tensor(x, requires_grad=True)
    with held_constant(model.parameters().values()):
        model(points, context(train=True)).sum().backward()
    v = Tensor(2 * points.grad)
    along(model, Dual(Tensor(x), v), context(train=True)).tangent.sum().backward()
    return {path: 0 if each.grad is None else each.grad
            for path, each in model.parameters().items()}  # fmt: skip


def in_torch(torch, model, weights, x):
    """Go through a model of the kinds in NETWORKS with PyTorch's operations."""
    functional = torch.nn.functional
    x = x.movedim(-1, 1)
    for number, layer in enumerate(model.layers):
        mine = {name: weights.get(f"layers.{number}.{name}")
                for name in ("weight", "bias", "scale", "shift")}  # fmt: skip
        match layer.name:
            case "dense":
                x = x @ mine["weight"] + mine["bias"]
            case "conv2d":
                kernel = mine["weight"].permute(3, 2, 0, 1)
                stride = layer._settings["stride"]
                x = functional.conv2d(x, kernel, mine["bias"], stride, padding=1)
            case "flatten":
                x = x.movedim(1, -1).flatten(1)
            case "leaky_relu":
                x = functional.leaky_relu(x, layer.negative_slope)
            case "layer_norm":
                x = functional.layer_norm(x, x.shape[1:], mine["scale"], mine["shift"])
            case other:
                x = getattr(functional, other)(x)
    return x


def test_parameters_held_constant_get_no_gradients_and_the_inputs_do():
    model = Sequential(made_layers(NETWORKS["mlp"][1]))
    model.build((3,), np.random.default_rng(0))
    x = Tensor(np.ones((2, 3), np.float32), requires_grad=True)
    with held_constant(model.parameters().values()):
        model(x, context(train=True)).sum().backward()
    assert np.any(x.grad)
    parameters = model.parameters().values()
    assert all(each.grad is None and each.requires_grad for each in parameters)


@pytest.mark.parametrize(
    ("layers", "path", "words"),
    [
        ([("dense", {"units": 3}), ("batch_norm", {})], "2", "take layer_norm"),
        ([("residual", {"body": [("relu", {}), ("gelu", {})]})], "1.2", "take silu"),
        ([("softmax", {})], "1", "layers that can: avg_pool2d, conv2d"),
    ],
)
def test_a_layer_without_a_tangent_is_named(layers, path, words):
    with pytest.raises(LayerError, match="can't take part in a penalty") as caught:
        check_tangents(Sequential(made_layers(layers)))
    assert caught.value.path == path
    assert words in caught.value.hint


def test_a_layer_that_derives_from_one_with_a_tangent_has_one():
    class Chain(Sequential):
        name = "chain"

    check_tangents(Sequential([Chain(made_layers([("dense", {"units": 2}), ("relu", {})]))]))
