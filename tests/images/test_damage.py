"""What can't be read is one clear error: missing, empty, huge, and a thousand damaged files."""

import io
import os
import random
import struct
import subprocess
import sys
import threading
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from convkit.errors import ConvkitError
from convkit.images import DEFAULT_MAX_PIXELS, Picture, decode, encode, raster, read
from convkit.images.hush import hushed
from tests.images.making import chunk, frame, noise, npy, picture, png, saved, tiff

SEEDS = {
    "png": png(frame("rgb")),
    "palette.png": saved(Image.fromarray(frame("rgb")).quantize(9), "PNG", transparency=3),
    "deep.png": png(frame("rgba", "uint16"), interlaced=True),
    "grey-alpha.png": png(frame("grey+alpha", "uint16")),
    "moving.png": encode(picture("rgba", frames=3), ".png"),
    "jpg": saved(
        frame("rgb"), "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0"
    ),
    "cmyk.jpg": saved(Image.fromarray(frame("rgb")).convert("CMYK"), "JPEG"),
    "gif": encode(picture("rgb", frames=3), ".gif"),
    "tif": encode(picture("rgb", "uint16", frames=2), ".tif"),
    "zlib.tif": tiff(frame("rgba", "uint16"), compression="zlib", photometric="rgb"),
    "float.tif": tiff(frame("grey", "float32")),
    "webp": encode(picture("rgba"), ".webp"),
    "moving.webp": encode(picture("rgb", frames=3), ".webp"),
    "bmp": encode(picture("rgb"), ".bmp"),
    "ppm": encode(picture("rgb", "uint16"), ".ppm"),
    "jp2": saved(frame("rgb"), "JPEG2000"),
    "avif": saved(frame("rgb"), "AVIF"),
    "ico": saved(noise((32, 32, 4)), "ICO", sizes=[(16, 16)]),
    "tga": saved(frame("rgb"), "TGA", compression="tga_rle"),
    "sgi": saved(frame("rgb"), "SGI"),
    "pcx": saved(frame("rgb"), "PCX"),
    "qoi": saved(frame("rgb"), "QOI"),
    "dds": saved(noise((8, 8, 4)), "DDS"),
    "npy": npy(noise((6, 7, 3))),
    "csv": b"1,2,3\n4,5,6\n",
}


def mutated(data, rng):
    """Return damaged bytes: cut off, flipped, swapped, repeated, or with a number made huge."""
    damaged = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        spot = rng.randrange(len(damaged) or 1)
        # Headers are where damage leads furthest.
        spot = min(spot, rng.choice([64, 256, len(damaged)]))
        other, length = rng.randrange(len(damaged) or 1), rng.randrange(1, 40)
        match rng.randrange(6):
            case 0:
                del damaged[spot:]
            case 1:
                damaged[spot : spot + 1] = bytes([rng.randrange(256)])
            case 2:
                damaged[spot : spot + 1] = bytes([rng.choice([0, 1, 0x7F, 0x80, 0xFF])])
            case 3:
                damaged[spot : spot + length] = damaged[other : other + length]
            case 4:
                del damaged[spot : spot + length]
            case 5:
                damaged[spot : spot + 4] = rng.choice(
                    [b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f" * 4]
                )
    return repaired(bytes(damaged)) if rng.random() < 0.5 else bytes(damaged)


def repaired(data):
    """Return a PNG with its checksums put right, so that damage is met behind them."""
    position, parts = 8, [data[:8]]
    while position + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, position)
        if position + 12 + length > len(data):
            break
        parts.append(chunk(data[position + 4 : position + 8], data[position + 8 :][:length]))
        position += 12 + length
    return b"".join(parts) + data[position:]


@pytest.mark.parametrize("name", SEEDS)
def test_damage_is_one_clear_error(name):
    assert decode(SEEDS[name], name).frames
    rng = random.Random(name)
    refused = []
    for _ in range(60):
        data = mutated(SEEDS[name], rng)
        try:
            found = decode(data, f"a.{name}", max_pixels=1_000_000)
        except ConvkitError as error:
            refused.append(error.message)
        else:
            assert isinstance(found, Picture)
            assert all(pixels.size for pixels in found.frames)
    assert refused
    assert all("\n" not in message and f"a.{name}" in message for message in refused)


@pytest.mark.parametrize("name", [name for name in SEEDS if name not in ("csv", "dds")])
def test_truncated(name):
    data = SEEDS[name]
    for keep in (0.1, 0.3, 0.5, 0.7, 0.9):
        with pytest.raises(ConvkitError):
            decode(data[: int(len(data) * keep)], f"a.{name}")


def test_missing_file(tmp_path):
    (tmp_path / "photo.png").touch()
    with pytest.raises(ConvkitError, match="no such file") as caught:
        read(tmp_path / "phto.png")
    assert caught.value.hint == "did you mean 'photo.png'?"
    with pytest.raises(ConvkitError, match="no such file"):
        read(tmp_path / "nowhere" / "a.png")


def test_folder(tmp_path):
    with pytest.raises(ConvkitError, match="is a folder"):
        read(tmp_path)


def test_empty_file(tmp_path):
    path = tmp_path / "a.png"
    path.touch()
    with pytest.raises(ConvkitError, match="is empty"):
        read(path)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="everything is readable")
def test_file_that_can_not_be_read(tmp_path):
    path = tmp_path / "a.png"
    path.touch(mode=0)
    with pytest.raises(ConvkitError, match="can't read"):
        read(path)


@pytest.mark.parametrize(
    "data", [b"hello world", b"<svg></svg>", b"%PDF-1.4", b"PK\3\4", b"\0" * 99]
)
def test_no_image(data):
    with pytest.raises(ConvkitError, match="isn't an image"):
        decode(data, "a.png")


def test_eps_is_not_run():
    with pytest.raises(ConvkitError, match="EPS"):
        decode(saved(frame("rgb"), "EPS"), "a.eps")


def huge_png(width, height):
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = zlib.compress(bytes((width // 8 + 1) * height))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        chunk(tag, part) for tag, part in [(b"IHDR", header), (b"IDAT", body), (b"IEND", b"")]
    )


def test_bomb():
    with pytest.raises(ConvkitError, match="200,000,000 pixels") as caught:
        decode(huge_png(20_000, 10_000), "a.png")
    assert "--max-pixels 200000000" in caught.value.hint


def test_bombs_that_pillow_finds():
    with pytest.raises(ConvkitError, match="3,600,000,000 pixels"):
        decode(huge_png(60_000, 60_000), "a.png")


def test_small_limit():
    assert decode(SEEDS["png"], "a", max_pixels=154).frames
    with pytest.raises(ConvkitError, match="154 pixels"):
        decode(SEEDS["png"], "a", max_pixels=153)


@pytest.mark.parametrize("name", ["gif", "moving.png", "moving.webp", "tif"])
def test_frames_count_together(name):
    with pytest.raises(ConvkitError, match="limit"):
        decode(SEEDS[name], name, max_pixels=300)


def test_limit_above_pillows():
    before = Image.MAX_IMAGE_PIXELS
    try:
        found = decode(huge_png(20_000, 10_000), "a.png", max_pixels=200_000_001)
        assert found.frames[0].shape == (10_000, 20_000)
    finally:
        Image.MAX_IMAGE_PIXELS = before


def test_default_limit_is_pillows():
    decode(SEEDS["png"], "a.png")
    assert Image.MAX_IMAGE_PIXELS * 2 == DEFAULT_MAX_PIXELS


def test_warnings_are_hushed_from_several_threads():
    barrier = threading.Barrier(4)

    def work(index):
        with hushed():
            barrier.wait()
            warnings.warn(f"{index}", stacklevel=1)

    before = list(warnings.filters)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert warnings.filters == before
    with pytest.warns(UserWarning, match="loud"):
        warnings.warn("loud", stacklevel=1)


def test_reading_and_writing_in_threads():
    kinds = [("rgb", "uint16"), ("grey", "uint8"), ("rgba", "uint8"), ("grey+alpha", "uint16")]
    originals = [picture(*kinds[index % 4]) for index in range(40)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda one: decode(encode(one, ".png"), "a.png"), originals))
    for before, after in zip(originals, found, strict=True):
        np.testing.assert_array_equal(before.frames, after.frames)


def from_stdin(data):
    program = "from convkit.images import read; p = read('-'); print(p.kind, p.dtype, p.source)"
    return subprocess.run(
        [sys.executable, "-c", program], input=data, capture_output=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (SEEDS["deep.png"], b"rgba uint16 standard input"),
        (SEEDS["npy"], b"array uint8 standard input"),
        (b"1 2\n3 4\n", b"array int64 standard input"),
    ],
    ids=["png", "npy", "text"],
)
def test_standard_input(data, line):
    assert from_stdin(data).stdout.strip() == line


def test_empty_standard_input():
    assert b"'standard input' is empty" in from_stdin(b"").stderr


@pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals")
def test_standard_input_is_a_terminal(monkeypatch):
    controller, terminal = os.openpty()
    with os.fdopen(terminal, "r") as stream, os.fdopen(controller, "wb"):
        monkeypatch.setattr(sys, "stdin", stream)
        with pytest.raises(ConvkitError, match="terminal"):
            read("-")


def test_pipe_with_a_name(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=[SEEDS["npy"]])
    writer.start()
    found = read(path)
    writer.join()
    assert found.frames[0].shape == (6, 7, 3)


def test_files_of_any_name(tmp_path):
    path = tmp_path / "a picture.of.numbers"
    path.write_bytes(io.BytesIO(SEEDS["png"]).read())
    np.testing.assert_array_equal(read(path).frames[0], frame("rgb"))


def test_a_slip_of_our_own_is_not_called_a_broken_file(monkeypatch):
    def slip(*_):
        raise TypeError("ours")

    monkeypatch.setattr(raster, "fitting_profile", slip)
    with pytest.raises(TypeError, match="ours"):
        decode(SEEDS["png"], "a.png")
