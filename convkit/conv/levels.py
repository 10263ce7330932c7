"""From grey levels to grey levels in one pass over an image, with compiled loops.

What is usually done one after the other, strip by strip (sums, what is made of several sums, the
tone map, its extremes), is done row by row here, and no sum is ever stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from convkit.conv.compiling import start
from convkit.conv.compiling.compiler import compiling
from convkit.conv.compiling.levels import COMBINED, SHOWN, WHITE, Variant, levels
from convkit.conv.compiling.pieces import pieces
from convkit.conv.plan import Plan, bands
from convkit.conv.problem import Array, Problem, Span
from convkit.conv.strategies import compiled
from convkit.workers import default_threads, in_parallel

LONGEST_ROW = 1 << 16
"""Samples of a row whose 16-bit values can be summed in 32 bits."""

BORDER_ROWS = 64
"""Output rows of a strip that reaches over the top or the bottom of the image."""


class Seen(NamedTuple):
    """What there is to say of a band's values: how many, extremes, sum; and how many clipped."""

    samples: int
    smallest: float
    largest: float
    total: float
    clipped: int


def supports(plans: Sequence[Plan], combine: str, tone: str, white: float) -> bool:
    """Return whether `plans`, combined and mapped so, can be computed from levels to levels.

    All of them have to be for the compiled strategy, of one size, with whole sums.
    """
    problems = [plan.problem for plan in plans]
    first = problems[0]
    return (
        all(plan.strategy == "compiled" for plan in plans)
        and all(_is_like(problem, first) for problem in problems)
        and combine in COMBINED
        and tone in SHOWN
        and white == WHITE
        and _bound(problems, combine) <= np.iinfo(np.int32).max
    )


def _is_like(problem: Problem, first: Problem) -> bool:
    return (
        problem.is_whole
        and problem.dtype == np.uint8
        and problem.border.fits(problem.dtype)
        and problem.kernel_size == first.kernel_size
        and problem.pads == first.pads
    )


def _bound(problems: Sequence[Problem], combine: str) -> float:
    """Return the largest magnitude of a value, or of a sum where that is what counts."""
    bounds = [problem.bound for problem in problems]
    return sum(bounds) if combine == "l1" else max(bounds)


def render(
    plans: Sequence[Plan],
    image: Array,
    combine: str,
    tone: str,
    *,
    threads: int | None = None,
) -> tuple[Array, list[Seen]]:
    """Compute the (H', W', C) levels, and what was seen of each band of rows, in order.

    Parameters
    ----------
    plans : sequence of Plan
        That :func:`supports` takes.
    image : (H, W, C) array of uint8
    combine : str
        ``first`` of one plan; ``l1`` or ``l2`` of two; ``largest`` of several.
    tone : str
        ``abs`` or ``clip``.
    threads : int, optional
        By default what ``CONVKIT_THREADS`` says, else one for each core.
    """
    problems = [plan.problem for plan in plans]
    out = np.empty(problems[0].out_shape, np.uint8)
    seen: dict[int, Seen] = {}
    variant = _variant(problems, combine, tone)
    weights = np.stack([problem.kernel for problem in problems]).astype(variant.sums)
    with compiling:
        loops = levels(variant)

    def work(band: Span) -> None:
        line = np.empty(problems[0].out_shape[1] * problems[0].shape[2], variant.values)
        found = []
        for span, parts in pieces(problems[0], image, list(_spans(problems[0], band))):
            flat = out[slice(*span)].reshape(span[1] - span[0], -1)
            for part in parts:
                said = loops(part.pixels, span[0] - part.first, weights, line, flat, part.at)
                found.append(said)
        lows, highs, totals, clipped = zip(*found, strict=True)
        samples = (band[1] - band[0]) * line.size
        seen[band[0]] = Seen(
            samples, float(min(lows)), float(max(highs)), float(sum(totals)), sum(clipped)
        )

    in_parallel(work, bands(problems[0].out_shape, BORDER_ROWS), threads or default_threads())
    for problem in problems:
        start.begun(compiled.key(problem))
    return out, [seen[first] for first in sorted(seen)]


def _variant(problems: Sequence[Problem], combine: str, tone: str) -> Variant:
    first = problems[0]
    narrow = _bound(problems, combine) <= np.iinfo(np.int16).max
    short = first.out_shape[1] * first.shape[2] <= LONGEST_ROW
    sums = "int16" if narrow and short else "int32"
    return Variant(len(problems), first.kernel_size, first.shape[2], combine, tone, sums)


def _spans(problem: Problem, band: Span) -> Iterator[Span]:
    """Cut a band into the rows that reach over the top, those that don't, and the rest."""
    top = problem.pads.top
    inner = top, problem.shape[0] - problem.kernel_size[0] + 1 + top
    first, last = (min(max(edge, band[0]), band[1]) for edge in inner)
    last = max(first, last)
    for begin, end, step in (
        (band[0], first, BORDER_ROWS),
        (first, last, last - first),
        (last, band[1], BORDER_ROWS),
    ):
        for row in range(begin, end, step or 1):
            yield row, min(row + step, end)
