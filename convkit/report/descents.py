"""The ways of descents, drawn over the surfaces that they went down (extra ``plot``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convkit.data.surfaces import SURFACES, Surface
from convkit.experiment.checkpoint import read_checkpoint
from convkit.experiment.run import Run
from convkit.report.style import COLOURS, INK, blank

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CONTOURS = 24
GRID = 241
GRID_LINES = "#B8B8B8"


class Way(NamedTuple):
    """Where a descent went.

    Attributes
    ----------
    surface : str
        A key of :data:`convkit.data.surfaces.SURFACES`.
    points : (steps + 1, 2) array
    label : str
    """

    surface: str
    points: NDArray[np.float64]
    label: str


def points_of(run: Run) -> NDArray[np.float64]:
    """Return the points that a run's descent went through, (steps + 1, 2).

    There are none of one that diverged before anything was saved.
    """
    last = run.checkpoints.get("last")
    if last is None:
        return np.empty((0, 2))
    return np.asarray(read_checkpoint(last, to_go_on=True).within("learning")["path"])


def draw_ways(ways: Sequence[Way]) -> Figure:
    """Draw the way that each descent took, over its surface's lines of equal height.

    The heights of neighbouring lines differ by the same factor. A way that leaves the window is
    cut off at its edge; of a descent that diverged the part is there that was saved.
    """
    names = list(dict.fromkeys(way.surface for way in ways))
    figure = blank(7.2 * len(names), 6.4, " and ".join(names))
    panels = dict(zip(names, figure.subplots(1, len(names), squeeze=False)[0], strict=True))
    for name, axes in panels.items():
        _draw_surface(axes, SURFACES[name])
    for index, way in enumerate(ways):
        _draw_way(panels[way.surface], way, COLOURS[index % len(COLOURS)])
    figure.legend(loc="outside lower left")
    return figure


def _draw_surface(axes: Axes, surface: Surface) -> None:
    x, y = surface.grid(GRID)
    heights = np.log10(surface.height(x, y) + 1e-6)
    levels = np.linspace(heights.min() / 2, heights.max(), CONTOURS)
    axes.contour(x, y, heights, levels, colors=GRID_LINES, linewidths=0.7, linestyles="solid")
    axes.plot(*surface.lowest, marker="*", markersize=15, color=INK, zorder=1)
    axes.set(xlim=surface.x, ylim=surface.y, xlabel="x", ylabel="y")


def _draw_way(axes: Axes, way: Way, colour: str) -> None:
    x, y = way.points.T
    axes.plot(x, y, color=colour, label=way.label, lw=1.4)
    axes.plot(x[-1:], y[-1:], marker="o", markersize=6, color=colour, markeredgecolor="white")
