"""How large a picture may be: the guard against files that unpack to more than memory holds."""

from __future__ import annotations

from convkit.errors import ConvkitError

DEFAULT_MAX_PIXELS = 178_956_970
"""Pixels of all frames together, where Pillow, too, takes a file for a decompression bomb.

As RGB in 8 bits that is half a gigabyte.
"""


def check_pixels(pixels: int, name: str, max_pixels: int) -> None:
    """Refuse more than `max_pixels`.

    Raises
    ------
    ConvkitError
    """
    if pixels > max_pixels:
        raise too_many(pixels, name, max_pixels)


def too_many(pixels: int, name: str, max_pixels: int) -> ConvkitError:
    """Return the error for more than `max_pixels`."""
    return ConvkitError(
        f"'{name}' has {pixels:,} pixels, more than the limit of {max_pixels:,}",
        f"if you trust it: --max-pixels {pixels}",
    )
