"""What the constructors of layers and losses check, each error with argument and value."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite
from numbers import Real
from operator import index
from typing import TypeVar

from convkit.errors import ConvkitError, unknown

Shape = tuple[int, ...]
Pair = tuple[int, int]
Word = TypeVar("Word", bound=str)


def shape_text(shape: Iterable[int]) -> str:
    """Return ``8x8x1``, or ``64`` for a row.

    >>> shape_text((8, 8, 1))
    '8x8x1'
    """
    return "x".join(map(str, shape))


def whole_number(argument: str, value: object, least: int = 1) -> int:
    """Return `value` as an int of at least `least`.

    Raises
    ------
    ConvkitError
    """
    try:
        whole = index(value)  # type: ignore[arg-type]
    except TypeError:
        whole = None
    if whole is None or isinstance(value, bool):
        raise ConvkitError(f"{argument} must be a whole number, got {value!r}")
    if whole < least:
        raise ConvkitError(f"{argument} must be at least {least}, got {whole}")
    return whole


def later_steps(hint: str | None = None) -> ConvkitError:
    """Return the error of a layer that can't go through a sequence piece by piece."""
    return ConvkitError("it sees later steps too, so it can't go on step by step", hint)


def pair(argument: str, value: object, least: int = 1) -> Pair:
    """Return one whole number twice, or two of them, as (y, x).

    Raises
    ------
    ConvkitError
    """
    if not isinstance(value, (tuple, list)):
        return (whole_number(argument, value, least),) * 2
    if len(value) != 2:
        raise ConvkitError(
            f"{argument} must be one whole number or two, got {value!r}", "write 3, or [3, 5]"
        )
    return whole_number(argument, value[0], least), whole_number(argument, value[1], least)


def whole_numbers(argument: str, value: object, least: int = 1) -> tuple[int, ...]:
    """Return a list of whole numbers.

    Raises
    ------
    ConvkitError
    """
    if not isinstance(value, (tuple, list)):
        raise ConvkitError(f"{argument} must be a list of whole numbers, got {value!r}")
    return tuple(whole_number(argument, each, least) for each in value)


def number(
    argument: str,
    value: object,
    *,
    least: float | None = None,
    above: float | None = None,
    most: float | None = None,
    below: float | None = None,
) -> float:
    """Return `value` as a finite float within its bounds.

    Raises
    ------
    ConvkitError
    """
    if isinstance(value, bool) or not isinstance(value, Real) or not isfinite(value):
        raise ConvkitError(f"{argument} must be a number, got {value!r}")
    real = float(value)
    bounds = {
        f"at least {least}": least is None or real >= least,
        f"above {above}": above is None or real > above,
        f"at most {most}": most is None or real <= most,
        f"below {below}": below is None or real < below,
    }
    broken = [bound for bound, holds in bounds.items() if not holds]
    if broken:
        raise ConvkitError(f"{argument} must be {' and '.join(broken)}, got {value}")
    return real


def choice(argument: str, value: Word, choices: Iterable[Word]) -> Word:
    """Return `value` if it is one of the choices.

    Raises
    ------
    ConvkitError
    """
    known = list(choices)
    if value not in known:
        raise unknown(argument, str(value), known)
    return value


def check_images(shape: Shape) -> None:
    """Check that a sample is an image: height, width, channels.

    Raises
    ------
    ConvkitError
    """
    if len(shape) != 3:
        hint = "put it before flatten, dense and their like" if len(shape) == 1 else None
        raise ConvkitError(
            f"it takes images (height x width x channels), got {shape_text(shape)}",
            hint or "reshape the input",
        )


def check_sequences(shape: Shape) -> None:
    """Check that a sample is a sequence: steps, features.

    Raises
    ------
    ConvkitError
    """
    if len(shape) != 2:
        raise ConvkitError(
            f"it takes sequences (steps x features), got {shape_text(shape)}",
            "put embedding before it, or reshape the input",
        )


def check_divisible(what: str, channels: int, groups: int) -> None:
    """Check that channels can be shared out between groups.

    Raises
    ------
    ConvkitError
    """
    if channels % groups:
        raise ConvkitError(
            f"{what} (={channels}) must be divisible by the groups (={groups})",
            "each group takes an equal share of them",
        )
