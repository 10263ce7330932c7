"""Grey, linear light and alpha."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from convkit.images import (
    linear_to_srgb,
    premultiply,
    srgb_to_linear,
    to_grey,
    unpremultiply,
    with_alpha,
)
from tests.images.making import KINDS, frame, noise


def test_grey_is_pillows():
    pixels = frame("rgb")
    found = to_grey(pixels)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, np.asarray(Image.fromarray(pixels).convert("L")), atol=0.6)
    np.testing.assert_allclose(found, pixels @ [0.299, 0.587, 0.114], atol=1e-4)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32", "float64", "int64"])
def test_grey_pixels_keep_their_value(dtype):
    grey = noise((9, 9), "uint8").astype(dtype)
    found = to_grey(np.dstack([grey] * 3))
    assert found.dtype == (np.float64 if dtype in ("float64", "int64") else np.float32)
    np.testing.assert_array_equal(found, grey)


@pytest.mark.parametrize("kind", KINDS)
def test_alpha_is_left_out(kind):
    pixels = frame(kind)
    parts = pixels.reshape(11, 14, -1)
    color = parts[..., :3] if kind.startswith("rgb") else np.repeat(parts[..., :1], 3, axis=2)
    np.testing.assert_array_equal(to_grey(pixels), to_grey(color))


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
