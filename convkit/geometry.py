"""How large an output is, where its windows lie, and what they never read.

Everything here counts pixels along one axis with plain integers, so that the engine, the layers
and the command line all ask the same formula and none of them has to load NumPy for it.
"""

from __future__ import annotations

import re
from math import gcd
from operator import index
from typing import Literal, NamedTuple

from convkit.errors import ConvkitError, unknown

SameRule = Literal["torch", "tf"]
SAME_RULES: tuple[SameRule, ...] = ("torch", "tf")
PAD_WORDS = ("valid", "same", "full")

MOST_DIGITS = 9


class Pads(NamedTuple):
    """Pixels added on each side of an image."""

    top: int
    bottom: int
    left: int
    right: int


class TooSmallError(ConvkitError):
    """The input is too small: not one window fits into it."""


def effective_kernel(kernel: int, dilation: int = 1) -> int:
    """Return the span of a dilated kernel, ``d(k-1) + 1``."""
    return dilation * (kernel - 1) + 1


def output_size(
    n: int, kernel: int, *, pad: int | tuple[int, int] = 0, stride: int = 1, dilation: int = 1
) -> int:
    """Return the output size of a convolution along one axis.

    ``floor((n + P_before + P_after - d(k-1) - 1) / s) + 1`` (Dumoulin and Visin 2016, relationship
    15). Without stride and dilation this is the textbook ``n - k + 2P + 1``.

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
    padded = n + sum(_checked_pads(n, kernel, pad, stride, dilation))
    span = effective_kernel(kernel, dilation)
    # Python's floor division would turn the impossible (2 - 3) // 2 + 1 into a plausible 0.
    if padded < span:
        raise _doesnt_fit(n, span, padded, missing=span - padded)
    return (padded - span) // stride + 1


def pooled_size(
    n: int,
    kernel: int,
    *,
    pad: int | tuple[int, int] = 0,
    stride: int = 1,
    dilation: int = 1,
    ceil: bool = False,
) -> int:
    """Return the output size of a pooling along one axis.

    Without `ceil` it is :func:`output_size`. With it the division is rounded up, so that a last
    window may hang over the end; one that would start behind the input, in the padding, is dropped
    (PyTorch's ``ceil_mode``).

    Raises
    ------
    ConvkitError
        If a number is out of range, or no window fits.
    """
    if not ceil:
        return output_size(n, kernel, pad=pad, stride=stride, dilation=dilation)
    before, after = _checked_pads(n, kernel, pad, stride, dilation)
    span = effective_kernel(kernel, dilation)
    padded = n + before + after
    size = -((span - padded) // stride) + 1
    if size < 1:
        raise _doesnt_fit(n, span, padded, missing=span - padded - stride + 1)
    return size - 1 if (size - 1) * stride >= n + before else size


def transposed_size(
    n: int,
    kernel: int,
    *,
    pad: int | tuple[int, int] = 0,
    stride: int = 1,
    dilation: int = 1,
    output_padding: int = 0,
) -> int:
    """Return the output size of a transposed convolution along one axis.

    ``(n - 1)s - P_before - P_after + d(k-1) + output_padding + 1``: the size from which a
    convolution with the same numbers leads back to `n`. The output padding picks one of the `s`
    sizes that do.

    Raises
    ------
    ConvkitError
        If a number is out of range, the output padding is not smaller than the stride or the
        dilation, or the padding cuts everything away.
    """
    cut = sum(_checked_pads(n, kernel, pad, stride, dilation))
    _check_at_least(0, **{"output padding": output_padding})
    if output_padding >= max(stride, dilation):
        raise ConvkitError(
            f"output padding (={output_padding}) must be smaller than the stride (={stride}) "
            f"or the dilation (={dilation})",
            "it only chooses between the sizes that the stride rounds down to the same one",
        )
    size = (n - 1) * stride + effective_kernel(kernel, dilation) + output_padding - cut
    if size < 1:
        raise TooSmallError(
            f"a transposed kernel leaves nothing of an input of {n}: the padding cuts off {cut}",
            f"pad by at least {1 - size} less in all",
        )
    return size


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
    _checked_pads(n, kernel, 0, stride, dilation)
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
    n: int,
    kernel: int,
    *,
    pad: int | tuple[int, int] = 0,
    stride: int = 1,
    dilation: int = 1,
    ceil: bool = False,
) -> int:
    """Return how many pixels at the end of an axis no window reaches, because of the stride."""
    size = pooled_size(n, kernel, pad=pad, stride=stride, dilation=dilation, ceil=ceil)
    before = pad[0] if isinstance(pad, tuple) else pad
    end = (size - 1) * stride + effective_kernel(kernel, dilation) - before
    return min(max(n - end, 0), n)


def phases_read(kernel: int, *, stride: int = 1, dilation: int = 1) -> int:
    """Return how many of every `stride` neighbouring pixels the windows read.

    Fewer than `stride` means gaps: a kernel of 1 with a stride of 2 reads every second pixel.
    """
    return min(kernel, stride // gcd(stride, dilation))


def parse_pair(text: str, what: str, *, least: int = 1) -> tuple[int, int]:
    """Read ``3``, ``3x5`` or ``2,1`` as (y, x); one number stands for both.

    Parameters
    ----------
    text : str
    what : str
        What the numbers are, for the error: ``stride``, ``kernel size``.
    least : int
        The smallest number allowed.

    Raises
    ------
    ConvkitError
        If the text is neither one number nor two, or one of them is too small.
    """
    numbers = parse_numbers(text, what)
    if numbers is None or len(numbers) > 2:
        raise ConvkitError(
            f"{what} must be one whole number or two, got '{text}'", "write 3, or 3x5 as y and x"
        )
    _check_at_least(least, **{what: min(numbers)})
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
    numbers = parse_numbers(word, "pad")
    if numbers is None or len(numbers) not in (1, 4):
        raise ConvkitError(
            f"pad must be one whole number, or four for T,B,L,R, got '{text}'",
            "write 1, or 0,1,0,1 as top, bottom, left, right, or valid, same, full",
        )
    _check_at_least(0, pad=min(numbers))
    return Pads(*(numbers if len(numbers) == 4 else numbers * 4))


def parse_same_rule(text: str) -> SameRule:
    """Read ``torch`` or ``tf``.

    Raises
    ------
    ConvkitError
        If it is neither.
    """
    for rule in SAME_RULES:
        if text.strip().lower() == rule:
            return rule
    raise unknown("same rule", text, SAME_RULES)


def parse_numbers(text: str, what: str = "the number") -> list[int] | None:
    """Return the whole numbers of ``3``, ``3x5`` or ``3,5``, or None if the text isn't like that.

    Raises
    ------
    ConvkitError
        If a number has more than nine digits: no image is so large, and results could be endless.
    """
    parts = [part.strip() for part in re.split("[x×,]", text.lower())]
    if not all(re.fullmatch("[+-]?[0-9]+", part) for part in parts):
        return None
    large = next((part for part in parts if len(part.lstrip("+-")) > MOST_DIGITS), None)
    if large is not None:
        shown = large if len(large) <= 20 else f"{large[:20]}…"
        raise ConvkitError(f"{what} {shown} is too large", f"it has {MOST_DIGITS} digits at most")
    return [int(part) for part in parts]


def _checked_pads(
    n: int, kernel: int, pad: int | tuple[int, int], stride: int, dilation: int
) -> tuple[int, int]:
    if isinstance(pad, tuple) and len(pad) != 2:
        raise ConvkitError(f"pad must be one whole number or two (before, after), got {pad}")
    before, after = pad if isinstance(pad, tuple) else (pad, pad)
    _check_at_least(1, **{"input size": n, "kernel size": kernel})
    _check_at_least(1, stride=stride, dilation=dilation)
    _check_at_least(0, pad=before)
    _check_at_least(0, pad=after)
    return before, after


def _check_at_least(least: int, **values: int) -> None:
    for name, value in values.items():
        try:
            whole = index(value)
        except TypeError:
            raise ConvkitError(f"{name} must be a whole number, got {value!r}") from None
        if whole < least:
            raise ConvkitError(f"{name} must be at least {least}, got {value}")


def _doesnt_fit(n: int, span: int, padded: int, *, missing: int) -> TooSmallError:
    into = f"an input of {n}" if padded == n else f"an input of {n} padded to {padded}"
    return TooSmallError(
        f"a kernel spanning {span} doesn't fit into {into}",
        f"pad by at least {missing} more in all, or take a smaller kernel or dilation",
    )
