"""Make the sample images, all of them from formulas and seeded random numbers.

    python sample_images/make.py [FOLDER]

writes them beside this script, or into FOLDER. It needs NumPy and Pillow.
"""

from __future__ import annotations

import argparse
import io
import struct
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from brushes import Array, quantised
from figures import INK, PAPER, Page, printed_page, ramps, shapes
from landscape import landscape
from lights import bubbles, galaxy, spinner
from numpy.typing import NDArray
from PIL import Image
from still_life import still_life

PNG_COLOUR_TYPES = {1: 0, 3: 2, 4: 6}  # channels: grey, RGB, RGBA
FRAME_MILLISECONDS = 80
NOISY_SHARE = 0.08
# Less than the 257 steps of 16 bits that make one of 8 bits.
ENGRAVING_STEPS = 120


def make_landscape() -> bytes:
    return png(landscape(np.random.default_rng(7)))


def make_text() -> bytes:
    return png(printed_page())


def make_shapes() -> bytes:
    return png(shapes())


def make_ramp() -> bytes:
    return png(ramps())


def make_salt_and_pepper() -> bytes:
    """The still life, with one pixel in twelve black or white."""
    picture = painted_still_life()[0].copy()
    chance = np.random.default_rng(11).random(picture.shape)
    picture[chance < NOISY_SHARE / 2] = 0.0
    picture[chance > 1 - NOISY_SHARE / 2] = 1.0
    return png(picture)


def make_soft_alpha() -> bytes:
    return png(bubbles(np.random.default_rng(3)))


def make_depth_16() -> bytes:
    """The depth of the still life, with words on its wall that an edge kernel brings out."""
    depth = painted_still_life()[1]
    page = Page(depth.shape[1], depth.shape[0])
    page.words(262, 44, 28, "16 bits", anchor="ms")
    page.words(262, 66, 14, "see more", anchor="ms")
    words = (PAPER - page.printed()) / (PAPER - INK)
    return png(depth + words * ENGRAVING_STEPS / 65535, white=65535)


def make_rgb_16() -> bytes:
    return png(galaxy(np.random.default_rng(5)), white=65535)


def make_spinner() -> bytes:
    """An animation of palette frames that goes on for ever."""
    levels, palette = spinner()
    frames = [Image.fromarray(frame) for frame in levels]
    for frame in frames:
        frame.putpalette(quantised(palette).tobytes())
    stream = io.BytesIO()
    frames[0].save(
        stream, "GIF", save_all=True, append_images=frames[1:], duration=FRAME_MILLISECONDS, loop=0
    )
    return stream.getvalue()


def make_matrix() -> bytes:
    """The numbers from 1 to 25, row by row."""
    rows = np.arange(1, 26).reshape(5, 5)
    return "".join(",".join(map(str, row)) + "\n" for row in rows).encode()


FILES: dict[str, Callable[[], bytes]] = {
    "landscape.png": make_landscape,
    "text.png": make_text,
    "shapes.png": make_shapes,
    "ramp.png": make_ramp,
    "salt-and-pepper.png": make_salt_and_pepper,
    "soft-alpha.png": make_soft_alpha,
    "depth-16.png": make_depth_16,
    "rgb-16.png": make_rgb_16,
    "spinner.gif": make_spinner,
    "matrix-5x5.csv": make_matrix,
}


@cache
def painted_still_life() -> tuple[Array, Array]:
    return still_life()


def png(picture: Array, white: int = 255) -> bytes:
    """Return a PNG of 8 or 16 bits; written here, because Pillow has no RGB of 16 bits."""
    samples = quantised(picture, white)
    height, width, channels = (*samples.shape, 1)[:3]
    size = samples.dtype.itemsize
    header = struct.pack(">2I5B", width, height, 8 * size, PNG_COLOUR_TYPES[channels], 0, 0, 0)
    rows = samples.astype(samples.dtype.newbyteorder(">")).reshape(height, -1).view(np.uint8)
    chunks = [(b"IHDR", header), (b"IDAT", deflated(rows, channels * size)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) for kind, data in chunks)


def deflated(rows: NDArray[np.uint8], pixel: int) -> bytes:
    """Return the rows of bytes compressed, each by the filter that leaves the smallest numbers."""
    left, above, diagonal = np.zeros((3, *rows.shape), dtype=int)
    left[:, pixel:] = rows[:, :-pixel]
    above[1:] = rows[:-1]
    diagonal[1:, pixel:] = rows[:-1, :-pixel]
    # PNG's filters 0 to 4; the last one is Paeth's: the nearest to left + above - diagonal.
    neighbours = np.stack([left, above, diagonal])
    nearest = np.abs(neighbours - (left + above - diagonal)).argmin(axis=0)
    paeth = np.take_along_axis(neighbours, nearest[None], axis=0)[0]
    predictions = np.stack([np.zeros_like(left), left, above, (left + above) // 2, paeth])
    filtered = (rows - predictions).astype(np.uint8)
    effort = np.abs(filtered.view(np.int8).astype(int)).sum(axis=2)
    best = effort.argmin(axis=0)
    chosen = filtered[best, np.arange(len(rows))]
    return zlib.compress(np.column_stack([best.astype(np.uint8), chosen]).tobytes(), 9)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the sample images.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in FILES.items():
        data = make()
        (folder / name).write_bytes(data)
        print(f"{folder / name}  {len(data) / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
