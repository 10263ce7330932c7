"""Every layer, activation and loss beside PyTorch: values and gradients, in float64."""

from __future__ import annotations

import numpy as np
import pytest

from convkit.autograd import Tensor
from convkit.nn import LAYERS, LOSSES, Sequential, flatten_parameters
from tests.nn.cases import BATCH, Case, context, made_layers
from tests.nn.test_losses import CASES as LOSS_CASES
from tests.nn.test_losses import SHAPES, example

torch = pytest.importorskip("torch")
pictures = pytest.importorskip("tests.nn.torch_pictures")
recurrent = pytest.importorskip("tests.nn.torch_recurrent").recurrent
transformers = pytest.importorskip("tests.nn.torch_transformers")
F = torch.nn.functional

batch_norm = pictures.batch_norm
conv2d = pictures.conv2d
conv2d_transpose = pictures.conv2d_transpose
channels_first = pictures.channels_first
channels_last = pictures.channels_last
on_images = pictures.on_images

# Our layer and a sample's shape, PyTorch's function of x and the parameters.
LAYER_CASES = [
    ("dense", {"units": 5}, (4,), lambda x, w, b: F.linear(x, w.T, b)),
    ("dense", {"units": 5}, (6, 4), lambda x, w, b: F.linear(x, w.T, b)),
    ("conv2d", {"filters": 4}, (6, 5, 2), on_images(conv2d)),
    (
        "conv2d",
        {"filters": 4, "kernel_size": (2, 3), "stride": (2, 1), "padding": (1, 2)},
        (6, 7, 2),
        on_images(lambda *xwb: conv2d(*xwb, stride=(2, 1), padding=(1, 2))),
    ),
    (
        "conv2d",
        {"filters": 6, "groups": 2, "dilation": 2, "use_bias": False},
        (7, 7, 4),
        on_images(lambda x, w: conv2d(x, w, groups=2, dilation=2)),
    ),
    *(
        (
            "conv2d",
            {"filters": 3, "kernel_size": 4, "padding": "same", "padding_mode": mode},
            (6, 7, 2),
            # `same` of an even kernel: PyTorch too puts the odd pixel after.
            on_images(lambda *xwb, mode=mode: conv2d(*xwb, pad=(1, 2, 1, 2), mode=mode)),
        )
        for mode in pictures.PADDING_MODES
    ),
    (
        "depthwise_conv2d",
        {"multiplier": 2, "stride": 2, "padding": 1},
        (6, 6, 3),
        on_images(lambda *xwb: conv2d(*xwb, groups=3, stride=2, padding=1)),
    ),
    ("conv2d_transpose", {"filters": 3}, (4, 3, 2), on_images(conv2d_transpose)),
    (
        "conv2d_transpose",
        {"filters": 4, "stride": 3, "padding": 1, "output_padding": (1, 2), "groups": 2},
        (3, 4, 2),
        on_images(
            lambda *xwb: conv2d_transpose(
                *xwb, stride=3, padding=1, output_padding=(1, 2), groups=2
            )
        ),
    ),
    (
        "conv2d_transpose",
        {"filters": 2, "dilation": 2, "use_bias": False},
        (4, 4, 3),
        on_images(lambda x, w: conv2d_transpose(x, w, dilation=2)),
    ),
    (
        "conv2d_transpose",
        {"filters": 3, "stride": 2, "padding": "same"},
        (4, 4, 2),
        # One pixel of the three is cut off, after.
        on_images(pictures.cut(lambda *xwb: conv2d_transpose(*xwb, stride=2), by=-1)),
    ),
    ("max_pool2d", {}, (6, 5, 2), on_images(lambda x: F.max_pool2d(x, 2))),
    (
        "max_pool2d",
        {"pool_size": 3, "stride": 2, "padding": 1},
        (6, 5, 2),
        on_images(lambda x: F.max_pool2d(x, 3, 2, 1)),
    ),
    ("avg_pool2d", {}, (6, 5, 2), on_images(lambda x: F.avg_pool2d(x, 2))),
    *(
        (
            "avg_pool2d",
            {"pool_size": 3, "stride": 2, "padding": 1, "count_pads": count},
            (6, 5, 2),
            on_images(lambda x, count=count: F.avg_pool2d(x, 3, 2, 1, count_include_pad=count)),
        )
        for count in (True, False)
    ),
    ("global_max_pool2d", {}, (4, 5, 3), lambda x: x.amax((1, 2))),
    ("global_avg_pool2d", {}, (4, 5, 3), lambda x: x.mean((1, 2))),
    ("batch_norm", {}, (4,), batch_norm),
    ("batch_norm", {}, (3, 4, 2), on_images(batch_norm)),
    ("layer_norm", {}, (5, 6), lambda x, *wb: F.layer_norm(x, (6,), *wb)),
    ("layer_norm", {"axes": 3}, (3, 4, 2), lambda x, *wb: F.layer_norm(x, (3, 4, 2), *wb)),
    ("group_norm", {"groups": 2}, (3, 4, 6), on_images(lambda x, *wb: F.group_norm(x, 2, *wb))),
    ("group_norm", {"groups": 3}, (6,), lambda x, *wb: F.group_norm(x, 3, *wb)),
    ("dropout", {"rate": 0.0}, (4,), lambda x: F.dropout(x, 0.0)),
    ("flatten", {}, (3, 2, 2), lambda x: x.flatten(1)),
    ("reshape", {"shape": (2, -1)}, (3, 4), lambda x: x.reshape(len(x), 2, 6)),
    (
        "residual",
        {"body": [("dense", {"units": 3}), ("relu", {})]},
        (4,),
        lambda x, w, b, v, c: F.relu(F.linear(x, w.T, b)) + F.linear(x, v.T, c),
    ),
    (
        "residual",
        {"body": [("conv2d", {"filters": 4, "stride": 2, "padding": 1})]},
        (5, 6, 2),
        on_images(
            lambda x, w, b, v, c: (
                conv2d(x, w, b, stride=2, padding=1) + conv2d(x, v, c, stride=2)
            )
        ),
    ),
    (
        "repeat",
        {"times": 2, "layers": [("dense", {"units": 3}), ("tanh", {})]},
        (4,),
        lambda x, w, b, v, c: torch.tanh(F.linear(torch.tanh(F.linear(x, w.T, b)), v.T, c)),
    ),
    ("vgg", {"depth": 5, "width": 2, "dropout": 0.0}, (5, 6, 2), pictures.vgg((1, 1))),
    ("vgg", {"depth": 11, "width": 1, "dropout": 0.0}, (9, 8, 1), pictures.vgg((1, 1, 2, 2, 2))),
    ("resnet", {"depth": 14, "width": 2}, (5, 6, 1), pictures.resnet(2)),
    (
        "resnet",
        {"depth": 8, "width": 2, "residual": False},
        (5, 6, 1),
        pictures.resnet(1, residual=False),
    ),
    ("embedding", {"tokens": 7, "dim": 3}, (5,), F.embedding),
    ("positional_encoding", {"kind": "learned"}, (4, 3), torch.add),
    *(
        (name, settings, (4, 2), recurrent(name, **settings))
        for name in ("rnn", "lstm", "gru")
        for settings in (
            {"units": 3},
            {"units": 3, "layers": 2, "bidirectional": True},
            {"units": 2, "layers": 2, "bidirectional": True, "return_sequences": True},
        )
    ),
    (
        "rnn",
        {"units": 3, "nonlinearity": "relu"},
        (4, 2),
        recurrent("rnn", units=3, nonlinearity="relu"),
    ),
    ("multi_head_attention", {"heads": 2}, (5, 6), transformers.multi_head_attention(2)),
    (
        "multi_head_attention",
        {"heads": 3, "causal": True},
        (5, 6),
        transformers.multi_head_attention(3, causal=True),
    ),
    (
        "transformer_encoder",
        {"heads": 2, "units": 7, "layers": 2, "norm": "post", "activation": "gelu"},
        (5, 4),
        transformers.transformer(2, 7, layers=2, norm="post", activation="gelu"),
    ),
    (
        "transformer_decoder",
        {"heads": 2, "units": 7, "layers": 2},
        (5, 4),
        transformers.transformer(2, 7, layers=2, causal=True),
    ),
    ("sigmoid", {}, (4,), torch.sigmoid),
    ("tanh", {}, (4,), torch.tanh),
    ("relu", {}, (4,), F.relu),
    ("leaky_relu", {}, (4,), F.leaky_relu),
    ("leaky_relu", {"negative_slope": 0.2}, (4,), lambda x: F.leaky_relu(x, 0.2)),
    ("elu", {}, (4,), F.elu),
    ("elu", {"alpha": 1.5}, (4,), lambda x: F.elu(x, 1.5)),
    ("gelu", {}, (4,), F.gelu),
    ("gelu", {"approximate": "tanh"}, (4,), lambda x: F.gelu(x, approximate="tanh")),
    ("silu", {}, (4,), F.silu),
    ("softplus", {}, (4,), F.softplus),
    ("softmax", {}, (3, 4), lambda x: F.softmax(x, -1)),
    ("log_softmax", {}, (3, 4), lambda x: F.log_softmax(x, -1)),
]  # fmt: skip

LOSS_FUNCTIONS = {
    "mse": F.mse_loss,
    "mae": F.l1_loss,
    "huber": F.huber_loss,
    "cross_entropy": F.cross_entropy,
    "binary_cross_entropy": F.binary_cross_entropy,
    "binary_cross_entropy_with_logits": F.binary_cross_entropy_with_logits,
    "hinge": lambda x, y: F.relu(1 - (2 * y - 1) * x).mean(),
    "multiclass_hinge": F.multi_margin_loss,
}


def close(ours, theirs):
    np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=1e-12, atol=1e-12)


def test_every_layer_and_loss_is_compared():
    assert {name for name, *_ in LAYER_CASES} == set(LAYERS)
    assert set(LOSS_FUNCTIONS) == set(LOSSES)


@pytest.mark.parametrize(
    ("name", "settings", "shape", "function"),
    LAYER_CASES,
    ids=[f"{number}-{name}" for number, (name, *_) in enumerate(LAYER_CASES)],
)
def test_a_layer_is_pytorchs(name, settings, shape, function):
    case = Case(name, settings, shape)
    layer = case.built(np.float64)
    rng = np.random.default_rng(4)
    for tensor in layer.parameters().values():
        tensor.data = tensor.data + rng.normal(0, 0.3, tensor.shape)
    continuous = name != "embedding"
    x = Tensor(case.inputs(np.float64), requires_grad=continuous)
    theirs_x = torch.tensor(x.data, requires_grad=continuous)
    theirs = {
        path: torch.tensor(tensor.data, requires_grad=True)
        for path, tensor in layer.parameters().items()
    }
    outputs, expected = layer(x, context(train=True)), function(theirs_x, *theirs.values())
    close(outputs.data, expected)
    cotangent = rng.standard_normal(outputs.shape)
    outputs.backward(cotangent)
    expected.backward(torch.tensor(cotangent))
    if continuous:
        close(x.grad, theirs_x.grad)
    for path, tensor in layer.parameters().items():
        close(tensor.grad, theirs[path].grad)


@pytest.mark.parametrize(("name", "settings"), LOSS_CASES, ids=str)
def test_a_loss_is_pytorchs(name, settings):
    (shape, target), *_ = SHAPES[LOSSES[name].kind]
    outputs, targets = example(name, shape, target)
    x, theirs = Tensor(outputs, requires_grad=True), torch.tensor(outputs, requires_grad=True)
    aims = torch.tensor(targets)
    if LOSSES[name].kind != "classes":
        aims = aims.double().reshape(outputs.shape)
    value = LOSSES[name](**settings)(x, targets)
    expected = LOSS_FUNCTIONS[name](theirs, aims, **settings)
    close(value.data, expected)
    value.backward()
    expected.backward()
    close(x.grad, theirs.grad)


def test_running_statistics_are_pytorchs():
    layer = LAYERS["batch_norm"](momentum=0.8, eps=1e-3)
    layer.build((4, 3, 2), np.random.default_rng(0), np.float64)
    theirs = torch.nn.BatchNorm2d(2, momentum=0.2, eps=1e-3, dtype=torch.float64)
    rng = np.random.default_rng(1)
    for _ in range(4):
        batch = rng.normal(3, 2, (BATCH, 4, 3, 2))
        layer(Tensor(batch), context(train=True))
        theirs(channels_first(torch.tensor(batch)))
    close(layer.running_mean, theirs.running_mean)
    close(layer.running_variance, theirs.running_var)
    theirs.eval()
    batch = rng.normal(3, 2, (BATCH, 4, 3, 2))
    expected = channels_last(theirs(channels_first(torch.tensor(batch))))
    close(layer(Tensor(batch), context(train=False)).data, expected)


def test_ten_steps_of_a_network_are_pytorchs():
    pairs = [
        ("conv2d", {"filters": 4, "padding": "same"}),
        ("batch_norm", {}),
        ("relu", {}),
        ("max_pool2d", {}),
        ("conv2d", {"filters": 6}),
        ("gelu", {}),
        ("flatten", {}),
        ("dense", {"units": 5}),
    ]
    model = Sequential(made_layers(pairs))
    model.build((8, 8, 1), np.random.default_rng(0), np.float64)
    theirs = torch.nn.Sequential(
        torch.nn.Conv2d(1, 4, 3, padding=1),
        torch.nn.BatchNorm2d(4),
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2),
        torch.nn.Conv2d(4, 6, 3),
        torch.nn.GELU(),
        torch.nn.Flatten(),
        torch.nn.Linear(24, 5),
    ).double()
    flat = flatten_parameters(model)
    for ours, parameter in zip(model.parameters().values(), theirs.parameters(), strict=True):
        parameter.data = torch.tensor(turned(ours.data))
    optimizer = torch.optim.SGD(theirs.parameters(), lr=0.1)
    loss, rng = LOSSES["cross_entropy"](label_smoothing=0.1), np.random.default_rng(1)
    for _ in range(10):
        x, labels = rng.standard_normal((16, 8, 8, 1)), rng.integers(0, 5, 16)
        flat.zero_grads()
        value = loss(model(Tensor(x), context(train=True)), labels)
        value.backward()
        flat.values -= 0.1 * flat.grads
        optimizer.zero_grad()
        # Their flatten goes through the channels first.
        expected = F.cross_entropy(
            theirs(channels_first(torch.tensor(x))), torch.tensor(labels), label_smoothing=0.1
        )
        expected.backward()
        optimizer.step()
        np.testing.assert_allclose(value.item(), expected.item(), rtol=1e-10)
    for ours, parameter in zip(model.parameters().values(), theirs.parameters(), strict=True):
        np.testing.assert_allclose(turned(ours.data), parameter.detach(), rtol=1e-10, atol=1e-10)


def test_ten_steps_of_transposed_convolutions_are_pytorchs():
    """A convolutional autoencoder learns to put out what comes in."""
    pairs = [
        ("conv2d", {"filters": 4, "stride": 2, "padding": 1}),
        ("tanh", {}),
        ("conv2d_transpose", {"filters": 3, "kernel_size": 4, "stride": 2, "padding": 1}),
        ("tanh", {}),
        ("conv2d_transpose", {"filters": 1, "padding": 1}),
    ]
    model = Sequential(made_layers(pairs))
    model.build((8, 8, 1), np.random.default_rng(0), np.float64)
    theirs = torch.nn.Sequential(
        torch.nn.Conv2d(1, 4, 3, stride=2, padding=1),
        torch.nn.Tanh(),
        torch.nn.ConvTranspose2d(4, 3, 4, stride=2, padding=1),
        torch.nn.Tanh(),
        torch.nn.ConvTranspose2d(3, 1, 3, padding=1),
    ).double()
    flat = flatten_parameters(model)
    for ours, parameter in zip(model.parameters().values(), theirs.parameters(), strict=True):
        parameter.data = torch.tensor(turned(ours.data))
    optimizer = torch.optim.SGD(theirs.parameters(), lr=0.5)
    loss, rng = LOSSES["mse"](), np.random.default_rng(1)
    for _ in range(10):
        x = rng.standard_normal((16, 8, 8, 1))
        flat.zero_grads()
        value = loss(model(Tensor(x), context(train=True)), x)
        value.backward()
        flat.values -= 0.5 * flat.grads
        optimizer.zero_grad()
        images = channels_first(torch.tensor(x))
        expected = F.mse_loss(theirs(images), images)
        expected.backward()
        optimizer.step()
        np.testing.assert_allclose(value.item(), expected.item(), rtol=1e-10)
    for ours, parameter in zip(model.parameters().values(), theirs.parameters(), strict=True):
        np.testing.assert_allclose(turned(ours.data), parameter.detach(), rtol=1e-10, atol=1e-10)


def turned(weight):
    """Return a weight in PyTorch's layout; the dense one stands behind 2x2x6 features."""
    if weight.ndim == 4:
        return weight.transpose(3, 2, 0, 1)
    if weight.ndim == 2:
        return weight.reshape(2, 2, 6, 5).transpose(3, 2, 0, 1).reshape(5, 24)
    return weight
