"""Pictures and files for the tests. PNG files are made here, apart from convkit's writer."""

import io
import struct
import zlib

import numpy as np
import tifffile
from PIL import Image

from convkit.images import Picture

KINDS = {"grey": 1, "grey+alpha": 2, "rgb": 3, "rgba": 4}
WHITES = {"uint8": 255, "uint16": 65535, "float32": 1}


def noise(shape, dtype="uint8", seed=0):
    """Return every value that a type has, at random; floats from 0 to 1."""
    rng = np.random.default_rng(seed)
    if np.dtype(dtype).kind == "f":
        return rng.random(shape).astype(dtype)
    info = np.iinfo(dtype)
    return rng.integers(info.min, info.max, shape, dtype, endpoint=True)


def frame(kind, dtype="uint8", height=11, width=14, seed=0):
    count = KINDS[kind]
    return noise((height, width) if count == 1 else (height, width, count), dtype, seed)


def picture(kind, dtype="uint8", frames=1, **more):
    pixels = [frame(kind, dtype, seed=seed) for seed in range(frames)]
    return Picture(pixels, kind, WHITES.get(str(np.dtype(dtype)), 255), **more)


def saved(image, form, **options):
    """Return an image or an array as Pillow writes it."""
    buffer = io.BytesIO()
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(
        buffer, form, **options
    )
    return buffer.getvalue()


def tiff(array, **options):
    """Return an array as tifffile writes it."""
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, array, **options)
    return buffer.getvalue()


def npy(array, **options):
    buffer = io.BytesIO()
    np.save(buffer, array, **options)
    return buffer.getvalue()


def chunk(tag, body):
    return struct.pack(">I", len(body)) + tag + body + struct.pack(">I", zlib.crc32(tag + body))


def png(array, *, extra=(), bits=None, interlaced=False):
    """Return an array as a PNG file: no filter, optional chunks, Adam7 if interlaced."""
    planes = array.reshape(*array.shape[:2], -1)
    height, width, count = planes.shape
    bits = bits or 8 * array.itemsize
    color_type = {1: 0, 2: 4, 3: 2, 4: 6}[count]
    header = struct.pack(">IIBBBBB", width, height, bits, color_type, 0, 0, int(interlaced))
    rows = [part for image in (adam7(planes) if interlaced else [planes]) for part in image]
    raw = b"".join(b"\0" + row.astype(row.dtype.newbyteorder(">")).tobytes() for row in rows)
    body = [chunk(b"IHDR", header), *extra, chunk(b"IDAT", zlib.compress(raw)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)


def adam7(planes):
    """Yield the seven passes of an interlaced PNG."""
    for y, x, down, across in (
        (0, 0, 8, 8),
        (0, 4, 8, 8),
        (4, 0, 8, 4),
        (0, 2, 4, 4),
        (2, 0, 4, 2),
        (0, 1, 2, 2),
        (1, 0, 2, 1),
    ):
        part = planes[y::down, x::across]
        if part.size:
            yield part


def icc(space):
    """Return a profile header that names a colour space, enough to be carried along."""
    return bytes(16) + space + bytes(16) + b"acsp" + bytes(88)
