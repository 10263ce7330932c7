"""The compiled column-times-row, against the definition and SciPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from convkit.conv import MODES, Border, as_image, plan_convolution
from convkit.conv.compiling import separating, start, strips
from tests.conv.oracle import correlate

pytest.importorskip("numba", reason="the extra 'fast' has it")

BOUND = 5e-7
NAME = "compiled-separable"


@pytest.fixture(autouse=True)
def _forgetful():
    start.forget()
    yield
    start.forget()


def run(image, column, row, *, threads=None, **options):
    pixels = as_image(image)
    plan = plan_convolution(pixels, np.outer(column, row), strategy=NAME, **options)
    return plan.run(pixels, threads=threads)


@st.composite
def cases(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kh, kw = draw(st.integers(1, 19)), draw(st.integers(1, 19))
    pads = tuple(draw(st.integers(0, 20)) for _ in range(4))
    height = draw(st.integers(max(1, kh - pads[0] - pads[1]), 24))
    width = draw(st.integers(max(1, kw - pads[2] - pads[3]), 24))
    dtype = draw(st.sampled_from(["uint8", "uint16", "float32", "int8"]))
    image = (rng.random((height, width)) * 100).astype(dtype)
    factors = rng.normal(size=kh), rng.normal(size=kw)
    return image, factors, pads, draw(st.sampled_from(list(MODES)))


@given(case=cases(), rows=st.sampled_from([1, 3, 64]))
@settings(max_examples=80, deadline=None)
def test_agrees_with_the_definition(case, rows):
    image, (column, row), pads, mode = case
    kernel = np.outer(column, row)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strips, "ROWS", rows)
        patch.setattr("convkit.conv.plan.BAND_SAMPLES", 20)
        out = run(image, column, row, pad=pads, border=Border(mode))[:, :, 0]
    expected = correlate(image.astype(float), kernel, pads=pads, mode=mode).astype(float)
    assert out.dtype == np.float32
    np.testing.assert_allclose(out, expected, rtol=0, atol=BOUND * abs(kernel).sum() * 100)


@pytest.mark.parametrize("size", [3, 9, 16, 63])
@pytest.mark.parametrize("shape", [(70, 65, 3), (200, separating.BLOCK + 200, 1)])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_blocks_strips_and_channels_agree_with_scipy(size, shape, dtype):
    rng = np.random.default_rng(0)
    image = (rng.random(shape) * 255).astype(dtype)
    column, row = rng.normal(size=(2, size))
    out = run(image, column, row, pad="same", border=Border("edge"))
    expected = image.astype(float)
    for axis, factor in enumerate((column, row)):
        origin = 0 if size % 2 else -1  # an even kernel's extra pixel is at the bottom and right
        expected = ndimage.correlate1d(expected, factor, axis=axis, mode="nearest", origin=origin)
    scale = np.abs(np.outer(column, row)).sum() * 255
    np.testing.assert_allclose(out, expected, rtol=0, atol=BOUND * scale)


def test_a_nan_stays_in_its_window():
    image = np.random.default_rng(1).random((70, 90), dtype=np.float32)
    column, row = np.random.default_rng(2).normal(size=(2, 9))
    clean = run(image, column, row, pad="same")
    image[30, 40] = np.nan
    spoilt = run(image, column, row, pad="same")
    window = np.zeros(clean.shape, bool)
    window[26:35, 36:45] = True
    assert np.isnan(spoilt[window]).all()
    np.testing.assert_array_equal(spoilt[~window], clean[~window])


def test_any_number_of_threads_gives_the_same_bits():
    image = np.random.default_rng(3).random((900, 1201), dtype=np.float32)
    column, row = np.random.default_rng(4).normal(size=(2, 15))
    one = run(image, column, row, threads=1)
    for threads in (2, 5):
        np.testing.assert_array_equal(run(image, column, row, threads=threads), one)


def test_one_compilation_serves_every_size():
    image = np.ones((40, 40), np.float32)
    run(image, np.ones(3), np.ones(3))
    costs = {
        candidate.name: candidate.cost
        for candidate in plan_convolution(as_image(image), np.ones((21, 21))).candidates
    }
    assert min(costs, key=costs.get) == NAME
