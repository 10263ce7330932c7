"""The properties that others decide by: sums, signs, banks."""

from __future__ import annotations

import numpy as np
import pytest

from convkit.errors import ConvkitError
from convkit.kernels import Kernel, kernel, parse


def test_rounding_of_decimals_and_of_float32_doesnt_hide_a_zero_sum():
    assert sum([0.1, 0.2, -0.3]) != 0
    assert parse("0.1 0.2 -0.3").sum == 0
    narrow = kernel("log:sigma=2").astype(np.float32)
    assert narrow.sum() != 0
    assert Kernel("narrow", narrow).is_zero_sum
    assert parse("0.33 0.33 -0.67").sum == pytest.approx(-0.01)


def test_a_small_sum_is_no_zero_sum():
    almost = parse("1 2 -3.00001")
    assert almost.sum == pytest.approx(-1e-5)
    assert not almost.is_zero_sum


def test_what_a_kernel_is_by_its_signs():
    assert parse("1 2 1").is_smoothing
    assert not parse("0 0").is_smoothing
    assert not parse("-1 3 -1").is_smoothing
    assert not parse("-1 3 -1").is_zero_sum
    assert parse("1 -2 1").is_zero_sum
    assert parse("1 -2 1").is_integer
    assert not parse("1 0.5").is_integer


def test_a_bank_is_what_all_its_maps_are():
    edge, blur = kernel("sobel-h"), kernel("box")
    assert Kernel("edges", np.stack([edge, -edge])[:, np.newaxis]).is_zero_sum
    assert not Kernel("mixed", np.stack([edge, blur])[:, np.newaxis]).is_zero_sum
    assert Kernel("blurs", np.stack([blur, blur])[:, np.newaxis]).is_smoothing
    assert not Kernel("off", np.stack([blur, 0 * blur])[:, np.newaxis]).is_smoothing
    # One map of two channels that cancel each other: a colour difference.
    assert Kernel("difference", np.stack([blur, -blur])[np.newaxis]).is_zero_sum


def test_the_weights_are_a_copy_that_nobody_can_change():
    weights = np.eye(2)
    built = Kernel("eye", weights)
    weights[0, 0] = 5
    assert built.weights[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        built.weights[0, 0] = 5


def test_a_side_is_bounded():
    with pytest.raises(ConvkitError, match="a side is 10001 at most"):
        Kernel("long", np.zeros((1, 10_002)))
