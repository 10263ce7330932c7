"""What lies beyond the edge of an image.

No padded copy of a whole image is ever made: :func:`gather` copies one block, which may reach over
any edge, and asks the border only for the pixels outside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.errors import ConvkitError, unknown

Indices = NDArray[np.intp]
Source = slice | Indices | None
"""Where a run of pixels comes from: a slice, scattered indices, or None for the constant."""


def _edge(index: Indices, n: int) -> Indices:
    return np.clip(index, 0, n - 1)


def _symmetric(index: Indices, n: int) -> Indices:
    index = index % (2 * n)
    return np.where(index < n, index, 2 * n - 1 - index)


def _reflect101(index: Indices, n: int) -> Indices:
    period = max(2 * (n - 1), 1)  # a single pixel is its own mirror image
    index = index % period
    return np.where(index < n, index, period - index)


def _wrap(index: Indices, n: int) -> Indices:
    return index % n


MODES: dict[str, Callable[[Indices, int], Indices] | None] = {
    "zero": None,
    "constant": None,
    "edge": _edge,
    "symmetric": _symmetric,
    "reflect101": _reflect101,
    "wrap": _wrap,
}
"""Border name -> the pixel inside that stands in for one outside. All keep bouncing however far."""

ALIASES = {
    "zeros": "zero",
    "replicate": "edge",
    "nearest": "edge",
    "copy": "edge",
    "reflect": "reflect101",
    "reflect_101": "reflect101",
    "reflect-101": "reflect101",
    "mirror101": "reflect101",
    "circular": "wrap",
    "tile": "wrap",
    "repeat": "wrap",
    "background": "constant",
    "border_constant": "constant",
    "border_replicate": "edge",
    "border_reflect": "symmetric",
    "border_reflect_101": "reflect101",
    "border_reflect101": "reflect101",
    "border_default": "reflect101",
    "border_wrap": "wrap",
}
"""What peers call them, where the word is clear.

The bare ``reflect`` is NumPy's and PyTorch's; OpenCV's, with its prefix, repeats the edge.
"""


@dataclass(frozen=True)
class Border:
    """A border mode and, for ``constant``, its value: one for all channels or one for each."""

    mode: str = "zero"
    value: tuple[float, ...] = (0.0,)

    @classmethod
    def named(cls, mode: str, value: float | Sequence[float] = 0.0) -> Border:
        """Make a border from a name or alias.

        Raises
        ------
        ConvkitError
            If the name is unknown, or a value is no finite number, or given though ``mode`` would
            ignore it.
        """
        if not isinstance(mode, str):
            raise ConvkitError(f"the name of a border is text, got {mode!r}", 'such as "edge"')
        name = ALIASES.get(mode.lower(), mode.lower())
        if name not in MODES:
            if name == "mirror":
                raise ConvkitError(
                    "the border 'mirror' repeats the edge pixel in some tools and not in others",
                    "choose symmetric (cba|abcd|dcb) or reflect101 (dcb|abcd|cba)",
                )
            raise unknown("border", mode, [*MODES, *ALIASES])
        values = _pad_values(value)
        if name != "constant" and any(values):
            raise ConvkitError(
                f"a pad value of {', '.join(f'{each:g}' for each in values)} means nothing for the "
                f"border '{name}'",
                'it is for --pad-mode constant, pad_mode="constant" in Python',
            )
        return cls(name, values)

    def fits(self, dtype: np.dtype[Any]) -> bool:
        """Return whether images of a dtype can hold the pixels outside."""
        if dtype.kind == "f":
            return True
        bounds = np.iinfo(dtype)
        return all(v == round(v) and bounds.min <= v <= bounds.max for v in self.value)


def _pad_values(value: float | Sequence[float]) -> tuple[float, ...]:
    try:
        values = np.atleast_1d(np.asarray(value, dtype=np.float64))
    except (TypeError, ValueError):
        values = np.array(np.nan, ndmin=1)
    if values.ndim != 1 or not np.isfinite(values).all():
        raise ConvkitError(
            f"a pad value is a finite number, or one for each channel, got {value!r}"
        )
    return tuple(values.tolist())


def gather(
    image: NDArray[Any],
    rows: tuple[int, int],
    columns: tuple[int, int],
    border: Border,
    block: NDArray[Any],
) -> None:
    """Copy a part of an image, which may reach over its edges, into a block, casting on the way.

    Parameters
    ----------
    image : (H, W, C) array
    rows, columns : (int, int)
        First and last + 1, in pixels of the image; negative ones and ones beyond it lie outside.
    border : Border
    block : (rows, columns or more, C) array
        Filled from the left.
    """
    height, width, _ = image.shape
    for to_rows, from_rows in _segments(*rows, height, border.mode):
        for to_columns, from_columns in _segments(*columns, width, border.mode):
            target = block[to_rows, to_columns]
            if from_rows is None or from_columns is None:
                target[...] = border.value
            else:
                target[...] = image[from_rows][:, from_columns]


def _segments(start: int, stop: int, n: int, mode: str) -> Iterator[tuple[slice, Source]]:
    """Split start…stop into the runs before, after and inside an axis of n pixels."""
    begin, end = (min(max(edge, start), stop) for edge in (0, n))
    stand_in = MODES[mode]
    for first, last in ((start, begin), (end, stop)):
        if first < last:
            outside = None if stand_in is None else stand_in(np.arange(first, last), n)
            yield slice(first - start, last - start), outside
    if begin < end:
        yield slice(begin - start, end - start), slice(begin, end)
