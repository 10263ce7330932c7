"""How large an output is, where its windows lie, and what they never read.

Everything here counts pixels along one axis with plain integers, so that the engine, the layers
and the command line all ask the same formula and none of them has to load NumPy for it.
"""

from __future__ import annotations

import re
from math import gcd
from typing import Literal, NamedTuple

from convkit.errors import ConvkitError, unknown

SameRule = Literal["torch", "tf"]
SAME_RULES: tuple[SameRule, ...] = ("torch", "tf")
PAD_WORDS = ("valid", "same", "full")


class Pads(NamedTuple):
    """Pixels added on each side of an image."""

    top: int
    bottom: int
    left: int
    right: int


def effective_kernel(kernel: int, dilation: int = 1) -> int:
    """Return the span of a dilated kernel, ``d(k-1) + 1``."""
    return dilation * (kernel - 1) + 1


def output_size(
    n: int, kernel: int, *, pad: int | tuple[int, int] = 0, stride: int = 1, dilation: int = 1
) -> int:
    """Return the output size of a convolution along one axis.

    ``floor((n + P_before + P_after - d(k-1) - 1) / s) + 1`` (Dumoulin and Visin 2016, relationship
    14). Without stride and dilation this is the textbook ``n - k + 2P + 1``.

    Parameters
    ----------
    n, kernel : int
        Input and kernel size in pixels.
    pad : int or (int, int)
        Pixels added on both sides, or before and after.
    stride, dilation : int

    Raises
    ------
    ConvkitError
        If a number is out of range, or the kernel doesn't fit into the padded input.
    """
    before, after = (pad, pad) if isinstance(pad, int) else pad
    _check_at_least(1, **{"input size": n, "kernel size": kernel})
    _check_at_least(1, stride=stride, dilation=dilation)
    _check_at_least(0, pad=min(before, after))
    span = effective_kernel(kernel, dilation)
    padded = n + before + after
    # Python's floor division would turn the impossible (2 - 3) // 2 + 1 into a plausible 0.
    if padded < span:
        raise ConvkitError(
            f"a kernel spanning {span} doesn't fit into an input of {n} padded to {padded}",
            f"pad by at least {span - padded} more in all, or take a smaller kernel or dilation",
        )
    return (padded - span) // stride + 1


def same_pads(
    n: int, kernel: int, *, stride: int = 1, dilation: int = 1, rule: SameRule = "torch"
) -> tuple[int, int]:
    """Return the padding before and after that keeps the size, ``ceil(n / s)`` with a stride.

    ``torch`` pads by ``d(k-1)`` in all, whatever the stride: half of it rounded down before, the
    rest after. ``tf`` pads by ``max((ceil(n/s) - 1)s + d(k-1) + 1 - n, 0)``, only what the last
    window needs, so that with a stride the windows sit on other pixels.

    Raises
    ------
    ConvkitError
        If a number is out of range or the rule is unknown.
    """
    _check_at_least(1, **{"input size": n, "kernel size": kernel})
    _check_at_least(1, stride=stride, dilation=dilation)
    if rule == "torch":
        total = effective_kernel(kernel, dilation) - 1
    elif rule == "tf":
        outputs = -(-n // stride)
        total = max((outputs - 1) * stride + effective_kernel(kernel, dilation) - n, 0)
    else:
        raise unknown("same rule", rule, SAME_RULES)
    return total // 2, total - total // 2


def axis_pads(
    word: str,
    n: int,
    kernel: int,
    *,
    stride: int = 1,
    dilation: int = 1,
    rule: SameRule = "torch",
) -> tuple[int, int]:
    """Return the padding before and after that ``valid``, ``same`` or ``full`` stand for.

    Raises
    ------
    ConvkitError
        If the word is none of the three.
    """
    if word == "valid":
        return 0, 0
    if word == "full":
        reach = effective_kernel(kernel, dilation) - 1
        return reach, reach
    if word == "same":
        return same_pads(n, kernel, stride=stride, dilation=dilation, rule=rule)
    raise unknown("padding", word, PAD_WORDS)


def unread(
    n: int, kernel: int, *, pad: int | tuple[int, int] = 0, stride: int = 1, dilation: int = 1
) -> int:
    """Return how many pixels at the end of an axis no window reaches, because of the stride."""
    before, after = (pad, pad) if isinstance(pad, int) else pad
    size = output_size(n, kernel, pad=pad, stride=stride, dilation=dilation)
    last = (size - 1) * stride + effective_kernel(kernel, dilation) - before
    return max(n - last, 0)


def parse_pair(text: str, what: str) -> tuple[int, int]:
    """Read ``3``, ``3x5`` or ``2,1`` as (y, x); one number stands for both.

    Parameters
    ----------
    text : str
    what : str
        What the numbers are, for the error: ``stride``, ``kernel size``.

    Raises
    ------
    ConvkitError
        If the text is neither one number nor two, or one of them is below 1.
    """
    numbers = _whole_numbers(text)
    if numbers is None or len(numbers) > 2:
        raise ConvkitError(
            f"{what} must be one whole number or two, got '{text}'", "write 3, or 3x5 as y and x"
        )
    _check_at_least(1, **{what: min(numbers)})
    return numbers[0], numbers[-1]


def parse_pad(text: str) -> str | Pads:
    """Read ``1``, ``1,1,2,2`` (top, bottom, left, right), ``valid``, ``same`` or ``full``.

    Raises
    ------
    ConvkitError
        If it is an unknown word, a negative number, or neither one number nor four.
    """
    word = text.strip().lower()
    if word in PAD_WORDS:
        return word
    if word.isalpha():
        raise unknown("padding", text, PAD_WORDS)
    numbers = _whole_numbers(word)
    if numbers is None or len(numbers) not in (1, 4):
        raise ConvkitError(
            f"pad must be one whole number, or four for T,B,L,R, got '{text}'",
            "write 1, or 0,1,0,1 as top, bottom, left, right, or valid, same, full",
        )
    _check_at_least(0, pad=min(numbers))
    return Pads(*(numbers if len(numbers) == 4 else numbers * 4))


def _whole_numbers(text: str) -> list[int] | None:
    """Return the numbers of ``3``, ``3x5`` or ``3,5``; None if the text isn't such a list."""
    parts = re.split("[x×,]", text.strip().lower())
    if all(re.fullmatch(" *[+-]?[0-9]{1,9} *", part) for part in parts):
        return [int(part) for part in parts]
    return None


def _check_at_least(least: int, **values: int) -> None:
    for name, value in values.items():
        if value < least:
            raise ConvkitError(f"{name} must be at least {least}, got {value}")
