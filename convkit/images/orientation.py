"""The orientation that a camera notes beside the pixels (EXIF 2.32, tag 0x0112)."""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np
from PIL import ExifTags, Image

from convkit.images.picture import Frame

TURNS: dict[int, Callable[[Frame], Frame]] = {
    2: lambda frame: frame[:, ::-1],
    3: lambda frame: frame[::-1, ::-1],
    4: lambda frame: frame[::-1],
    5: lambda frame: frame.swapaxes(0, 1),
    6: lambda frame: frame.swapaxes(0, 1)[:, ::-1],
    7: lambda frame: frame[::-1, ::-1].swapaxes(0, 1),
    8: lambda frame: frame.swapaxes(0, 1)[::-1],
}
"""Orientation -> what turns the stored pixels upright."""


def upright(frame: Frame, image: Image.Image) -> Frame:
    """Return a frame as it is to be seen, given the loaded image that it was read from."""
    turn = TURNS.get(_orientation(image))
    return np.ascontiguousarray(turn(frame)) if turn else frame


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    # The pixels are sound, whatever is written beside them.
    except (OSError, SyntaxError, ValueError, LookupError, TypeError, struct.error):
        return 1
