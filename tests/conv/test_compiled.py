"""The strategy that numba compiles, against the definition; and the plan with and without it."""

import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

import convkit
from convkit.conv import MODES, Border, as_image, plan_convolution
from convkit.conv.compiling import compiler, correlating, start, strips
from convkit.conv.strategies import compiled
from tests.cli.process import ROOT, environment
from tests.conv.oracle import correlate

SIZES = [(1, 1), (1, 4), (3, 3), (8, 2), (5, 5)]  # 8 rows take two passes
DTYPES = ["bool", "uint8", "int16", "uint16", "float16", "float32", ">f4"]
BOUND = 5e-7


@pytest.fixture
def _numba():
    pytest.importorskip("numba", reason="numba isn't installed; the extra 'fast' has it")


with_numba = pytest.mark.usefixtures("_numba")


@pytest.fixture(autouse=True)
def _forgetful():
    """Begin each test as a process begins."""
    start.forget()
    compiler.is_installed.cache_clear()
    yield
    compiler.is_installed.cache_clear()


@pytest.fixture
def _absent(monkeypatch):
    for module in (compiler, convkit.conv.plan):
        monkeypatch.setattr(module, "find_spec", lambda name: None)


def run(image, kernel, *, threads=None, **options):
    pixels = as_image(image)
    plan = plan_convolution(pixels, np.asarray(kernel, float), strategy="compiled", **options)
    return plan.run(pixels, threads=threads)


def random_image(rng, dtype, shape):
    if dtype == "bool":
        return rng.random(shape) < 0.5
    if np.dtype(dtype).kind == "f":
        return (rng.standard_normal(shape) * 100).astype(dtype)
    bounds = np.iinfo(dtype)
    return rng.integers(bounds.min, bounds.max, shape, dtype=dtype, endpoint=True)


@st.composite
def problems(draw):
    """Draw an image, a kernel that fits, and borders; the image may lie oddly in memory."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kh, kw = draw(st.sampled_from(SIZES))
    pads = tuple(draw(st.integers(0, 12)) for _ in range(4))
    height = draw(st.integers(max(1, kh - pads[0] - pads[1]), 14))
    width = draw(st.integers(max(1, kw - pads[2] - pads[3]), 14))
    image = random_image(rng, draw(st.sampled_from(DTYPES)), (height, width))
    if draw(st.booleans()):
        image = np.asfortranarray(image)
    whole = draw(st.booleans())
    kernel = rng.integers(-3, 4, (kh, kw)).astype(float) if whole else rng.normal(size=(kh, kw))
    mode = draw(st.sampled_from(list(MODES)))
    value = draw(st.sampled_from([-5, 300])) if mode == "constant" else 0
    return image, kernel, {"pads": pads, "mode": mode, "value": value}


@with_numba
@pytest.mark.parametrize("strip_rows", [1, 3, strips.ROWS])
@given(problem=problems())
@settings(max_examples=60, deadline=None)
def test_agrees_with_the_definition(problem, strip_rows):
    image, kernel, options = problem
    border = Border(options["mode"], (options["value"],))
    expected = correlate(image, kernel, **options).astype(float)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strips, "ROWS", strip_rows)
        patch.setattr("convkit.conv.plan.BAND_SAMPLES", 20)
        out = run(image, kernel, pad=options["pads"], border=border)[:, :, 0]
    assert out.dtype == np.float32
    if image.dtype.kind in "biu" and (kernel == np.rint(kernel)).all():
        np.testing.assert_array_equal(out, expected)
    else:
        scale = np.abs(kernel).sum() * max(np.abs(image.astype(float)).max(), 300)
        np.testing.assert_allclose(out, expected, rtol=0, atol=BOUND * scale)


@with_numba
@pytest.mark.parametrize("shape", [(1, 1), (1, 700), (700, 1), (129, 1031), (70, 6)])
@pytest.mark.parametrize("size", [(3, 3), (5, 5)])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize("channels", [1, 3])
def test_many_strips_and_channels_agree_with_scipy(shape, size, dtype, channels):
    rng = np.random.default_rng(0)
    image = random_image(rng, dtype, (*shape, channels))
    kernel = rng.standard_normal(size)
    out = run(image, kernel, pad="same", border=Border("symmetric"))
    expected = ndimage.correlate(image.astype(float), kernel[:, :, np.newaxis], mode="reflect")
    bound = BOUND * np.abs(kernel).sum() * np.abs(image.astype(float)).max()
    np.testing.assert_allclose(out, expected, rtol=0, atol=bound)


@with_numba
def test_the_largest_kernel_agrees_with_scipy():
    rng = np.random.default_rng(1)
    image = rng.random((40, 50), dtype=np.float32)
    kernel = rng.standard_normal((compiled.LARGEST, compiled.LARGEST))
    expected = ndimage.correlate(image.astype(float), kernel, mode="mirror")
    out = run(image, kernel, pad="same", border=Border("reflect101"))[:, :, 0]
    np.testing.assert_allclose(out, expected, rtol=0, atol=BOUND * np.abs(kernel).sum())


@with_numba
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_nan_stays_in_its_window(bad):
    rng = np.random.default_rng(2)
    image = rng.random((70, 50), dtype=np.float32)
    kernel = rng.standard_normal((5, 5))
    clean = run(image, kernel, pad="same")
    image[40, 25] = image[0, 0] = bad
    spoilt = run(image, kernel, pad="same")
    window = np.zeros((*image.shape, 1), bool)
    window[38:43, 23:28] = window[:3, :3] = True
    assert not np.isfinite(spoilt[window]).any()
    np.testing.assert_array_equal(spoilt[~window], clean[~window])


@with_numba
def test_any_number_of_threads_gives_the_same_bits():
    rng = np.random.default_rng(3)
    image = rng.random((900, 1201), dtype=np.float32)
    kernel = rng.standard_normal((3, 3))
    one = run(image, kernel, pad="same", threads=1)
    for threads in (2, 5):
        np.testing.assert_array_equal(run(image, kernel, pad="same", threads=threads), one)


@with_numba
def test_a_read_only_image_mapped_from_a_file_is_read_where_it_lies(tmp_path):
    image = np.random.default_rng(4).integers(0, 256, (80, 30), np.uint8)
    np.save(tmp_path / "image.npy", image)
    mapped = np.load(tmp_path / "image.npy", mmap_mode="r")
    out = run(mapped, np.ones((3, 3)))
    np.testing.assert_array_equal(out, convkit.convolve(image, np.ones((3, 3)))[:, :, np.newaxis])


@with_numba
@pytest.mark.parametrize(
    ("dtype", "kernel", "options"),
    [
        ("float64", np.ones((3, 3)), {}),
        ("uint16", np.full((3, 3), 1000.0), {}),  # beyond what float32 holds exactly
        ("uint8", np.ones((3, 3)), {"stride": 2}),
        ("uint8", np.ones((3, 3)), {"dilation": 2}),
        ("uint8", np.ones((compiled.LARGEST + 1, 1)), {}),
        ("uint8", np.ones((2, 1, 3, 3)), {}),
    ],
)
def test_what_it_would_get_wrong_or_slow_is_left_to_others(dtype, kernel, options):
    image = np.ones((20, 20), dtype)
    with pytest.raises(convkit.ConvkitError, match="can't compute this convolution"):
        run(image, kernel, **options)


# --- whether it is taken ---


def photo(side):
    return np.random.default_rng(5).random((side, side, 1), dtype=np.float32)


KERNEL = np.random.default_rng(6).standard_normal((5, 5))


@with_numba
def test_one_image_does_not_repay_the_start():
    plan = plan_convolution(photo(512), KERNEL)
    costs = {candidate.name: candidate.cost for candidate in plan.candidates}
    assert plan.strategy != "compiled"
    assert costs["compiled"] > costs[plan.strategy]


@with_numba
def test_once_compiled_it_is_taken_for_every_kernel_of_that_size():
    run(photo(32), KERNEL)
    assert plan_convolution(photo(32), KERNEL + 1).strategy == "compiled"
    assert plan_convolution(photo(32), KERNEL[:, :4]).strategy != "compiled"


@with_numba
def test_calls_from_python_are_remembered_until_they_repay_the_start(monkeypatch):
    for constant in ("IMPORT_NS", "COMPILE_NS", "COMPILE_TAP_NS"):
        monkeypatch.setattr(start, constant, getattr(start, constant) / 1e4)
    image, taken = photo(64), []
    for _ in range(40):
        taken.append(plan_convolution(image, KERNEL).strategy == "compiled")
        out = convkit.convolve(image, KERNEL)
        np.testing.assert_allclose(out, run_direct(image), atol=1e-5)
    assert not taken[0]
    assert taken[-1]
    assert taken == sorted(taken)


def run_direct(image):
    return plan_convolution(image, KERNEL, strategy="direct").run(image)


def test_planning_alone_is_not_remembered():
    before = plan_convolution(photo(64), KERNEL).candidates
    assert plan_convolution(photo(64), KERNEL).candidates == before


@with_numba
def test_a_program_that_filters_one_image_does_not_load_numba():
    code = (
        "import sys, json, numpy, convkit; "
        "convkit.convolve(numpy.ones((300, 300), 'f4'), numpy.eye(3)); "
        "print(json.dumps('numba' in sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, cwd=ROOT, env=environment(), check=True
    )
    assert json.loads(result.stdout) is False


@pytest.mark.usefixtures("_absent")
def test_without_numba_others_compute_and_a_wish_says_what_is_missing():
    image = photo(40)
    plan = plan_convolution(image, KERNEL)
    assert "compiled" not in {candidate.name for candidate in plan.candidates}
    np.testing.assert_allclose(plan.run(image), run_direct(image), atol=1e-5)
    with pytest.raises(convkit.ConvkitError) as raised:
        run(image, KERNEL)
    assert raised.value.message == "the strategy 'compiled' needs numba, which isn't installed"
    assert raised.value.hint == "pip install 'convkit[fast]'"


# --- the source that is compiled ---


@pytest.mark.parametrize(("kh", "kw", "channels"), [(1, 1, 1), (2, 3, 1), (9, 4, 3)])
def test_the_source_is_plain_python_that_correlates(kh, kw, channels):
    rng = np.random.default_rng(7)
    pixels = rng.integers(0, 9, (kh + 3, kw + 2, channels)).astype(np.float32)
    weights = rng.integers(-3, 4, (kh, kw)).astype(np.float32)
    namespace = {"float32": np.float32, "prefetch": lambda row, x: row[x]}
    exec(correlating.source("loop", kh, kw, channels), namespace)
    out = np.full((2, 1 + 3 * channels), -1, np.float32)
    namespace["loop"](pixels.reshape(kh + 3, -1), 1, weights, out, 1)
    for channel in range(channels):
        expected = correlate(pixels[1:-1, :, channel], weights).astype(float)
        np.testing.assert_array_equal(out[:, 1 + channel :: channels], expected)
    assert (out[:, 0] == -1).all()


@with_numba
def test_without_a_folder_to_keep_it_in_it_is_compiled_for_the_process(monkeypatch):
    import numba

    njit = numba.njit

    def nowhere(*functions, cache=False, **options):
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return njit(*functions, **options)

    monkeypatch.setattr(numba, "njit", nowhere)
    correlate_1x2 = correlating.correlating.__wrapped__(1, 2, 1)
    out = np.empty((1, 2), np.float32)
    correlate_1x2(np.float32([[1, 2, 3]]), 0, np.float32([[1, 10]]), out, 0)
    assert out.tolist() == [[21, 32]]
