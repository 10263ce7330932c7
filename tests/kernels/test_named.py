"""Every entry of the table, and the conventions of the gradient kernels against the peers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage
from skimage import filters

from convkit.errors import ConvkitError
from convkit.kernels import compass_set, describe, gradient_pair, kernel, named, names

ENTRIES = {entry.name: entry for entry in names()}
ZERO_SUM_FAMILIES = {"gradient", "compass"}
SUM_ONE_FAMILIES = {"smooth", "enhance"}


@pytest.mark.parametrize("name", ENTRIES)
def test_every_entry_is_sound(name):
    entry, built = ENTRIES[name], named(name)
    assert np.isfinite(built.weights).all()
    assert built.name == name
    assert entry.summary
    assert describe(built).answers_to
    if entry.family in ZERO_SUM_FAMILIES:
        assert built.is_zero_sum
        assert not built.is_smoothing
    if entry.family in SUM_ONE_FAMILIES:
        assert built.sum == pytest.approx(1, abs=1e-12)
    assert built.is_smoothing == (entry.family == "smooth")
    for alias in entry.aliases:
        assert np.array_equal(kernel(alias), built.weights)


@pytest.mark.parametrize("name", ENTRIES)
def test_every_parameter_can_be_given_its_default_by_keyword_and_in_text(name):
    entry = ENTRIES[name]
    for key, default in entry.parameters.items():
        text = "auto" if default is None else default
        assert np.array_equal(kernel(name, **{key: default}), kernel(name))
        assert np.array_equal(kernel(f"{name}:{key}={text}"), kernel(name))


def test_the_textbook_matrices():
    assert kernel("sobel-h").tolist() == [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]
    assert kernel("vertical-edge").tolist() == [[-1, 0, 1]] * 3
    assert kernel("horizontal-edge").tolist() == [[-1] * 3, [0] * 3, [1] * 3]
    assert kernel("scharr-v").tolist() == [[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]]
    assert kernel("roberts").tolist() == [[1, 0], [0, -1]]
    assert kernel("kirsch").tolist() == [[5, 5, 5], [-3, 0, -3], [-3, -3, -3]]


def test_a_kernel_is_a_fresh_copy():
    kernel("sobel-h")[0, 0] = 99
    assert kernel("sobel-h")[0, 0] == -1


@pytest.fixture
def picture():
    return np.random.default_rng(3).normal(size=(12, 15))


def inner(array):
    """Drop the border, where the peers differ."""
    return array[3:-3, 3:-3]


@pytest.mark.parametrize(
    ("name", "peer"),
    [
        ("sobel-h", lambda image: ndimage.sobel(image, axis=0)),
        ("sobel-v", lambda image: ndimage.sobel(image, axis=1)),
        ("prewitt-h", lambda image: ndimage.prewitt(image, axis=0)),
        ("vertical-edge", lambda image: ndimage.prewitt(image, axis=1)),
        ("sobel-h", lambda image: 4 * filters.sobel_h(image)),
        ("sobel-v", lambda image: 4 * filters.sobel_v(image)),
        ("prewitt-h", lambda image: 3 * filters.prewitt_h(image)),
        ("prewitt-v", lambda image: 3 * filters.prewitt_v(image)),
        ("scharr-h", lambda image: 16 * filters.scharr_h(image)),
        ("scharr-v", lambda image: 16 * filters.scharr_v(image)),
        ("farid-h", filters.farid_h),
        ("farid-v", filters.farid_v),
        ("laplacian-4", ndimage.laplace),
    ],
)
def test_signs_and_axes_against_the_peers(picture, name, peer):
    ours = ndimage.correlate(picture, kernel(name))
    np.testing.assert_allclose(inner(ours), inner(peer(picture)), atol=1e-12)


@pytest.mark.parametrize("diagonal", ["pos", "neg"])
def test_roberts_has_the_matrix_of_skimage_which_flips_it(picture, diagonal):
    theirs = getattr(filters, f"roberts_{diagonal}_diag")(picture)
    ours = ndimage.convolve(picture, kernel(f"roberts-{diagonal}-diag"))
    np.testing.assert_allclose(inner(ours), inner(theirs), atol=1e-12)


@pytest.mark.parametrize("name", ["sobel", "prewitt", "scharr", "farid"])
def test_a_pair_measures_a_ramp_along_y_and_x(name):
    horizontal, vertical = gradient_pair(name)
    y, x = np.mgrid[:9, :9].astype(float)
    for ramp, rises in ((y, horizontal), (x, vertical)):
        for part in (horizontal, vertical):
            middle = ndimage.correlate(ramp, part.weights)[4, 4]
            assert (middle > 0.5) if part is rises else (abs(middle) < 1e-12)


@pytest.mark.parametrize("name", ["kirsch", "robinson", "prewitt-compass", "sobel-compass"])
def test_a_compass_kernel_answers_most_where_bright_lies_on_its_side(name):
    kernels = compass_set(name)
    towards = [(0, -1), (1, -1), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1)]
    y, x = np.mgrid[-1:2, -1:2]
    for expected, (dx, dy) in enumerate(towards):
        ramp = dx * x + dy * y
        assert np.argmax([(part.weights * ramp).sum() for part in kernels]) == expected
    points = [part.name.rpartition("-")[2] for part in kernels]
    assert points == ["n", "ne", "e", "se", "s", "sw", "w", "nw"]


def test_a_compass_set_by_its_short_name_and_its_published_masks():
    assert [part.name for part in compass_set("sobel")] == [
        part.name for part in compass_set("sobel-compass")
    ]
    assert kernel("kirsch-ne").tolist() == [[-3, 5, 5], [-3, 0, 5], [-3, -3, -3]]
    assert kernel("robinson-e").tolist() == [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    assert kernel("prewitt-e").tolist() == [[-1, 1, 1], [-1, -2, 1], [-1, 1, 1]]
    assert np.array_equal(kernel("sobel-s"), kernel("sobel-h"))
    assert np.array_equal(kernel("sobel-e"), kernel("sobel-v"))


@pytest.mark.parametrize(
    ("call", "says", "hint"),
    [
        (lambda: kernel("sobl-h"), "unknown kernel 'sobl-h'", "sobel-h"),
        (lambda: kernel("gausian:size=3"), "unknown kernel 'gausian'", "'gaussian'"),
        (lambda: kernel("zzz"), "unknown kernel 'zzz'", "convkit kernels"),
        (lambda: kernel("sobel"), "'sobel' is a pair", "sobel-h, sobel-v"),
        (lambda: kernel("sobel-compass"), "set of eight", "sobel-n"),
        (lambda: gradient_pair("sobell"), "unknown gradient pair 'sobell'", "'sobel'"),
        (lambda: compass_set("kirch"), "unknown compass set 'kirch'", "'kirsch'"),
    ],
)
def test_a_wrong_name_gets_the_way_out(call, says, hint):
    with pytest.raises(ConvkitError, match=says) as caught:
        call()
    assert hint in caught.value.hint
