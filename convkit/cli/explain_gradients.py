"""How gradients through the layers are shown: a bar for each layer, by its logarithm."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from convkit.cli.console import Console, Table
from convkit.cli.sparkline import bounds_of, sparkline

if TYPE_CHECKING:
    from convkit.explaining.gradients import Flow

BAR = 9
"""Columns of a bar; a sparkline has twice as many."""

PARTS = " ▏▎▍▌▋▊▉█"
"""A column of a bar, filled by eighths."""

MOST_ROWS = 24
"""Of a deeper network a terminal shows as many layers, evenly picked."""

COMES_THROUGH, DOES_NOT = "green", "bold red"


def show_comparison(console: Console, flows: Sequence[Flow]) -> None:
    """Print networks side by side."""
    if console.as_json:
        console.json({"networks": [_document(flow) for flow in flows]})
    elif console.stdout.isatty():
        _draw_comparison(console, flows)
    else:
        _print_rows(console, flows)


def show_flow(console: Console, flow: Flow) -> None:
    """Print one network."""
    if console.as_json:
        console.json(_document(flow))
    elif console.stdout.isatty():
        _draw_flow(console, flow)
    else:
        _print_rows(console, [flow])


# --- for a pipe ---


def _print_rows(console: Console, flows: Sequence[Flow]) -> None:
    columns = ("network", "layer", "weight", "first_step", "last_step", "least", "most")
    table = Table([*columns, "ratio", "verdict"])
    for flow in flows:
        for place, path in enumerate(flow.layers):
            norms = flow.norms[:, place]
            numbers = [float(each) for each in (norms[0], norms[-1], norms.min(), norms.max())]
            table.rows.append([flow.name, place + 1, path, *numbers, flow.ratio, flow.verdict])
    console.table(table)
    for flow in flows:
        console.note(f"{flow.name}: {flow.words}")


def _document(flow: Flow) -> dict[str, Any]:
    return {
        "network": flow.name,
        "layers": flow.layers,
        "steps": len(flow.losses),
        "norms": flow.norms,
        "losses": flow.losses,
        "ratios": flow.ratios,
        "ratio": flow.ratio,
        "verdict": flow.verdict,
        "words": flow.words,
        "after": flow.measured,
    }


# --- for a terminal ---


def _draw_comparison(console: Console, flows: Sequence[Flow]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table as RichTable
    from rich.text import Text

    out = console.rich()
    bounds = bounds_of(*(flow.norms[0].tolist() for flow in flows))
    layers = len(flows[0].layers)
    out.print(Text(f"{layers} layers learn the digits: the norm of each weight's gradient", "bold"))
    out.print(Text("at the first step, bars by its logarithm", "dim"))
    table = RichTable(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("layer", justify="right", style="dim")
    for flow in flows:
        table.add_column(flow.name, header_style=_style(flow))
    for place in _picked(layers):
        cells = [_cell(float(flow.norms[0, place]), bounds) for flow in flows]
        table.add_row(str(place + 1), *cells)
    out.print(table)
    console.table(_outcomes(flows))
    _say(console, flows)


def _outcomes(flows: Sequence[Flow]) -> Table:
    """Return what became of each network."""
    steps = len(flows[0].losses)
    bounds = bounds_of(*(flow.ratios.tolist() for flow in flows))
    columns = ["network", "ratio", f"over {steps} steps", "loss", "accuracy", "gradients"]
    rows: list[Sequence[Any]] = [
        [
            flow.name,
            _brief(flow.ratio),
            sparkline(flow.ratios.tolist(), 2 * BAR, bounds),
            float(f"{flow.measured['loss']:.3g}"),
            float(f"{flow.measured['accuracy']:.3g}"),
            flow.verdict,
        ]
        for flow in flows
    ]
    return Table(columns, rows, title="first layer / last layer, and the training data after it")


def _draw_flow(console: Console, flow: Flow) -> None:
    bounds = bounds_of(flow.norms.ravel().tolist())
    rows: list[Sequence[Any]] = [
        [
            place + 1,
            _as_in_summary(flow.layers[place]),
            _bar(float(flow.norms[0, place]), bounds),
            _brief(float(flow.norms[0, place])),
            sparkline(flow.norms[:, place].tolist(), 2 * BAR, bounds),
            _brief(float(flow.norms[-1, place])),
        ]
        for place in _picked(len(flow.layers))
    ]
    columns = ["layer", "weight", "gradient", "first", "over the steps", "last"]
    measured = ", ".join(f"{name} {value:.4g}" for name, value in flow.measured.items())
    console.table(
        Table(
            columns,
            rows,
            title=f"{flow.name} · norm of each weight's gradient over {len(flow.losses)} steps",
            footer=f"after them, on the training data: {measured}",
        )
    )
    _say(console, [flow])


def _as_in_summary(path: str) -> str:
    """Return ``2.11.weight`` for ``layers.1.body.layers.10.weight``, which would fill a line."""
    numbered = re.sub(r"\blayers\.(\d+)", lambda number: str(int(number[1]) + 1), path)
    return numbered.replace(".body.", ".")


def _say(console: Console, flows: Sequence[Flow]) -> None:
    """Print the verdicts in words."""
    from rich.table import Table as RichTable
    from rich.text import Text

    grid = RichTable.grid(padding=(0, 2))
    for flow in flows:
        grid.add_row(Text(flow.name, _style(flow)), Text(flow.words))
    console.rich().print(grid)


def _style(flow: Flow) -> str:
    return COMES_THROUGH if flow.verdict == "flow" else DOES_NOT


def _cell(norm: float, bounds: tuple[float, float] | None) -> str:
    return f"{_bar(norm, bounds):<{BAR}} {_brief(norm)}"


def _bar(norm: float, bounds: tuple[float, float] | None) -> str:
    """Return a bar that is long for a large norm: by its logarithm, between the bounds."""
    if bounds is None or not (norm > 0 and math.isfinite(norm)):
        return ""
    low, high = map(math.log, bounds)
    share = (math.log(norm) - low) / (high - low) if high > low else 1.0
    whole, eighths = divmod(max(1, round(share * 8 * BAR)), 8)
    return (PARTS[-1] * whole + PARTS[eighths]).rstrip()


def _brief(value: float) -> str:
    return f"{value:.1e}" if value and not 1e-2 <= abs(value) < 1e3 else f"{value:.3g}"


def _picked(layers: int) -> list[int]:
    """Return the layers that are shown: all, or evenly picked ones with the first and the last."""
    if layers <= MOST_ROWS:
        return list(range(layers))
    return [round(row * (layers - 1) / (MOST_ROWS - 1)) for row in range(MOST_ROWS)]
