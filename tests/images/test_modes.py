"""Every mode becomes grey or RGB, with alpha or without, as it looks."""

import numpy as np
import pytest
from PIL import Image, ImageCms

from convkit.images import decode
from tests.images.making import chunk, frame, icc, noise, png, saved, tiff

GREY, GREY_ALPHA, RGB, RGBA = (frame(kind) for kind in ("grey", "grey+alpha", "rgb", "rgba"))


def only_frame(data, name="a"):
    return decode(data, name).frames[0]


@pytest.mark.parametrize("form", ["PNG", "TIFF", "BMP", "GIF"])
def test_one_bit_is_black_and_white(form):
    bits = Image.fromarray(GREY).convert("1")
    picture = decode(saved(bits, form), "a")
    assert picture.kind == "grey"
    np.testing.assert_array_equal(picture.frames[0], np.asarray(bits) * 255)


def test_palette():
    image = Image.fromarray(RGB).quantize(7)
    picture = decode(saved(image, "PNG"), "a.png")
    assert picture.kind == "rgb"
    np.testing.assert_array_equal(picture.frames[0], np.asarray(image.convert("RGB")))


@pytest.mark.parametrize("transparency", [3, bytes([255, 0, 128, 7])], ids=["index", "table"])
def test_palette_with_transparency(transparency):
    image = Image.fromarray(RGB).quantize(7)
    picture = decode(saved(image, "PNG", transparency=transparency), "a.png")
    table = np.full(256, 255)
    if isinstance(transparency, int):
        table[transparency] = 0
    else:
        table[: len(transparency)] = list(transparency)
    assert picture.kind == "rgba"
    np.testing.assert_array_equal(picture.frames[0][..., 3], table[np.asarray(image)])


def test_cmyk():
    image = Image.fromarray(RGB).convert("CMYK")
    inks = np.asarray(image).astype(float)
    expected = (255 - inks[..., :3]) * (255 - inks[..., 3:]) / 255
    np.testing.assert_allclose(only_frame(saved(image, "TIFF")), expected, atol=1.01)


def test_cmyk_profile_is_dropped():
    data = saved(Image.fromarray(RGB).convert("CMYK"), "TIFF", icc_profile=icc(b"CMYK"))
    assert decode(data, "a.tif").icc_profile is None


def test_fitting_profile_is_kept():
    assert decode(saved(RGB, "PNG", icc_profile=icc(b"RGB ")), "a").icc_profile == icc(b"RGB ")


def test_lab():
    original = np.zeros((4, 4, 3), np.uint8)
    original[:2], original[2:, :2], original[2:, 2:] = (200, 90, 120), (90, 140, 100), (77, 77, 77)
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    image = ImageCms.profileToProfile(Image.fromarray(original), srgb, lab, outputMode="LAB")
    stored = np.asarray(image)
    # CIE 1976 to XYZ for the white D50, then sRGB's primaries adapted to D50 by Bradford.
    y = (stored[..., 0] / 2.55 + 16) / 116
    a, b = stored.view(np.int8)[..., 1].astype(float), stored.view(np.int8)[..., 2].astype(float)
    cubes = np.stack([y + a / 500, y, y - b / 200], axis=-1)
    cubes = np.where(cubes > 6 / 29, cubes**3, (cubes - 4 / 29) * 3 * (6 / 29) ** 2)
    to_srgb = [
        [3.1338561, -1.6168667, -0.4906146],
        [-0.9787684, 1.9161415, 0.0334540],
        [0.0719453, -0.2289914, 1.4052427],
    ]
    light = cubes * [0.9642, 1.0, 0.8249] @ np.transpose(to_srgb)
    expected = 255 * (1.055 * light ** (1 / 2.4) - 0.055)
    np.testing.assert_allclose(only_frame(saved(image, "TIFF")), expected, atol=1.5)


def test_ycbcr_tiff():
    image = Image.fromarray(RGB).convert("YCbCr")
    np.testing.assert_allclose(
        only_frame(saved(image, "TIFF", compression="tiff_adobe_deflate")).astype(float),
        np.asarray(image.convert("RGB")),
        atol=1,
    )


def test_premultiplied_alpha_is_divided_out():
    alpha = noise((11, 14)) | 128
    stored = np.rint(RGB * (alpha / 255)[..., None]).astype(np.uint8)
    data = tiff(np.dstack([stored, alpha]), photometric="rgb", extrasamples=["assocalpha"])
    found = only_frame(data)
    np.testing.assert_array_equal(found[..., 3], alpha)
    np.testing.assert_allclose(found[..., :3].astype(float), RGB, atol=2)


@pytest.mark.parametrize(
    ("bits", "scale"), [(1, 255), (2, 85), (4, 17), (8, 1)], ids=["1", "2", "4", "8"]
)
def test_transparent_grey_of_few_bits(bits, scale):
    samples = np.arange(2**bits, dtype=np.uint8)
    packed = np.packbits(np.unpackbits(samples[:, None], axis=1)[:, -bits:].ravel())
    data = bytearray(png(packed[None], bits=bits, extra=[chunk(b"tRNS", b"\0\1")]))
    header = data[16:20]
    assert int.from_bytes(header, "big") == len(packed)
    data[16:20] = len(samples).to_bytes(4, "big")
    data[29:33] = chunk(b"IHDR", bytes(data[16:29]))[-4:]
    picture = decode(bytes(data), "a.png")
    assert picture.kind == "grey+alpha"
    np.testing.assert_array_equal(picture.frames[0][0, :, 0], samples * scale)
    np.testing.assert_array_equal(picture.frames[0][0, :, 1], np.where(samples == 1, 0, 255))


def test_transparent_rgb():
    data = saved(RGB, "PNG", transparency=tuple(int(value) for value in RGB[4, 5]))
    found = only_frame(data)
    assert found[4, 5, 3] == 0
    assert (found[..., 3] == 0).sum() == 1


def test_transparent_deep_grey():
    deep = frame("grey", "uint16")
    data = png(deep, extra=[chunk(b"tRNS", int(deep[2, 3]).to_bytes(2, "big"))])
    picture = decode(data, "a.png")
    assert picture.kind == "grey+alpha"
    np.testing.assert_array_equal(picture.frames[0][..., 1] == 0, deep == deep[2, 3])


@pytest.mark.parametrize("form", ["TGA", "PCX", "QOI", "SGI", "BMP", "PPM"])
def test_other_lossless_formats(form):
    np.testing.assert_array_equal(only_frame(saved(RGB, form)), RGB)


def test_only_the_first_image_of_a_photo_is_read():
    # Phones put thumbnails and gain maps behind the photo.
    data = saved(RGB, "MPO", save_all=True, append_images=[Image.fromarray(RGB[:4, :4])])
    assert len(decode(data, "a.jpg").frames) == 1


def test_reduced_pages_are_left_out():
    import io

    import tifffile

    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer) as writer:
        writer.write(GREY)
        writer.write(GREY[::2, ::2], subfiletype=1)
    assert len(decode(buffer.getvalue(), "a.tif").frames) == 1


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["PNG", "TIFF", "WEBP"])
def test_orientation_is_applied(form, orientation):
    stored = np.arange(1, 7, dtype=np.uint8).reshape(2, 3) * 40
    stored = np.dstack([stored] * 3)
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"lossless": True} if form == "WEBP" else {}
    data = saved(stored, form, exif=exif, **options)
    # EXIF says where the stored first row and first column belong.
    rows, columns = {
        1: ("top", "left"),
        2: ("top", "right"),
        3: ("bottom", "right"),
        4: ("bottom", "left"),
        5: ("left", "top"),
        6: ("right", "top"),
        7: ("right", "bottom"),
        8: ("left", "bottom"),
    }[orientation]
    expected = stored if rows in ("top", "bottom") else stored.transpose(1, 0, 2)
    if "bottom" in (rows, columns):
        expected = expected[::-1]
    if "right" in (rows, columns):
        expected = expected[:, ::-1]
    np.testing.assert_array_equal(only_frame(data), expected)


def test_orientation_of_16_bits():
    deep = frame("rgb", "uint16")
    turned = chunk(b"eXIf", b"II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0")
    np.testing.assert_array_equal(only_frame(png(deep, extra=[turned])), np.rot90(deep, -1))


def test_broken_exif_leaves_the_pixels():
    data = png(RGB, extra=[chunk(b"eXIf", b"II*\0\xff\xff\xff\xff\1\2\3")])
    np.testing.assert_array_equal(only_frame(data), RGB)


@pytest.mark.parametrize("data", [saved(GREY_ALPHA, "PNG"), saved(RGBA, "TIFF")])
def test_parts(data):
    picture = decode(data, "a")
    assert picture.has_alpha
    np.testing.assert_array_equal(np.dstack([*picture.color, *picture.alpha]), picture.frames[0])
