"""What a user can get wrong: settings and shapes, each error with argument and value."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from convkit.autograd import Tensor
from convkit.errors import ConvkitError
from convkit.nn import LAYERS, Context, LayerError, Sequential
from tests.nn.cases import made_layers

SETTINGS = [
    ("dense", {"units": 0}, "units must be at least 1, got 0"),
    ("dense", {"units": 2.5}, "units must be a whole number, got 2.5"),
    ("dense", {"units": True}, "units must be a whole number, got True"),
    ("dense", {"units": "ten"}, "units must be a whole number, got 'ten'"),
    ("dense", {"units": 3, "kernel_init": "hee_normal"}, "did you mean 'he_normal'?"),
    ("conv2d", {"filters": -1}, "filters must be at least 1, got -1"),
    ("conv2d", {"filters": 4, "kernel_size": (3, 3, 3)}, "kernel_size must be one whole number or"),
    ("conv2d", {"filters": 4, "kernel_size": (3, 0)}, "kernel_size must be at least 1, got 0"),
    ("conv2d", {"filters": 4, "stride": 0}, "stride must be at least 1, got 0"),
    ("conv2d", {"filters": 4, "dilation": "2"}, "dilation must be a whole number, got '2'"),
    ("conv2d", {"filters": 4, "padding": "sam"}, "unknown padding 'sam' (did you mean 'same'?)"),
    ("conv2d", {"filters": 4, "padding": -1}, "padding must be at least 0, got -1"),
    ("conv2d", {"filters": 4, "padding_mode": "reflekt"}, "did you mean 'reflect'?"),
    ("conv2d", {"filters": 4, "groups": 3}, "filters (=4) must be divisible by the groups (=3)"),
    ("depthwise_conv2d", {"multiplier": 0}, "multiplier must be at least 1, got 0"),
    ("depthwise_conv2d", {"padding_mode": "mirror"}, "unknown padding_mode 'mirror'"),
    ("conv2d_transpose", {"filters": 4, "output_padding": -1}, "output_padding must be at least 0"),
    ("conv2d_transpose", {"filters": 4, "groups": 3}, "must be divisible by the groups (=3)"),
    ("max_pool2d", {"pool_size": 0}, "pool_size must be at least 1, got 0"),
    ("avg_pool2d", {"stride": (2, -2)}, "stride must be at least 1, got -2"),
    ("avg_pool2d", {"padding": (1, 2)}, "padding (=(1, 2)) must be smaller than pool_size (=2)"),
    ("batch_norm", {"momentum": 1}, "momentum must be below 1, got 1"),
    ("batch_norm", {"eps": 0}, "eps must be above 0, got 0"),
    ("layer_norm", {"axes": 0}, "axes must be at least 1, got 0"),
    ("group_norm", {"groups": 0}, "groups must be at least 1, got 0"),
    ("dropout", {"rate": 1.0}, "rate must be below 1, got 1.0"),
    ("dropout", {"rate": -0.1}, "rate must be at least 0, got -0.1"),
    ("dropout", {"rate": "half"}, "rate must be a number, got 'half'"),
    ("dropout", {"rate": float("nan")}, "rate must be a number, got nan"),
    ("reshape", {"shape": 3}, "shape must be a list of whole numbers, got 3"),
    ("reshape", {"shape": (3, -1, -1)}, "of which one may be -1, got [3, -1, -1]"),
    ("reshape", {"shape": (3, 0)}, "shape must be sizes from 1"),
    ("reshape", {"shape": ()}, "shape must be sizes from 1"),
    ("residual", {"body": []}, "body must have at least one layer, got none"),
    ("embedding", {"tokens": 0, "dim": 3}, "tokens must be at least 1, got 0"),
    ("embedding", {"tokens": 3, "dim": 0}, "dim must be at least 1, got 0"),
    ("embedding", {"tokens": 3, "dim": 2, "init": "nomal"}, "in init (did you mean 'normal'?)"),
    ("vgg", {"depth": 12}, "depth"),
    ("vgg", {"width": 0}, "width must be at least 1, got 0"),
    ("resnet", {"depth": 21}, "depth"),
    ("repeat", {"times": 0, "layers": []}, "times must be at least 1, got 0"),
    ("positional_encoding", {"kind": "learnt"}, "did you mean 'learned'?"),
    ("multi_head_attention", {"heads": 0}, "heads must be at least 1, got 0"),
    ("transformer_encoder", {"heads": 2, "units": 0}, "units must be at least 1, got 0"),
    ("transformer_encoder", {"heads": 2, "units": 4, "norm": "per"}, "did you mean 'pre'?"),
    ("transformer_decoder", {"heads": 2, "units": 4, "layers": 0}, "layers must be at least 1"),
    ("transformer_decoder", {"heads": 2, "units": 4, "dropout": 1}, "dropout must be below 1"),
    ("transformer_decoder", {"heads": 2, "units": 4, "activation": "glu"}, "activation"),
    ("rnn", {"units": 0}, "units must be at least 1, got 0"),
    ("rnn", {"units": 3, "nonlinearity": "rleu"}, "did you mean 'relu'?"),
    ("lstm", {"units": 3, "layers": 0}, "layers must be at least 1, got 0"),
    ("lstm", {"units": 3, "dropout": 1}, "dropout must be below 1, got 1"),
    ("lstm", {"units": 3, "forget_bias": "crono"}, "did you mean 'chrono'?"),
    ("gru", {"units": 3, "update_bias": None}, "update_bias must be a number, got None"),
    ("gru", {"units": 3, "mask_value": "0"}, "mask_value must be a number, got '0'"),
    ("gru", {"units": 3, "recurrent_init": "orthagonal"}, "did you mean 'orthogonal'?"),
    ("leaky_relu", {"negative_slope": None}, "negative_slope must be a number, got None"),
    ("elu", {"alpha": -1}, "alpha must be above 0, got -1"),
    ("gelu", {"approximate": "tan"}, "unknown approximate 'tan' (did you mean 'tanh'?)"),
]

SHAPES = [
    ("dense", {"units": 3}, (8, 8, 1), "it takes a row of features, got 8x8x1 (put flatten"),
    ("conv2d", {"filters": 3}, (64,), "it takes images (height x width x channels), got 64"),
    ("conv2d", {"filters": 3}, (2, 8, 1), "a kernel spanning 3 doesn't fit into an input of 2"),
    ("conv2d", {"filters": 4, "groups": 2}, (8, 8, 3), "(=3) must be divisible by the groups (=2)"),
    ("depthwise_conv2d", {}, (5, 4), "it takes images (height x width x channels), got 5x4"),
    ("conv2d_transpose", {"filters": 3, "output_padding": 1}, (4, 4, 1), "output padding (=1)"),
    ("conv2d_transpose", {"filters": 3, "padding": 5}, (4, 4, 1), "leaves nothing of an input"),
    ("max_pool2d", {}, (1, 4, 1), "a kernel spanning 2 doesn't fit into an input of 1"),
    ("avg_pool2d", {}, (16,), "it takes images (height x width x channels), got 16"),
    ("global_max_pool2d", {}, (16,), "it takes images (height x width x channels), got 16"),
    ("global_avg_pool2d", {}, (16,), "put it before flatten"),
    ("layer_norm", {"axes": 2}, (16,), "axes (=2) are more than a sample of 16 has"),
    ("group_norm", {}, (4, 4, 16), "(=16) must be divisible by the groups (=32)"),
    ("positional_encoding", {}, (8,), "it takes sequences (steps x features), got 8"),
    ("multi_head_attention", {"heads": 3}, (5, 8), "heads (=3) must divide the features that come"),
    ("transformer_encoder", {"heads": 3, "units": 4}, (5, 8), "heads (=3) must divide"),
    ("transformer_decoder", {"heads": 2, "units": 4}, (8,), "it takes sequences"),
    ("lstm", {"units": 3}, (20,), "it takes sequences (steps x features), got 20 (a recurrent"),
    ("gru", {"units": 3}, (8, 8, 1), "it takes sequences (steps x features), got 8x8x1"),
    ("reshape", {"shape": (3, -1)}, (4, 5), "can't lay out 4x5 (=20 numbers) as 3x-1"),
    ("reshape", {"shape": (3, 4)}, (4, 5), "can't lay out 4x5 (=20 numbers) as 3x4"),
]


@pytest.mark.parametrize(("name", "settings", "message"), SETTINGS, ids=str)
def test_a_wrong_setting_is_said(name, settings, message):
    with pytest.raises(ConvkitError) as error:
        LAYERS[name](**settings)
    assert message in str(error.value)


@pytest.mark.parametrize(("name", "settings", "shape", "message"), SHAPES, ids=str)
def test_a_wrong_shape_is_said(name, settings, shape, message):
    for call in (
        lambda layer: layer.output_shape(shape),
        lambda layer: layer.build(shape, np.random.default_rng(0)),
    ):
        with pytest.raises(ConvkitError) as error:
            call(LAYERS[name](**settings))
        assert message in str(error.value)


def test_every_layer_with_settings_is_tried():
    with_settings = {name for name in LAYERS if inspect.signature(LAYERS[name]).parameters}
    assert {name for name, _, _ in SETTINGS} == with_settings


@pytest.mark.parametrize(
    ("layers", "path", "message"),
    [
        (
            [("conv2d", {"filters": 2}), ("dense", {"units": 3})],
            "2",
            "layer 2 (dense): it takes a row of features, got 6x6x2",
        ),
        (
            [("residual", {"body": [("relu", {}), ("max_pool2d", {"pool_size": 9})]})],
            "1.2",
            "layer 1.2 (max_pool2d): a kernel spanning 9 doesn't fit into an input of 8",
        ),
        (
            [("residual", {"body": [("relu", {})], "shortcut": [("dense", {"units": 3})]})],
            "1.shortcut.1",
            "layer 1.shortcut.1 (dense): it takes a row of features, got 8x8x1",
        ),
        (
            [("relu", {}), ("residual", {"body": [("conv2d", {"filters": 1})]})],
            "2",
            "layer 2 (residual): its body makes 6x6x1 of 8x8x1 and its shortcut 8x8x1",
        ),
        (
            [("residual", {"body": [("flatten", {})]})],
            "1",
            "layer 1 (residual): its body makes 64 of 8x8x1 and its shortcut 8x8x1",
        ),
        (
            [("residual", {"body": [("conv2d_transpose", {"filters": 1, "stride": 2})]})],
            "1",
            "layer 1 (residual): its body makes 17x17x1 of 8x8x1 and its shortcut 8x8x1",
        ),
    ],
)
def test_an_error_says_which_layer(layers, path, message):
    model = Sequential(made_layers(layers))
    with pytest.raises(LayerError) as error:
        model.build((8, 8, 1), np.random.default_rng(0))
    assert error.value.path == path
    assert message in str(error.value)


def test_dropout_needs_a_generator_to_train():
    layer = LAYERS["dropout"]()
    with pytest.raises(ConvkitError, match="needs a generator while training"):
        layer(Tensor(np.ones((2, 3))), Context(train=True))


def test_batch_norm_cannot_train_on_one_value():
    layer = LAYERS["batch_norm"]()
    layer.build((3,), np.random.default_rng(0))
    with pytest.raises(ConvkitError, match="batches of two samples at least"):
        layer(Tensor(np.ones((1, 3), np.float32)), Context(train=True))
    layer.build((2, 2, 3), np.random.default_rng(0))
    layer(Tensor(np.ones((1, 2, 2, 3), np.float32)), Context(train=True))


@pytest.mark.parametrize("token", [4, -1, 0.5, np.nan, np.inf, 2**40])
def test_embedding_says_a_token_that_it_does_not_know(token):
    layer = LAYERS["embedding"](4, 2)
    layer.build((3,), np.random.default_rng(0))
    tokens = np.array([[0, 1, token]])
    for use in (lambda: layer(Tensor(tokens), Context()), lambda: layer.check(tokens)):
        with pytest.raises(ConvkitError, match=r"has the tokens 0 to 3, got .*standardize: false"):
            use()


def test_a_model_checks_what_its_first_layer_takes():
    layers = [("reshape", {"shape": (2, 2)}), ("embedding", {"tokens": 3, "dim": 2}), ("relu", {})]
    model = Sequential([LAYERS[name](**settings) for name, settings in layers])
    model.check(np.array([[0.0, 1, 2, 2]]))
    with pytest.raises(LayerError, match=r"layer 2 \(embedding\): embedding has the tokens"):
        model.check(np.array([[0.0, 1, 2, 3]]))
    # Behind others come no data, but what they make of them.
    Sequential([LAYERS["relu"](), *model.layers]).check(np.array([[0.0, 1, 2, 3]]))


@pytest.mark.parametrize(
    ("layers", "path"),
    [
        ([("relu", {}), ("batch_norm", {})], "2"),
        ([("relu", {}), ("residual", {"body": [("relu", {}), ("batch_norm", {})]})], "2.2"),
        (
            [("residual", {"body": [("relu", {})], "shortcut": [("batch_norm", {})]})],
            "1.shortcut.1",
        ),
    ],
)
def test_an_error_while_it_runs_says_which_layer(layers, path):
    model = Sequential(made_layers(layers))
    model.build((3,), np.random.default_rng(0))
    with pytest.raises(LayerError, match=rf"layer {path} \(batch_norm\)") as error:
        model(Tensor(np.ones((1, 3), np.float32)), Context(train=True))
    assert error.value.path == path
