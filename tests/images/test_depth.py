"""16 bits stay 16 bits, whatever wrote them, or it is an error."""

import struct

import numpy as np
import pytest

from convkit.errors import ConvkitError
from convkit.images import decode
from tests.images.making import KINDS, chunk, frame, noise, npy, png, saved, tiff

RGB = frame("rgb", "uint16")
RGBA = frame("rgba", "uint16")
GREY = frame("grey", "uint16")


def test_pillow_would_have_lost_them():
    from io import BytesIO

    from PIL import Image

    assert np.asarray(Image.open(BytesIO(png(RGB)))).dtype == np.uint8


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("kind", KINDS)
def test_png(kind, dtype, interlaced):
    original = frame(kind, dtype)
    picture = decode(png(original, interlaced=interlaced), "a.png")
    assert picture.kind == kind
    assert picture.white == np.iinfo(dtype).max
    assert picture.dtype == dtype
    np.testing.assert_array_equal(picture.frames[0], original)


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize(
    ("original", "options"),
    [
        (GREY, {}),
        (RGB, {"photometric": "rgb"}),
        (RGB, {"photometric": "rgb", "tile": (16, 16)}),
        (RGBA, {"photometric": "rgb", "extrasamples": ["unassalpha"]}),
        (frame("grey", "float32"), {}),
    ],
    ids=["grey", "rgb", "tiled", "rgba", "float"],
)
def test_tiff(original, options, compression, byteorder):
    data = tiff(original, compression=compression, byteorder=byteorder, **options)
    picture = decode(data, "a.tif")
    assert picture.dtype == original.dtype
    np.testing.assert_array_equal(picture.frames[0], original)


def test_tiff_with_predictor():
    data = tiff(RGB, photometric="rgb", compression="zlib", predictor=True)
    np.testing.assert_array_equal(decode(data, "a.tif").frames[0], RGB)


def test_tiff_pages():
    pages = np.stack([RGB, RGB[::-1], RGB[:, ::-1]])
    picture = decode(tiff(pages, photometric="rgb"), "a.tif")
    np.testing.assert_array_equal(picture.frames, pages)


def test_tiff_padding_channel_is_left_out():
    data = tiff(RGBA, photometric="rgb", extrasamples=["unspecified"])
    np.testing.assert_array_equal(decode(data, "a.tif").frames[0], RGBA[..., :3])


def test_tiff_premultiplied_alpha_is_divided_out():
    alpha = noise((11, 14), "uint16") | 0x8000
    color = noise((11, 14, 3), "uint16", 1)
    stored = np.rint(color * (alpha / 65535)[..., None]).astype(np.uint16)
    data = tiff(
        np.dstack([stored, alpha]),
        photometric="rgb",
        extrasamples=["assocalpha"],
        compression="zlib",
    )
    found = decode(data, "a.tif").frames[0]
    np.testing.assert_array_equal(found[..., 3], alpha)
    np.testing.assert_allclose(found[..., :3].astype(float), color, atol=1.01)


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_tiff_white_is_zero(compression):
    data = tiff(GREY, photometric="miniswhite", compression=compression)
    np.testing.assert_array_equal(decode(data, "a.tif").frames[0], 65535 - GREY)


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "uint32"])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_tiff_other_integers(dtype, compression):
    original = noise((5, 6), dtype)
    picture = decode(tiff(original, compression=compression), "a.tif")
    assert picture.dtype == dtype
    assert picture.white == np.iinfo(dtype).max
    np.testing.assert_array_equal(picture.frames[0], original)


def test_tiff_of_12_bits():
    samples = np.array([0, 1, 2048, 4095])
    packed = np.array([[0x00, 0x00, 0x01, 0x80, 0x0F, 0xFF]], np.uint8)
    data = tiff(packed)
    for tag, before, after in ((256, 6, 4), (258, 8, 12)):
        entry = struct.pack("<HH", tag, 3 if tag == 258 else 4) + struct.pack("<II", 1, before)
        assert data.count(entry) == 1
        data = data.replace(entry, entry[:-4] + struct.pack("<I", after))
    found = decode(data, "a.tif").frames[0]
    np.testing.assert_array_equal(found, np.rint(samples[None] * (65535 / 4095)))


@pytest.mark.parametrize("maximum", [65535, 1023])
@pytest.mark.parametrize("magic", ["P5", "P6"])
def test_netpbm(magic, maximum):
    shape = (4, 5) if magic == "P5" else (4, 5, 3)
    original = np.random.default_rng(0).integers(0, maximum + 1, shape)
    data = f"{magic} # a comment\n5 4\n{maximum}\n".encode() + original.astype(">u2").tobytes()
    found = decode(data, "a.ppm").frames[0]
    assert found.dtype == np.uint16
    np.testing.assert_array_equal(found, np.rint(original * (65535 / maximum)))


def test_jpeg2000_grey():
    np.testing.assert_array_equal(decode(saved(GREY, "JPEG2000"), "a.jp2").frames[0], GREY)


def test_transparent_color_becomes_alpha():
    original = RGB.copy()
    original[2:4, 3:5] = key = (1, 65535, 300)
    data = png(original, extra=[chunk(b"tRNS", np.array(key, ">u2").tobytes())])
    picture = decode(data, "a.png")
    expected = np.full((11, 14), 65535)
    expected[2:4, 3:5] = 0
    assert picture.kind == "rgba"
    np.testing.assert_array_equal(picture.frames[0][..., :3], original)
    np.testing.assert_array_equal(picture.frames[0][..., 3], expected)


def _sixteen_bit_jpeg2000():
    # The precision of each component stands in the SIZ segment.
    data = bytearray(saved(frame("rgb"), "JPEG2000"))
    start = data.index(b"\xff\x4f\xff\x51") + 4 + 38
    data[start : start + 9 : 3] = b"\x0f\x0f\x0f"
    return bytes(data)


def _ten_bit_avif():
    data = bytearray(saved(frame("rgb"), "AVIF"))
    data[data.index(b"av1C") + 4 + 2] |= 0x40
    depths = data.index(b"pixi") + 9
    data[depths : depths + 3] = b"\x0a\x0a\x0a"
    return bytes(data)


def _mixed_pages():
    import io

    import tifffile

    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer) as writer:
        writer.write(frame("grey"))
        writer.write(GREY)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        tiff(np.moveaxis(RGB, 2, 0), photometric="rgb", planarconfig="separate"),
        tiff(
            np.moveaxis(RGB, 2, 0), photometric="rgb", planarconfig="separate", compression="zlib"
        ),
        tiff(RGBA, photometric="separated"),
        saved(frame("rgb"), "SGI", bpc=2),
        saved(frame("grey"), "SGI", bpc=2),
        b"P3 2 1 65535 1 2 3 4 5 6\n",
        _sixteen_bit_jpeg2000(),
        _ten_bit_avif(),
    ],
    ids=["planar", "planar-zlib", "cmyk", "sgi", "sgi-grey", "plain-ppm", "jpeg2000", "avif"],
)
def test_what_would_be_cut_is_refused(data):
    with pytest.raises(ConvkitError, match="more than 8 bits") as caught:
        decode(data, "a")
    assert ".npy" in caught.value.hint


@pytest.mark.parametrize(
    "array", [GREY.astype("float64"), RGB.astype("float32"), GREY.astype("uint64")]
)
def test_tiff_that_pillow_does_not_read(array):
    with pytest.raises(ConvkitError, match="TIFF") as caught:
        decode(tiff(array, photometric="minisblack" if array.ndim == 2 else "rgb"), "a.tif")
    assert ".npy" in caught.value.hint


def test_pages_of_unlike_depth_are_refused():
    with pytest.raises(ConvkitError, match="uint16, uint8"):
        decode(_mixed_pages(), "a.tif")


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int64", "float16", "float64", "bool", ">f4"])
def test_npy_keeps_its_type(dtype):
    original = noise((4, 5, 7), "uint8").astype(dtype)
    picture = decode(npy(original), "a.npy")
    assert picture.dtype == np.dtype(dtype).newbyteorder("=")
    np.testing.assert_array_equal(picture.frames[0], original)
