"""PNG's filters, compression and checksum, against the specification written out in loops."""

import io
import sys
import zlib
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from convkit.errors import ConvkitError
from convkit.images import COMPRESSIONS, decode, encode, png, read, scanlines, write
from tests.cli.process import ROOT
from tests.images.making import KINDS, noise, picture, saved

SAMPLES = sorted((ROOT / "sample_images").glob("*.png"))
SHAPES = [(1, 1), (1, 50), (50, 1), (23, 31)]

compressions = pytest.mark.parametrize("compress", COMPRESSIONS)


def textured(height, width, count):
    """Return a picture in which each filter is the best one somewhere."""
    y, x = np.indices((height, width))
    plane = (3 * x + 2 * y + 40 * np.sin(x / 7 + y / 3)) % 256
    stripes = np.where(y % 40 < 10, 200 * (x % 2), plane) + (y % 7 == 0) * noise((height, width))
    return np.stack([stripes + 9 * channel for channel in range(count)], axis=-1).astype(np.uint8)


# --- filters ---


def predicted(kind, left, above, corner):
    """Return what a filter takes from a byte (PNG, 9.2 to 9.4)."""
    if kind < 4:
        return (0, left, above, (left + above) // 2)[kind]
    estimate = left + above - corner
    return min((left, above, corner), key=lambda neighbour: abs(estimate - neighbour))


def filtered_row(kind, above, row, pixel):
    out = []
    for index, byte in enumerate(row):
        left, corner = (row[index - pixel], above[index - pixel]) if index >= pixel else (0, 0)
        out.append((byte - predicted(kind, left, above[index], corner)) % 256)
    return out


def smallest(above, row, pixel):
    """Return the row after the filter that leaves the smallest sum; the first of equals."""
    candidates = [[kind, *filtered_row(kind, above, row, pixel)] for kind in range(5)]
    return min(candidates, key=lambda row: sum(min(byte, 256 - byte) for byte in row[1:]))


@pytest.mark.parametrize("pixel", [1, 2, 3, 4, 6, 8])
def test_adaptive_takes_the_smallest_of_the_five_filters(pixel):
    image = textured(60, 24, pixel).reshape(60, -1)
    lines = image.tolist()
    expected = [smallest(lines[y - 1], lines[y], pixel) for y in range(1, 60)]
    assert {row[0] for row in expected} >= ({0, 1, 2, 3, 4} if pixel == 1 else {2, 4})
    found = scanlines.adaptive(image[:1], image[1:], pixel)
    np.testing.assert_array_equal(found, expected)


def test_adaptive_leaves_nothing_of_a_flat_picture():
    rows = np.full((5, 12), 9, np.uint8)
    found = scanlines.adaptive(rows[:1], rows, 3)
    assert not found[:, 1 + 3 :].any()
    assert set(found[:, 0]) <= {1, 2, 3, 4}


# --- compression ---


@given(
    height=st.integers(1, 12),
    width=st.integers(1, 12),
    count=st.sampled_from(list(KINDS.values())),
    dtype=st.sampled_from(["uint8", "uint16"]),
    levels=st.sampled_from([1, 2, 65536]),
    band=st.sampled_from([1, 50, 1 << 19]),
    seed=st.integers(0, 99),
)
def test_small_frames_are_read_back(height, width, count, dtype, levels, band, seed):
    shape = (height, width) if count == 1 else (height, width, count)
    pixels = noise(shape, dtype, seed) % min(levels, np.iinfo(dtype).max)
    with mock.patch.object(scanlines, "BAND_BYTES", band):
        data = png.encode([pixels], compress="small")
    np.testing.assert_array_equal(decode(data, "a.png").frames[0], pixels)


@compressions
@pytest.mark.parametrize("count", [1, 3, 4])
@pytest.mark.parametrize("shape", SHAPES)
def test_pillow_reads_it(compress, count, shape):
    pixels = textured(*shape, count)[..., 0 if count == 1 else slice(None)]
    with Image.open(io.BytesIO(png.encode([pixels], compress=compress))) as image:
        np.testing.assert_array_equal(np.asarray(image), pixels)


@compressions
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("frames", [1, 3])
def test_any_number_of_threads_gives_the_same_bytes(monkeypatch, compress, dtype, frames):
    monkeypatch.setattr(scanlines, "BAND_BYTES", 1000)
    pixels = [noise((60, 40, 3), dtype, seed) for seed in range(frames)]
    once, twice, often = (
        png.encode(pixels, compress=compress, threads=threads) for threads in (1, 2, 5)
    )
    assert once == twice == often
    np.testing.assert_array_equal(decode(once, "a.png").frames, pixels)


def test_threads_are_counted_by_the_environment(monkeypatch):
    monkeypatch.setenv("CONVKIT_THREADS", "none")
    with pytest.raises(ConvkitError, match="CONVKIT_THREADS"):
        png.encode([noise((4, 4))])
    assert png.encode([noise((4, 4))], threads=1)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_small_is_small(path):
    sample = read(path)
    small, fast = (len(encode(sample, ".png", compress=word)) for word in ("small", "fast"))
    assert small < fast
    if sample.dtype == np.uint8:
        # Pillow does as much work, but leaves no row unfiltered for its few colours.
        best = len(saved(sample.frames[0], "PNG", optimize=True))
        assert small <= 1.001 * best + len(sample.icc_profile or b"")


def test_few_colours_are_left_unfiltered():
    pixels = np.random.default_rng(0).choice([0, 80, 255], (300, 300)).astype(np.uint8)
    assert len(png.encode([pixels], compress="small")) < len(saved(pixels, "PNG", optimize=True))


@compressions
def test_flat_pictures_become_tiny(compress):
    assert len(png.encode([np.zeros((1000, 1000), np.uint8)], compress=compress)) < 10_000


def test_other_formats_have_one_way():
    image = picture("rgb")
    for suffix in (".tif", ".jpg", ".webp", ".gif", ".bmp", ".ppm", ".npy"):
        assert encode(image, suffix, compress="small") == encode(image, suffix)


def test_write_passes_the_word_on(tmp_path):
    image = picture("grey")
    write(image, tmp_path / "a.png", compress="small", threads=1)
    assert (tmp_path / "a.png").read_bytes() == encode(image, ".png", compress="small")


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_another_word_is_refused(suffix):
    with pytest.raises(ConvkitError, match="unknown compression 'smal'") as caught:
        encode(picture("grey"), suffix, compress="smal")
    assert caught.value.hint == "did you mean 'small'?"


# --- checksum ---


@given(st.binary(max_size=300), st.binary(max_size=300), st.integers(0, 70_000))
def test_checksums_are_joined(first, second, zeros):
    second += b"\xff" * zeros
    found = scanlines.adler32_combine(zlib.adler32(first), zlib.adler32(second), len(second))
    assert found == zlib.adler32(first + second)


def test_without_isal_zlib_deflates_quickly(monkeypatch):
    rows = np.random.default_rng(0).integers(0, 4, (300, 500), np.uint8)
    fast = scanlines.COMPRESSIONS["fast"]
    streams = [b"".join(scanlines.compressed(rows, fast, 2))]
    monkeypatch.setitem(sys.modules, "isal", None)
    streams.append(b"".join(scanlines.compressed(rows, fast, 2)))
    assert streams[0] != streams[1]
    unpacked = [zlib.decompress(stream) for stream in streams]
    assert unpacked[0] == unpacked[1]
