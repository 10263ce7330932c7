"""A large dense kernel by the discrete Fourier transform along x and banded products along y.

A strip is cut into tiles of T output columns, which read L = T + kw - 1. A real DFT of length L
(as one matrix product) turns the sum along x into a product for each frequency; the sum along y is
a banded matrix for each frequency, over its real and imaginary parts together; one more product
transforms back. The circular wrap of the DFT falls outside the T outputs that are kept. Rows that
the next strip reads again are transformed once and carried over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from convkit.conv.problem import Array, Block, Problem, Span
from convkit.conv.strategies import tiles

ROWS = 24
"""Output rows in a strip: more cost more in the banded product, fewer share the rows between."""

ERROR = 1e-6
"""A safe bound of the error, relative to the largest possible sum, in float32."""


def supports(problem: Problem) -> bool:
    """Return whether windows are dense, and whole numbers can be restored."""
    if problem.is_bank or not problem.is_dense:
        return False
    if problem.kernel_size[1] < 3:  # nothing to share, and a DFT of 2 has no pairs
        return False
    return not problem.is_whole or problem.bound * ERROR < 0.4


def cost(problem: Problem) -> float:
    """Return nanoseconds for each output sample: the copy, both transforms, the banded product."""
    kh, kw = problem.kernel_size
    tile, rows = tile_width(problem), strip_rows(problem)
    reach = tile + kw - 1
    waste = reach / tile
    forward, banded, inverse = reach * waste, 2 * (rows + kh - 1) * waste, reach
    return (0.8 + 0.4 * waste + 0.012 * (forward + banded + inverse)) * (
        problem.compute.itemsize / 4
    )


def tile_width(problem: Problem) -> int:
    """Return the outputs in a tile: more cost more to transform, fewer share less."""
    kw = problem.kernel_size[1]
    return int(min(max(24, 1.5 * kw), 160, problem.out_shape[1]))


def strip_rows(problem: Problem) -> int:
    """Return how many output rows a strip has."""
    return min(ROWS, problem.out_shape[0])


def strips(problem: Problem, image: Array, spans: Sequence[Span]) -> Iterator[Array]:
    """Yield the values of each span."""
    tiling = tiles.Tiling.of(problem, tile_width(problem))
    kh, channels = problem.kernel_size[0], problem.shape[2]
    rows, across = spans[0][1] - spans[0][0], channels * tiling.count
    transform = _Transform.of(problem, tiling, rows)
    block = Block(problem, rows, columns=tiling.columns)
    windows = np.empty((len(block.pixels), across, tiling.reach), problem.compute)
    spectrum = np.empty((tiling.reach, len(block.pixels), across), problem.compute)
    filtered = np.empty((tiling.reach, rows, across), problem.compute)
    outputs = np.empty((rows * across, tiling.width), problem.compute)
    known = 0  # rows of the spectrum that the strip before has transformed
    for span in spans:
        count = span[1] - span[0]
        spectrum[:, :known] = spectrum[:, rows:].copy() if known else 0
        used = block.read(image, span)[known:]
        windows[: len(used)] = tiles.view(used, tiling).reshape(len(used), across, -1)
        transform.forward(windows[: len(used)], spectrum[:, known : known + len(used)])
        transform.multiply(spectrum, filtered)
        np.matmul(filtered.reshape(tiling.reach, -1).T, transform.synthesis, out=outputs)
        if problem.is_whole:
            np.rint(outputs, out=outputs)
        shaped = outputs.reshape(rows, channels, tiling.count, tiling.width)
        yield tiles.joined(problem, shaped[:count])
        known = kh - 1


@dataclass(frozen=True)
class _Transform:
    """The matrices of one kernel.

    Attributes
    ----------
    analysis : (L, L) array
        The real DFT: cosine and negative sine of frequency 1, of frequency 2, …, then frequency 0
        and, if L is even, L / 2, which have no sine.
    pairs : (frequencies, 2 rows, 2 (rows + kh - 1)) array
        For each frequency with two parts, what a complex multiplication and the sum along y do.
    singles : (1 or 2, rows, rows + kh - 1) array
        The same for those with one part.
    synthesis : (L, T) array
        Back to the first T samples.
    """

    analysis: Array
    pairs: Array
    singles: Array
    synthesis: Array

    @classmethod
    @lru_cache(maxsize=8)  # the bands of an image share it
    def of(cls, problem: Problem, tiling: tiles.Tiling, rows: int) -> _Transform:
        """Return the transform of a problem's kernel, for strips of `rows`."""
        length = tiling.reach
        # Conjugated: a correlation, not a convolution.
        responses = np.fft.rfft(problem.kernel, length, axis=1).conj()
        paired = np.arange(1, (length - 1) // 2 + 1)
        single = np.array([0, length // 2][: 2 - length % 2])
        matrices = (
            _analysis(length, paired, single),
            _complex_bands(responses[:, paired], rows),
            tiles.banded(responses[:, single].real, rows).transpose(2, 1, 0),
            _synthesis(length, paired, single)[:, : tiling.width],
        )
        return cls(*(np.ascontiguousarray(matrix, problem.compute) for matrix in matrices))

    def forward(self, windows: Array, spectrum: Array) -> None:
        """Transform windows (rows, C, tiles, L) into a spectrum (L, rows, C * tiles)."""
        length = len(self.analysis)
        flat = np.ascontiguousarray(windows).reshape(-1, length)
        into = spectrum.reshape(length, -1) if spectrum.flags.c_contiguous else None
        if into is not None:
            np.matmul(self.analysis, flat.T, out=into)
        else:
            spectrum[...] = (self.analysis @ flat.T).reshape(spectrum.shape)

    def multiply(self, spectrum: Array, filtered: Array) -> None:
        """Multiply and sum along y: (L, rows + kh - 1, n) into (L, rows, n)."""
        count = len(self.pairs)
        across = spectrum.shape[2]
        np.matmul(
            self.pairs,
            spectrum[: 2 * count].reshape(count, -1, across),
            out=filtered[: 2 * count].reshape(count, -1, across),
        )
        np.matmul(self.singles, spectrum[2 * count :], out=filtered[2 * count :])


def _analysis(length: int, paired: Array, single: Array) -> Array:
    angles = 2 * np.pi * np.outer(np.arange(length // 2 + 1), np.arange(length)) / length
    parts = np.stack([np.cos(angles[paired]), -np.sin(angles[paired])], axis=1)
    return np.concatenate([parts.reshape(-1, length), np.cos(angles[single])])


def _synthesis(length: int, paired: Array, single: Array) -> Array:
    back = _analysis(length, paired, single) / length
    back[: 2 * len(paired)] *= 2  # each stands for its mirror image, too
    return back


def _complex_bands(responses: Array, rows: int) -> Array:
    """Return the bands of responses (kh, frequencies) as matrices over both parts."""
    real, imaginary = (
        tiles.banded(part, rows).transpose(2, 1, 0) for part in (responses.real, responses.imag)
    )
    return np.block([[real, -imaginary], [imaginary, real]])
