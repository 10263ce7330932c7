"""What the constructors of augmentations check, each error with argument and value."""

from __future__ import annotations

from typing import get_args

from convkit.data.augmentation.base import PaddingMode
from convkit.errors import ConvkitError, unknown


def above_zero(argument: str, value: float, most: float | None = None) -> float:
    """Return a number above 0 and, if there is a bound, at most that.

    Raises
    ------
    ConvkitError
        If it isn't.
    """
    if not value > 0 or (most is not None and value > most):
        bounds = "above 0" if most is None else f"above 0 and at most {most:g}"
        raise ConvkitError(f"{argument} must be {bounds}, got {value}")
    return value


def padding_mode_of(padding_mode: PaddingMode) -> PaddingMode:
    """Return what lies beyond the edge, if it is known.

    Raises
    ------
    ConvkitError
        If it isn't.
    """
    if padding_mode not in get_args(PaddingMode):
        raise unknown("padding_mode", padding_mode, get_args(PaddingMode))
    return padding_mode
