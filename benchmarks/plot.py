"""Time over kernel size, as a picture for each size of image. Needs matplotlib."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import Any

from benchmarks.results import Result

PANELS = (("dense", "random"), ("separable", "rank-1"))
"""Operation, and the kernels that are drawn for it."""

PICTURE = "grey float32"


def plot_kernel_sizes(results: Sequence[Result], folder: Path) -> Iterator[Path]:
    """Draw ``kernel-size-HxW.png`` for each size of image that has two kernel sizes or more."""
    if find_spec("matplotlib") is None:
        return
    drawn = [r for r in results if r.ratio and r.picture == PICTURE and _panel(r) in PANELS]
    for size, group in groupby(sorted(drawn, key=lambda r: (r.size, r.side)), lambda r: r.size):
        of_size = list(group)
        if len({result.side for result in of_size}) > 1:
            path = folder / f"kernel-size-{size}.png"
            _draw(of_size, size, path)
            yield path


def _panel(result: Result) -> tuple[str, str]:
    return result.operation, result.kernel.partition(" ")[0]


def _draw(results: Sequence[Result], size: str, path: Path) -> None:
    from matplotlib.figure import Figure

    panels = [panel for panel in PANELS if any(_panel(result) == panel for result in results)]
    figure = Figure(figsize=(6 * len(panels), 5), layout="constrained")
    axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for panel, axis in zip(panels, axes, strict=True):
        of_panel = [result for result in results if _panel(result) == panel]
        for name, points in sorted(_lines(of_panel).items(), key=_ours_first):
            style: dict[str, Any] = {"linewidth": 3} if name.startswith("convkit") else {}
            axis.plot(*zip(*sorted(points.items()), strict=True), marker="o", label=name, **style)
        sides = sorted({result.side for result in of_panel})
        axis.set(xscale="log", yscale="log", xlabel="kernel size", title=" ".join(panel))
        axis.set_xticks(sides, [str(side) for side in sides])
        axis.minorticks_off()
        axis.yaxis.set_major_formatter("{x:g}")
        axis.grid(alpha=0.3)
        axis.legend(frameon=False)
    axes[0].set_ylabel("milliseconds (median)")
    figure.suptitle(f"Convolution of a {size} image, {PICTURE}")
    figure.savefig(path, dpi=120)


def _lines(results: Sequence[Result]) -> dict[str, dict[int, float]]:
    """Return milliseconds by kernel size, for each library's way."""
    lines: dict[str, dict[int, float]] = {}
    for result in results:
        for name, seconds in (
            (result.ours, result.ours_seconds),
            (result.peer, result.peer_seconds),
        ):
            if seconds is not None:
                lines.setdefault(name, {})[result.side] = seconds * 1000
    return lines


def _ours_first(line: tuple[str, Any]) -> tuple[bool, str]:
    return not line[0].startswith("convkit"), line[0]
