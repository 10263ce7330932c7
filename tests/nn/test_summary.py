"""The layer table, residual blocks included: beside the chains' own account, and by hand."""

from __future__ import annotations

import numpy as np
import pytest

from convkit.autograd import Tensor
from convkit.chain import account, parse_words
from convkit.nn import LAYERS, Context, LayerError, Sequential, named_layers, summary
from convkit.window import parse_size
from tests.nn.cases import CASES, made_layers

CONV = ("conv2d", {"filters": 4, "padding": "same"})
RELU = ("relu", {})


def built(layers, shape):
    model = Sequential(made_layers(layers))
    model.build(shape, np.random.default_rng(0))
    return model


def table(layers, shape):
    return summary(built(layers, shape), shape)


# The same network for both: (words of `outsize`, layers here, input).
SAME = [
    (
        "conv5c6 pool2 conv5c16 pool2 flatten fc120 fc10",
        [
            ("conv2d", {"filters": 6, "kernel_size": 5}),
            ("max_pool2d", {}),
            ("conv2d", {"filters": 16, "kernel_size": 5}),
            ("avg_pool2d", {}),
            ("flatten", {}),
            ("dense", {"units": 120}),
            ("dense", {"units": 10}),
        ],
        "28x28x1",
    ),
    (
        "conv3c8s2psame conv3c16d2g4 gap fc5",
        [
            ("conv2d", {"filters": 8, "stride": 2, "padding": "same"}),
            ("conv2d", {"filters": 16, "dilation": 2, "groups": 4}),
            ("global_avg_pool2d", {}),
            ("dense", {"units": 5}),
        ],
        "32x24x3",
    ),
    (
        "dwconv3s2 tconv4c6s2p1 bn conv3",
        [
            ("depthwise_conv2d", {"stride": 2}),
            ("conv2d_transpose", {"filters": 6, "kernel_size": 4, "stride": 2, "padding": 1}),
            ("batch_norm", {}),
            ("conv2d", {"filters": 6}),
        ],
        "15x19x3",
    ),
]


@pytest.mark.parametrize(("words", "layers", "size"), SAME, ids=lambda value: str(value)[:20])
def test_the_table_is_the_account_of_the_chain(words, layers, size):
    theirs = account(parse_words(words), parse_size(size)).steps
    ours = table(layers, tuple(map(int, size.split("x"))))
    assert [row.path for row in ours] == [step.path for step in theirs]
    assert [row.parameters for row in ours[1:]] == [step.parameters for step in theirs[1:]]
    assert [row.macs for row in ours[1:]] == [step.macs for step in theirs[1:]]
    assert [row.bytes for row in ours] == [step.memory for step in theirs]
    fields = [tuple(field.size for field in step.state.fields) for step in theirs]
    assert [row.field for row in ours] == fields


def test_a_row_of_features_has_no_receptive_field():
    rows = table([("dense", {"units": 3}), ("reshape", {"shape": (3, 1, 1)})], (64,))
    assert [row.field for row in rows] == [None, None, None]
    assert [row.shape for row in rows] == [(64,), (3,), (3, 1, 1)]
    assert rows[1].macs == 192
    assert rows[0].bytes == 256


def test_what_was_reshaped_is_not_an_image_of_the_input():
    rows = table([("dense", {"units": 16}), ("reshape", {"shape": (4, 4, 1)}), CONV], (8,))
    assert [row.field for row in rows] == [None] * 4


# --- residual blocks ---


def test_a_block_that_keeps_its_shape_has_a_plain_shortcut():
    rows = table([CONV, ("residual", {"body": [CONV, RELU, CONV]}), RELU], (8, 8, 1))
    paths = ["", "1", "2.1", "2.2", "2.3", "2", "3"]
    assert [row.path for row in rows] == paths
    names = ["input", "conv2d", "conv2d", "relu", "conv2d", "residual", "relu"]
    assert [row.name for row in rows] == names
    assert [row.field for row in rows] == [(n, n) for n in (1, 3, 5, 5, 7, 7, 7)]
    assert rows[-2].parameters == rows[-2].macs == 0


def test_a_block_that_changes_its_shape_has_a_projection_and_says_so():
    body = [("conv2d", {"filters": 6, "stride": 2, "padding": 1}), RELU, CONV, RELU]
    rows = table([("residual", {"body": body})], (7, 9, 3))
    projection = rows[-2]
    assert (projection.path, projection.name) == ("1.shortcut.1", "conv2d (projection)")
    assert projection.shape == rows[-1].shape == (4, 5, 4)
    assert projection.parameters == 3 * 4 + 4
    assert projection.macs == 3 * 4 * 4 * 5
    assert projection.field == (1, 1)
    assert rows[-1].field == (7, 7)


def test_the_projection_strides_like_the_whole_body():
    body = [
        ("conv2d", {"filters": 4, "stride": (2, 1), "padding": 1}),
        ("max_pool2d", {"pool_size": (1, 3), "stride": (1, 3)}),
        ("residual", {"body": [("conv2d", {"filters": 5, "stride": (2, 1), "padding": 1})]}),
    ]
    model = built([("residual", {"body": body})], (16, 9, 2))
    projection = model.layers[0].shortcut.layers[0]
    height, width = projection.windows((16, 9, 2))
    assert (height.stride, width.stride) == (4, 3)
    assert model.output_shape((16, 9, 2)) == (4, 3, 5)


def test_rows_are_projected_by_a_dense_layer():
    rows = table([("residual", {"body": [("dense", {"units": 3}), RELU]})], (5,))
    assert [row.name for row in rows] == [
        "input",
        "dense",
        "relu",
        "dense (projection)",
        "residual",
    ]
    assert sum(row.parameters for row in rows) == 2 * (5 * 3 + 3)


def test_a_given_shortcut_is_taken_as_it_is():
    shortcut = [("avg_pool2d", {}), ("conv2d", {"filters": 4, "kernel_size": 1})]
    body = [("conv2d", {"filters": 4, "stride": 2, "padding": "same"})]
    rows = table([("residual", {"body": body, "shortcut": shortcut})], (8, 8, 2))
    assert [row.path for row in rows[2:4]] == ["1.shortcut.1", "1.shortcut.2"]
    assert [row.name for row in rows[2:4]] == ["avg_pool2d", "conv2d"]


def test_the_output_is_the_sum_of_body_and_shortcut():
    model = built([("residual", {"body": [("dense", {"units": 3})]})], (5,))
    x = np.random.default_rng(0).standard_normal((4, 5)).astype(np.float32)
    block = model.layers[0]
    parts = [
        x @ layer.weight.data + layer.bias.data
        for layer in (block.body.layers[0], block.shortcut.layers[0])
    ]
    np.testing.assert_allclose(model(Tensor(x), Context()).data, sum(parts), rtol=1e-5, atol=1e-6)
    same = built([("residual", {"body": [RELU]})], (5,))
    np.testing.assert_array_equal(same(Tensor(x), Context()).data, np.maximum(x, 0) + x)


# --- paths ---


def test_layers_are_found_under_the_paths_of_the_table():
    inner = ("residual", {"body": [RELU, CONV]})
    model = built([CONV, ("residual", {"body": [CONV, inner]})], (8, 8, 1))
    found = named_layers(model)
    assert list(found) == ["1", "2", "2.1", "2.2", "2.2.1", "2.2.2"]
    assert found["2.2.2"] is model.layers[1].body.layers[1].body.layers[1]
    assert {row.path for row in summary(model, (8, 8, 1))[1:]} == set(found)
    for row in summary(model, (8, 8, 1))[1:]:
        assert found[row.path].name == row.name


def test_a_chain_within_a_chain():
    inner = Sequential([LAYERS["dense"](3), LAYERS["relu"]()])
    model = Sequential([inner, LAYERS["dense"](2)])
    assert model.build((4,), np.random.default_rng(0)) == (2,)
    assert [row.path for row in summary(model, (4,))] == ["", "1.1", "1.2", "2"]


def test_no_layers_pass_on_what_comes_in():
    model = Sequential([])
    assert model.build((4,), np.random.default_rng(0)) == (4,)
    x = Tensor(np.ones((2, 4)))
    assert model(x, Context()) is x


# --- from shapes alone ---


@pytest.mark.parametrize("case", CASES, ids=str)
def test_parameters_are_counted_before_they_are_made(case):
    model = Sequential([case.layer()])
    before = summary(model, case.shape)
    counted = model.count_parameters(case.shape)
    model.build(case.shape, np.random.default_rng(0))
    assert counted == sum(tensor.size for tensor in model.parameters().values())
    assert counted == sum(row.parameters for row in before)
    assert before == summary(model, case.shape)


WIDEST = {"filters": 10**9, "padding": "same"}
HUGE = [
    ([CONV, ("conv2d", WIDEST)], "2", "conv2d"),
    ([RELU, ("residual", {"body": [("conv2d", WIDEST)]})], "2.1", "conv2d"),
    ([("flatten", {}), ("dense", {"units": 10**9}), ("dense", {"units": 2})], "2", "dense"),
    ([("residual", {"body": [CONV], "shortcut": [("conv2d", WIDEST), CONV]})],
     "1.shortcut.1", "conv2d"),
    ([("embedding", {"tokens": 10**9, "dim": 99})], "1", "embedding"),
]  # fmt: skip


@pytest.mark.parametrize(("layers", "path", "name"), HUGE)
def test_a_model_that_is_too_large_is_refused_before_it_is_made(layers, path, name, monkeypatch):
    monkeypatch.setattr("convkit.nn.limits.physical_memory", lambda: 16 * 10**9)
    with pytest.raises(LayerError, match=r"GB of memory, more than 1\.0 GB, a sixteenth") as error:
        built(layers, (8, 8, 4))
    assert (error.value.path, error.value.name) == (path, name)


def test_the_limit_is_for_all_layers_together(monkeypatch):
    layers = [("dense", {"units": 10}), ("dense", {"units": 10})]
    bytes_needed = 4 * (2 * (10 * 10 + 10))
    monkeypatch.setattr("convkit.nn.limits.physical_memory", lambda: 16 * bytes_needed)
    built(layers, (10,))
    monkeypatch.setattr("convkit.nn.limits.physical_memory", lambda: 16 * (bytes_needed - 1))
    with pytest.raises(LayerError, match=r"layer 2 \(dense\)"):
        built(layers, (10,))
