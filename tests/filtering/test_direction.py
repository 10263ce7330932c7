"""The colour wheel against the standard library's."""

import colorsys

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from convkit.filtering.direction import wheel


@given(st.floats(0, 359.9), st.floats(0, 1))
def test_the_wheel_is_hsv_with_full_saturation(degrees, strength):
    colour = wheel(np.array([[degrees]]), np.array([[strength]]))[0, 0]
    np.testing.assert_allclose(colour, colorsys.hsv_to_rgb(degrees / 360, 1, strength), atol=1e-6)
