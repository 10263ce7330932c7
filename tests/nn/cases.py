"""One or more settings of every layer, with a sample's shape to build it for."""

from __future__ import annotations

from functools import partial, reduce
from typing import NamedTuple

import numpy as np

from convkit.autograd import Tensor
from convkit.nn import LAYERS, Context

BATCH = 3


class Case(NamedTuple):
    name: str
    settings: dict
    shape: tuple[int, ...]

    def __str__(self):
        settings = "-".join(f"{key}={value}" for key, value in self.settings.items())
        return f"{self.name}-{settings}" if settings and "body" not in self.settings else self.name

    def layer(self):
        return made_layer(self.name, self.settings)

    def built(self, dtype=np.float32, seed=0):
        layer = self.layer()
        layer.build(self.shape, np.random.default_rng(seed), dtype)
        return layer

    def inputs(self, dtype=np.float32, seed=1):
        rng = np.random.default_rng(seed)
        if self.name == "embedding":
            return rng.integers(0, self.settings["tokens"], (BATCH, *self.shape))
        return rng.standard_normal((BATCH, *self.shape)).astype(dtype)


def made_layer(name, settings):
    """Return a new layer; the layers in its settings are (name, settings) pairs."""
    layers = {
        key: made_layers(value)
        for key, value in settings.items()
        if isinstance(value, list) and value and isinstance(value[0], tuple)
    }
    return LAYERS[name](**settings | layers)


def made_layers(pairs):
    return [made_layer(*pair) for pair in pairs]


CONV = ("conv2d", {"filters": 4, "padding": "same"})
# A bias before a normalization has no effect, and so a gradient of nothing but noise.
BARE = ("conv2d", {**CONV[1], "use_bias": False})
NORM = ("batch_norm", {})
RELU = ("relu", {})

CASES = [
    Case(*case)
    for case in (
        ("dense", {"units": 5}, (4,)),
        ("dense", {"units": 2, "use_bias": False, "kernel_init": "he_normal"}, (4,)),
        ("dense", {"units": 5}, (6, 4)),
        ("conv2d", {"filters": 4}, (6, 5, 2)),
        ("conv2d", {"filters": 4, "kernel_size": (2, 3), "stride": (2, 1)}, (6, 7, 2)),
        ("conv2d", {"filters": 4, "padding": "same", "padding_mode": "edge"}, (5, 6, 2)),
        ("conv2d", {"filters": 4, "padding": "same", "padding_mode": "reflect"}, (5, 6, 2)),
        ("conv2d", {"filters": 2, "padding": 2, "padding_mode": "symmetric"}, (5, 6, 2)),
        ("conv2d", {"filters": 2, "padding": (1, 2), "padding_mode": "wrap"}, (5, 6, 2)),
        ("conv2d", {"filters": 6, "groups": 2, "dilation": 2, "use_bias": False}, (7, 7, 4)),
        ("conv2d", {"filters": 3, "kernel_size": 4, "stride": 2, "padding": "same"}, (7, 8, 2)),
        ("depthwise_conv2d", {"kernel_size": 3, "padding": "same"}, (5, 5, 3)),
        ("depthwise_conv2d", {"multiplier": 2, "stride": 2, "use_bias": False}, (6, 6, 3)),
        ("conv2d_transpose", {"filters": 3}, (4, 3, 2)),
        ("conv2d_transpose", {"filters": 4, "stride": 2, "padding": "same"}, (3, 4, 2)),
        (
            "conv2d_transpose",
            {"filters": 4, "stride": 3, "padding": 1, "output_padding": (1, 2), "groups": 2},
            (3, 4, 2),
        ),
        ("conv2d_transpose", {"filters": 2, "dilation": 2, "use_bias": False}, (4, 4, 3)),
        ("max_pool2d", {}, (6, 4, 2)),
        ("max_pool2d", {"pool_size": 3, "stride": 2, "padding": "same"}, (5, 6, 2)),
        ("avg_pool2d", {}, (6, 4, 2)),
        ("avg_pool2d", {"pool_size": 3, "stride": 2, "padding": 1}, (5, 6, 2)),
        ("avg_pool2d", {"pool_size": (2, 3), "padding": "same", "count_pads": True}, (5, 6, 2)),
        ("global_max_pool2d", {}, (4, 5, 3)),
        ("global_avg_pool2d", {}, (4, 5, 3)),
        ("batch_norm", {}, (4,)),
        ("batch_norm", {"momentum": 0.8, "eps": 1e-3}, (3, 4, 2)),
        ("layer_norm", {}, (6,)),
        ("layer_norm", {}, (5, 6)),
        ("layer_norm", {"axes": 3}, (3, 4, 2)),
        ("group_norm", {"groups": 2}, (3, 4, 6)),
        ("group_norm", {"groups": 2}, (3, 4)),
        ("group_norm", {"groups": 3}, (6,)),
        ("dropout", {}, (20,)),
        ("dropout", {"rate": 0.0}, (4,)),
        ("flatten", {}, (3, 2, 2)),
        ("reshape", {"shape": (2, -1)}, (3, 4)),
        ("reshape", {"shape": (3, 2, 2)}, (12,)),
        ("residual", {"body": [BARE, NORM, RELU, CONV]}, (4, 5, 4)),
        ("residual", {"body": [("conv2d", {"filters": 4, "padding": 1, "stride": 2})]}, (5, 4, 2)),
        ("residual", {"body": [("dense", {"units": 3}), RELU]}, (4,)),
        ("residual", {"body": [CONV], "shortcut": [("conv2d", {"filters": 4, "padding": 1})]},
         (4, 4, 2)),
        ("rnn", {"units": 3}, (4, 2)),
        ("rnn", {"units": 2, "nonlinearity": "relu", "return_sequences": True}, (3, 2)),
        ("lstm", {"units": 3}, (4, 2)),
        ("lstm", {"units": 2, "return_sequences": True, "bidirectional": True, "layers": 2,
                  "mask_value": 0}, (3, 2)),
        ("gru", {"units": 3, "recurrent_init": "glorot_uniform"}, (4, 2)),
        ("gru", {"units": 2, "bidirectional": True, "layers": 2}, (3, 2)),
        ("repeat", {"times": 2, "layers": [("dense", {"units": 3}), ("tanh", {})]}, (4,)),
        # Of few pixels: with more, a nudged weight takes some unit over its kink.
        ("vgg", {"depth": 5, "width": 2}, (3, 3, 2)),
        ("vgg", {"depth": 7, "width": 1, "units": 3, "batch_norm": False}, (4, 4, 1)),
        ("resnet", {"depth": 8, "width": 2}, (3, 3, 2)),
        ("resnet", {"depth": 8, "width": 1, "residual": False}, (4, 4, 2)),
        ("embedding", {"tokens": 7, "dim": 3}, (5,)),
        ("positional_encoding", {}, (4, 5)),
        ("positional_encoding", {"kind": "learned"}, (4, 3)),
        ("multi_head_attention", {"heads": 2}, (4, 6)),
        ("multi_head_attention", {"heads": 3, "causal": True}, (4, 6)),
        ("transformer_encoder", {"heads": 2, "units": 5}, (3, 4)),
        ("transformer_encoder",
         {"heads": 1, "units": 5, "norm": "post", "activation": "gelu"}, (3, 4)),
        ("transformer_decoder", {"heads": 2, "units": 6, "activation": "gelu"}, (3, 4)),
        ("sigmoid", {}, (4,)),
        ("tanh", {}, (4,)),
        ("relu", {}, (3, 3, 2)),
        ("leaky_relu", {"negative_slope": 0.2}, (4,)),
        ("elu", {"alpha": 1.5}, (4,)),
        ("gelu", {}, (4,)),
        ("gelu", {"approximate": "tanh"}, (4,)),
        ("silu", {}, (4,)),
        ("softplus", {}, (4,)),
        ("softmax", {}, (4,)),
        ("log_softmax", {}, (3, 4)),
    )
]  # fmt: skip


def context(train):
    """Return a context whose generator always begins alike."""
    return Context(train, np.random.default_rng(5))


def run(layer, inputs, train=True):
    return layer(Tensor(inputs), context(train))


def call_with(layer, paths, inputs, *parameters, train=True):
    """Call a layer with other tensors in the place of its parameters."""
    for path, parameter in zip(paths, parameters, strict=True):
        *way, last = path.split(".")
        owner = reduce(_step, way, layer)
        setattr(owner, last, parameter)
    # What wants no gradient comes as a plain array.
    return layer(inputs if isinstance(inputs, Tensor) else Tensor(inputs), context(train))


def _step(owner, name):
    return owner[int(name)] if isinstance(owner, list) else getattr(owner, name)


def function_of(layer, train=True):
    return partial(call_with, layer, list(layer.parameters()), train=train)
