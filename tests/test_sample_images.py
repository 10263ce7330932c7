"""The sample images are what their README says, and their script paints them again."""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

FOLDER = Path(__file__).parent.parent / "sample_images"
# Width, height, bits and PNG colour type (0 grey, 2 RGB, 6 RGBA).
PNGS = {
    "landscape.png": (480, 320, 8, 2),
    "text.png": (480, 360, 8, 0),
    "shapes.png": (480, 320, 8, 0),
    "ramp.png": (256, 256, 8, 0),
    "salt-and-pepper.png": (320, 240, 8, 0),
    "soft-alpha.png": (320, 240, 8, 6),
    "depth-16.png": (320, 240, 16, 0),
    "rgb-16.png": (300, 200, 16, 2),
}
OTHERS = ["spinner.gif", "matrix-5x5.csv"]


class Png(NamedTuple):
    header: tuple[int, ...]
    samples: np.ndarray


def decode(path: Path) -> Png:
    """Decode a PNG by the letter of its specification: Pillow would cut 16-bit RGB down to 8."""
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    chunks, position = {}, 8
    while position < len(data):
        (length,) = struct.unpack_from(">I", data, position)
        body = data[position + 4 : position + 8 + length]
        assert struct.unpack_from(">I", data, position + 8 + length) == (zlib.crc32(body),)
        chunks[body[:4]] = body[4:]
        position += 12 + length
    header = struct.unpack(">2I5B", chunks[b"IHDR"])
    width, height, bits, colour_type = header[:4]
    channels = {0: 1, 2: 3, 6: 4}[colour_type]
    raw = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, -1)
    rows = unfiltered(raw, channels * bits // 8)
    samples = np.frombuffer(rows, ">u2" if bits == 16 else np.uint8)
    return Png(header, samples.reshape(height, width, channels).astype(int))


def unfiltered(raw: np.ndarray, pixel: int) -> bytes:
    above, rows = [0] * (raw.shape[1] - 1), []
    for kind, *line in raw.tolist():
        for i, byte in enumerate(line):
            a, c = (line[i - pixel], above[i - pixel]) if i >= pixel else (0, 0)
            line[i] = (byte + predicted(kind, a, above[i], c)) % 256
        rows.append(bytes(line))
        above = line
    return b"".join(rows)


def predicted(kind: int, a: int, b: int, c: int) -> int:
    if kind == 4:
        return min((a, b, c), key=lambda neighbour: abs(a + b - c - neighbour))
    return (0, a, b, (a + b) // 2)[kind]


@pytest.fixture(scope="session")
def again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the script once, into a folder that isn't there yet."""
    folder = tmp_path_factory.mktemp("samples") / "new"
    command = [sys.executable, str(FOLDER / "make.py"), str(folder)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder


def test_every_file_is_listed_in_the_readme_and_nothing_else_is_there() -> None:
    images = {path.name for path in FOLDER.iterdir() if path.suffix in {".png", ".gif", ".csv"}}
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert images == {*PNGS, *OTHERS}
    assert [name for name in images if f"| `{name}` |" not in readme] == []


def test_the_script_makes_exactly_these_files(again: Path) -> None:
    assert {path.name for path in again.iterdir()} == {*PNGS, *OTHERS}


@pytest.mark.parametrize("name", PNGS)
def test_painting_again_gives_the_same_pixels(again: Path, name: str) -> None:
    if (again / name).read_bytes() == (FOLDER / name).read_bytes():
        return
    # Another processor or library may round a sine or an outline otherwise, here and there.
    old, new = decode(FOLDER / name), decode(again / name)
    assert old.header == new.header
    step = (2 ** old.header[2] - 1) / 255
    assert np.mean(np.abs(old.samples - new.samples) <= 1.5 * step) > 0.98


@pytest.mark.parametrize("name", OTHERS)
def test_painting_again_gives_the_same_frames_and_numbers(again: Path, name: str) -> None:
    if name.endswith(".csv"):
        assert (again / name).read_bytes() == (FOLDER / name).read_bytes()
        return
    for old, new in zip(gif_frames(FOLDER / name), gif_frames(again / name), strict=True):
        assert np.mean(np.abs(old - new) <= 2) > 0.98


@pytest.mark.parametrize("name", PNGS)
def test_size_and_depth_are_as_promised(name: str) -> None:
    header = struct.unpack_from(">2I2B", (FOLDER / name).read_bytes(), 16)
    assert header == PNGS[name]


@pytest.mark.parametrize("name", [name for name in PNGS if name != "rgb-16.png"])
def test_pillow_reads_the_same_pixels(name: str) -> None:
    with Image.open(FOLDER / name) as image:
        pillow = np.asarray(image).astype(int)
    np.testing.assert_array_equal(pillow, decode(FOLDER / name).samples.reshape(pillow.shape))


def test_files_are_small() -> None:
    sizes = [(FOLDER / name).stat().st_size for name in [*PNGS, *OTHERS]]
    assert max(sizes) < 350_000
    assert sum(sizes) < 1_200_000


@pytest.mark.parametrize("name", ["depth-16.png", "rgb-16.png"])
def test_sixteen_bits_hold_what_eight_would_lose(name: str) -> None:
    samples = decode(FOLDER / name).samples
    assert len(np.unique(samples)) > 10_000
    assert samples.max() > 60_000


def test_a_laplacian_reads_the_words_that_eight_bits_would_lose() -> None:
    depth = decode(FOLDER / "depth-16.png").samples[..., 0]
    words, bare_wall = np.s_[20:70, 200:315], np.s_[20:70, 125:195]
    edges = np.abs(ndimage.laplace(depth.astype(float)))
    assert edges[words].max() > 60
    assert edges[bare_wall].max() < 6
    # One step of 8 bits is 257 of these.
    assert np.ptp(depth[words], axis=1).max() < 257


def test_alpha_is_soft_and_leaves_no_dark_fringe() -> None:
    bubbles = decode(FOLDER / "soft-alpha.png").samples
    colour, alpha = bubbles[..., :3], bubbles[..., 3]
    assert len(np.unique(alpha)) > 200
    assert np.mean((alpha > 0) & (alpha < 255)) > 0.5
    faint = alpha < 16
    assert colour[faint].max(axis=-1).min() > 120


def test_upper_ramp_has_one_level_per_column() -> None:
    ramp = decode(FOLDER / "ramp.png").samples[..., 0]
    assert (ramp[:64] == np.arange(256)).all()
    assert (ndimage.sobel(ramp[:64], axis=1)[:, 1:-1] == 8).all()


def test_share_of_salt_and_of_pepper() -> None:
    noisy = decode(FOLDER / "salt-and-pepper.png").samples
    for level in (0, 255):
        assert np.mean(noisy == level) == pytest.approx(0.04, abs=0.01)


def test_spinner_goes_round_for_ever() -> None:
    with Image.open(FOLDER / "spinner.gif") as spinner:
        assert (spinner.mode, spinner.size, spinner.n_frames) == ("P", (96, 96), 12)
        assert (spinner.info["loop"], spinner.info["duration"]) == (0, 80)
    frames = gif_frames(FOLDER / "spinner.gif")
    # A quarter of the turn is three frames.
    assert np.mean(np.abs(np.rot90(frames[0], -1) - frames[3]) <= 2) > 0.98
    assert np.mean(np.abs(frames[0] - frames[3]) <= 2) < 0.98


def gif_frames(path: Path) -> list[np.ndarray]:
    frames = []
    with Image.open(path) as image:
        for index in range(image.n_frames):
            image.seek(index)
            frames.append(np.asarray(image.convert("RGB")).astype(int))
    return frames


def test_matrix_counts_from_1_to_25() -> None:
    matrix = np.loadtxt(FOLDER / "matrix-5x5.csv", delimiter=",")
    np.testing.assert_array_equal(matrix, np.arange(1, 26).reshape(5, 5))
