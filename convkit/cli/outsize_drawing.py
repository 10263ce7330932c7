"""A chain of layers drawn for the terminal, narrow enough for 80 columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from convkit.cli.console import Console, Table, readable

HEADERS = {
    "output": "output",
    "kernel": "span",
    "field": "field",
    "jump": "jump",
    "start": "start",
    "parameters": "params",
    "macs": "MACs",
    "flops": "FLOPs",
    "memory": "memory",
}
UNITS = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"))
LEGEND = (
    "span: effective kernel; field: receptive field, jump: from one output to the next, start: "
    "centre of the first, all in input pixels. MACs: of convolutions and dense layers; FLOPs = "
    "2·MACs. memory: bytes of the output in float32. All for one input."
)
BEYOND = "* sees further than the input reaches"


def draw_chain(console: Console, table: Table) -> None:
    """Draw the lines of a chain and its total, the last, and say what the numbers mean."""
    rich = console.rich()
    lines = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    drawn = _drawn(lines, list(HEADERS))
    # Where room is scarce the FLOPs go first: they are twice the MACs.
    unbounded = rich.options.update(max_width=10**6)
    if rich.measure(drawn, options=unbounded).maximum > rich.width:
        drawn = _drawn(lines, [name for name in HEADERS if name != "flops"])
    rich.print(drawn)
    if any(line["exceeds"] for line in lines):
        rich.print(BEYOND, style="bold yellow", markup=False)
    rich.print(LEGEND, style="dim", markup=False)


def _drawn(lines: list[dict[str, Any]], names: list[str]) -> Any:
    import rich.box
    import rich.table
    from rich.text import Text

    drawn = rich.table.Table(box=rich.box.SIMPLE_HEAD, padding=0, show_edge=False)
    drawn.add_column("layer", overflow="fold")
    for name in names:
        drawn.add_column(HEADERS[name], justify="right", overflow="fold")
    drawn.columns[1].justify = "left"
    for index, line in enumerate(lines, start=1):
        cells = [Text(f"{line['number']} {line['layer']}".strip())]
        cells += [Text(_cell(name, line)) for name in names]
        style = "bold yellow" if line["exceeds"] else None
        drawn.add_row(*cells, style=style, end_section=index == len(lines) - 1)
    return drawn


def _cell(name: str, line: Mapping[str, Any]) -> str:
    value = line[name]
    if name in ("parameters", "macs", "flops", "memory"):
        return short(value)
    return f"{readable(value)}*" if name == "field" and line["exceeds"] else readable(value)


def short(number: int | None) -> str:
    """Return a number with a unit once it has more than four digits: ``138.36M``."""
    if number is None or number < 10_000:
        return readable(number)
    size, unit = next((size, unit) for size, unit in UNITS if number >= size)
    return f"{number / size:.2f}{unit}"
