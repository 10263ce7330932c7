"""The loops of a separable correlation: down a column, then along a row, for kernels of any size.

Several weights are applied in one pass over a line, so that it is read and written more rarely::

    def add_4(line, row0, row1, row2, row3, weights, i, many):
        w0 = weights[i + 0]
        ...
        for x in range(many):
            line[x] += w0 * float32(row0[x]) + w1 * float32(row1[x]) + ...

Columns are done some at a time: the rows that a column's windows read stay in a core's cache.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np

from convkit.conv.compiling.compiler import compiled

AT_ONCE = (8, 7, 6, 5, 4, 3, 2, 1)
"""How many weights a pass takes: as many as are left. With more rows in it than
:data:`~convkit.conv.compiling.correlating.MOST_ROWS`, and the output, LLVM may not vectorise."""

BLOCK = 4096
"""Samples of a row that are done at a time; those of a large kernel's rows fill a core's cache."""


@cache
def separating() -> Callable[..., None]:
    """Return ``separate(pixels, top, column, row, step, out, at)``, compiled.

    It correlates `pixels` (rows, samples) from row `top` on with the outer product of `column` and
    `row`, whose weights are `step` samples apart, and writes as many columns as they fill into
    `out` (rows, samples), from sample `at` on. A product may be added without being rounded first.
    """
    names: dict[str, Any] = {"float32": np.float32, "empty": np.empty, "BLOCK": BLOCK}
    liberties = frozenset({"contract"})
    code = "\n".join(_source())
    return compiled("separate", code, names, home=__file__, fastmath=liberties)


def _source() -> Iterator[str]:
    """Yield the lines of the function."""
    yield "def separate(pixels, top, column, row, step, out, at):"
    yield "    reach = (len(row) - 1) * step"
    yield "    samples = pixels.shape[1] - reach"
    yield "    line = empty(BLOCK + reach, float32)"
    yield "    for begin in range(0, samples, BLOCK):"
    yield "        many = min(BLOCK, samples - begin)"
    yield "        for y in range(len(out)):"
    yield "            done = out[y, at + begin : at + begin + many]"
    yield from _passes("line", "column", "many + reach", "pixels[top + y + i + {n}, begin:]")
    yield from _passes("done", "row", "many", "line[(i + {n}) * step :]")


def _passes(into: str, weights: str, many: str, source: str) -> Iterator[str]:
    """Yield the lines that put a weighted sum of slices into `into`."""
    yield f"            {into}[:{many}] = 0"
    yield "            i = 0"
    for count in AT_ONCE:
        yield f"            while i + {count} <= len({weights}):"
        for n in range(count):
            yield f"                w{n} = {weights}[i + {n}]"
            yield f"                s{n} = {source.format(n=n)}"
        yield f"                for x in range({many}):"
        terms = " + ".join(f"w{n} * float32(s{n}[x])" for n in range(count))
        yield f"                    {into}[x] += {terms}"
        yield f"                i += {count}"
