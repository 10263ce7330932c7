"""Directions as colours."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def wheel(degrees: NDArray[Any], strength: NDArray[Any]) -> NDArray[np.float32]:
    """Return a colour for each direction: the hue turns with the angle, strength is brightness.

    0 degrees is red, 120 green, 240 blue (Smith 1978, hexcone HSV with full saturation).

    Parameters
    ----------
    degrees, strength : (H, W) arrays
        Strength runs from 0 (black) to 1.

    Returns
    -------
    (H, W, 3) float32 array
        RGB from 0 to 1.
    """
    sectors = np.stack([(n + degrees / 60) % 6 for n in (5, 3, 1)], axis=-1)
    chroma = np.clip(np.minimum(sectors, 4 - sectors), 0, 1)
    colours: NDArray[Any] = strength[..., np.newaxis] * (1 - chroma)
    return colours.astype(np.float32)
