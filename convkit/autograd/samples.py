"""Every primitive with arguments to try it on, for whoever checks gradients."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from convkit.autograd import (
    activations,
    arithmetic,
    bahdanau,
    convolution,
    elementary,
    heads,
    indexing,
    linear,
    losses,
    normalization,
    policy,
    pooling,
    recurrent,
    reductions,
    regularization,
    shapes,
    variational,
)
from convkit.autograd.engine import Array
from convkit.autograd.tensor import Tensor


class Sample(NamedTuple):
    """A function made of one primitive, and arguments away from its kinks."""

    function: Callable[..., Tensor]
    arguments: tuple[Any, ...]


class Draw:
    """Arrays to try functions on."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def normal(self, *shape: int) -> Array:
        """Return normal numbers."""
        return self.rng.standard_normal(shape)

    def apart(self, *shape: int) -> Array:
        """Return numbers from -2 to 2 that are far from each other, from 0 and from ±1."""
        count = int(np.prod(shape))
        spaced = (np.arange(count) + 0.5) / count * 4 - 2
        return self.rng.permutation(spaced + 0.01 * np.sign(spaced)).reshape(shape)

    def positive(self, *shape: int) -> Array:
        """Return numbers from 0.5 to 2."""
        return self.rng.uniform(0.5, 2, shape)

    def fractions(self, *shape: int) -> Array:
        """Return numbers from 0.1 to 0.9."""
        return self.rng.uniform(0.1, 0.9, shape)

    def signs(self, *shape: int) -> Array:
        """Return -1 and 1, as whole numbers."""
        return self.rng.integers(0, 2, shape) * 2 - 1

    def labels(self, *shape: int, classes: int) -> Array:
        """Return whole numbers below `classes`."""
        return self.rng.integers(0, classes, shape)


def samples(rng: np.random.Generator) -> dict[str, Sample]:
    """Return a sample for each primitive, several for some: name -> function and arguments.

    A name is the primitive's, followed by what is special about the sample.
    """
    draw = Draw(rng)
    themes = (
        _arithmetic, _elementary, _activations, _reductions, _shapes, _indexing, _linear,
        _losses, _policies, _variational, _normalization, _convolution,
        _recurrent, _attention,
    )  # fmt: skip
    return {
        name: Sample(function, tuple(arguments))
        for theme in themes
        for name, (function, *arguments) in theme(draw).items()
    }


Entries = dict[str, tuple[Any, ...]]


def _arithmetic(draw: Draw) -> Entries:
    x, y = draw.apart(3, 4), draw.apart(4) / 2
    mask = draw.apart(3, 4) > 0
    return {
        "add": (arithmetic.add, x, y),
        "subtract": (arithmetic.subtract, x, y),
        "multiply": (arithmetic.multiply, x, y),
        "divide": (arithmetic.divide, x, draw.positive(3, 1)),
        "negate": (arithmetic.negate, x),
        "power": (arithmetic.power, draw.positive(3, 4), y),
        "power, of a number": (lambda y: arithmetic.power(2, y), y),
        "power, cube": (lambda x: arithmetic.power(x, 3), x),
        "maximum": (arithmetic.maximum, x, y),
        "minimum": (arithmetic.minimum, x, y),
        "where": (arithmetic.where, mask, x, y),
        "clip": (lambda x: arithmetic.clip(x, -1, 1.5), x),
    }


def _elementary(draw: Draw) -> Entries:
    x, positive = draw.apart(3, 4), draw.positive(3, 4)
    return {
        "absolute": (elementary.absolute, x),
        "square": (elementary.square, x),
        "sqrt": (elementary.sqrt, positive),
        "exp": (elementary.exp, x),
        "expm1": (elementary.expm1, x),
        "log": (elementary.log, positive),
        "log1p": (elementary.log1p, positive),
        "sin": (elementary.sin, x),
        "cos": (elementary.cos, x),
    }


def _activations(draw: Draw) -> Entries:
    x = draw.apart(4, 6)
    steep = partial(activations.leaky_relu, negative_slope=0.2)
    return {
        "sigmoid": (activations.sigmoid, x),
        "tanh": (activations.tanh, x),
        "relu": (activations.relu, x),
        "leaky_relu": (activations.leaky_relu, x),
        "leaky_relu, steep": (steep, x),
        "elu": (activations.elu, x),
        "elu, alpha": (partial(activations.elu, alpha=0.5), x),
        "gelu": (activations.gelu, x),
        "gelu, tanh": (partial(activations.gelu, approximate="tanh"), x),
        "silu": (activations.silu, x),
        "softplus": (activations.softplus, x),
        "softmax": (activations.softmax, x),
        "softmax, axis": (partial(activations.softmax, axis=0), x),
        "log_softmax": (activations.log_softmax, x),
        "dropout": (
            lambda x: regularization.dropout(x, rate=0.3, rng=np.random.default_rng(1)),
            x,
        ),
    }


def _reductions(draw: Draw) -> Entries:
    x = draw.apart(2, 3, 4)
    over: dict[str, Any] = {"axis": (0, -1)}
    kept: dict[str, Any] = {"axis": 1, "keepdims": True}
    table: Entries = {}
    for function in (
        reductions.sum,
        reductions.mean,
        reductions.var,
        reductions.max,
        reductions.min,
        reductions.logsumexp,
    ):
        name = function.__name__
        table[name] = (function, x)
        table[f"{name}, axes"] = (partial(function, **over), x)
        table[f"{name}, axis kept"] = (partial(function, **kept), x)
    return table


def _shapes(draw: Draw) -> Entries:
    x = draw.normal(2, 3, 4)
    return {
        "reshape": (partial(shapes.reshape, shape=(4, -1)), x),
        "flatten": (partial(shapes.flatten, start=1), x),
        "transpose": (partial(shapes.transpose, axes=(1, -1, 0)), x),
        "transpose, reversed": (shapes.transpose, x),
        "astype": (partial(shapes.astype, dtype=np.float64), x),
        "expand_dims": (partial(shapes.expand_dims, axis=(0, 2)), x),
        "squeeze": (partial(shapes.squeeze, axis=1), draw.normal(2, 1, 3)),
        "broadcast_to": (partial(shapes.broadcast_to, shape=(5, 2, 3)), draw.normal(2, 1)),
        "flip": (partial(shapes.flip, axis=1), x),
        "pad": (partial(shapes.pad, pads=((1, 0), (0, 2), (0, 0)), value=3.0), x),
        "concatenate": (partial(shapes.concatenate, axis=-2), x, draw.normal(2, 1, 4)),
        "stack": (partial(shapes.stack, axis=-1), x, draw.normal(2, 3, 4)),
    }


def _indexing(draw: Draw) -> Entries:
    x, table = draw.normal(4, 5), draw.normal(6, 3)
    return {
        "index": (partial(indexing.index, key=(slice(1, None, 2), None, -1)), x),
        "index, repeated": (partial(indexing.index, key=(np.array([0, 2, 2]), slice(3))), x),
        "index, mask": (partial(indexing.index, key=x > 0), x),
        "embedding": (indexing.embedding, table, np.array([[1, 5], [5, 5]])),
    }


def _linear(draw: Draw) -> Entries:
    x, w = draw.normal(3, 4), draw.normal(4, 5)
    return {
        "matmul": (linear.matmul, x, w),
        "matmul, batches": (linear.matmul, draw.normal(2, 1, 3, 4), draw.normal(3, 4, 2)),
        "matmul, one matrix": (linear.matmul, draw.normal(2, 3, 4), w),
        "matmul, vectors": (linear.matmul, draw.normal(4), draw.normal(4)),
        "matmul, row": (linear.matmul, draw.normal(4), draw.normal(2, 4, 3)),
        "matmul, column": (linear.matmul, draw.normal(2, 3, 4), draw.normal(4)),
        "dense": (linear.dense, x, w, draw.normal(5)),
        "dense, no bias": (linear.dense, x, w),
        "dense, steps": (linear.dense, draw.normal(2, 3, 4), w, draw.normal(5)),
    }


def _losses(draw: Draw) -> Entries:
    logits, labels = draw.normal(6, 4), draw.labels(6, classes=4)
    x, y = draw.apart(4, 6), draw.normal(4, 6)
    cross_entropy = losses.softmax_cross_entropy
    smooth = partial(cross_entropy, label_smoothing=0.1)
    weighted = partial(cross_entropy, label_smoothing=0.2, weights=draw.positive(4))
    far = np.zeros((4, 6))
    return {
        "softmax_cross_entropy": (cross_entropy, logits, labels),
        "softmax_cross_entropy, smooth": (smooth, logits, labels),
        "softmax_cross_entropy, weighted": (weighted, logits, labels),
        "softmax_cross_entropy, steps": (
            cross_entropy,
            logits.reshape(2, 3, 4),
            labels.reshape(2, 3),
        ),
        "sigmoid_cross_entropy": (lambda x: losses.sigmoid_cross_entropy(x, y > 0), x),
        "binary_cross_entropy": (
            lambda p: losses.binary_cross_entropy(p, y > 0),
            draw.fractions(4, 6),
        ),
        "mse": (losses.mse, x, y),
        "mae": (losses.mae, x, far),
        "huber": (losses.huber, x, far),
        "huber, delta": (partial(losses.huber, delta=0.7), x, far),
        "hinge": (losses.hinge, x, draw.signs(4, 6)),
        "multiclass_hinge": (losses.multiclass_hinge, draw.apart(6, 4) * 0.9, labels),
    }


def _policies(draw: Draw) -> Entries:
    logits, actions = draw.apart(6, 3), draw.labels(6, classes=3)
    advantages, far = draw.apart(6), np.zeros(6)
    # Away from where the clipping begins: some actions have become a third likelier, some less.
    before = policy.log_probabilities(logits, actions) - 0.3 * draw.signs(6)
    gradient, clipped = policy.policy_gradient, policy.clipped_policy_gradient
    return {
        "policy_gradient": (lambda x: gradient(x, actions, advantages), logits),
        "policy_gradient, entropy": (lambda x: gradient(x, actions, far, entropy=0.7), logits),
        "clipped_policy_gradient": (
            lambda x: clipped(x, actions, advantages, before, clip=0.2, entropy=0.1),
            logits,
        ),
        "action_value_loss": (lambda x: policy.action_value_loss(x, actions, far), logits),
    }


def _variational(draw: Draw) -> Entries:
    moments, noise, targets = draw.normal(4, 6), draw.normal(4, 3), draw.fractions(4, 3, 2)
    logits, deviation = draw.normal(4, 3, 2), draw.normal(1)
    return {
        "reparameterize": (lambda x: variational.reparameterize(x, noise), moments),
        "normal_divergence": (variational.normal_divergence, moments),
        "bernoulli_surprise": (lambda x: variational.bernoulli_surprise(x, targets), logits),
        "normal_surprise": (
            lambda x, deviation: variational.normal_surprise(x, deviation, targets),
            logits,
            deviation,
        ),
    }


def _normalization(draw: Draw) -> Entries:
    images, gamma, beta = draw.normal(3, 2, 2, 4), draw.positive(4), draw.normal(4)
    mean, variance = draw.normal(4), draw.positive(4)
    return {
        "batch_norm_train": (
            lambda x, gamma, beta: normalization.batch_norm_train(x, gamma, beta).value,
            images,
            gamma,
            beta,
        ),
        "batch_norm": (
            lambda x, gamma, beta: normalization.batch_norm(x, gamma, beta, mean, variance),
            images,
            gamma,
            beta,
        ),
        "layer_norm": (normalization.layer_norm, images, gamma, beta),
        "layer_norm, axes": (
            partial(normalization.layer_norm, axes=(-2, -1)),
            images,
            draw.positive(2, 4),
            draw.normal(2, 4),
        ),
        "group_norm": (partial(normalization.group_norm, groups=2), images, gamma, beta),
    }


def _convolution(draw: Draw) -> Entries:
    images, spread = draw.normal(2, 6, 5, 4), draw.apart(2, 6, 5, 4)
    kernel, bias = draw.normal(3, 2, 4, 6), draw.normal(6)
    uneven: dict[str, Any] = {"stride": (2, 1), "pads": ((1, 0), (2, 1))}
    sparse: dict[str, Any] = {**uneven, "dilation": (1, 2), "groups": 2}
    windows: dict[str, Any] = {"size": (2, 2), "stride": (2, 1), "pads": ((1, 0), (0, 1))}
    return {
        "conv2d": (convolution.conv2d, images, kernel, bias),
        "conv2d, no bias": (convolution.conv2d, images, kernel),
        "conv2d, sparse": (
            partial(convolution.conv2d, **sparse),
            images,
            draw.normal(3, 2, 2, 6),
            bias,
        ),
        "conv2d, reflected": (
            partial(convolution.conv2d, **uneven, border="reflect"),
            images,
            kernel,
            bias,
        ),
        "conv2d_transpose": (
            partial(convolution.conv2d_transpose, **sparse, output_padding=(1, 0)),
            images,
            draw.normal(3, 2, 3, 4),
            bias,
        ),
        "max_pool2d": (partial(pooling.max_pool2d, **windows), spread),
        "avg_pool2d": (partial(pooling.avg_pool2d, **windows), images),
        "global_max_pool2d": (pooling.global_max_pool2d, spread),
        "global_avg_pool2d": (pooling.global_avg_pool2d, images),
    }


def _recurrent(draw: Draw) -> Entries:
    x, h, c = draw.normal(3, 4, 2), draw.normal(3, 3), draw.normal(3, 3)
    padded: dict[str, Any] = {"lengths": np.array([4, 2, 0]), "reverse": True}
    cells: dict[str, tuple[Callable[..., recurrent.Unrolled], tuple[Array, ...]]] = {
        "rnn": (recurrent.rnn, (draw.normal(2, 3), draw.normal(3, 3), draw.normal(3), h)),
        "lstm": (recurrent.lstm, (draw.normal(2, 12), draw.normal(3, 12), draw.normal(12), h, c)),
        "gru": (recurrent.gru, (draw.normal(2, 9), draw.normal(3, 9), draw.normal(2, 9), h)),
    }

    def all_of(cell: Callable[..., recurrent.Unrolled], *arguments: Any, **settings: Any) -> Tensor:
        """Return everything that comes out, in one tensor."""
        outputs, state = cell(*arguments[:4], arguments[4:], **settings)
        return shapes.concatenate(shapes.flatten(outputs, start=1), *state, axis=1)

    table: Entries = {}
    for name, (cell, weights) in cells.items():
        table[name] = (partial(all_of, cell), x, *weights)
        table[f"{name}, padded"] = (partial(all_of, cell, **padded), x, *weights)
    relu = partial(recurrent.rnn, nonlinearity="relu")
    table["rnn, relu"] = (partial(all_of, relu), x, *cells["rnn"][1])
    return table


def _attention(draw: Draw) -> Entries:
    q, k, v = draw.normal(2, 2, 3, 4), draw.normal(2, 2, 5, 4), draw.normal(2, 2, 5, 3)
    qkv, lengths = draw.normal(2, 4, 18), np.array([3, 4])
    sees: dict[str, Any] = {"causal": True, "lengths": lengths}
    return _bahdanau(draw) | {
        "attention": (heads.attention, q, k, v),
        "attention, masked": (partial(heads.attention, **sees), q, k, v),
        "attention, steep": (lambda q: heads.attention(q, k * 20, v), q),
        "self_attention": (partial(heads.self_attention, heads=2), qkv),
        "self_attention, masked": (partial(heads.self_attention, heads=3, **sees), qkv),
        "cross_attention": (
            partial(heads.cross_attention, heads=2, lengths=lengths),
            draw.normal(2, 3, 6),
            draw.normal(2, 4, 12),
        ),
    }


def _bahdanau(draw: Draw) -> Entries:
    x, u, state = draw.normal(3, 4, 8), draw.normal(5, 8), (draw.normal(3, 2), draw.normal(3, 2))
    keys, values, weights = draw.normal(3, 5, 4), draw.normal(3, 5, 3), draw.normal(2, 4)

    def all_of(*arguments: Any, **settings: Any) -> Tensor:
        """Return everything that comes out, in one tensor."""
        x, u, h, c, *others = arguments
        outputs, after = bahdanau.bahdanau_lstm(x, u, (h, c), *others, **settings)
        return shapes.concatenate(shapes.flatten(outputs, start=1), *after, axis=1)

    arguments = x, u, *state, keys, values, weights, draw.normal(4)
    padded = partial(all_of, lengths=np.array([3, 5, 1]))
    return {"bahdanau_lstm": (all_of, *arguments), "bahdanau_lstm, padded": (padded, *arguments)}
