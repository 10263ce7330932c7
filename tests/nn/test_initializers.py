"""Initialisers: published variances, orthogonality, and how one is chosen."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from convkit.errors import ConvkitError
from convkit.nn import INITIALIZERS, fans
from convkit.nn.initializers import choose_initializer

SHAPES = [(300, 200), (3, 3, 64, 48)]
FLOAT32 = np.dtype(np.float32)

# Glorot and Bengio 2010, He et al. 2015, LeCun et al. 1998: variance from fan_in and fan_out.
VARIANCES = {
    "glorot": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    "xavier": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    "he": lambda fan_in, fan_out: 2 / fan_in,
    "lecun": lambda fan_in, fan_out: 1 / fan_in,
}
SCALED = [f"{family}_{kind}" for family in VARIANCES for kind in ("normal", "uniform")]


def draw(name, shape, dtype=FLOAT32, **settings):
    return INITIALIZERS[name](shape, np.random.default_rng(7), dtype, **settings)


def counted_fans(shape):
    """Count what a unit sums up by multiplying out, window by window."""
    *window, inputs, outputs = shape
    taps = 1
    for size in window:
        taps *= size
    return taps * inputs, taps * outputs


@pytest.mark.parametrize("name", INITIALIZERS)
@pytest.mark.parametrize("shape", [(4, 6), (6, 4), (3, 2, 4, 5), (5,)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shape_and_type(name, shape, dtype):
    weights = draw(name, shape, np.dtype(dtype))
    assert (weights.shape, weights.dtype) == (shape, dtype)
    assert np.isfinite(weights).all()


@pytest.mark.parametrize("name", INITIALIZERS)
def test_every_type_gets_the_same_numbers(name):
    wide = draw(name, (30, 20), np.dtype(np.float64))
    np.testing.assert_array_equal(draw(name, (30, 20)), wide.astype(np.float32))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", SCALED)
def test_the_variance_is_the_published_one(name, shape):
    family, kind = name.split("_")
    weights = draw(name, shape, np.dtype(np.float64))
    variance = VARIANCES[family](*counted_fans(shape))
    n = weights.size
    # Four standard errors of a mean, and of a variance with the distribution's kurtosis.
    kurtosis = 3.0 if kind == "normal" else 1.8
    assert abs(weights.mean()) < 4 * np.sqrt(variance / n)
    assert abs(weights.var() / variance - 1) < 4 * np.sqrt((kurtosis - 1) / n)
    if kind == "uniform":
        limit = np.sqrt(3 * variance)
        assert np.abs(weights).max() <= limit
        assert np.abs(weights).max() > 0.99 * limit
    else:
        fourth = (weights**4).mean() / weights.var() ** 2
        assert fourth == pytest.approx(3, abs=0.2)


@pytest.mark.parametrize("gain", [1.0, 2.5])
@pytest.mark.parametrize(
    "shape", [(40, 20), (20, 40), (3, 3, 4, 8), (2, 2, 2, 32), (30, 30)], ids=str
)
def test_orthogonal(shape, gain):
    weights = draw("orthogonal", shape, np.dtype(np.float64), gain=gain).reshape(-1, shape[-1])
    rows, columns = weights.shape
    product = weights.T @ weights if rows >= columns else weights @ weights.T
    np.testing.assert_allclose(product, gain**2 * np.eye(min(rows, columns)), atol=1e-12)


def test_orthogonal_takes_both_orientations_alike():
    rng = np.random.default_rng(0)
    matrices = [INITIALIZERS["orthogonal"]((3, 3), rng, np.dtype(float)) for _ in range(400)]
    turned = sum(np.linalg.det(matrix) > 0 for matrix in matrices)
    assert 150 < turned < 250
    assert abs(np.mean(matrices)) < 0.05


def test_normal_and_uniform_take_their_settings():
    weights = draw("normal", (200, 200), std=0.1, mean=1.0)
    assert weights.mean() == pytest.approx(1, abs=0.003)
    assert weights.std() == pytest.approx(0.1, rel=0.02)
    weights = draw("uniform", (200, 200), low=2, high=3)
    assert 2 <= weights.min() < 2.001
    assert 2.999 < weights.max() <= 3


def test_zeros_and_ones():
    assert not draw("zeros", (3, 3)).any()
    assert (draw("ones", (3, 3)) == 1).all()


def test_fans_are_torchs():
    torch = pytest.importorskip("torch")
    for shape in [(7, 5), (3, 2, 4, 6)]:
        turned = torch.empty([*shape[::-1][:2], *shape[:-2]])
        assert fans(shape) == torch.nn.init._calculate_fan_in_and_fan_out(turned)


def test_a_choice_is_a_name_or_a_name_with_settings():
    rng = np.random.default_rng
    chosen = choose_initializer("kernel_init", {"name": "normal", "std": 0.5})
    np.testing.assert_array_equal(chosen((3, 4), rng(7), FLOAT32), draw("normal", (3, 4), std=0.5))
    chosen = choose_initializer("kernel_init", "he_normal")
    np.testing.assert_array_equal(chosen((3, 4), rng(7), FLOAT32), draw("he_normal", (3, 4)))


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (
            "he_normall",
            "unknown initializer 'he_normall' in kernel_init (did you mean 'he_normal'?)",
        ),
        ({"name": "nrmal"}, "unknown initializer 'nrmal' in kernel_init (did you mean 'normal'?)"),
        (
            {"name": "normal", "sdt": 1},
            "unknown setting 'sdt' of normal in kernel_init (did you mean 'std'?)",
        ),
        ({"name": "he_normal", "std": 1}, "kernel_init: he_normal has no settings, got 'std'"),
        ({"name": "normal", "std": -1}, "kernel_init: std must be at least 0, got -1"),
        ({"name": "normal", "std": "1"}, "kernel_init: std must be a number, got '1'"),
        ({"name": "uniform", "low": 1}, "kernel_init: high must be at least 1.0, got 0.05"),
        (
            {"name": "orthogonal", "gain": float("nan")},
            "kernel_init: gain must be a number, got nan",
        ),
        ({"std": 1}, "kernel_init must be an initializer's name, alone or with settings"),
        (3, "kernel_init must be an initializer's name, alone or with settings, got 3"),
    ],
    ids=str,
)
def test_a_wrong_choice_is_said(choice, message):
    with pytest.raises(ConvkitError) as error:
        choose_initializer("kernel_init", choice)
    assert message in str(error.value)


# --- memory ---

RANDOM = ["normal", "uniform", "glorot_uniform", "glorot_normal", "he_uniform", "he_normal"]


def at_once(name, shape, rng):
    """Draw as the formulas say, all numbers in one call."""
    fan_in, fan_out = counted_fans(shape)
    family, _, kind = name.rpartition("_")
    variance = 0.05**2 / (3 if kind == "uniform" else 1)
    if family:
        variance = VARIANCES[family](fan_in, fan_out)
    if kind == "normal":
        return rng.normal(0, np.sqrt(variance), shape)
    limit = np.sqrt(3 * variance)
    return rng.uniform(-limit, limit, shape)


@pytest.mark.parametrize("name", RANDOM)
def test_drawn_in_blocks_numbers_are_the_same_as_at_once(name, monkeypatch):
    monkeypatch.setattr("convkit.nn.initializers.BLOCK", 7)
    shape = (3, 2, 4, 5)
    ours, theirs = np.random.default_rng(7), np.random.default_rng(7)
    weights = INITIALIZERS[name](shape, ours, FLOAT32)
    np.testing.assert_allclose(weights, at_once(name, shape, theirs), rtol=1e-6)
    assert ours.random() == theirs.random()  # what is drawn afterwards is the same, too


@pytest.mark.parametrize("name", RANDOM)
def test_drawing_takes_hardly_more_memory_than_the_weights(name):
    tracemalloc.start()
    weights = draw(name, (2000, 1500))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert weights.nbytes <= peak < 1.3 * weights.nbytes
