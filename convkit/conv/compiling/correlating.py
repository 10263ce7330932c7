"""The loops of a correlation with a kernel of one size, written out tap by tap for the compiler.

For a kernel of 2x2 and one channel::

    def correlate_2x2x1(pixels, top, weights, out, at):
        w0_0 = weights[0, 0]
        ...
        for y in range(len(out)):
            line = out[y, at:]
            coming = pixels[min(top + y + 2, len(pixels) - 1)]
            for x in range(0, len(coming), 64 // coming.itemsize):
                prefetch(coming, x)
            row0 = pixels[top + y + 0]
            row1 = pixels[top + y + 1]
            for x in range(len(row0) - 1):
                line[x] = (w0_0 * float32(row0[x + 0]) + w0_1 * float32(row0[x + 1])) + (...)

Each kernel row is summed by itself first: rounding errors then grow with kh + kw terms rather than
with kh * kw. A kernel with more weights than a processor has registers takes several passes over
a line of the output, each adding some of its rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache

import numpy as np

from convkit.conv.compiling.compiler import compiled
from convkit.conv.compiling.prefetching import LINE_BYTES, prefetch

REGISTERS = 28
"""Weights in a pass, each in a vector register of its own; AVX-512 has 32."""

MOST_ROWS = 7
"""Rows in a pass: with more, LLVM won't check that none overlaps the output, nor vectorise."""


@cache
def correlating(kh: int, kw: int, channels: int) -> Callable[..., None]:
    """Return ``correlate(pixels, top, weights, out, at)``, compiled.

    It correlates `pixels` (rows, W * channels) from row `top` on with the weights (kh, kw), and
    writes as many columns as they fill into `out` (rows, samples), from sample `at` on. A product
    may be added without being rounded first, and nothing else is rearranged.
    """
    name = f"correlate_{kh}x{kw}x{channels}"
    names = {"float32": np.float32, "prefetch": prefetch()}
    code = source(name, kh, kw, channels)
    return compiled(name, code, names, home=__file__, fastmath=frozenset({"contract"}))


def source(name: str, kh: int, kw: int, channels: int) -> str:
    """Return the Python source of the function that is compiled."""
    rows = min(MOST_ROWS, max(1, REGISTERS // kw))
    lines = [f"def {name}(pixels, top, weights, out, at):"]
    for i in range(kh):
        lines += [f"    w{i}_{j} = weights[{i}, {j}]" for j in range(kw)]
    lines += [
        "    for y in range(len(out)):",
        "        line = out[y, at:]",
        f"        coming = pixels[min(top + y + {kh}, len(pixels) - 1)]",
        f"        for x in range(0, len(coming), {LINE_BYTES} // coming.itemsize):",
        "            prefetch(coming, x)",
    ]
    for first in range(0, kh, rows):
        lines += _pass(range(first, min(first + rows, kh)), kw, channels)
    return "\n".join(lines)


def _pass(rows: Sequence[int], kw: int, channels: int) -> Iterator[str]:
    """Yield the lines that add some rows of the kernel to a line of the output."""
    for i in rows:
        yield f"        row{i} = pixels[top + y + {i}]"
    yield f"        for x in range(len(row{rows[0]}) - {(kw - 1) * channels}):"
    sums = (
        " + ".join(f"w{i}_{j} * float32(row{i}[x + {j * channels}])" for j in range(kw))
        for i in rows
    )
    yield f"            line[x] {'+=' if rows[0] else '='} {' + '.join(f'({s})' for s in sums)}"
