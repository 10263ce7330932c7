"""The parametrised families against SciPy, scikit-image and formulas written as loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage, signal
from skimage.filters import gabor_kernel

from convkit.errors import ConvkitError
from convkit.kernels import Kernel, kernel, separable_terms

odd = st.integers(0, 7).map(lambda half: 2 * half + 1)
angles = st.floats(-360, 360)


def impulse(side):
    image = np.zeros((side, side))
    image[side // 2, side // 2] = 1
    return image


@given(size=odd, sigma=st.floats(0.2, 5))
def test_gaussian_is_scipys(size, sigma):
    theirs = ndimage.gaussian_filter(impulse(size), sigma, mode="constant", radius=size // 2)
    np.testing.assert_allclose(kernel("gaussian", size=size, sigma=sigma), theirs, atol=1e-14)


def test_gaussian_takes_the_missing_one_from_the_other():
    assert kernel("gaussian", sigma=1.5).shape == (11, 11)
    assert kernel("gaussian").shape == (7, 7)
    # OpenCV's getGaussianKernel(7, 0) uses sigma 0.3 * ((7 - 1) / 2 - 1) + 0.8 = 1.4.
    assert np.array_equal(kernel("gaussian", size=7), kernel("gaussian", size=7, sigma=1.4))
    tall = kernel("gaussian", size=(7, 3))
    np.testing.assert_allclose(tall.sum(1), kernel("gaussian", size=7, sigma=1.4).sum(1))
    np.testing.assert_allclose(tall.sum(0), kernel("gaussian", size=3, sigma=0.8).sum(0))


def test_log_is_scipys():
    theirs = ndimage.gaussian_laplace(impulse(33), 2.0, mode="constant", truncate=4)
    np.testing.assert_allclose(kernel("log:sigma=2"), theirs[8:-8, 8:-8], atol=3e-5)


@given(sigma=st.floats(0.4, 4))
def test_log_and_dog_sum_to_zero_and_are_two_separable_kernels(sigma):
    for name in ("log", "dog"):
        weights = kernel(name, sigma=sigma)
        assert Kernel(name, weights).sum == 0
        assert abs(weights.sum()) < 1e-14 * np.abs(weights).sum()
        assert len(separable_terms(weights)) == 2


def test_dog_is_the_difference_of_scipys_gaussians():
    narrow, wide = (ndimage.gaussian_filter(impulse(11), s, radius=5) for s in (1.0, 1.6))
    np.testing.assert_allclose(kernel("dog:sigma=1,ratio=1.6"), narrow - wide, atol=1e-14)


@given(rows=st.integers(1, 8), columns=st.integers(1, 8))
def test_box_and_binomial(rows, columns):
    assert kernel("box", size=(rows, columns)).tolist() == [[1 / (rows * columns)] * columns] * rows
    column, row = np.ones((1, 1)), np.ones((1, 1))
    for _ in range(rows - 1):
        column = signal.convolve2d(column, [[0.5], [0.5]])
    for _ in range(columns - 1):
        row = signal.convolve2d(row, [[0.5, 0.5]])
    np.testing.assert_allclose(kernel("binomial", size=(rows, columns)), column @ row)


@given(size=odd, angle=angles)
def test_motion_is_a_line_of_sum_one_that_half_a_turn_leaves_alone(size, angle):
    weights = kernel("motion", size=size, angle=angle)
    assert weights.sum() == pytest.approx(1)
    assert weights.min() >= 0
    np.testing.assert_allclose(weights, weights[::-1, ::-1], atol=1e-12)
    np.testing.assert_allclose(weights, kernel("motion", size=size, angle=angle + 180), atol=1e-9)
    np.testing.assert_allclose(
        np.rot90(weights), kernel("motion", size=size, angle=angle + 90), atol=1e-9
    )


def test_motion_along_the_axes_and_upwards_to_the_right():
    line = [[0] * 5, [0] * 5, [0.2] * 5, [0] * 5, [0] * 5]
    assert kernel("motion:size=5").tolist() == line
    assert np.array_equal(kernel("motion:size=5,angle=90"), kernel("motion:size=5").T)
    rising = kernel("motion:size=5,angle=45")
    assert rising[1, 3] > 0
    assert rising[1, 1] == 0


@given(
    half=st.integers(0, 6),
    sigma=st.floats(0.5, 5),
    theta=angles,
    wavelength=st.floats(2, 12),
    gamma=st.floats(0.2, 2),
    psi=angles,
)
def test_gabor_is_opencvs_formula(half, sigma, theta, wavelength, gamma, psi):
    ours = kernel(
        "gabor",
        size=2 * half + 1,
        sigma=sigma,
        theta=theta,
        wavelength=wavelength,
        gamma=gamma,
        psi=psi,
    )
    c, s = math.cos(math.radians(theta)), math.sin(math.radians(theta))
    for y in range(-half, half + 1):
        for x in range(-half, half + 1):
            u, v = x * c + y * s, -x * s + y * c
            envelope = math.exp(-(u**2) / (2 * sigma**2) - v**2 / (2 * (sigma / gamma) ** 2))
            value = envelope * math.cos(2 * math.pi * u / wavelength + math.radians(psi))
            # OpenCV stores it turned by half a turn: kernel.at(ymax - y, xmax - x) = value.
            assert ours[half - y, half - x] == pytest.approx(value, abs=1e-12)


def test_gabor_is_skimages_but_for_the_scale():
    theirs = gabor_kernel(1 / 6, theta=0.5, sigma_x=3, sigma_y=3, offset=-0.4).real
    half = theirs.shape[0] // 2
    ours = kernel(
        "gabor", size=2 * half + 1, sigma=3, theta=math.degrees(0.5), psi=math.degrees(0.4)
    )
    np.testing.assert_allclose(ours, theirs * 2 * math.pi * 9, atol=1e-12)


def test_unsharp_adds_what_a_blur_takes_away():
    picture = np.random.default_rng(1).normal(size=(20, 20))
    blurred = ndimage.gaussian_filter(picture, 2, radius=4)
    ours = ndimage.correlate(picture, kernel("unsharp:size=9,sigma=2,amount=0.7"))
    np.testing.assert_allclose(ours, picture + 0.7 * (picture - blurred), atol=1e-12)


def test_sharpen_is_identity_minus_laplacian():
    assert np.array_equal(kernel("sharpen"), kernel("identity") - kernel("laplacian"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("gaussian:size=4", "size must be odd.*got 4"),
        ("gaussian:size=0", "size must be from 1 to 10001, got 0"),
        ("gaussian:size=10003", "size must be from 1 to 10001, got 10003"),
        ("box:size=2.5", "size must be a whole number, got 2.5"),
        ("box:size=9999", "99,980,001 weights, 16,777,216 at most"),
        ("motion:size=3x5", "size must be one number, got 3x5"),
        ("gaussian:sigma=0", "sigma must be greater than 0, got 0"),
        ("gaussian:sigma=-1", "sigma must be greater than 0, got -1"),
        ("gaussian:sigma=1e9", "sigma must be from 0.001 to 1,000,000"),
        ("gaussian:sigma=3x3", "sigma must be a finite number"),
        ("gaussian:sigma=nan", "sigma of gaussian: 'nan' isn't finite"),
        ("gaussian:size=big", "size of gaussian: 'big' isn't a number"),
        ("gaussian:sizes=3", "unknown parameter 'sizes' of gaussian"),
        ("gaussian:size=3,size=5", "'size' is given twice"),
        ("gaussian:7", "'7' isn't key=value"),
        ("sobel-h:size=3", "sobel-h takes no parameters"),
        ("dog:ratio=1", "ratio must be greater than 1"),
        ("log:sigma=0.01", "leaves only zeros"),
        ("dog:sigma=0.01", "leaves only zeros"),
    ],
)
def test_a_parameter_that_makes_no_sense(text, says):
    with pytest.raises(ConvkitError, match=says):
        kernel(text)


def test_parameters_by_keyword_are_checked_the_same():
    with pytest.raises(ConvkitError, match="given twice"):
        kernel("gaussian:size=3", size=5)
    with pytest.raises(ConvkitError, match="finite number, got inf"):
        kernel("gabor", psi=math.inf)
    with pytest.raises(ConvkitError, match="one number or two"):
        kernel("box", size=(1, 2, 3))
    with pytest.raises(ConvkitError, match="size must be a finite number"):
        kernel("box", size=[3, 5])
    assert kernel("box", size="3x5").shape == (3, 5)
    assert kernel("box", size=np.int64(4)).shape == (4, 4)
