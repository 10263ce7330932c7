"""Variants of an experiment in one picture: curves, or paths down a surface (extra ``plot``)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from convkit.data.surfaces import SURFACES, Surface
from convkit.experiment.checkpoint import read_checkpoint
from convkit.experiment.comparison import compare
from convkit.experiment.variants import Result, Variant
from convkit.report.curves import draw_comparison
from convkit.report.style import COLOURS, INK, blank, look, save

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CONTOURS = 24
GRID = 241
GRID_LINES = "#B8B8B8"


def draw_variants(results: Sequence[Result], path: Path, *, force: bool = False) -> None:
    """Draw the metrics over epochs, a line for each run.

    Raises
    ------
    ConvkitError
        As :func:`convkit.report.curves.draw_comparison`.
    """
    runs = [outcome.run for result in results for outcome in result.outcomes]
    draw_comparison(compare(runs), path, force=force)


def draw_paths(results: Sequence[Result], path: Path, *, force: bool = False) -> None:
    """Draw the way that each descent took, over the surface's lines of equal height.

    The heights of neighbouring lines differ by the same factor. A path that leaves the window is
    cut off at its edge.

    Raises
    ------
    ConvkitError
        If the file can't be written.
    """
    name = results[0].variant.resolved.experiment.data.name
    surface = SURFACES[name]
    with look():
        figure = blank(7.2, 6.4, name)
        axes = figure.subplots()
        _draw_surface(axes, surface)
        for index, result in enumerate(results):
            way = _path(result)
            colour = COLOURS[index % len(COLOURS)]
            axes.plot(way[:, 0], way[:, 1], color=colour, label=_label(result.variant), lw=1.4)
            axes.plot(*way[-1], marker="o", markersize=6, color=colour, markeredgecolor="white")
        axes.plot(*surface.lowest, marker="*", markersize=15, color=INK, zorder=1)
        axes.set(xlim=surface.x, ylim=surface.y, xlabel="x", ylabel="y")
        figure.legend(loc="outside lower left")
        save(figure, path, force=force)


def _draw_surface(axes: Axes, surface: Surface) -> None:
    x, y = surface.grid(GRID)
    heights = np.log10(surface.height(x, y) + 1e-6)
    levels = np.linspace(heights.min() / 2, heights.max(), CONTOURS)
    axes.contour(x, y, heights, levels, colors=GRID_LINES, linewidths=0.7, linestyles="solid")


def _path(result: Result) -> NDArray[np.float64]:
    """Return the points that the first seed's descent went through, (steps + 1, 2)."""
    checkpoint = read_checkpoint(result.outcomes[0].run.checkpoint("last"), to_go_on=True)
    return np.asarray(checkpoint.within("learning")["path"])


def _label(variant: Variant) -> str:
    return ", ".join(f"{key.rpartition('.')[2]} {text}" for key, text in variant.settings.items())
