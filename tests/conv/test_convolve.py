"""The engine against the definition, against SciPy, and against figures worked out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage, signal

import convkit
from convkit.conv import MODES, as_image, as_kernel, plan_convolution
from convkit.conv.borders import Border
from convkit.conv.strategies import STRATEGIES
from tests.conv.oracle import correlate

DTYPES = [
    "bool",
    "uint8",
    "int8",
    "uint16",
    "int16",
    "int32",
    "uint32",
    "float16",
    "float32",
    "float64",
]
NARROW = {"bool", "uint8", "int8", "uint16", "int16", "float16", "float32"}
BOUND = {np.float32: 5e-7, np.float64: 1e-14}
TO_25 = np.arange(1, 26).reshape(5, 5)


@st.composite
def problems(draw):
    """Draw an image, a kernel and everything that says how they meet, such that the kernel fits."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    kh, kw = draw(st.integers(1, 5)), draw(st.integers(1, 6))
    dilation = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    stride = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    pads = tuple(draw(st.integers(0, 6)) for _ in range(4))
    height = draw(st.integers(max(1, dilation[0] * (kh - 1) + 1 - pads[0] - pads[1]), 14))
    width = draw(st.integers(max(1, dilation[1] * (kw - 1) + 1 - pads[2] - pads[3]), 20))
    image = random_image(rng, draw(st.sampled_from(DTYPES)), (height, width))
    kernel = draw(st.sampled_from([random_integers, random_reals, random_rank_1]))(rng, (kh, kw))
    mode = draw(st.sampled_from(list(MODES)))
    value = draw(st.integers(-5, 300)) if mode == "constant" else 0
    return image, kernel, {
        "pads": pads, "mode": mode, "value": value, "stride": stride, "dilation": dilation,
    }  # fmt: skip


def random_image(rng, dtype, shape):
    if dtype == "bool":
        return rng.random(shape) < 0.5
    if np.dtype(dtype).kind == "f":
        return (rng.standard_normal(shape) * 100).astype(dtype)
    bounds = np.iinfo(dtype)
    return rng.integers(bounds.min, bounds.max, shape, dtype=dtype, endpoint=True)


def random_integers(rng, shape):
    return rng.integers(-9, 10, shape).astype(float)


def random_reals(rng, shape):
    return rng.standard_normal(shape)


def random_rank_1(rng, shape):
    return np.outer(rng.integers(-4, 5, shape[0]), rng.integers(-4, 5, shape[1])).astype(float)


def is_whole(image, kernel):
    return image.dtype.kind in "biu" and (kernel == np.rint(kernel)).all()


def assert_agrees(out, expected, image, kernel):
    """Exact for whole numbers, else within the bound of sum|k| * max|x|."""
    exact = expected.astype(float).astype(out.dtype)
    if is_whole(image, kernel):
        np.testing.assert_array_equal(out, exact)
    else:
        scale = np.abs(kernel).sum() * max(np.abs(image.astype(float)).max(), 300)
        np.testing.assert_allclose(
            out, expected.astype(float), rtol=0, atol=BOUND[out.dtype.type] * scale
        )


@given(problems(), st.booleans())
@settings(max_examples=400, deadline=None)
def test_agrees_with_the_definition(problem, flip):
    image, kernel, options = problem
    expected = correlate(image, kernel[::-1, ::-1] if flip else kernel, **options)
    out = convkit.convolve(
        image, kernel, pad=options["pads"], pad_mode=options["mode"], pad_value=options["value"],
        stride=options["stride"], dilation=options["dilation"], flip=flip,
    )  # fmt: skip
    assert out.dtype == (np.float32 if image.dtype.name in NARROW else np.float64)
    assert_agrees(out, expected, image, kernel)


@given(problems())
@settings(max_examples=200, deadline=None)
def test_every_strategy_agrees_with_the_definition(problem):
    image, kernel, options = problem
    expected = correlate(image, kernel, **options)
    for name in STRATEGIES:
        plan = plan_convolution(
            as_image(image), as_kernel(kernel), pad=options["pads"],
            border=Border(options["mode"], (options["value"],)),
            stride=options["stride"], dilation=options["dilation"],
        )  # fmt: skip
        if STRATEGIES[name].supports(plan.problem):
            forced = type(plan)(plan.problem, name, plan.candidates)
            assert_agrees(forced.run(as_image(image))[:, :, 0], expected, image, kernel)


@pytest.mark.parametrize("shape", [(1, 1), (1, 700), (700, 1), (3, 17), (40, 16), (129, 1031)])
@pytest.mark.parametrize("size", [(1, 1), (3, 3), (1, 7), (6, 1), (4, 5), (15, 15)])
@pytest.mark.parametrize("channels", [1, 3])
def test_many_strips_and_blocks_agree_with_scipy(shape, size, channels, monkeypatch):
    # Thin strips, so that even these small images are cut into many.
    monkeypatch.setattr("convkit.conv.problem.STRIP_BYTES", 1)
    monkeypatch.setattr("convkit.conv.plan.BAND_SAMPLES", 1)
    rng = np.random.default_rng(0)
    image = rng.random((*shape, channels), dtype=np.float32)
    kernel = rng.standard_normal(size)
    out = convkit.convolve(image, kernel, pad="same", pad_mode="symmetric")
    anchor = [-1 if k % 2 == 0 else 0 for k in size]
    for channel in range(channels):
        expected = ndimage.correlate(
            image[:, :, channel].astype(float), kernel, mode="reflect", origin=anchor
        )
        bound = 5e-7 * np.abs(kernel).sum()
        np.testing.assert_allclose(out[:, :, channel], expected, rtol=0, atol=bound)


@pytest.mark.parametrize("word", ["valid", "same", "full"])
@pytest.mark.parametrize("size", [(3, 3), (2, 2), (4, 3), (1, 6)])
def test_pad_words_mean_what_scipy_means(word, size):
    rng = np.random.default_rng(1)
    image, kernel = rng.random((9, 11)), rng.standard_normal(size)
    expected = signal.correlate2d(image, kernel, mode=word)
    np.testing.assert_allclose(convkit.convolve(image, kernel, pad=word), expected, atol=1e-13)
    flipped = signal.convolve2d(image, kernel, mode=word)
    if word != "same":  # for even sizes SciPy crops a flipped result elsewhere
        np.testing.assert_allclose(
            convkit.convolve(image, kernel, pad=word, flip=True), flipped, atol=1e-13
        )


@pytest.mark.parametrize(
    ("mode", "numpy_mode"),
    [("zero", "constant"), ("edge", "edge"), ("symmetric", "symmetric"), ("reflect101", "reflect"),
     ("reflect", "reflect"), ("wrap", "wrap"), ("replicate", "edge"), ("circular", "wrap")],
)  # fmt: skip
@pytest.mark.parametrize("pads", [(1, 1, 1, 1), (0, 3, 2, 0), (9, 8, 7, 11)])
def test_borders_are_those_of_numpy_pad(mode, numpy_mode, pads):
    image = np.random.default_rng(2).integers(0, 256, (3, 4), np.uint8)
    padded = np.pad(image, (pads[:2], pads[2:]), mode=numpy_mode)
    np.testing.assert_array_equal(convkit.convolve(image, [[1]], pad=pads, pad_mode=mode), padded)


def test_one_pixel_repeats_itself_in_every_mirror():
    for mode in ("edge", "symmetric", "reflect101", "wrap"):
        out = convkit.convolve([[7]], np.ones((3, 3)), pad=1, pad_mode=mode)
        assert out.tolist() == [[63]]


def test_the_notes_valid_example_gives_3x3():
    out = convkit.convolve(TO_25, np.ones((3, 3)))
    assert out.tolist() == [[63, 72, 81], [108, 117, 126], [153, 162, 171]]


def test_the_notes_same_example_pads_to_7x7_and_gives_5x5():
    padded = convkit.convolve(TO_25, [[1]], pad=1)
    assert padded.shape == (7, 7)
    assert padded[0].tolist() == [0] * 7
    assert padded[1].tolist() == [0, 1, 2, 3, 4, 5, 0]
    assert convkit.convolve(TO_25, np.ones((3, 3)), pad="same").shape == (5, 5)


def test_six_three_and_padding_one_give_six():
    assert convkit.convolve(np.ones((6, 6)), np.ones((3, 3)), pad=1).shape == (6, 6)
    assert convkit.output_size(6, 3, pad=1) == 6


def test_an_impulse_shows_that_correlation_is_the_default():
    impulse = np.zeros((3, 3))
    impulse[1, 1] = 1
    kernel = np.arange(1, 10).reshape(3, 3)
    assert convkit.convolve(impulse, kernel, pad=1).tolist() == [[9, 8, 7], [6, 5, 4], [3, 2, 1]]
    assert convkit.convolve(impulse, kernel, pad=1, flip=True).tolist() == kernel.tolist()


def test_same_with_a_stride_by_both_rules():
    line = as_image(np.arange(1, 7).reshape(1, 6))
    box = as_kernel(np.ones((1, 3)))
    torch = plan_convolution(line, box, pad="same", stride=(1, 2)).run(line)
    tf = plan_convolution(line, box, pad="same", stride=(1, 2), same_rule="tf").run(line)
    assert torch.ravel().tolist() == [3, 9, 15]
    assert tf.ravel().tolist() == [6, 12, 11]


def test_sobel_h_is_positive_where_dark_lies_above_bright():
    image = np.repeat([[0], [0], [255], [255]], 4, axis=1).astype(np.uint8)
    out = convkit.convolve(image, [[-1, -2, -1], [0, 0, 0], [1, 2, 1]], pad=1, pad_mode="edge")
    np.testing.assert_array_equal(out, ndimage.sobel(image.astype(int), axis=0, mode="nearest"))
    assert out[1, 1] == 1020


def test_uint8_never_wraps():
    out = convkit.convolve(np.full((3, 3), 255, np.uint8), np.full((3, 3), 9))
    assert out.tolist() == [[255 * 81]]


def test_whole_numbers_beyond_float32_are_rounded_once():
    image = np.full((1, 3), 65535, np.uint16)
    kernel = [[65535, 65535, 1]]
    expected = np.float32(65535 * 65535 * 2 + 65535)
    assert convkit.convolve(image, kernel)[0, 0] == expected


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("strategy", ["separable", "gemm", "dft", "direct"])
@pytest.mark.parametrize("at", [(0, 0), (20, 25), (63, 49), (99, 3)])
def test_a_nan_stays_in_its_window(bad, strategy, at):
    rng = np.random.default_rng(3)
    image = as_image(rng.random((100, 50), dtype=np.float32))
    kernel = np.outer(rng.random(5) + 0.1, rng.random(7) + 0.1)
    plan = plan_convolution(image, kernel, pad="same", strategy=strategy)
    clean = plan.run(image)[..., 0]
    image[at] = bad
    spoilt = plan.run(image)[..., 0]
    window = np.zeros(clean.shape, bool)
    window[max(at[0] - 2, 0) : at[0] + 3, max(at[1] - 3, 0) : at[1] + 4] = True
    assert not np.isfinite(spoilt[window]).any()
    np.testing.assert_allclose(spoilt[~window], clean[~window], atol=1e-5)


def test_values_whose_squares_overflow_are_right_all_the_same():
    image = as_image(np.full((9, 9), 1e25, np.float32))
    for strategy in ("separable", "gemm", "dft", "direct"):
        out = plan_convolution(image, np.ones((5, 5)), strategy=strategy).run(image)
        np.testing.assert_allclose(out, 25e25, rtol=1e-6)


@pytest.mark.parametrize("stride", [1, 2, (2, 3)])
@pytest.mark.parametrize("dilation", [1, 2])
def test_a_bank_sums_over_the_input_channels(stride, dilation):
    rng = np.random.default_rng(4)
    image = rng.integers(0, 256, (13, 15, 3), np.uint8)
    bank = rng.integers(-3, 4, (4, 3, 3, 2)).astype(float)
    out = convkit.convolve(image, bank, pad=2, pad_mode="wrap", stride=stride, dilation=dilation)
    for index, kernels in enumerate(bank):
        expected = sum(
            convkit.convolve(
                image[:, :, c], k, pad=2, pad_mode="wrap", stride=stride, dilation=dilation
            )
            for c, k in enumerate(kernels)
        )
        np.testing.assert_array_equal(out[:, :, index], expected)


def test_a_pad_value_for_each_channel():
    out = convkit.convolve(
        np.zeros((1, 1, 3)), [[1]], pad=1, pad_mode="constant", pad_value=(1, 2, 3)
    )
    assert out[0, 0].tolist() == [1, 2, 3]
    assert out[1, 1].tolist() == [0, 0, 0]


def test_axes_stay_as_they_came():
    assert convkit.convolve(np.ones((4, 4)), np.ones((3, 3))).shape == (2, 2)
    assert convkit.convolve(np.ones((4, 4, 1)), np.ones((3, 3))).shape == (2, 2, 1)
    assert convkit.convolve(np.ones((4, 4, 3)), np.ones((3, 3))).shape == (2, 2, 3)


def test_the_image_is_left_alone():
    image = np.random.default_rng(5).random((8, 8))
    before = image.copy()
    image.setflags(write=False)
    convkit.convolve(image, np.ones((3, 3)), pad="same")
    np.testing.assert_array_equal(image, before)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: convkit.convolve(np.ones((2, 2)), np.ones((3, 3))),
            "spanning 3 doesn't fit into an input of 2",
        ),
        (lambda: convkit.convolve(np.ones((2, 2)), [[1, 2], [3]]), "rectangle of numbers"),
        (lambda: convkit.convolve(np.ones((2, 2)), [["a"]]), "rectangle of numbers"),
        (lambda: convkit.convolve(np.ones((2, 2)), [[]]), "(1, 0)"),
        (lambda: convkit.convolve(np.ones((2, 2)), [[np.nan]]), "finite"),
        (lambda: convkit.convolve(np.ones(4), [[1]]), "(4,)"),
        (lambda: convkit.convolve(np.ones((0, 4)), [[1]]), "at least one pixel"),
        (lambda: convkit.convolve(np.ones((2, 2), complex), [[1]]), "complex128"),
        (lambda: convkit.convolve([["a", "b"]], [[1]]), "real numbers"),
        (
            lambda: convkit.convolve(np.ones((4, 4)), [[1]], stride=0),
            "stride must be at least 1, got 0",
        ),
        (
            lambda: convkit.convolve(np.ones((4, 4)), [[1]], dilation=(1, -2)),
            "dilation must be at least 1",
        ),
        (
            lambda: convkit.convolve(np.ones((4, 4)), [[1]], pad=-1),
            "pad must be at least 0, got -1",
        ),
        (lambda: convkit.convolve(np.ones((4, 4)), [[1]], pad=(1, 2)), "top, bottom, left, right"),
        (lambda: convkit.convolve(np.ones((4, 4)), [[1]], pad="smae"), "did you mean 'same'"),
        (lambda: convkit.convolve(np.ones((4, 4)), [[1]], pad_mode="edgy"), "did you mean 'edge'"),
        (lambda: convkit.convolve(np.ones((4, 4)), [[1]], pad_mode="mirror"), "symmetric"),
        (lambda: convkit.convolve(np.ones((4, 4)), [[1]], pad_value=3), "constant"),
        (lambda: convkit.convolve(np.ones((4, 4)), np.ones((2, 3, 1, 1))), "3 input channels"),
        (
            lambda: convkit.convolve(np.ones((4, 4)), [[1]], pad_mode="constant", pad_value=(1, 2)),
            "2 pad values",
        ),
        (lambda: convkit.convolve([[1, 2], [3]], [[1]]), "an image is an array of numbers"),
        (lambda: convkit.convolve(np.ones((4, 4)), [[1]], stride=1.0), "(y, x), got 1.0"),
        (lambda: convkit.convolve(np.ones((4, 4)), [[1]], stride=(1, 2, 3)), "got (1, 2, 3)"),
        (lambda: convkit.convolve(np.ones((4, 4)), [[1]], dilation=None), "dilation must be one"),
        (lambda: convkit.convolve(np.ones((4, 4)), [[1]], pad_mode=None), "text, got None"),
        (lambda: convkit.convolve(np.ones((4, 4)), [[1]], pad_value="x"), "number, or one for"),
        (lambda: convkit.convolve(np.ones((4, 4)), [[1]], pad_value=3), "a pad value of 3 means"),
        (lambda: convkit.convolve(np.ones((4, 4)), [[1]], pad_value=3), "--pad-mode constant"),
        (lambda: Border.named("constant", float("nan")), "finite number"),
        (lambda: Border.named("constant", [1, float("inf")]), "finite number"),
        (lambda: convkit.kernel(3), "the name of a kernel is text, got 3"),
    ],
)
def test_what_is_wrong_is_said(call, words):
    with pytest.raises(convkit.ConvkitError) as raised:
        call()
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("BORDER_CONSTANT", "constant"),
        ("BORDER_REPLICATE", "edge"),
        ("BORDER_REFLECT", "symmetric"),
        ("BORDER_REFLECT_101", "reflect101"),
        ("BORDER_REFLECT101", "reflect101"),
        ("BORDER_DEFAULT", "reflect101"),
        ("Border_Wrap", "wrap"),
        ("reflect", "reflect101"),
    ],
)
def test_borders_go_by_the_names_of_opencv(name, meaning):
    assert Border.named(name).mode == meaning
