"""A ring of bell-shaped heaps of points: do all of them come out of what learns to make more?"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from convkit.data.dataset import Dataset
from convkit.data.points import LICENCE, MADE_HERE
from convkit.data.source import source
from convkit.errors import ConvkitError


@source()
def ring(
    samples: int = 10000,
    modes: int = 8,
    radius: float = 2.0,
    noise: float = 0.02,
    *,
    rng: Generator,
) -> Dataset:
    """Draw points around the corners of a regular polygon: normal distributions side by side.

    With the defaults, the ring of eight Gaussians by which it is judged whether a generator leaves
    modes out (Metz et al. 2017, "Unrolled generative adversarial networks").

    Parameters
    ----------
    samples : int
        How many points; the modes are of equal size, but for odd ones.
    modes : int
        How many heaps there are: each is a class.
    radius : float
        How far their centres are from that of the ring.
    noise : float
        Standard deviation of both coordinates around a centre.
    """
    if modes < 1:
        raise ConvkitError(f"ring: modes must be at least 1, got {modes}")
    if samples < modes:
        raise ConvkitError(f"ring: samples must be at least {modes}, got {samples}")
    for name, value in {"radius": radius, "noise": noise}.items():
        if not value > 0:
            raise ConvkitError(f"ring: {name} must be above 0, got {value}")
    labels = np.arange(samples) % modes
    angles = 2 * np.pi * labels / modes
    centres = radius * np.column_stack([np.cos(angles), np.sin(angles)])
    return Dataset(
        name="ring",
        inputs=(centres + noise * rng.standard_normal(centres.shape)).astype(np.float32),
        targets=labels,
        classes=tuple(f"mode {number}" for number in range(1, modes + 1)),
        features=("x", "y"),
        target_names=("mode",),
        source=MADE_HERE,
        licence=LICENCE,
    )
