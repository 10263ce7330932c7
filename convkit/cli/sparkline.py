"""A curve on one line of text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

BLOCKS = "▁▂▃▄▅▆▇█"
ASCII = "_.-~=+*#"
"""The same heights for terminals that know no other letters."""


def sparkline(
    values: Sequence[float],
    width: int,
    bounds: tuple[float, float] | None = None,
    letters: str = BLOCKS,
) -> str:
    """Draw values as a line of letters, the lowest at the bottom, by their logarithms.

    Parameters
    ----------
    values : sequence of float
        What isn't finite and positive is left out.
    width : int
        The most letters; more values than that are averaged.
    bounds : (float, float), optional
        The lowest and the highest value of the scale, so that curves can be compared.
    letters : str
        From the bottom to the top.
    """
    heights = _condensed([math.log(value) for value in values if _drawable(value)], width)
    if not heights:
        return ""
    low, high = map(math.log, bounds) if bounds else (min(heights), max(heights))
    steps = len(letters) / (high - low) if high > low else 0.0
    places = (int((height - low) * steps) for height in heights)
    return "".join(letters[min(max(place, 0), len(letters) - 1)] for place in places)


def bounds_of(*curves: Sequence[float]) -> tuple[float, float] | None:
    """Return the lowest and the highest value that can be drawn, or None if there is none."""
    values = [value for curve in curves for value in curve if _drawable(value)]
    return (min(values), max(values)) if values else None


def _drawable(value: float) -> bool:
    return math.isfinite(value) and value > 0


def _condensed(values: list[float], width: int) -> list[float]:
    """Return at most `width` values: the means of neighbours."""
    if len(values) <= width:
        return values
    edges = [len(values) * place // width for place in range(width + 1)]
    return [math.fsum(values[start:end]) / (end - start) for start, end in pairwise(edges)]
