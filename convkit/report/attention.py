"""Where a system looked: a map of weights, its rows those who look, its columns what is seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from convkit.errors import ConvkitError
from convkit.families.abilities import AttentionMap
from convkit.report.style import blank

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CELL, MARGIN = 0.24, 1.2
"""Inches: the side of a cell, and what the labels and the scale take besides."""

LONGEST_LABEL = 16


def chosen_map(maps: Sequence[AttentionMap], head: int | None) -> AttentionMap:
    """Return one of several maps, or what they say together.

    Parameters
    ----------
    maps : sequence of AttentionMap
        From the first layer to the last.
    head : int or None
        The number of a map, from 1; without, the mean of those that look from and at the same
        symbols as the last one does.

    Raises
    ------
    ConvkitError
        If there is no such map, or none at all.
    """
    if not maps:
        raise ConvkitError(
            "what was learnt has no attention to show", "family: {name: seq2seq} has some"
        )
    if head is not None:
        if not 1 <= head <= len(maps):
            raise ConvkitError(
                f"--head must be from 1 to {len(maps)}, got {head}",
                f"the first is {maps[0].name}, the last {maps[-1].name}",
            )
        return maps[head - 1]
    last = maps[-1]
    alike = [each for each in maps if (each.queries, each.keys) == (last.queries, last.keys)]
    if len(alike) == 1:
        return last
    name = f"mean of {len(alike)} heads, {alike[0].name} to {last.name}"
    weights = np.mean([each.weights for each in alike], axis=0)
    return AttentionMap(name, last.queries, last.keys, weights)


def labelled(symbols: Sequence[str]) -> list[str]:
    """Return symbols as they can be seen: blanks, and where there is nothing yet; long ones cut."""
    seen = {" ": "␣", "": "·"}
    cut = f"{{:.{LONGEST_LABEL - 1}}}…"
    return [
        seen.get(each, each if len(each) <= LONGEST_LABEL else cut.format(each)) for each in symbols
    ]


def draw_attention(found: AttentionMap) -> Figure:
    """Draw a map: the darker a cell, the more its row looks at its column."""
    rows, columns = found.weights.shape
    figure = blank(CELL * columns + 2 * MARGIN, CELL * rows + 2 * MARGIN, found.name)
    axes = figure.subplots()
    image = axes.imshow(found.weights, cmap="Blues", vmin=0, vmax=1)
    keys = labelled(found.keys)
    axes.set_xticks(range(columns), keys, rotation=90 if max(map(len, keys)) > 1 else 0)
    axes.set_yticks(range(rows), labelled(found.queries))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.xaxis.tick_top()
    figure.colorbar(image, ax=axes, label="weight", shrink=0.8)
    return figure
