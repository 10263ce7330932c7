"""Values against SciPy and against formulas written out, in float64, at extremes too."""

import numpy as np
import pytest
from scipy import special

from convkit import autograd
from convkit.autograd import Tensor
from convkit.autograd.normal import normal_cdf
from convkit.autograd.sums import FOLD, SHORT, SMALL, column_sums, row_maxima, row_sums
from convkit.errors import ConvkitError

WIDE = np.concatenate([np.linspace(-40, 40, 801), [-1000.0, 1000.0, -1e-300, 0.0]])
ROWS = np.random.default_rng(0).normal(0, 30, (20, 7))

REFERENCES = {
    "sigmoid": special.expit,
    "tanh": np.tanh,
    "relu": lambda x: np.where(x > 0, x, 0),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.01 * x),
    "elu": lambda x: np.where(x > 0, x, special.expm1(np.minimum(x, 0))),
    "gelu": lambda x: x * special.ndtr(x),
    "silu": lambda x: x * special.expit(x),
    "softplus": lambda x: np.logaddexp(0, x),
}


@pytest.mark.parametrize("name", REFERENCES)
def test_activations_agree_with_scipy(name):
    value = getattr(autograd, name)(Tensor(WIDE)).data
    np.testing.assert_allclose(value, REFERENCES[name](WIDE), rtol=5e-13, atol=1e-300)


@pytest.mark.parametrize("name", REFERENCES)
def test_activations_overflow_nowhere(name):
    x = Tensor(WIDE.astype(np.float32), requires_grad=True)
    getattr(autograd, name)(x).sum().backward()
    assert np.isfinite(x.grad).all()


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_softmax_agrees_with_scipy(name, axis):
    value = getattr(autograd, name)(Tensor(ROWS), axis=axis).data
    np.testing.assert_allclose(
        value, getattr(special, name)(ROWS, axis=axis), rtol=1e-12, atol=1e-15
    )


@pytest.mark.parametrize("axis", [None, 0, (0, 1), -1])
def test_logsumexp_agrees_with_scipy(axis):
    value = autograd.logsumexp(Tensor(ROWS * 100), axis=axis).data
    np.testing.assert_allclose(value, special.logsumexp(ROWS * 100, axis=axis), rtol=1e-13)


def test_the_normal_distribution_agrees_with_scipy():
    # The argument of exp(-x²/2) has a rounding error of up to 10³ · 2e-16.
    np.testing.assert_allclose(normal_cdf(WIDE), special.ndtr(WIDE), rtol=3e-13, atol=1e-300)
    near = np.linspace(-6, 6, 4001)
    np.testing.assert_allclose(normal_cdf(near), special.ndtr(near), rtol=0, atol=4e-16)


def test_the_normal_distribution_in_float32_is_as_good_as_float32():
    near = np.linspace(-9, 9, 4001).astype(np.float32)
    value = normal_cdf(near)
    assert value.dtype == np.float32
    np.testing.assert_allclose(value, special.ndtr(near.astype(np.float64)), rtol=6e-6, atol=2e-7)


def test_gelu_by_tanh_is_close_to_gelu_and_other_ways_are_unknown():
    x = np.linspace(-5, 5, 101)
    exact, close = autograd.gelu(x).data, autograd.gelu(x, approximate="tanh").data
    assert 1e-5 < np.abs(exact - close).max() < 1e-3
    with pytest.raises(ConvkitError, match="did you mean 'tanh'"):
        autograd.gelu(x, approximate="tahn")


def test_ties_share_the_gradient_of_a_maximum():
    x = Tensor(np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]]), requires_grad=True)
    x.max(axis=1).sum().backward()
    np.testing.assert_allclose(x.grad, [[0, 1 / 2, 1 / 2], [1 / 3] * 3])
    y, z = (Tensor(np.array([1.0, 2.0]), requires_grad=True) for _ in range(2))
    autograd.maximum(y, z).sum().backward()
    np.testing.assert_array_equal([y.grad, z.grad], np.full((2, 2), 0.5))


def test_powers_at_zero_have_the_limits_as_derivatives():
    x = Tensor(np.array([0.0, 0.0, 0.0, 2.0]), requires_grad=True)
    y = Tensor(np.array([0.0, 1.0, 2.0, 0.0]), requires_grad=True)
    (x**y).sum().backward()
    np.testing.assert_allclose(x.grad, [0, 1, 0, 0])
    np.testing.assert_allclose(y.grad, [0, 0, 0, np.log(2)])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "shape", [(0, 3), (1, 1), (40, 7), (SMALL, 1), (SMALL + 1, 1), (FOLD * 9 + 5, 33), (3, 9000)]
)
def test_column_sums_agree_with_exact_ones(shape, dtype):
    rows = np.random.default_rng(0).standard_normal(shape).astype(dtype)
    sums = column_sums(rows)
    assert sums.dtype == dtype
    bound = np.finfo(dtype).eps * np.abs(rows).sum(axis=0, dtype=np.float64)
    exact = rows.sum(axis=0, dtype=np.longdouble)
    assert (np.abs(sums - exact) <= 8 * bound).all()


@pytest.mark.parametrize("shape", [(5, 1), (300, SHORT), (2, 3, SHORT + 1), (7,), (0, 3)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_row_sums_and_maxima_agree_with_numpy_s(shape, dtype):
    x = np.random.default_rng(0).standard_normal(shape).astype(dtype)
    np.testing.assert_array_equal(row_maxima(x), x.max(axis=-1, keepdims=True))
    bound = 40 * np.finfo(dtype).eps
    np.testing.assert_allclose(row_sums(x), x.sum(axis=-1, keepdims=True), atol=bound)


def test_dropout_keeps_the_expected_value_and_is_seeded():
    x = np.ones((200, 500), np.float32)
    dropped = [autograd.dropout(x, rate=0.2, rng=np.random.default_rng(3)).data for _ in range(2)]
    np.testing.assert_array_equal(*dropped)
    assert set(np.unique(dropped[0])) == {np.float32(0), np.float32(1.25)}
    # Five deviations of the mean of 100,000 draws.
    assert abs(dropped[0].mean() - 1) < 5 * np.sqrt(0.25 / x.size)
    with pytest.raises(ConvkitError, match=r"less than 1, got 1\.0"):
        autograd.dropout(x, rate=1.0, rng=np.random.default_rng(3))
