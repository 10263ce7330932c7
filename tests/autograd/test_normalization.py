"""The normalizations against their formulas, and what they promise."""

import numpy as np
import pytest

from convkit.autograd import Tensor, batch_norm, batch_norm_train, group_norm, layer_norm
from convkit.errors import ConvkitError

RNG = np.random.default_rng(4)
IMAGES = RNG.normal(3, 2, (6, 5, 4, 8))
GAMMA, BETA = RNG.uniform(0.5, 2, 8), RNG.normal(size=8)
EPS = 1e-5


def standardized(x, axes):
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + EPS)


def test_batch_norm_takes_its_statistics_over_all_axes_but_the_last():
    value, mean, variance = batch_norm_train(IMAGES, GAMMA, BETA)
    expected = standardized(IMAGES, (0, 1, 2)) * GAMMA + BETA
    np.testing.assert_allclose(value.data, expected, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(mean, IMAGES.mean((0, 1, 2)), rtol=1e-13)
    np.testing.assert_allclose(variance, IMAGES.var((0, 1, 2)), rtol=1e-13)
    evaluated = batch_norm(IMAGES, GAMMA, BETA, mean, variance)
    np.testing.assert_allclose(evaluated.data, expected, rtol=1e-11, atol=1e-13)


def test_layer_norm_takes_its_statistics_over_the_axes_named():
    value = layer_norm(IMAGES, GAMMA, BETA)
    np.testing.assert_allclose(value.data, standardized(IMAGES, -1) * GAMMA + BETA, rtol=1e-11)
    value = layer_norm(IMAGES, 1.0, 0.0, axes=(-3, -2, -1))
    np.testing.assert_allclose(value.data, standardized(IMAGES, (1, 2, 3)), rtol=1e-11)


@pytest.mark.parametrize("axes", [(1,), (-2,), (-1, -2), (-5, -4, -3, -2, -1), ()])
def test_layer_norm_takes_the_last_axes_only(axes):
    with pytest.raises(ConvkitError, match="the last axes of 4"):
        layer_norm(IMAGES, 1.0, 0.0, axes=axes)


@pytest.mark.parametrize("groups", [1, 2, 8])
def test_group_norm_takes_its_statistics_over_each_group(groups):
    parts = [standardized(part, (1, 2, 3)) for part in np.split(IMAGES, groups, axis=-1)]
    value = group_norm(IMAGES, GAMMA, BETA, groups=groups)
    expected = np.concatenate(parts, axis=-1) * GAMMA + BETA
    np.testing.assert_allclose(value.data, expected, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("groups", [0, 3, 16])
def test_groups_must_divide_the_channels(groups):
    with pytest.raises(ConvkitError, match=rf"groups \(={groups}\) must divide .* \(=8\)"):
        group_norm(IMAGES, GAMMA, BETA, groups=groups)


def test_a_far_mean_costs_no_precision():
    x = (RNG.standard_normal((1000, 4)) + 1e4).astype(np.float32)
    _, _, variance = batch_norm_train(x, np.ones(4, np.float32), np.zeros(4, np.float32))
    np.testing.assert_allclose(variance, x.astype(np.float64).var(0), rtol=1e-4)


def test_a_constant_channel_is_shifted_to_beta():
    x = Tensor(np.full((7, 2), 3.0), requires_grad=True)
    value = batch_norm_train(x, np.ones(2), np.array([5.0, -1.0])).value
    np.testing.assert_array_equal(value.data, np.tile([5.0, -1.0], (7, 1)))
    value.backward(RNG.normal(size=(7, 2)))
    assert np.isfinite(x.grad).all()
