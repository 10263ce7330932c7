"""Loops from grey levels to grey levels: window sums, what is made of them, and what was seen.

For one kernel of 1x2 and one channel, whose sums fit into 16 bits and are shown by ``abs``::

    def levels_1x1x2x1_first_abs_int16(pixels, top, weights, line, out, at):
        w0_0_0 = weights[0, 0, 0]
        w0_0_1 = weights[0, 0, 1]
        total, clipped = int64(0), 0
        low = high = line[0]
        many = pixels.shape[1] - 1
        for y in range(len(out)):
            row0 = pixels[top + y + 0]
            for x in range(many):
                a0 = int16(w0_0_0 * row0[x + 0] + w0_0_1 * row0[x + 1])
                line[x] = int16(a0)
            ...  # extremes, sum, and how many a tone map has to clip
            shown = out[y, at:]
            for x in range(many):
                shown[x] = uint8(min(int16(abs(line[x])), int16(255)))
        return low, high, total, clipped

A line stays in the first cache between its loops, each of which is simple enough to vectorise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from convkit.conv.compiling.compiler import compiled

WHITE = 255

COMBINED = {
    "first": "a0",
    "l1": "abs(a0) + abs(a1)",
    "l2": "sqrt(float32(a0) * float32(a0) + float32(a1) * float32(a1))",
    "largest": "largest",
}
"""Combination -> the value of a sample out of the sums a0, a1… of one, two or more kernels."""

SHOWN = {"abs": "min(abs({value}), {white})", "clip": "max(min({value}, {white}), {black})"}
"""Tone map -> the level of a whole value."""

ROUNDED = "int32(min({value}, {white}) + float32(0.5))"
"""The level of a root. Below white none is so near to a half that it matters which way that goes:
the next root of a whole number, below k + 1/2, is 1/8k away."""


class Variant(NamedTuple):
    """What is compiled for."""

    kernels: int
    kernel_size: tuple[int, int]
    channels: int
    combine: str
    tone: str
    sums: str

    @property
    def name(self) -> str:
        """Of the function."""
        shape = "x".join(map(str, (self.kernels, *self.kernel_size, self.channels)))
        return f"levels_{shape}_{self.combine}_{self.tone}_{self.sums}"

    @property
    def values(self) -> str:
        """The dtype of a line of values."""
        return "float32" if self.combine == "l2" else self.sums


@cache
def levels(variant: Variant) -> Callable[..., tuple[float, float, float, int]]:
    """Return ``levels(pixels, top, weights, line, out, at)``, compiled.

    It correlates `pixels` (rows, W * channels) of uint8 from row `top` on with the `weights`
    (kernels, kh, kw), and writes as many columns as they fill into `out` (rows, samples) of uint8,
    from sample `at` on. `line` is scratch for a row of values, of the variant's dtype. It returns
    the smallest and the largest value, their sum, and how many a tone map had to clip.
    """
    names: dict[str, Any] = {
        kind: getattr(np, kind)
        for kind in ("uint8", "int16", "int32", "int64", "float32", "float64", "sqrt")
    }
    names |= {"sum_of": _sum_of(variant.values), "extremes": _extremes(variant.values)}
    return compiled(variant.name, source(variant), names, home=__file__)


def source(variant: Variant) -> str:
    """Return the Python source of the function that is compiled."""
    return "\n".join(_lines(variant))


def _lines(variant: Variant) -> Iterator[str]:
    kh, kw = variant.kernel_size
    whole = variant.values != "float32"
    yield f"def {variant.name}(pixels, top, weights, line, out, at):"
    for n in range(variant.kernels):
        for i in range(kh):
            yield from (f"    w{n}_{i}_{j} = weights[{n}, {i}, {j}]" for j in range(kw))
    yield f"    total, clipped = {'int64' if whole else 'float64'}(0), 0"
    yield "    low = high = line[0]"
    yield f"    many = pixels.shape[1] - {(kw - 1) * variant.channels}"
    yield "    for y in range(len(out)):"
    for i in range(kh):
        yield f"        row{i} = pixels[top + y + {i}]"
    yield "        for x in range(many):"
    yield from _value(variant)
    yield "        least, most = extremes(line, many)"
    yield "        total += sum_of(line, many)"
    yield "        low = min(low, least) if y else least"
    yield "        high = max(high, most) if y else most"
    yield from _level(variant)
    yield "    return low, high, total, clipped"


def _value(variant: Variant) -> Iterator[str]:
    """Yield the lines that put a value into a line."""
    for n in range(variant.kernels):
        yield f"            a{n} = {variant.sums}({_sum(variant, n)})"
    if variant.combine == "largest":
        yield "            largest = a0"
        for n in range(1, variant.kernels):
            yield f"            largest = a{n} if a{n} > largest else largest"
    yield f"            line[x] = {variant.values}({COMBINED[variant.combine]})"


def _sum(variant: Variant, n: int) -> str:
    kh, kw = variant.kernel_size
    return " + ".join(
        f"w{n}_{i}_{j} * row{i}[x + {j * variant.channels}]" for i in range(kh) for j in range(kw)
    )


def _level(variant: Variant) -> Iterator[str]:
    """Yield the lines that turn a line of values into levels and count what is clipped."""
    lowest, highest = -WHITE if variant.tone == "abs" else 0, f"{WHITE}"
    shown = SHOWN[variant.tone]
    if variant.values == "float32":
        lowest, highest, shown = 0, f"float32({WHITE}.5)", ROUNDED
    level = shown.format(
        value="line[x]", white=f"{variant.values}({WHITE})", black=f"{variant.values}(0)"
    )
    yield f"        if most > {highest} or least < {lowest}:"
    yield "            for x in range(many):"
    yield f"                clipped += line[x] > {highest} or line[x] < {lowest}"
    yield "        shown = out[y, at:]"
    yield "        for x in range(many):"
    yield f"            shown[x] = uint8({level})"


_EXTREMES = """
def extremes(line, many):
    low = high = line[0]
    for x in range(many):
        low = min(low, line[x])
        high = max(high, line[x])
    return low, high
"""

_EXTREME_ROOTS = """
def extreme_roots(line, many):
    low, high = extremes(line.view(int32), many)
    bits = empty(2, int32)
    bits[0], bits[1] = low, high
    roots = bits.view(float32)
    return roots[0], roots[1]
"""


@cache
def _extremes(kind: str) -> Callable[..., Any]:
    whole = compiled("extremes", _EXTREMES, {}, home=__file__)
    if kind != "float32":
        return whole
    # No root is negative, so that its bits, read as a whole number, keep the order; and LLVM
    # doesn't vectorise the extremes of floats.
    names = {"extremes": whole, "int32": np.int32, "float32": np.float32, "empty": np.empty}
    return compiled("extreme_roots", _EXTREME_ROOTS, names, home=__file__)


@cache
def _sum_of(kind: str) -> Callable[..., Any]:
    # 32 bits hold the sum of a row of any image of 16 bits; longer rows are summed in 64.
    wide = {"int16": "int32", "int32": "int64", "float32": "float64"}[kind]
    code = (
        f"def sum_of_{kind}(line, many):\n"
        f"    total = {wide}(0)\n"
        "    for x in range(many):\n"
        f"        total = {wide}(total + line[x])\n"
        "    return total\n"
    )
    liberties = frozenset({"reassoc", "nsz"}) if kind == "float32" else frozenset()
    names = {wide: getattr(np, wide)}
    return compiled(f"sum_of_{kind}", code, names, home=__file__, fastmath=liberties)
