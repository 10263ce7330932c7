"""Convolution and training experiments from the command line, on NumPy.

>>> import convkit
>>> convkit.output_size(6, 3, pad=1)
6

Names are imported when they are first used, so that a command loads only what it needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from convkit.conv import convolve
    from convkit.errors import ConvkitError
    from convkit.geometry import output_size
    from convkit.kernels import kernel
    from convkit.metrics import mse

__all__ = ["ConvkitError", "convolve", "kernel", "mse", "output_size"]

_HOMES = {
    "ConvkitError": "convkit.errors",
    "convolve": "convkit.conv",
    "kernel": "convkit.kernels",
    "mse": "convkit.metrics",
    "output_size": "convkit.geometry",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'convkit' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
