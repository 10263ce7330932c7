"""Grey, linear light and alpha."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from convkit.images import (
    color,
    linear_to_srgb,
    luma,
    premultiply,
    srgb_to_linear,
    unpremultiply,
    with_alpha,
)
from convkit.images.picture import white_of
from tests.images.making import KINDS, frame, noise

COLORS = frame("rgb", height=211, width=302)
WEIGHTS = [0.299, 0.587, 0.114]


@pytest.mark.parametrize("strip", [1, 2718, 1 << 20])
def test_luma_of_8_bits_is_pillows(monkeypatch, strip):
    monkeypatch.setattr(color, "LUMA_BYTES", strip)
    expected = np.asarray(Image.fromarray(COLORS).convert("L"))
    np.testing.assert_array_equal(luma(COLORS), expected)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int32"])
def test_luma_of_whole_numbers_is_rounded(dtype):
    pixels = noise((211, 302, 3), dtype)
    found = luma(pixels)
    assert found.dtype == dtype
    # Weights to 2**-16, or arithmetic to as many bits, may pass a half: nothing else may differ.
    assert np.abs(found - pixels @ np.array(WEIGHTS)).max() < 0.51


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-6), ("float64", 1e-14)])
def test_luma_of_floats_is_not_rounded(dtype, tolerance):
    pixels = noise((40, 50, 3), dtype)
    found = luma(pixels)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, pixels @ np.array(WEIGHTS), atol=tolerance)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32", "float64", "int64"])
def test_grey_pixels_keep_their_value(dtype):
    grey = noise((9, 9), "uint8").astype(dtype)
    np.testing.assert_array_equal(luma(np.dstack([grey] * 3)), grey)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_white_stays_white(dtype):
    white = white_of(dtype)
    np.testing.assert_array_equal(luma(np.full((3, 4, 3), white, dtype)), white)


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1)])
def test_luma_of_a_view(shape):
    pixels = noise((*shape, 4))
    expected = np.asarray(Image.fromarray(pixels).convert("RGB").convert("L"))
    np.testing.assert_array_equal(luma(pixels[:, :, :3]), expected)


def test_srgb_figures():
    # Mid grey 188 is half of the light (the figure of every gamma test chart).
    assert srgb_to_linear(np.array([188 / 255])) == pytest.approx(0.5029, abs=1e-4)
    box = linear_to_srgb(np.array([1 / 3, 2 / 3]))
    np.testing.assert_array_equal(np.rint(255 * box), [156, 213])


@given(st.floats(-2, 2, width=32))
def test_srgb_there_and_back(value):
    for dtype, tolerance in ((np.float32, 2e-6), (np.float64, 1e-7)):
        there = srgb_to_linear(np.array([value], dtype))
        back = linear_to_srgb(there)
        assert there.dtype == back.dtype == dtype
        assert back[0] == pytest.approx(value, rel=1e-5, abs=tolerance)


@pytest.mark.parametrize("shape", [(11, 14), (11, 14, 3)])
def test_premultiplied_there_and_back(shape):
    color = noise(shape, "float32")
    alpha = noise((11, 14), "float32", 1)
    alpha[:3] = 0
    found = unpremultiply(premultiply(color, alpha), alpha)
    np.testing.assert_array_equal(found[:3], 0)
    np.testing.assert_allclose(found[3:], color[3:], rtol=1e-5)


def test_alpha_is_the_last_channel():
    for kind in ("grey", "rgb"):
        joined = with_alpha(frame(kind), noise((11, 14), seed=9))
        assert joined.shape == (11, 14, KINDS[kind] + 1)
        np.testing.assert_array_equal(joined[..., -1], noise((11, 14), seed=9))
