"""Keeping a NaN or an infinity inside the windows that hold it.

Products with banded matrices multiply pixels beside a window by zero, which doesn't make a NaN
vanish. So a strip of floats in which one turns up is computed again by shift and add, which never
looks beside a window. That costs a glance at each strip while it is in the cache, instead of a walk
over the image before any work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from convkit.conv.problem import Array, Problem, Span
from convkit.conv.strategies import direct


def contained(
    problem: Problem, image: Array, spans: Sequence[Span], strips: Iterable[Array]
) -> Iterator[Array]:
    """Yield the values of each span, computed again where they aren't finite."""
    for span, values in zip(spans, strips, strict=True):
        if is_finite(values):
            yield values
        else:
            yield from direct.strips(problem, image, [span])


def is_finite(values: Array) -> bool:
    """Return whether all values are finite, and their squares don't overflow together."""
    flat = values.reshape(-1)
    return bool(np.isfinite(np.dot(flat, flat)))
