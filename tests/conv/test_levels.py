"""From levels to levels in one pass, against the same steps one after the other in NumPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convkit.conv import Border, levels, plan_convolution
from convkit.conv.compiling import start
from convkit.conv.compiling.levels import COMBINED, Variant, source
from convkit.filtering import Chain, Compass, Filter, Geometry, GradientPair, apply
from convkit.filtering.combining import COMBINATIONS
from convkit.images import KINDS, Picture
from convkit.kernels import Kernel, gradient_pair, names
from tests.conv.oracle import correlate

numba = pytest.importorskip("numba", reason="the extra 'fast' has it")

MODES = ["zero", "edge", "reflect101", "wrap", "symmetric"]
KERNELS = [1, 2, 4]
"""Parts of an answer, each with a kernel of its own."""


@pytest.fixture(autouse=True)
def _forgetful():
    start.forget()
    yield
    start.forget()


def expected(image, kernels, combine, tone, options):
    """The definition: exact sums, float64 arithmetic, then the tone map."""
    sums = [correlate(image, kernel, **options).astype(float) for kernel in kernels]
    values = {
        "first": lambda: sums[0],
        "l1": lambda: abs(sums[0]) + abs(sums[1]),
        "l2": lambda: np.hypot(sums[0], sums[1]),
        "largest": lambda: np.max(sums, axis=0),
    }[combine]()
    mapped = np.rint(np.abs(values) if tone == "abs" else values)
    return values, np.clip(mapped, 0, 255), int(((mapped < 0) | (mapped > 255)).sum())


@st.composite
def cases(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kh, kw = draw(st.sampled_from([(1, 1), (2, 3), (3, 3)]))
    pads = tuple(draw(st.integers(0, 5)) for _ in range(4))
    height = draw(st.integers(max(1, kh - pads[0] - pads[1]), 12))
    width = draw(st.integers(max(1, kw - pads[2] - pads[3]), 12))
    image = rng.integers(0, 256, (height, width), np.uint8)
    combine = draw(st.sampled_from(list(COMBINED)))
    count = {"first": 1, "largest": 3}.get(combine, 2)
    scale = draw(st.sampled_from([1, 40]))  # 16-bit sums, 32-bit sums
    kernels = rng.integers(-4, 5, (count, kh, kw)) * scale
    tone = draw(st.sampled_from(["abs", "clip"]))
    return image, kernels.astype(float), combine, tone, pads, draw(st.sampled_from(MODES))


@given(case=cases(), rows=st.sampled_from([1, 2, 64]))
@settings(max_examples=150, deadline=None)
def test_agrees_with_the_definition(case, rows):
    image, kernels, combine, tone, pads, mode = case
    pixels = image[:, :, np.newaxis]
    plans = [
        plan_convolution(pixels, kernel, pad=pads, border=Border(mode), strategy="compiled")
        for kernel in kernels
    ]
    assert levels.supports(plans, combine, tone, 255.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(levels, "BORDER_ROWS", rows)
        patch.setattr("convkit.conv.plan.BAND_SAMPLES", 30)
        samples, seen = levels.render(plans, pixels, combine, tone)
    values, wanted, clipped = expected(
        image, kernels, combine, tone, {"pads": pads, "mode": mode, "value": 0}
    )
    np.testing.assert_array_equal(samples[:, :, 0], wanted)
    assert sum(band.samples for band in seen) == values.size
    assert sum(band.clipped for band in seen) == clipped
    assert min(band.smallest for band in seen) == pytest.approx(values.min())
    assert max(band.largest for band in seen) == pytest.approx(values.max())
    assert sum(band.total for band in seen) == pytest.approx(values.sum())


def operators():
    edges = [entry for entry in names() if entry.weights().shape == (3, 3)]
    for entry in edges:
        if (entry.weights() == np.rint(entry.weights())).all():
            yield entry.name, Chain([Kernel(entry.name, entry.weights())])
    for norm in ("l1", "l2"):
        yield norm, GradientPair(*gradient_pair("sobel"), norm)
    turned = [np.rot90(np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1.0]]), n) for n in range(4)]
    yield "compass", Compass([Kernel(f"{n}", weights) for n, weights in enumerate(turned)], "four")


@pytest.mark.parametrize(("name", "operator"), list(operators()))
@pytest.mark.parametrize("tone", ["abs", "clip"])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_filter_answers_alike_with_it_and_without(name, operator, tone, channels):
    shape = (150, 90, 3)[: 2 if channels == 1 else 3]
    image = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    picture = Picture([image], KINDS[channels], 255.0)
    maps = {}
    for strategy in (None, "compiled"):
        geometry = Geometry(pad="same", border=Border("edge"), strategy=strategy)
        chosen = Filter(operator, geometry, tone=tone, colour="per-channel")
        maps[strategy] = apply(chosen, picture)[0]
    plain, compiled = maps.values()
    np.testing.assert_array_equal(compiled.picture.frames[0], plain.picture.frames[0])
    assert compiled.clipped == plain.clipped
    assert compiled.extent.count == plain.extent.count
    assert compiled.extent.smallest == plain.extent.smallest
    assert compiled.extent.largest == plain.extent.largest
    assert compiled.extent.total == pytest.approx(plain.extent.total, rel=1e-12)


def test_any_number_of_threads_sees_the_same():
    image = np.random.default_rng(2).integers(0, 256, (900, 1201, 1), np.uint8)
    plans = [
        plan_convolution(image, kernel.weights, strategy="compiled")
        for kernel in gradient_pair("sobel")
    ]
    one = levels.render(plans, image, "l2", "clip", threads=1)
    for threads in (2, 5):
        samples, seen = levels.render(plans, image, "l2", "clip", threads=threads)
        np.testing.assert_array_equal(samples, one[0])
        assert seen == one[1]


def test_a_long_row_is_summed_without_overflow():
    wide = np.full((3, 80_000, 1), 255, np.uint8)
    plan = plan_convolution(wide, np.full((1, 1), 128.0), strategy="compiled")
    _, seen = levels.render([plan], wide, "first", "clip")
    assert sum(band.total for band in seen) == 255 * 128 * wide.size


@pytest.mark.parametrize(
    ("changed", "settings_changed"),
    [
        ({"strategy": "integer"}, {}),
        ({"border": Border("constant", (300.0,)), "pad": 1}, {}),
        ({"border": Border("constant", (0.5,)), "pad": 1}, {}),
        ({}, {"tone": "minmax"}),
        ({}, {"white": 1.0}),
    ],
)
def test_what_it_would_get_wrong_is_left_to_others(changed, settings_changed):
    image = np.ones((20, 20, 1), np.uint8)
    plan = plan_convolution(image, np.ones((3, 3)), **{"strategy": "compiled"} | changed)
    asked = {"combine": "first", "tone": "abs", "white": 255.0} | settings_changed
    assert not levels.supports([plan], **asked)


def test_whole_images_are_remembered_until_they_repay_the_start(monkeypatch):
    for constant in ("IMPORT_NS", "COMPILE_NS", "COMPILE_TAP_NS"):
        monkeypatch.setattr(start, constant, getattr(start, constant) / 1e4)
    picture = Picture([np.ones((64, 64), np.uint8)], KINDS[1], 255.0)
    chosen = Filter(Chain([Kernel("box", np.ones((3, 3)))]))
    taken = [apply(chosen, picture)[0].response.plan.strategy == "compiled" for _ in range(60)]
    assert not taken[0]
    assert taken[-1]
    assert taken == sorted(taken)


def test_every_combination_has_loops():
    assert COMBINATIONS.keys() == COMBINED.keys()


@pytest.mark.parametrize("count", KERNELS)
def test_the_source_names_each_tap_once(count):
    text = source(Variant(count, (2, 3), 1, "largest", "clip", "int16"))
    for n in range(count):
        for i in range(2):
            for j in range(3):
                assert text.count(f"w{n}_{i}_{j} * row{i}[x + {j}]") == 1
