"""The contract of every layer in the table, so that a new one is tested by being listed."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from convkit.autograd import Tensor, check_grads
from convkit.errors import ConvkitError
from convkit.nn import LAYERS, Context, Sequential, summary
from tests.nn.cases import BATCH, CASES, context, function_of, run

every_case = pytest.mark.parametrize("case", CASES, ids=str)
both_ways = pytest.mark.parametrize("train", [True, False], ids=["train", "evaluation"])

DIFFERENT_WHEN_TRAINING = {"batch_norm", "dropout", "vgg", "resnet"}


def test_every_layer_has_a_case():
    assert {case.name for case in CASES} == set(LAYERS)


@pytest.mark.parametrize("name", LAYERS)
def test_the_docstring_explains_every_argument(name):
    layer = LAYERS[name]
    assert layer.name == name
    assert "Input: " in layer.__doc__
    assert "Output: " in layer.__doc__
    if layer.__init__ is object.__init__:
        return
    for argument, details in inspect.signature(layer).parameters.items():
        assert details.annotation is not inspect.Parameter.empty
        assert f"    {argument} : " in layer.__doc__, f"{name} doesn't explain {argument}"


@both_ways
@every_case
def test_the_output_has_the_shape_that_build_said(case, train):
    layer = case.layer()
    shape = layer.build(case.shape, np.random.default_rng(0))
    assert shape == layer.output_shape(case.shape)
    assert run(layer, case.inputs(), train).shape == (BATCH, *shape)


@both_ways
@every_case
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_type_gets_wider_or_narrower(case, train, dtype):
    layer = case.built(dtype)
    x = Tensor(case.inputs(dtype), requires_grad=case.name != "embedding")
    outputs = layer(x, context(train))
    outputs.backward(np.ones(outputs.shape, dtype))
    tensors = layer.parameters().values()
    arrays = [outputs.data, x.grad, *(tensor.data for tensor in tensors)]
    arrays += [tensor.grad for tensor in tensors] + list(layer.buffers().values())
    assert {array.dtype for array in arrays if array is not None} == {np.dtype(dtype)}


@both_ways
@every_case
def test_gradients_agree_with_finite_differences(case, train):
    layer = case.built(np.float64)
    parameters = layer.parameters()
    # Away from the zeros and ones that biases and scales begin with.
    rng = np.random.default_rng(2)
    points = [tensor.data + rng.normal(0, 0.2, tensor.shape) for tensor in parameters.values()]
    check_grads(function_of(layer, train), case.inputs(np.float64), *points)


@every_case
def test_the_state_makes_another_model_the_same(case):
    layer, other = case.built(seed=0), case.built(seed=1)
    run(layer, case.inputs())
    other.load_state(layer.state())
    for path, array in other.state().items():
        np.testing.assert_array_equal(array, layer.state()[path])
    same = [run(each, case.inputs(), train=False).data for each in (layer, other)]
    np.testing.assert_array_equal(*same)


@every_case
def test_the_summary_counts_every_parameter(case):
    model = Sequential([case.layer()])
    output = model.build(case.shape, np.random.default_rng(0))
    rows = summary(model, case.shape)
    counted = sum(tensor.size for tensor in model.parameters().values())
    assert sum(row.parameters for row in rows) == counted
    assert sum(row.macs for row in rows) == model.macs(case.shape)
    assert (rows[0].shape, rows[-1].shape) == (case.shape, output)
    assert (rows[-1].path, rows[-1].name) == ("1", case.name)


@every_case
def test_evaluation_changes_nothing(case):
    layer = case.built()
    before = layer.state()
    first, second = (run(layer, case.inputs(), train=False).data for _ in range(2))
    np.testing.assert_array_equal(first, second)
    for path, array in layer.state().items():
        np.testing.assert_array_equal(array, before[path])


@every_case
def test_training_differs_only_where_it_should(case):
    layer = case.built()
    trained, evaluated = (run(layer, case.inputs(), train).data for train in (True, False))
    body = [name for name, _ in case.settings.get("body", [])]
    differs = DIFFERENT_WHEN_TRAINING & {case.name, *body} and case.settings.get("rate", 1)
    assert np.array_equal(trained, evaluated) != bool(differs)


@every_case
def test_a_sample_is_evaluated_alike_alone_and_in_a_batch(case):
    layer = case.built(np.float64)
    inputs = case.inputs(np.float64)
    together = run(layer, inputs, train=False).data
    alone = [run(layer, inputs[n : n + 1], train=False).data for n in range(BATCH)]
    np.testing.assert_allclose(together, np.concatenate(alone), rtol=1e-12, atol=1e-14)


@every_case
def test_the_same_seed_gives_the_same_bits(case):
    outputs = [run(case.built(), case.inputs()).data for _ in range(2)]
    np.testing.assert_array_equal(*outputs)


@pytest.mark.parametrize("case", [case for case in CASES if len(case.shape) == 2], ids=str)
def test_going_on_step_by_step_is_as_all_at_once_or_refused(case):
    layer, x = case.built(np.float64), case.inputs(np.float64)
    try:
        memory, pieces = layer.begin(BATCH), []
    except ConvkitError:
        return
    whole = layer(Tensor(x), Context()).data
    for step in range(x.shape[1]):
        piece, memory = layer.advance(Tensor(x[:, step : step + 1]), memory, Context())
        pieces.append(piece.data)
    if whole.ndim == 2:  # what is left behind the last step
        np.testing.assert_allclose(pieces[-1], whole, rtol=1e-9, atol=1e-12)
    else:
        np.testing.assert_allclose(np.concatenate(pieces, axis=1), whole, rtol=1e-9, atol=1e-12)


def test_dropout_drops_its_share_and_keeps_the_mean():
    layer = LAYERS["dropout"](0.3)
    x = np.ones((200, 500), np.float32)
    outputs = layer(Tensor(x), context(train=True)).data
    kept = np.float32(1 / 0.7)
    assert set(np.unique(outputs)) == {np.float32(0), kept}
    assert (outputs == 0).mean() == pytest.approx(0.3, abs=0.01)
    assert outputs.mean() == pytest.approx(1, abs=0.01)


def test_batch_norm_remembers_the_unbiased_variance():
    """By hand: of 1, 3, 8 the mean is 4, and the variance (9 + 1 + 16)/2 = 13."""
    layer = LAYERS["batch_norm"](momentum=0.75)
    layer.build((1,), np.random.default_rng(0))
    run(layer, np.array([[1.0], [3], [8]], np.float32))
    assert (layer.running_mean.tolist(), layer.running_variance.tolist()) == ([1.0], [4.0])
    run(layer, np.array([[0.0], [0], [3]], np.float32))
    assert (layer.running_mean.tolist(), layer.running_variance.tolist()) == ([1.0], [3.75])
    # Of an image every position counts: 0, 0, 4, 4 of which the variance is 16/3.
    layer.build((1, 2, 1), np.random.default_rng(0))
    run(layer, np.array([0, 0, 4, 4], np.float32).reshape(2, 1, 2, 1))
    assert layer.running_variance == pytest.approx(0.75 + 0.25 * 16 / 3)
    # Training standardizes by the batch's own, biased one; evaluation by what is remembered.
    one = run(layer, np.full((1, 1, 2, 1), 4.0, np.float32), train=False).data
    assert one == pytest.approx(np.full((1, 1, 2, 1), 3.5 / np.sqrt(0.75 + 4 / 3 + 1e-5)))
