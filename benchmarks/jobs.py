"""What is to be computed: an image, an operation, a kernel; and the list of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.photo import photo
from convkit.kernels import gradient_pair, kernel, names

Array = NDArray[Any]
Size = tuple[int, int]

EVERYBODYS = frozenset({"sobel-h", "sobel-v", "prewitt-h", "scharr-h", "laplacian-8", "kirsch-n"})
"""Of the many named edge kernels, those that all peers do; the rest only OpenCV, to save time."""

FLOAT_TOLERANCE = 1e-5
"""Of sum|k|·max|x|: what float32 results may differ by; OpenCV's own DFT needs a fifth of it."""


@dataclass(frozen=True, eq=False)
class Job:
    """One thing to compute, with the border that all can do alike: dcb|abcd|cba.

    Attributes
    ----------
    operation : str
        ``edge map``: uint8 → uint8, the absolute value, saturated. ``clipped``: uint8 → uint8,
        saturated. ``gradient magnitude``: uint8 → uint8, the root of two squares, saturated.
        ``dense``, ``separable``: → float32.
    kernel : str
        Its name in the tables.
    image : (H, W) or (H, W, 3) array
    weights : (k, k) float64 array
        The first of the pair for a gradient magnitude.
    second : (k, k) float64 array, optional
    factors : pair of (k,) float64 arrays, optional
        Column and row whose outer product are the weights.
    sigma : float, optional
        If the weights are a Gaussian's.
    """

    operation: str
    kernel: str
    image: Array
    weights: Array
    second: Array | None = None
    factors: tuple[Array, Array] | None = None
    sigma: float | None = None

    @property
    def side(self) -> int:
        """Rows and columns of the kernel."""
        return len(self.weights)

    @property
    def channels(self) -> int:
        """1 or 3."""
        return 1 if self.image.ndim == 2 else self.image.shape[2]

    @property
    def size(self) -> str:
        """``rows x columns`` of the image."""
        return "x".join(map(str, self.image.shape[:2]))

    @property
    def picture(self) -> str:
        """``grey uint8`` and the like."""
        return f"{'grey' if self.channels == 1 else 'RGB'} {self.image.dtype}"

    @property
    def name(self) -> str:
        """All of it in a few words."""
        return f"{self.operation} {self.kernel} {self.size} {self.picture}"

    @property
    def is_for_everybody(self) -> bool:
        """Whether all peers do it, or OpenCV alone."""
        return self.operation != "edge map" or self.kernel in EVERYBODYS

    @property
    def tolerance(self) -> float:
        """By how much two results may differ: grey levels, or for floats by their rounding."""
        if self.operation in ("edge map", "clipped"):
            return 0
        if self.operation == "gradient magnitude":
            return 1  # a root just about halfway between two levels
        return FLOAT_TOLERANCE * float(np.abs(self.weights).sum() * np.abs(self.image).max())


def all_jobs(sizes: Sequence[Size], sides: Sequence[int]) -> Iterator[Job]:
    """Yield every job, size by size; `sides` are the kernel sizes of the float operations."""
    for height, width in sizes:
        grey = photo(height, width)
        yield from _integer_jobs(grey)
        yield from _float_jobs(grey.astype(np.float32), sides)
        yield from _float_jobs(grey, sides)
        colour = photo(height, width, channels=3)
        yield from _integer_jobs(colour)
        yield from _float_jobs(colour, sides)


def _integer_jobs(image: Array) -> Iterator[Job]:
    for name, weights in integer_kernels().items():
        yield Job("edge map", name, image, weights)
    first, second = gradient_pair("sobel")
    yield Job("gradient magnitude", "sobel", image, first.weights, second=second.weights)
    for name in ("sharpen", "emboss"):
        yield Job("clipped", name, image, kernel(name))


def _float_jobs(image: Array, sides: Sequence[int]) -> Iterator[Job]:
    for side in sides:
        for build in (_dense, _rank_1, _gaussian):
            yield build(image, side)


def integer_kernels() -> dict[str, Array]:
    """Return the named 3x3 kernels of whole numbers; one known by two names comes once."""
    distinct: dict[bytes, tuple[str, Array]] = {}
    for entry in names():
        weights = entry.weights()
        if weights.shape == (3, 3) and (weights == np.rint(weights)).all():
            distinct.setdefault((weights + 0.0).tobytes(), (entry.name, weights))
    return dict(distinct.values())


def _dense(image: Array, side: int) -> Job:
    return Job("dense", f"random {side}", image, _random(side, side))


def _rank_1(image: Array, side: int) -> Job:
    column, row = _random(2, side)
    return _separable(f"rank-1 {side}", image, column, row)


def _gaussian(image: Array, side: int) -> Job:
    sigma = side / 6
    offsets = np.arange(side) - side // 2
    bell = np.exp(-(offsets**2) / (2 * sigma**2))
    bell /= bell.sum()
    return _separable(f"gaussian {side}", image, bell, bell, sigma)


def _separable(
    name: str, image: Array, column: Array, row: Array, sigma: float | None = None
) -> Job:
    weights = np.outer(column, row)
    return Job("separable", name, image, weights, factors=(column, row), sigma=sigma)


def _random(rows: int, columns: int) -> Array:
    return np.random.default_rng(rows * 1000 + columns).uniform(-1, 1, (rows, columns))


# --- who can compute them ---

Prepare = Callable[[Job], Callable[[], Any] | None]


@dataclass(frozen=True)
class Way:
    """A library's way to do an operation.

    Attributes
    ----------
    name : str
    prepare : callable
        Brings a job into the library's own form, outside the time, and returns what is timed; or
        None for a job that it doesn't offer.
    as_array : callable
        Brings a result back, outside the time.
    inner : bool
        Whether the library has a border of its own, so that only pixels away from it compare.
    """

    name: str
    prepare: Prepare
    as_array: Callable[[Any], Array] = np.asarray
    inner: bool = False


Ways = dict[str, tuple[Way, ...]]
"""The ways of a library, by operation."""
