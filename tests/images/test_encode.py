"""What is written is what was there, or an error before anything is written."""

import io

import numpy as np
import pytest
import tifffile
from PIL import Image

from convkit.errors import ConvkitError
from convkit.images import SUFFIXES, Picture, check_format, decode, encode, read, write
from convkit.images.formats import CSV, GIF, JPEG, NPY, PPM, WEBP
from tests.images.making import KINDS, WHITES, frame, icc, noise, picture

EXACT = [suffix for suffix, form in SUFFIXES.items() if form not in (JPEG, GIF, WEBP, NPY, CSV)]
HELD = [
    (suffix, dtype, kind)
    for suffix in EXACT
    for dtype, kinds in SUFFIXES[suffix].holds.items()
    for kind in kinds
]
REFUSED = [
    (suffix, dtype, kind)
    for suffix in SUFFIXES
    if SUFFIXES[suffix].holds
    for dtype in WHITES
    for kind in KINDS
    if kind not in SUFFIXES[suffix].holds.get(dtype, ())
]


@pytest.mark.parametrize(("suffix", "dtype", "kind"), HELD)
def test_round_trip(suffix, dtype, kind):
    original = picture(kind, dtype)
    found = decode(encode(original, suffix), f"a{suffix}")
    assert (found.kind, found.dtype, found.white) == (kind, dtype, WHITES[dtype])
    np.testing.assert_array_equal(found.frames, original.frames)


@pytest.mark.parametrize(("suffix", "dtype", "kind"), REFUSED)
def test_what_a_format_can_not_hold(suffix, dtype, kind):
    original = picture(kind, dtype, source="the picture")
    with pytest.raises(ConvkitError, match="can't hold") as caught:
        encode(original, suffix)
    offered = caught.value.hint.removeprefix("write ").replace(" or ", ", ").split(", ")
    assert ".npy" in offered
    for other in offered:
        assert encode(original, other)


@pytest.mark.parametrize("suffix", [s for s, form in SUFFIXES.items() if form.holds])
def test_five_channels_need_npy(suffix):
    five = Picture([noise((4, 4, 5))], "array", 255, "five.npy")
    with pytest.raises(ConvkitError, match="5-channel") as caught:
        encode(five, suffix)
    assert caught.value.hint == "write .npy"


@pytest.mark.parametrize(("suffix", "dtype", "kind"), HELD)
def test_others_read_it_alike(suffix, dtype, kind):
    original = picture(kind, dtype)
    data = encode(original, suffix)
    if suffix.startswith(".tif"):
        np.testing.assert_array_equal(tifffile.imread(io.BytesIO(data)), original.frames[0])
        return
    with Image.open(io.BytesIO(data)) as image:
        deep_color = dtype == "uint16" and kind != "grey"
        expected = original.frames[0] >> 8 if deep_color else original.frames[0]
        found = np.asarray(image)
        if deep_color and kind == "grey+alpha":
            found = found[..., [0, 3]]
        # Pillow scales a deep PPM, and takes the high byte of a deep PNG.
        np.testing.assert_allclose(found.astype(float), expected, atol=deep_color)


@pytest.mark.parametrize("kind", ["grey", "rgb"])
def test_jpeg_is_close(kind):
    smooth = np.add.outer(np.arange(40), np.arange(50)).astype(np.uint8)
    pixels = smooth if kind == "grey" else np.dstack([smooth, smooth[::-1], 255 - smooth])
    found = decode(encode(Picture([pixels], kind, 255), ".jpg"), "a.jpg")
    assert found.kind == kind
    assert np.abs(found.frames[0].astype(int) - pixels).max() <= 5


@pytest.mark.parametrize("kind", KINDS)
def test_webp_is_exact(kind):
    original = picture(kind)
    found = decode(encode(original, ".webp"), "a.webp").frames[0]
    pixels = original.frames[0]
    if kind.startswith("grey"):
        parts = pixels.reshape(*pixels.shape[:2], -1)
        pixels = np.dstack([parts[..., :1]] * 3 + ([parts[..., 1]] if kind == "grey+alpha" else []))
    np.testing.assert_array_equal(found, pixels)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".gif", ".webp"])
@pytest.mark.parametrize("kind", KINDS)
def test_frames(suffix, kind):
    original = picture(kind, frames=4, durations=[100, 50, 70, 20], loop=0)
    for pixels in original.frames:
        if original.has_alpha:
            pixels[..., -1] = np.where(pixels[..., -1] > 127, 255, 0)
    found = decode(encode(original, suffix), f"a{suffix}")
    if suffix != ".tif":
        assert (found.durations, found.loop) == ([100, 50, 70, 20], 0)
    assert len(found.frames) == 4
    for before, after in zip(original.frames, found.frames, strict=True):
        np.testing.assert_array_equal(as_seen(after), as_seen(before))


def as_seen(pixels):
    """Return RGB and alpha, with the colour of invisible pixels black."""
    parts = pixels.reshape(*pixels.shape[:2], -1)
    count = parts.shape[-1]
    color = parts[..., : count - (count in (2, 4))]
    color = np.repeat(color, 3, axis=2) if color.shape[-1] == 1 else color
    alpha = parts[..., -1:] if count in (2, 4) else np.full((*parts.shape[:2], 1), 255)
    return np.dstack([color * (alpha > 0), alpha])


@pytest.mark.parametrize("kind", KINDS)
def test_frames_of_16_bits(kind):
    original = picture(kind, "uint16", frames=3)
    np.testing.assert_array_equal(decode(encode(original, ".png"), "a.png").frames, original.frames)


def test_gif_of_many_colors_is_close():
    rows, columns = np.mgrid[:64, :64]
    smooth = np.dstack([rows * 4, columns * 4, (rows + columns) * 2]).astype(np.uint8)
    found = decode(encode(Picture([smooth], "rgb", 255), ".gif"), "a.gif").frames[0]
    assert np.abs(found.astype(int) - smooth).mean() < 10


def test_gif_holds_no_soft_alpha():
    with pytest.raises(ConvkitError, match="soft alpha"):
        encode(picture("rgba"), ".gif")


@pytest.mark.parametrize("suffix", [".jpg", ".bmp", ".ppm", ".csv"])
def test_formats_of_one_frame(suffix):
    with pytest.raises(ConvkitError, match="3 frames") as caught:
        encode(picture("grey", frames=3), suffix)
    assert caught.value.hint == "write .png, .tif or .npy"


def test_frames_of_unlike_size():
    unlike = Picture([noise((4, 4)), noise((5, 6))], "grey", 255)
    assert len(decode(encode(unlike, ".tif"), "a.tif").frames) == 2
    with pytest.raises(ConvkitError, match="4x4, 6x5"):
        encode(unlike, ".png")


def test_sides_that_are_too_long():
    with pytest.raises(ConvkitError, match="16383") as caught:
        encode(Picture([np.zeros((1, 20000), np.uint8)], "grey", 255), ".webp")
    assert ".png" in caught.value.hint


def test_empty_picture():
    with pytest.raises(ConvkitError, match="empty"):
        encode(Picture([np.zeros((0, 4), np.uint8)], "grey", 255), ".png")


@pytest.mark.parametrize("suffix", [".png", ".tif", ".jpg", ".webp"])
@pytest.mark.parametrize("kind", ["grey", "rgb"])
def test_profile_is_kept_where_it_fits(suffix, kind):
    original = picture(kind, icc_profile=icc(b"RGB "))
    found = decode(encode(original, suffix), "a").icc_profile
    assert found == (icc(b"RGB ") if kind == "rgb" else None)


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32", "float64", "bool"])
def test_npy_round_trip(dtype):
    original = noise((3, 4, 5)).astype(dtype)
    found = decode(encode(Picture([original], "array", 1), ".npy"), "a.npy")
    assert found.dtype == dtype
    np.testing.assert_array_equal(found.frames[0], original)


def test_npy_stacks_frames():
    original = picture("rgb", frames=3)
    data = encode(original, ".npy")
    np.testing.assert_array_equal(np.load(io.BytesIO(data)), original.frames)


@pytest.mark.parametrize(
    "original",
    [
        np.array([[1, -2], [3, 2**60]]),
        np.array([[0.1, 1 / 3], [1e300, -5e-324]]),
        np.array([[0.1, 1 / 3], [np.nan, -np.inf]], np.float32),
    ],
)
def test_csv_round_trip(original):
    found = decode(encode(Picture([original], "array", 1), ".csv"), "a.csv").frames[0]
    assert found.dtype.kind == original.dtype.kind
    np.testing.assert_array_equal(found.astype(original.dtype), original)


def test_csv_text():
    numbers = np.array([[0.1, 2.0], [-3.5, 1e-7]], np.float32)
    assert encode(Picture([numbers], "array", 1), ".csv") == b"0.1,2.0\n-3.5,1e-07\n"
    assert encode(Picture([numbers > 0], "array", 1), ".csv") == b"1,1\n0,1\n"


def test_csv_holds_one_channel():
    with pytest.raises(ConvkitError, match="can't hold"):
        encode(picture("rgb"), ".csv")


def test_one_channel_with_its_axis_is_grey():
    pixels = noise((4, 5, 1))
    for suffix in (".png", ".tif", ".pgm", ".csv", ".gif", ".webp", ".bmp", ".jpg"):
        found = decode(encode(Picture([pixels], "array", 255), suffix), f"a{suffix}")
        assert found.frames[0].shape[:2] == (4, 5)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_same_bytes_every_time(suffix):
    kind = "grey" if SUFFIXES[suffix] in (CSV, PPM) or suffix == ".pgm" else "rgb"
    assert encode(picture(kind), suffix) == encode(picture(kind), suffix.upper())


@pytest.mark.parametrize(
    ("suffix", "hint"), [(".pngg", "'.png'"), (".jpgg", "'.jpg'"), (".tifff", "'.tiff'")]
)
def test_unknown_suffix(suffix, hint):
    with pytest.raises(ConvkitError, match="unknown output format") as caught:
        check_format(suffix)
    assert hint in caught.value.hint


def test_no_suffix():
    with pytest.raises(ConvkitError, match="no suffix"):
        check_format("")


def test_write_and_read(tmp_path):
    path = tmp_path / "a.PNG"
    write(picture("rgb", "uint16"), path)
    np.testing.assert_array_equal(read(path).frames[0], frame("rgb", "uint16"))
    with pytest.raises(ConvkitError, match="exists"):
        write(picture("grey"), path)
    write(picture("grey"), path, force=True)
    assert read(str(path)).kind == "grey"
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_left_of_a_refusal(tmp_path):
    with pytest.raises(ConvkitError):
        write(picture("rgba"), tmp_path / "a.jpg")
    assert not list(tmp_path.iterdir())
