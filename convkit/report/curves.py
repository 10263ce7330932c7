"""Losses and metrics over epochs, of one run or of several beside each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from convkit.errors import ConvkitError
from convkit.experiment.comparison import Comparison, RunInfo
from convkit.report.style import BLUE, COLOURS, GREEN, ORANGE, blank, check_drawable, look
from convkit.report.style import save as save_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SPLIT_COLOURS = {"train": BLUE, "validation": ORANGE, "test": GREEN}
"""The same in every picture."""

DECADES = 1.3
"""What falls by more powers of ten than that gets a logarithmic scale."""

MOST_RUNS = 12
FEW = 16
"""Fewer epochs than that are marked one by one."""

COLUMNS = 3
WIDTH, HEIGHT = 4.4, 3.2


class Curve(NamedTuple):
    """A line of a picture: where there are numbers."""

    label: str
    epochs: list[float]
    values: list[float]


def draw_curves(info: RunInfo) -> Figure:
    """Draw the loss and every metric of a run over epochs, training beside validation.

    A diamond is what the tested checkpoint reached on the test split.
    """
    metrics = _metrics(info)
    figure, panels = _panels(len(metrics), f"{info.label} · {info.status}")
    for axes, metric in zip(panels, metrics, strict=True):
        for split, colour in SPLIT_COLOURS.items():
            curve = _curve(info, f"{split}/{metric}", split)
            if curve.values:
                _plot(axes, curve, colour)
        _mark_test(axes, info, metric)
        _finish(axes, metric)
    # Not every metric is there for every split.
    lines = {
        label: handle
        for axes in panels
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    figure.legend(lines.values(), lines.keys(), loc="outside upper right", ncols=len(lines))
    return figure


def draw_comparison(
    comparison: Comparison,
    path: Path,
    labels: Sequence[str] | None = None,
    *,
    force: bool = False,
) -> None:
    """Draw the metrics that runs share over their epochs, a line for each run.

    Parameters
    ----------
    comparison : Comparison
    path : Path
    labels : sequence of str, optional
        What the lines are called; by default as the runs are, with what they say differently.
    force : bool
        Whether a file may be overwritten.

    Raises
    ------
    ConvkitError
        If the extra is missing, the file can't be written, or there is nothing to draw.
    """
    check_drawable(path, "--plot", force=force)
    check_lines(len(comparison.runs))
    names = _shared(comparison.runs)
    if not names:
        raise ConvkitError("there is no metric that the runs share, to be drawn")
    labels = labels or _labels(comparison)
    with look():
        figure, panels = _panels(len(names), f"{len(comparison.runs)} runs compared")
        figure.set_figheight(figure.get_figheight() + 0.22 * len(comparison.runs))
        for axes, name in zip(panels, names, strict=True):
            for index, info in enumerate(comparison.runs):
                curve = _curve(info, name, labels[index])
                _plot(axes, curve, COLOURS[index % len(COLOURS)], dashed=index >= len(COLOURS))
            _finish(axes, name)
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower left")
        save_figure(figure, path, force=force)


def check_lines(count: int) -> None:
    """Refuse more lines than can be told apart.

    Raises
    ------
    ConvkitError
    """
    if count > MOST_RUNS:
        raise ConvkitError(
            f"{count} lines in one picture can't be told apart", f"compare {MOST_RUNS} runs at most"
        )


def _labels(comparison: Comparison) -> list[str]:
    return [_label(comparison, index) for index in range(len(comparison.runs))]


def _label(comparison: Comparison, index: int) -> str:
    """Return a run's name with what it says differently, as long as that is short."""
    told = [
        f"{path.rpartition('.')[2]} {values[index]}"
        for path, values in comparison.differences.items()
        if not isinstance(values[index], dict | list)
    ]
    words = f" ({', '.join(told)})" if 0 < len(told) <= 4 else ""
    return f"{comparison.runs[index].label}{words}"


def _shared(infos: Sequence[RunInfo]) -> list[str]:
    """Return the metrics that all runs have over epochs, of validation if all have that."""
    shared = [
        name
        for name in (infos[0].records or [{}])[-1]
        if "/" in name and all(any(name in record for record in info.records) for info in infos)
    ]
    validation = [name for name in shared if name.startswith("validation/")]
    return validation or shared


def _metrics(info: RunInfo) -> list[str]:
    """Return the names of what was measured, without their splits."""
    names = [name for record in info.records for name in record if "/" in name]
    return list(dict.fromkeys(name.partition("/")[2] for name in names))


def _curve(info: RunInfo, name: str, label: str) -> Curve:
    found = [
        (record["epoch"], value)
        for record in info.records
        if isinstance(value := record.get(name), int | float) and math.isfinite(value)
    ]
    return Curve(label, [epoch for epoch, _ in found], [value for _, value in found])


def _panels(count: int, title: str) -> tuple[Figure, list[Axes]]:
    """Return a figure with a place for each metric, in rows as even as can be."""
    rows = math.ceil(count / COLUMNS)
    columns = math.ceil(count / rows)
    figure = blank(WIDTH * max(columns, 1.4), HEIGHT * rows + 0.3, title)
    axes: Any = figure.subplots(rows, columns, squeeze=False)
    panels: list[Axes] = list(axes.flat)
    for spare in panels[count:]:
        spare.set_visible(False)
    return figure, panels[:count]


def _plot(axes: Axes, curve: Curve, colour: str, *, dashed: bool = False) -> None:
    few = len(curve.epochs) < FEW
    axes.plot(
        curve.epochs,
        curve.values,
        color=colour,
        label=curve.label,
        marker="o" if few else None,
        markersize=3.5,
        linestyle="--" if dashed else "-",
    )


def _mark_test(axes: Axes, info: RunInfo, metric: str) -> None:
    checkpoint = info.summary.get("checkpoint")
    value = info.metrics.get(f"test/{metric}")
    if value is None or not isinstance(checkpoint, dict):
        return
    colour = SPLIT_COLOURS["test"]
    axes.set_title(f"test {value:.4g}", loc="right", color=colour, fontweight="normal")
    axes.plot(
        [checkpoint["epoch"]],
        [value],
        linestyle="none",
        marker="D",
        markersize=7,
        color=colour,
        markeredgecolor="white",
        label=f"test ({checkpoint['name']} checkpoint)",
        zorder=5,
        clip_on=False,
    )


def _finish(axes: Axes, metric: str) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.set(title=metric, xlabel="epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    axes.grid(axis="y", linewidth=0.8)
    axes.set_axisbelow(True)
    values = [value for line in axes.lines for value in line.get_ydata()]
    if not values or min(values) <= 0 or values[-1] > values[0]:
        return
    if math.log10(max(values) / min(values)) > DECADES:
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter("")
