"""Cutting a strip into tiles of columns, so that matrix products can take them.

A tile of T outputs reads L = T + kw - 1 columns, so neighbouring tiles share kw - 1 of them. Each
channel has tiles of its own: the planes of an interleaved image part here, in the one copy that
is made anyway.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import as_strided

from convkit.conv.problem import Array, Problem


@dataclass(frozen=True)
class Tiling:
    """How a row of outputs is cut.

    Attributes
    ----------
    width : int
        Outputs in a tile, T.
    reach : int
        Columns that a tile reads, L.
    count : int
        Tiles in a row of one channel; the last may stick out.
    """

    width: int
    reach: int
    count: int

    @classmethod
    def of(cls, problem: Problem, width: int) -> Tiling:
        """Cut the rows of a problem's output into tiles of `width`."""
        outputs, kw = problem.out_shape[1], problem.kernel_size[1]
        width = min(width, outputs)
        return cls(width, width + kw - 1, -(-outputs // width))

    @property
    def columns(self) -> int:
        """Columns that all tiles of a row read together."""
        return (self.count - 1) * self.width + self.reach


def view(block: Array, tiling: Tiling) -> Array:
    """View a block (rows, columns, C) as tiles (rows, C, tiles, L).

    The block needs all `columns` of the tiling, also those of a tile that sticks out.
    """
    per_row, per_column, per_channel = block.strides
    return as_strided(
        block,
        (len(block), block.shape[2], tiling.count, tiling.reach),
        (per_row, per_channel, tiling.width * per_column, per_column),
        writeable=False,
    )


def joined(problem: Problem, outputs: Array) -> Array:
    """View tiles of outputs (rows, C, tiles, T) as values (rows, W', C)."""
    rows, channels = outputs.shape[:2]
    return outputs.reshape(rows, channels, -1)[:, :, : problem.out_shape[1]].transpose(0, 2, 1)


def banded(weights: Array, outputs: int) -> Array:
    """Return the (outputs + k - 1, outputs) matrix whose column n holds k weights from row n.

    Further axes of the weights stay: (k, n) makes n matrices, (outputs + k - 1, outputs, n).
    """
    k = len(weights)
    matrix = np.zeros((outputs + k - 1, outputs, *weights.shape[1:]), weights.dtype)
    for n in range(outputs):
        matrix[n : n + k, n] = weights
    return matrix
