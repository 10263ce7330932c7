"""Pictures mirrored, cut and covered, and numbers made noisy."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from convkit.data.augmentation.base import Change, PaddingMode, PictureChange
from convkit.data.augmentation.checks import above_zero, padding_mode_of
from convkit.data.dataset import Dataset, Floats
from convkit.errors import ConvkitError, unknown

Direction = Literal["horizontal", "vertical", "both"]


class Flip(PictureChange):
    """Mirror half of the pictures, chosen at random.

    Parameters
    ----------
    direction : {"horizontal", "vertical", "both"}
        Left and right are swapped, or top and bottom, or each of the two by itself.
    """

    name = "flip"

    def __init__(self, direction: Direction = "horizontal") -> None:
        if direction not in get_args(Direction):
            raise unknown("direction", direction, get_args(Direction))
        self.direction = direction

    def change(self, inputs: Floats, rng: Generator) -> Floats:
        for name, axis in (("vertical", 1), ("horizontal", 2)):
            if self.direction in (name, "both"):
                chosen = rng.random(len(inputs)) < 0.5
                where = chosen[:, np.newaxis, np.newaxis, np.newaxis]
                inputs = np.where(where, np.flip(inputs, axis), inputs)
        return inputs


class Crop(PictureChange):
    """Add pixels on each side, and cut out a picture of the old size at a random place, as He et
    al. 2016 do with small pictures.

    Parameters
    ----------
    padding : int
        How many pixels are added on each side: the most that a picture moves, by whole pixels.
    padding_mode : {"constant", "edge"}
        What is added: zeros, or the outermost pixels again.
    """

    name = "crop"

    def __init__(self, padding: int, padding_mode: PaddingMode = "constant") -> None:
        if padding < 1:
            raise ConvkitError(f"padding must be at least 1, got {padding}")
        self.padding = padding
        self.padding_mode = padding_mode_of(padding_mode)

    def check(self, dataset: Dataset) -> None:
        super().check(dataset)
        height, width, _ = dataset.sample_shape
        if self.padding >= min(height, width):
            raise ConvkitError(
                f"padding (={self.padding}) must be smaller than the pictures of data "
                f"'{dataset.name}', which are {height}x{width}",
                "else some would be moved out of sight",
            )

    def change(self, inputs: Floats, rng: Generator) -> Floats:
        count, height, width, _ = inputs.shape
        around = (self.padding, self.padding)
        wider = np.pad(inputs, ((0, 0), around, around, (0, 0)), mode=self.padding_mode)
        tops, lefts = rng.integers(0, 2 * self.padding + 1, (2, count, 1))
        rows, columns = tops + np.arange(height), lefts + np.arange(width)
        pictures = np.arange(count)[:, np.newaxis, np.newaxis]
        return np.asarray(wider[pictures, rows[:, :, np.newaxis], columns[:, np.newaxis, :]])


class Cutout(PictureChange):
    """Cover a square at a random place of each picture, also partly beyond its edge (DeVries and
    Taylor 2017).

    Parameters
    ----------
    size : int
        The square's side in pixels.
    fill : float
        The value it is covered with, in the data's own unit: 0 is black.
    """

    name = "cutout"

    def __init__(self, size: int, fill: float = 0.0) -> None:
        if size < 1:
            raise ConvkitError(f"size must be at least 1, got {size}")
        self.size = size
        self.fill = np.float32(fill)

    def check(self, dataset: Dataset) -> None:
        super().check(dataset)
        height, width, _ = dataset.sample_shape
        if self.size >= min(height, width):
            raise ConvkitError(
                f"size (={self.size}) must be smaller than the pictures of data "
                f"'{dataset.name}', which are {height}x{width}",
                "else nothing may be left to see",
            )

    def change(self, inputs: Floats, rng: Generator) -> Floats:
        count, height, width, _ = inputs.shape
        rows, columns = (self._covered(side, count, rng) for side in (height, width))
        covered = rows[:, :, np.newaxis] & columns[:, np.newaxis, :]
        return np.where(covered[..., np.newaxis], self.fill, inputs)

    def _covered(self, side: int, count: int, rng: Generator) -> NDArray[np.bool_]:
        """Return which rows or columns of each picture the square reaches, (count, side)."""
        starts = rng.integers(0, side, (count, 1)) - self.size // 2
        places = np.arange(side)
        return np.asarray((starts <= places) & (places < starts + self.size))


class Noise(Change):
    """Add Gaussian noise to every number, of pictures and tables alike.

    Parameters
    ----------
    std : float
        Its standard deviation, in the data's own unit.
    """

    name = "noise"

    def __init__(self, std: float) -> None:
        self.std = np.float32(above_zero("std", std))

    def change(self, inputs: Floats, rng: Generator) -> Floats:
        noisy = rng.standard_normal(inputs.shape, np.float32)
        noisy *= self.std
        noisy += inputs
        return noisy
