"""The PNG writer, read back by Pillow and by hand; its checksums."""

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from convkit.errors import ConvkitError
from convkit.images import decode, png, scanlines
from tests.images.making import KINDS, chunk, noise
from tests.images.making import png as made_by_hand


@given(
    height=st.integers(1, 40),
    width=st.integers(1, 40),
    count=st.sampled_from(list(KINDS.values())),
    dtype=st.sampled_from(["uint8", "uint16"]),
    big_endian=st.booleans(),
    seed=st.integers(0, 99),
)
def test_any_frame(height, width, count, dtype, big_endian, seed):
    shape = (height, width) if count == 1 else (height, width, count)
    pixels = noise(shape, dtype, seed)
    stored = pixels.astype(pixels.dtype.newbyteorder(">")) if big_endian else pixels
    found = decode(png.encode([stored]), "a.png").frames[0]
    np.testing.assert_array_equal(found, pixels)


@pytest.mark.parametrize("band", [1, 100, 1000, 1 << 20])
def test_bands_join_to_one_stream(monkeypatch, band):
    monkeypatch.setattr(scanlines, "BAND_BYTES", band)
    pixels = noise((50, 60, 3))
    data = png.encode([pixels])
    # zlib itself verifies the checksum over all bands.
    position, stream = 8, b""
    while position < len(data):
        length, tag = struct.unpack_from(">I4s", data, position)
        if tag == b"IDAT":
            stream += data[position + 8 : position + 8 + length]
        position += length + 12
    assert len(zlib.decompress(stream)) == 50 * (1 + 180)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(data))), pixels)


def test_view_that_is_not_contiguous():
    pixels = noise((20, 30, 4))[::2, ::-3, :3]
    np.testing.assert_array_equal(decode(png.encode([pixels]), "a").frames[0], pixels)


def test_flat_images_become_small():
    assert len(png.encode([np.full((1000, 1000), 7, np.uint8)])) < 10_000


def test_animation_as_pillow_sees_it():
    frames = [noise((5, 6, 3), seed=seed) for seed in range(3)]
    data = png.encode(frames, animation=png.Animation([40, 80, 120], loop=2))
    with Image.open(io.BytesIO(data)) as image:
        assert (image.n_frames, image.info["loop"]) == (3, 2)
        for index, (expected, duration) in enumerate(zip(frames, [40, 80, 120], strict=True)):
            image.seek(index)
            np.testing.assert_array_equal(np.asarray(image), expected)
            assert image.info["duration"] == duration


def test_default_image_beside_an_animation_is_left_out():
    frames = [noise((5, 6, 3), seed=seed) for seed in range(3)]
    images = [Image.fromarray(pixels) for pixels in frames]
    buffer = io.BytesIO()
    images[0].save(
        buffer, "PNG", save_all=True, append_images=images[1:], default_image=True, duration=50
    )
    found = decode(buffer.getvalue(), "a.png")
    np.testing.assert_array_equal(found.frames, frames[1:])


def test_blending_of_16_bit_frames_is_refused():
    pixels = noise((5, 6, 4), "uint16")
    data = bytearray(png.encode([pixels, pixels]))
    control = data.rindex(b"fcTL")
    data[control + 4 + 25] = 1  # blend over the frame before
    data[control + 30 : control + 34] = zlib.crc32(data[control : control + 30]).to_bytes(4, "big")
    with pytest.raises(ConvkitError, match="more than 8 bits"):
        decode(bytes(data), "a.png")


def test_every_changed_byte_of_the_pixels_is_found():
    data = made_by_hand(noise((6, 7, 3)))
    start = data.index(b"IDAT") + 4
    for position in range(start, len(data) - 16):
        broken = bytearray(data)
        broken[position] ^= 0x10
        with pytest.raises(ConvkitError, match="checksum"):
            decode(bytes(broken), "a.png")


def test_every_missing_end_is_found():
    data = made_by_hand(noise((6, 7, 3)))
    for length in range(9, len(data)):
        with pytest.raises(ConvkitError, match=r"truncated|broken|isn't an image"):
            decode(data[:length], "a.png")


def test_bytes_behind_the_end_do_not_matter():
    pixels = noise((6, 7, 3))
    found = decode(made_by_hand(pixels) + b"whatever", "a.png")
    np.testing.assert_array_equal(found.frames[0], pixels)


def test_wrong_checksum_of_a_comment_does_not_matter():
    comment = bytearray(chunk(b"prVt", b"hello"))
    comment[-1] ^= 1
    data = made_by_hand(noise((6, 7, 3)), extra=[bytes(comment)])
    png.check(data, "a.png")
