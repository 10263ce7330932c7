"""What a system drew at several times while it learnt, always of the same random numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

MOST_FRAMES = 8

POINTS, PICTURES = 500, 10
"""How many samples a frame has: points share a picture, pictures stand side by side."""

SIDE = 96
"""The pixels of a picture of points."""

PAPER, REAL, GENERATED = 1.0, 0.75, 0.0
"""Shades of grey in a picture of points."""


class Film:
    """Keeps the samples of a few epochs: of the first, the last and, most change being early, some
    that lie ever farther apart.

    Parameters
    ----------
    epochs : int
        How many there will be.
    """

    def __init__(self, epochs: int) -> None:
        self._due = {round(epoch) for epoch in np.geomspace(1, epochs, MOST_FRAMES).tolist()}
        self._epoch = 0
        self._frames: list[Array] = []

    def show(self, samples: Array) -> None:
        """Take in samples at the end of an epoch: each time of the same random numbers."""
        self._epoch += 1
        if self._epoch in self._due:
            shown = PICTURES if samples.ndim == 4 else POINTS
            self._frames.append(samples[:shown].copy())

    def pictures(self, real: Array) -> dict[str, Array]:
        """Return the film as pictures, see :meth:`convkit.families.Family.pictures`.

        Parameters
        ----------
        real : (n, \\*sample shape) array
            What the samples should be like.

        Returns
        -------
        dict of str to array
            Nothing if samples are neither pictures nor points in the plane.
        """
        shape = real.shape[1:]
        if len(shape) == 3 and shape[2] in (1, 3):
            low, high = real.min(), real.max()
            return {"film": (np.stack(self._frames) - low) / max(high - low, 1e-30)}
        if shape == (2,):
            return {"film": np.stack([[points_picture(each, real) for each in self._frames]])}
        return {}

    def state(self) -> tuple[dict[str, Array], int]:
        """Return the frames so far by number, and how many epochs there were."""
        return {str(number): frame for number, frame in enumerate(self._frames)}, self._epoch

    def load_state(self, arrays: Mapping[str, Array], epoch: int) -> None:
        """Take them in."""
        self._frames = [arrays[str(number)] for number in range(len(arrays))]
        self._epoch = epoch


def points_picture(generated: Array, real: Array) -> Array:
    """Return points in the plane as a picture: generated ones in black, over real ones in grey.

    Parameters
    ----------
    generated : (n, 2) array
    real : (m, 2) array
        They fill the picture but for a margin; what lies outside isn't seen.

    Returns
    -------
    (96, 96, 1) array
        From 0, black, to 1, white; x to the right, y upwards.
    """
    low, high = real.min(axis=0), real.max(axis=0)
    middle, width = (low + high) / 2, 1.2 * max(float((high - low).max()), 1e-30)
    picture = np.full((SIDE, SIDE, 1), PAPER)
    for points, shade in ((real, REAL), (generated, GENERATED)):
        places = np.floor(((points - middle) / width + 0.5) * SIDE)
        inside = places[((places >= 0) & (places < SIDE)).all(axis=1)].astype(np.int64)
        picture[SIDE - 1 - inside[:, 1], inside[:, 0]] = shade
    return picture
