"""A perceptron's lines, drawn (extra ``plot``)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from convkit.errors import ConvkitError, missing, unknown
from convkit.explaining.perceptron import Line, Lines
from convkit.files import atomic_write, check_writable

MARKERS = (("o", "#3b6fb6"), ("^", "#d1662f"))
"""Shape and colour of the points of either class: no, yes."""

LAST = "#1a1a1a"
MARGIN = 0.6
"""What is shown around the points, by their extent."""

GRID = 300
"""Points in each direction at which the last line is asked for its answer."""


def check_plot(path: Path, *, force: bool) -> None:
    """Refuse at once what :func:`plot_lines` would refuse after the work.

    Raises
    ------
    ConvkitError
        If matplotlib is missing, it writes no such format, or the file can't be written.
    """
    try:
        from matplotlib.backend_bases import FigureCanvasBase
    except ImportError:
        raise missing("--plot", "matplotlib", "plot") from None
    formats = FigureCanvasBase.get_supported_filetypes()
    suffix = path.suffix.removeprefix(".").lower()
    if suffix not in formats:
        raise unknown("format of a plot", suffix, formats, f"of '{path}'")
    check_writable(path, force=force)


def plot_lines(lines: Lines, path: Path, *, force: bool = False) -> None:
    """Draw the line after each epoch, the early ones pale, with the points that it is to separate.

    Raises
    ------
    ConvkitError
        As :func:`check_plot`, and if there are not two inputs.
    """
    check_plot(path, force=force)
    if len(lines.names) != 2:
        raise ConvkitError(
            f"a line can be drawn over two inputs, but '{lines.name}' has {len(lines.names)}",
            "leave out --plot; the table says where it decides",
        )
    figure = _drawn(lines)
    with atomic_write(path, force=force) as stream:
        figure.savefig(stream, format=path.suffix.removeprefix(".").lower())


def _drawn(lines: Lines) -> Any:
    # Without pyplot: nothing is kept, and no window system is looked for.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 6), dpi=150, layout="constrained")
    axes = figure.subplots()
    low, high = lines.inputs.min(axis=0), lines.inputs.max(axis=0)
    around = MARGIN * (high - low) + 1e-9
    axes.set(
        xlim=(low[0] - around[0], high[0] + around[0]),
        ylim=(low[1] - around[1], high[1] + around[1]),
        xlabel=lines.names[0],
        ylabel=lines.names[1],
    )
    axes.spines[["top", "right"]].set_visible(False)
    _draw_side(axes, lines.lines[-1])
    _draw_lines(figure, axes, lines)
    for answer, (marker, colour) in enumerate(MARKERS):
        points = lines.inputs[lines.answers == answer]
        axes.scatter(
            *points.T,
            marker=marker,
            c=colour,
            s=70,
            edgecolors="white",
            linewidths=1,
            zorder=3,
            label=lines.classes[answer],
        )
    axes.set_title(_title(lines), fontsize=11)
    figure.legend(loc="outside lower center", ncols=3, frameon=False)
    return figure


def _title(lines: Lines) -> str:
    epochs = lines.lines[-1].epoch
    end = "without a mistake in the last" if lines.finished else "it never comes to rest"
    return f"{lines.name}: the line after each of {epochs} epochs, {end}"


def _draw_lines(figure: Any, axes: Any, lines: Lines) -> None:
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    drawable = [line for line in lines.lines if line.weights.any()]
    if not drawable:
        return
    scale = ScalarMappable(Normalize(1, max(2, lines.lines[-1].epoch)), colormaps["viridis_r"])
    for line in drawable[:-1]:
        axes.axline(*_two_points(line), color=scale.to_rgba(line.epoch), linewidth=1.2, alpha=0.7)
    last = drawable[-1]
    axes.axline(
        *_two_points(last), color=LAST, linewidth=2.4, label=f"after epoch {last.epoch}", zorder=2
    )
    figure.colorbar(scale, ax=axes, label="epoch")


def _draw_side(axes: Any, line: Line) -> None:
    """Tint where the last line says yes."""
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    across = np.linspace(left, right, GRID)
    up = np.linspace(low, high, GRID)
    first, second = line.weights
    yes = (first * across + second * up[:, np.newaxis] + line.bias > 0).astype(float)
    axes.contourf(across, up, yes, levels=[0.5, 1.5], colors=[MARKERS[1][1]], alpha=0.1)


def _two_points(line: Line) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return two points of the line: the foot of the origin, and one beside it."""
    first, second = line.weights.tolist()
    square = first * first + second * second
    x, y = -line.bias * first / square, -line.bias * second / square
    return (x, y), (x - second, y + first)
