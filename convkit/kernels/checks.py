"""The checks that the parameters of kernel families share."""

from __future__ import annotations

import math
from numbers import Real

from convkit.errors import ConvkitError
from convkit.kernels.model import MAX_SIDE

# A size in pixels: one number for a square, or (height, width).
Size = int | tuple[int, int]

MAX_WEIGHTS = 2**24

# Wide enough for any picture, narrow enough that no square or fourth power of it overflows.
SMALLEST, LARGEST = 1e-3, 1e6


def finite(name: str, value: float) -> float:
    """Return `value` as a float, or say that the parameter `name` needs a finite number."""
    if not isinstance(value, Real) or not math.isfinite(value):
        raise ConvkitError(f"{name} must be a finite number, got {value}")
    return float(value)


def positive(name: str, value: float) -> float:
    """Return `value` as a float, or say that the parameter `name` must be greater than 0."""
    if finite(name, value) <= 0:
        raise ConvkitError(f"{name} must be greater than 0, got {value}")
    if not SMALLEST <= value <= LARGEST:
        raise ConvkitError(f"{name} must be from {SMALLEST} to {LARGEST:,.0f}, got {value}")
    return float(value)


def sides(size: Size, *, odd: bool = False) -> tuple[int, int]:
    """Return (height, width), each from 1 to 10,001 and, if `odd`, odd."""
    pair = size if isinstance(size, tuple) else (size, size)
    if len(pair) != 2:
        raise ConvkitError(
            f"size must be one number or two, got {pair}", "write size=5 or size=3x5"
        )
    height, width = (_side(value, odd=odd) for value in pair)
    if height * width > MAX_WEIGHTS:
        raise ConvkitError(
            f"size {height}x{width} has {height * width:,} weights, {MAX_WEIGHTS:,} at most"
        )
    return height, width


def odd_side(size: int) -> int:
    """Return the side of a square kernel, odd and from 1 to 10,001."""
    if isinstance(size, tuple):
        raise ConvkitError(f"size must be one number, got {size[0]}x{size[1]}")
    return sides(size, odd=True)[0]


def auto_side(reach: float) -> int:
    """Return the odd size that reaches `reach` pixels to each side, ``2 ceil(reach) + 1``."""
    return 2 * math.ceil(reach) + 1


def _side(value: int, *, odd: bool) -> int:
    if finite("size", value) != int(value):
        raise ConvkitError(f"size must be a whole number, got {value}")
    side = int(value)
    if not 1 <= side <= MAX_SIDE:
        raise ConvkitError(f"size must be from 1 to {MAX_SIDE}, got {side}")
    if odd and side % 2 == 0:
        raise ConvkitError(
            f"size must be odd, so that there is a middle; got {side}",
            f"take {side - 1} or {side + 1}",
        )
    return side
