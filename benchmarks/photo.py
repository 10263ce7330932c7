"""Pictures with the statistics of a photograph, made on the fly."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

MEAN, SPREAD = 118, 48
"""Grey level and standard deviation, as of a well exposed photograph."""

SENSOR_NOISE = 1.5
"""Standard deviation in grey levels: what keeps photographs from compressing like drawings."""

SOFTNESS = 0.2
"""Amplitude grows with the size of detail to this power: 0 gives every octave the same, which is a
power spectrum of 1/f²; photographs are a little softer."""

CHROMA = 0.25
"""How much colours vary beside brightness."""


def photo(height: int, width: int, channels: int = 1, seed: int = 7) -> NDArray[np.uint8]:
    """Return a uint8 picture (H, W), or (H, W, C): octaves of noise with a 1/f spectrum.

    The power spectrum of natural images falls with the square of the frequency (Field 1987). As a
    PNG it takes 4 to 5 bits a sample, as photographs do; white noise would take all 8.
    """
    rng = np.random.default_rng(seed)
    brightness = _octaves(rng, height, width, finest=2)
    if channels == 1:
        return _exposed(rng, brightness)
    picture = np.empty((height, width, channels), np.uint8)
    for channel in range(channels):
        colour = _octaves(rng, height, width, finest=16)
        picture[:, :, channel] = _exposed(rng, brightness + CHROMA * colour)
    return picture


def _octaves(
    rng: np.random.Generator, height: int, width: int, finest: int
) -> NDArray[np.floating[Any]]:
    """Return noise of unit variance with detail from `finest` pixels up to the whole picture."""
    total = np.zeros((height, width), np.float32)
    scale = finest
    while scale <= max(height, width):
        grid = rng.standard_normal((height // scale + 2, width // scale + 2), np.float32)
        grown = Image.fromarray(grid).resize((width, height), Image.Resampling.BICUBIC)
        total += np.asarray(grown) * np.float32(scale**SOFTNESS)
        scale *= 2
    return total / max(float(total.std()), 1e-6)


def _exposed(rng: np.random.Generator, values: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    noise = rng.standard_normal(values.shape, np.float32) * np.float32(SENSOR_NOISE)
    return np.clip(np.rint(MEAN + SPREAD * values + noise), 0, 255).astype(np.uint8)
