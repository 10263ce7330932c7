"""Colour, alpha, frames and tone maps, against arithmetic written out here."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from convkit.conv import Border
from convkit.errors import ConvkitError
from convkit.filtering import (
    MAPS,
    Bank,
    Chain,
    Compass,
    Filter,
    Geometry,
    GradientPair,
    apply,
)
from convkit.filtering.build import Request, normalized
from convkit.filtering.operators import Prepared
from convkit.filtering.trace import trace
from convkit.images import Picture
from convkit.kernels import compass_set, gradient_pair, parse

SAME_EDGE = Geometry(pad="same", border=Border("edge"))
SOBEL = Chain([parse("sobel-h")])
BOX = Chain([parse("box")])


def picture(frame, kind="grey", white=255.0):
    return Picture([np.asarray(frame)], kind, white)


def noise(*shape, dtype=np.uint8, seed=0):
    return np.random.default_rng(seed).integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


def only(chosen, image, **options):
    (result,) = apply(chosen, image, **options)
    return result


# --- tone maps ---


def test_an_edge_kernel_gives_a_grey_map_of_absolute_values():
    image = noise(9, 8, 3)
    result = only(Filter(SOBEL, SAME_EDGE), picture(image, "rgb"))
    luma = np.rint(image @ [0.299, 0.587, 0.114])
    expected = np.abs(ndimage.correlate(luma, SOBEL.steps[0].weights, mode="nearest"))
    assert (result.picture.kind, result.tone) == ("grey", "abs")
    np.testing.assert_array_equal(result.picture.frames[0], np.minimum(expected, 255))
    assert result.clipped == (expected > 255).sum()


def test_per_channel_keeps_the_colours_of_edges():
    image = noise(9, 8, 3)
    result = only(Filter(SOBEL, SAME_EDGE, colour="per-channel"), picture(image, "rgb"))
    for channel in range(3):
        expected = ndimage.sobel(image[..., channel].astype(int), axis=0, mode="nearest")
        np.testing.assert_array_equal(
            result.picture.frames[0][..., channel], np.minimum(np.abs(expected), 255)
        )


@pytest.mark.parametrize("name", MAPS)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_map_stays_inside_the_depth(name, dtype):
    white = float(np.iinfo(dtype).max)
    image = noise(9, 8, dtype=dtype)
    result = only(Filter(SOBEL, SAME_EDGE, tone=name), picture(image, white=white))
    response = ndimage.sobel(image.astype(float), axis=0, mode="nearest")
    expected = {
        "clip": response,
        "abs": np.abs(response),
        "offset": response + (white + 1) / 2,
        "minmax": (response - response.min()) / np.ptp(response) * white,
        "raw": response,
    }[name]
    frame = result.picture.frames[0]
    if name == "raw":
        np.testing.assert_array_equal(frame, response)
        assert result.clipped == 0
    else:
        assert frame.dtype == dtype
        tolerance = 1 if name == "minmax" else 0  # float32 against float64 near a half
        assert np.abs(frame - np.rint(np.clip(expected, 0, white))).max() <= tolerance
        assert result.clipped == ((expected < 0) | (expected > white)).sum()
    assert (result.extent.smallest, result.extent.largest) == (response.min(), response.max())


def test_halves_round_to_even_and_do_not_count_as_clipped():
    image = picture(np.array([[1, 3, 5, 255, 254]], np.uint8))
    result = only(Filter(Chain([parse("1")]), scale=0.5), image)
    assert result.picture.frames[0].tolist() == [[0, 2, 2, 128, 127]]
    assert result.clipped == 0


def test_a_constant_picture_is_black_under_minmax():
    result = only(Filter(BOX, SAME_EDGE, tone="minmax"), picture(np.full((3, 3), 9, np.uint8)))
    assert not result.picture.frames[0].any()


def test_nan_becomes_black_and_is_counted():
    image = np.full((5, 5), 0.5, np.float32)
    image[2, 2] = np.nan
    result = only(Filter(BOX, SAME_EDGE), picture(image, white=1.0), suffix=".tif")
    assert (result.clipped, result.gaps) == (9, 9)
    assert result.picture.frames[0][2, 2] == 0
    assert result.picture.frames[0][0, 0] == pytest.approx(0.5)
    assert (result.extent.smallest, result.extent.largest) == (
        pytest.approx(0.5),
        pytest.approx(0.5),
    )


def test_floats_without_a_white_are_stretched_for_a_picture_and_raw_for_numbers():
    numbers = picture(np.linspace(-3, 5, 9).reshape(3, 3), "array", 1.0)
    assert only(Filter(Chain([parse("1")])), numbers).tone == "minmax"
    raw = only(Filter(Chain([parse("1")])), numbers, suffix=".npy")
    assert raw.tone == "raw"
    np.testing.assert_array_equal(raw.picture.frames[0], numbers.frames[0])


def test_depth_is_kept():
    deep = noise(6, 6, dtype=np.uint16)
    result = only(Filter(Chain([parse("identity")]), SAME_EDGE), picture(deep, white=65535.0))
    np.testing.assert_array_equal(result.picture.frames[0], deep)


# --- light ---


def test_a_box_over_a_step_in_encoded_and_in_linear_light():
    step = picture(np.repeat([[0, 0, 0, 255, 255, 255]], 3, axis=0).astype(np.uint8))
    encoded = only(Filter(BOX), step).picture.frames[0]
    linear = only(Filter(BOX, linear=True), step).picture.frames[0]
    assert encoded.tolist() == [[0, 85, 170, 255]]
    assert linear.tolist() == [[0, 156, 213, 255]]


def test_a_pad_value_and_a_bias_are_in_the_units_of_the_image_in_linear_light():
    flat = picture(np.full((4, 4), 128, np.uint8))
    border = Border("constant", (128.0,))
    chosen = Filter(BOX, Geometry(pad=1, border=border), linear=True)
    assert (only(chosen, flat).picture.frames[0] == 128).all()
    black = picture(np.zeros((3, 3), np.uint8))
    white = only(Filter(BOX, bias=255, linear=True), black)
    assert (white.picture.frames[0] == 255).all()


def test_a_float_picture_becomes_8_bits_where_the_format_holds_no_floats():
    image = picture(np.array([[0.0, 0.25, 0.5, 1.0]], np.float32), white=1.0)
    identity = Filter(Chain([parse("identity:size=1")]))
    shown = only(identity, image).picture
    assert (shown.frames[0].dtype, shown.white) == (np.uint8, 255)
    assert shown.frames[0].tolist() == [[0, 64, 128, 255]]
    kept = only(identity, image, suffix=".tif").picture
    assert (kept.frames[0].dtype, kept.white) == (np.float32, 1.0)


def test_numbers_have_no_linear_light():
    with pytest.raises(ConvkitError, match="leave --linear out"):
        apply(Filter(BOX, linear=True), picture(np.ones((3, 3)), "array", 1.0))


# --- alpha ---


def test_an_opaque_picture_stays_opaque_under_an_edge_kernel():
    image = noise(8, 9, 4)
    image[..., 3] = 255
    result = only(Filter(SOBEL, Geometry(pad=1)), picture(image, "rgba"))
    assert result.picture.kind == "grey+alpha"
    assert (result.picture.frames[0][..., 1] == 255).all()


@pytest.mark.parametrize("size", ["3", "2", "3x4"])
@pytest.mark.parametrize("flip", [False, True])
def test_alpha_keeps_its_place_under_an_edge_kernel(size, flip):
    image = noise(12, 13, 2)
    kh, kw = (int(side) for side in (size.split("x") * 2)[:2])
    weights = np.ones((kh, kw))
    weights[0, 0] -= weights.sum()
    kernel = parse("; ".join(" ".join(map(str, row)) for row in weights))
    geometry = Geometry(stride=(2, 3), flip=flip)
    result = only(Filter(Chain([kernel]), geometry), picture(image, "grey+alpha"))
    anchored = image[(kh - 1) // 2 :: 2, (kw - 1) // 2 :: 3, 1]
    height, width = result.picture.frames[0].shape[:2]
    np.testing.assert_array_equal(result.picture.frames[0][..., 1], anchored[:height, :width])


def test_transparent_pixels_do_not_bleed_into_a_blur():
    image = np.zeros((5, 6, 4), np.uint8)
    image[:, :3] = (0, 255, 0, 255)  # opaque green
    image[:, 3:] = (255, 0, 0, 0)  # invisible red
    result = only(Filter(BOX, SAME_EDGE), picture(image, "rgba")).picture.frames[0]
    visible = result[result[..., 3] > 0]
    assert (visible[:, 0] == 0).all()
    assert (visible[:, 1] == 255).all()
    assert result[2, 2, 3] == 170


def test_zero_padding_of_a_translucent_picture_fades_out_instead_of_darkening():
    image = np.full((5, 5, 4), 255, np.uint8)
    frame = only(Filter(BOX, Geometry(pad=1)), picture(image, "rgba")).picture.frames[0]
    assert (frame[..., :3] == 255).all()
    assert frame[0, 0, 3] == round(255 * 4 / 9)


@pytest.mark.parametrize(("mode", "alpha"), [("constant", 255), ("zero", 170)])
def test_a_constant_border_is_an_opaque_colour_a_zero_one_transparent(mode, alpha):
    image = np.full((4, 4, 4), 100, np.uint8)
    image[..., 3] = 255
    border = Border(mode, (100.0 if mode == "constant" else 0.0,))
    frame = only(
        Filter(BOX, Geometry(pad=1, border=border)), picture(image, "rgba")
    ).picture.frames[0]
    assert (frame[..., :3] == 100).all()
    assert frame[0, 1, 3] == alpha


def test_alpha_of_an_edge_map_is_opaque_outside_a_constant_border():
    image = np.full((4, 4, 2), 100, np.uint8)
    border = Border("constant", (100.0,))
    frame = only(Filter(SOBEL, Geometry(pad=2, border=border)), picture(image, "grey+alpha"))
    assert frame.picture.frames[0][0, 0, 1] == 255
    assert frame.picture.frames[0][3, 3, 1] == 100


# --- frames and maps ---


def test_frames_never_bleed_into_each_other():
    first, second = np.zeros((4, 4), np.uint8), np.full((4, 4), 200, np.uint8)
    both = Picture([first, second], "grey", 255.0)
    frames = only(Filter(BOX, SAME_EDGE), both).picture.frames
    assert [frame.max() for frame in frames] == [0, 200]


def test_a_bank_finds_edges_if_one_of_its_kernels_does():
    maps = apply(Filter(Bank([parse("box"), parse("sobel-h")])), picture(noise(6, 6, 3), "rgb"))
    assert [each.tone for each in maps] == ["abs", "abs"]
    assert [each.picture.kind for each in maps] == ["grey", "grey"]


def test_maps_of_one_name_are_numbered():
    assert Bank([parse("box"), parse("box")]).map_names == ["box-1", "box-2"]
    assert Bank([parse("box")]).map_names == ("",)


def test_directions_as_numbers_are_measured_as_such():
    image = picture(noise(9, 9))
    chosen = Filter(Request(pair="sobel").operator(), direction=True)
    result = only(chosen, image, suffix=".npy")
    frame = result.picture.frames[0]
    assert (result.extent.smallest, result.extent.largest) == (frame.min(), frame.max())
    assert 0 <= frame.min() <= frame.max() < 360


def test_minmax_stretches_all_frames_alike():
    both = Picture([np.full((3, 3), 10, np.uint8), np.full((3, 3), 20, np.uint8)], "grey", 255.0)
    frames = only(Filter(Chain([parse("1")]), tone="minmax"), both).picture.frames
    assert [int(frame[0, 0]) for frame in frames] == [0, 255]


def test_a_bank_answers_with_a_map_for_each_kernel():
    maps = apply(Filter(Bank([parse("sobel-h"), parse("box")]), SAME_EDGE), picture(noise(6, 6)))
    assert [each.name for each in maps] == ["sobel-h", "box"]


# --- operators ---


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_every_pair_measures_the_direction_of_a_ramp(right, down):
    if np.hypot(right, down) < 1e-2:
        return
    y, x = np.indices((9, 9))
    ramp = (right * x + down * y).astype(np.float64)
    expected = np.degrees(np.arctan2(down, right)) % 360
    for name in ("sobel", "prewitt", "scharr", "farid", "roberts"):
        (response,) = GradientPair(*gradient_pair(name)).respond(ramp[..., None], Geometry())
        off = (response.direction - expected + 180) % 360 - 180
        assert np.abs(off).max() < 1e-2


def test_compass_directions_point_to_the_bright_side():
    y, x = np.indices((9, 9))
    for name in ("kirsch", "robinson", "sobel-compass", "prewitt-compass"):
        compass = Compass(compass_set(name), name)
        for right, down, expected in (
            (1, 0, 0),
            (1, 1, 45),
            (0, 1, 90),
            (-1, 0, 180),
            (0, -1, 270),
        ):
            ramp = (right * x + down * y).astype(float)[..., None]
            (response,) = compass.respond(ramp, Geometry())
            assert (response.direction == expected).all(), (name, expected)


def test_pairs_of_one_direction_and_of_two_sizes_are_refused():
    with pytest.raises(ConvkitError, match="same way"):
        GradientPair(parse("sobel-h"), parse("prewitt-h")).respond(np.ones((9, 9, 1)), Geometry())
    with pytest.raises(ConvkitError, match="--pad same"):
        GradientPair(parse("sobel-h"), parse("farid-v")).respond(np.ones((9, 9, 1)), Geometry())


@pytest.mark.parametrize(
    ("request_", "kind", "name"),
    [
        (Request(["box"]), Chain, "box"),
        (Request(["box", "sobel-h"]), Chain, "box+sobel-h"),
        (Request(pair="sobel"), GradientPair, "sobel-magnitude"),
        (Request(["sobel-h"], pair="sobel-v"), GradientPair, "sobel-magnitude"),
        (Request(["gaussian"], pair="sobel"), Prepared, "gaussian+sobel-magnitude"),
        (Request(["box", "sobel-h"], pair="sobel-v"), Prepared, "box+sobel-magnitude"),
        (Request(compass="kirsch"), Compass, "kirsch-compass"),
        (Request(["box", "sobel-h"], bank=True), Bank, "bank"),
    ],
)
def test_requests_become_operators(request_, kind, name):
    operator = request_.operator()
    assert isinstance(operator, kind)
    assert operator.name == name


def test_normalizing_a_zero_sum_leaves_it():
    assert normalized(parse("sobel-h")).weights.tolist() == parse("sobel-h").weights.tolist()
    assert normalized(parse("1 2; 3 4")).weights.sum() == pytest.approx(1)


# --- traces ---


@given(st.data())
def test_a_trace_sums_to_what_the_engine_says(data):
    draw = data.draw
    image = noise(7, 8, 3, seed=draw(st.integers(0, 99)))
    chosen = Filter(
        Chain([parse(draw(st.sampled_from(["sobel-h", "box", "1 2; 3 4", "sharpen"])))]),
        Geometry(
            pad=draw(st.integers(0, 3)),
            border=Border(draw(st.sampled_from(["zero", "edge", "wrap", "reflect101"]))),
            stride=(draw(st.integers(1, 2)), draw(st.integers(1, 3))),
            dilation=(draw(st.integers(1, 2)), draw(st.integers(1, 2))),
            flip=draw(st.booleans()),
        ),
    )
    result = only(chosen, picture(image, "rgb"))
    height, width = result.picture.frames[0].shape[:2]
    at = draw(st.integers(0, height - 1)), draw(st.integers(0, width - 1))
    traced = trace(chosen, picture(image, "rgb"), at, ".png")
    for i, row in enumerate(traced.rows):
        for j, column in enumerate(traced.columns):
            assert traced.outside[i, j] == (not (0 <= row < 7 and 0 <= column < 8))
    response = result.response.values[at]
    sums = [channel.total for channel in traced.channels]
    np.testing.assert_allclose(sums, response, rtol=1e-5, atol=1e-3)
    np.testing.assert_array_equal(
        [channel.mapped for channel in traced.channels],
        np.atleast_1d(result.picture.frames[0][at]),
    )
