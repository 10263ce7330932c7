"""Borders other than zeros: images within a frame of their own pixels, and the way back.

Zeros need no frame: a sweep may reach over the edge.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from convkit.autograd.convolution.sweep import Pads, Size
from convkit.autograd.engine import Array
from convkit.conv.borders import MODES, Border, Indices


class Frame(NamedTuple):
    """Which row and which column of an image stands at each place of the framed one."""

    rows: Indices
    columns: Indices
    size: Size
    corner: Size

    def around(self, x: Array) -> Array:
        """Return images (N, H, W, C) with their frames around them."""
        return x[:, self.rows][:, :, self.columns]

    def folded(self, g: Array) -> Array:
        """Add to each pixel what its copies in the frame were given: the adjoint of `around`."""
        by_row = _folded(np.moveaxis(g, 1, 0), self.rows, self.corner[0], self.size[0])
        by_column = _folded(np.moveaxis(by_row, 2, 0), self.columns, self.corner[1], self.size[1])
        return by_column.transpose(2, 1, 0, 3)


@lru_cache(maxsize=256)
def frame(size: Size, pads: Pads, border: str) -> Frame | None:
    """Return the frame for images of `size`, or None if the border is zeros.

    Parameters
    ----------
    size : (int, int)
    pads : ((top, bottom), (left, right))
    border : str
        A name that :class:`convkit.conv.borders.Border` knows.

    Raises
    ------
    ConvkitError
        If the name is unknown.
    """
    stand_in = MODES[Border.named(border).mode]
    if stand_in is None:
        return None
    rows, columns = (
        stand_in(np.arange(-before, n + after), n)
        for n, (before, after) in zip(size, pads, strict=True)
    )
    return Frame(rows, columns, size, (pads[0][0], pads[1][0]))


def _folded(lines: Array, stand_ins: Indices, before: int, n: int) -> Array:
    folded = lines[before : before + n].copy()
    for place, index in enumerate(stand_ins):
        if not before <= place < before + n:
            folded[index] += lines[place]
    return folded
