"""Values and gradients beside PyTorch's, in float64; runs where torch is installed."""

import numpy as np
import pytest

from convkit import autograd
from convkit.autograd import Tensor
from convkit.autograd.samples import samples

torch = pytest.importorskip("torch")
F = torch.nn.functional

SAMPLES = samples(np.random.default_rng(8))
LABELS = SAMPLES["softmax_cross_entropy"].arguments[1]


def channels_first(function):
    """Let a function of NCHW images take and return NHWC ones."""
    return lambda x, *rest: function(x.movedim(-1, 1), *rest).movedim(1, -1)


def cross_entropy(**settings):
    return lambda x, labels: F.cross_entropy(x.movedim(-1, 1), labels, **settings)


# Only what has the same name but other arguments, or another name, is said.
PEERS = {
    "power, of a number": lambda y: 2**y,
    "power, cube": lambda x: x**3,
    "power": torch.pow,
    "absolute": torch.abs,
    "negate": torch.neg,
    "clip": lambda x: x.clip(-1, 1.5),
    "softmax": lambda x: x.softmax(-1),
    "softmax, axis": lambda x: x.softmax(0),
    "log_softmax": lambda x: x.log_softmax(-1),
    "relu": F.relu,
    "leaky_relu": F.leaky_relu,
    "leaky_relu, steep": lambda x: F.leaky_relu(x, 0.2),
    "elu": F.elu,
    "elu, alpha": lambda x: F.elu(x, 0.5),
    "gelu": F.gelu,
    "gelu, tanh": lambda x: F.gelu(x, approximate="tanh"),
    "silu": F.silu,
    "softplus": F.softplus,
    "var": lambda x: x.var(correction=0),
    "var, axes": lambda x: x.var((0, -1), correction=0),
    "var, axis kept": lambda x: x.var(1, correction=0, keepdim=True),
    "max": torch.amax,
    "max, axes": lambda x: x.amax((0, -1)),
    "max, axis kept": lambda x: x.amax(1, keepdim=True),
    "min, axes": lambda x: x.amin((0, -1)),
    "logsumexp": lambda x: x.logsumexp((0, 1, 2)),
    "logsumexp, axes": lambda x: x.logsumexp((0, -1)),
    "embedding": lambda table, indices: F.embedding(indices, table),
    "dense": lambda x, w, b: F.linear(x, w.T, b),
    "dense, no bias": lambda x, w: F.linear(x, w.T),
    "dense, steps": lambda x, w, b: F.linear(x, w.T, b),
    "softmax_cross_entropy": cross_entropy(),
    "softmax_cross_entropy, smooth": cross_entropy(label_smoothing=0.1),
    "softmax_cross_entropy, steps": cross_entropy(),
    "mse": F.mse_loss,
    "mae": F.l1_loss,
    "huber": F.huber_loss,
    "huber, delta": lambda x, y: F.huber_loss(x, y, delta=0.7),
    "multiclass_hinge": F.multi_margin_loss,
    "batch_norm_train": channels_first(
        lambda x, gamma, beta: F.batch_norm(x, None, None, gamma, beta, training=True)
    ),
    "layer_norm": lambda x, gamma, beta: F.layer_norm(x, (4,), gamma, beta),
    "layer_norm, axes": lambda x, gamma, beta: F.layer_norm(x, (2, 4), gamma, beta),
    "group_norm": channels_first(lambda x, gamma, beta: F.group_norm(x, 2, gamma, beta)),
}
SAME = (
    "add subtract multiply divide maximum minimum where square sqrt exp expm1 log log1p sin cos "
    "sigmoid tanh sum mean min matmul"
)
PEERS |= {
    name: getattr(torch, name.split(",")[0])
    for name in SAMPLES
    if name.split(",")[0] in SAME.split() and name not in PEERS and ", ax" not in name
}


def agrees(function, peer, arguments, *, rtol=1e-11):
    """Assert that values and all gradients of two functions agree, for a random seed."""
    ours = [Tensor(a, requires_grad=True) if a.dtype.kind == "f" else a for a in arguments]
    theirs = [torch.tensor(a, requires_grad=a.dtype.kind == "f") for a in arguments]
    result, expected = function(*ours), peer(*theirs)
    np.testing.assert_allclose(result.data, expected.detach().numpy(), rtol=1e-12, atol=1e-13)
    seed = np.random.default_rng(0).standard_normal(result.shape)
    result.backward(seed)
    expected.backward(torch.tensor(seed))
    for mine, other in zip(ours, theirs, strict=True):
        if isinstance(mine, Tensor):
            np.testing.assert_allclose(mine.grad, other.grad.numpy(), rtol=rtol, atol=1e-13)


@pytest.mark.parametrize("name", PEERS)
def test_value_and_gradients_are_pytorch_s(name):
    agrees(SAMPLES[name].function, PEERS[name], SAMPLES[name].arguments)


def test_class_weights_with_smoothing_are_pytorch_s():
    logits, labels = SAMPLES["softmax_cross_entropy"].arguments
    weights = np.array([1.0, 2.0, 0.5, 4.0])
    agrees(
        lambda x, t: autograd.softmax_cross_entropy(x, t, label_smoothing=0.2, weights=weights),
        cross_entropy(label_smoothing=0.2, weight=torch.tensor(weights)),
        [logits, labels],
    )


@pytest.mark.parametrize("certain", [False, True])
def test_binary_cross_entropies_are_pytorch_s(certain):
    rng = np.random.default_rng(0)
    logits, bits = rng.normal(0, 5, (4, 6)), rng.integers(0, 2, (4, 6))
    target = torch.tensor(bits, dtype=torch.float64)
    agrees(
        lambda x: autograd.sigmoid_cross_entropy(x, bits),
        lambda x: F.binary_cross_entropy_with_logits(x, target),
        [logits * (100 if certain else 1)],
    )
    p = rng.integers(0, 2, (4, 6)) * 1.0 if certain else rng.uniform(0, 1, (4, 6))
    agrees(
        lambda p: autograd.binary_cross_entropy(p, bits),
        lambda p: F.binary_cross_entropy(p, target),
        [p],
        # PyTorch's bound of the variance is a float32 number.
        rtol=1e-8,
    )


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "elu", "absolute", "clip", "softplus"])
def test_kinks_are_pytorch_s(name):
    agrees(SAMPLES[name].function, PEERS[name], [np.array([-1.0, 0.0, 1.5, -0.0])])


@pytest.mark.parametrize("name", ["maximum", "minimum", "power"])
def test_ties_and_zeros_are_pytorch_s(name):
    x, y = np.array([[0.0, 0.0, 1.0, 2.0, 2.0], [0.0, 1.0, 1.0, 0.0, 3.0]])
    agrees(SAMPLES[name].function, PEERS[name], [x, y])


def test_a_network_s_gradients_are_pytorch_s():
    rng = np.random.default_rng(1)
    x, labels = rng.standard_normal((12, 6)), rng.integers(0, 3, 12)
    weights = [rng.standard_normal(shape) for shape in ((6, 8), (8,), (8, 8), (8,), (8, 3))]

    def ours(w, b, v, c, u):
        hidden = autograd.tanh(autograd.dense(Tensor(x), w, b))
        hidden = autograd.layer_norm(hidden + autograd.gelu(hidden @ v + c), 1.0, 0.0)
        return autograd.softmax_cross_entropy(hidden @ u, labels)

    def theirs(w, b, v, c, u):
        hidden = torch.tanh(torch.tensor(x) @ w + b)
        hidden = F.layer_norm(hidden + F.gelu(hidden @ v + c), (8,))
        return F.cross_entropy(hidden @ u, torch.tensor(labels))

    agrees(ours, theirs, weights)
