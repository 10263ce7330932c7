"""How a trace looks: three grids and a sum on a terminal, a table of taps in a pipe."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from convkit.cli.console import Console, Table, readable

if TYPE_CHECKING:
    import numpy as np
    from rich.table import Table as RichTable

    from convkit.filtering import Filter
    from convkit.filtering.trace import ChannelTrace, Trace
    from convkit.images import Picture

LONGEST_SUM = 16
"""Terms that are written out."""

WHOLE_MAP = 24
"""Maps of up to this many rows and columns are printed whole."""


def show_trace(console: Console, trace: Trace, picture: Picture, chosen: Filter) -> None:
    """Print a trace as JSON, for a terminal, or as tab-separated text."""
    if console.as_json:
        console.json(_document(trace, chosen))
    elif console.stdout.isatty():
        _draw(console, trace, picture, chosen)
    else:
        console.table(_taps(trace))
        for number, channel in enumerate(trace.channels):
            name = f"channel {number}, " if len(trace.channels) > 1 else ""
            for label, result in _steps(trace, channel, chosen):
                console.note(f"{name}{label}: {result}")


def _document(trace: Trace, chosen: Filter) -> dict[str, Any]:
    return {
        "position": trace.position,
        "kernel": trace.kernel.name,
        "weights": trace.weights,
        "flipped": chosen.geometry.flip,
        "rows": trace.rows,
        "columns": trace.columns,
        "outside": trace.outside,
        "map": trace.feature_map.tone,
        "channels": [
            {
                "window": channel.window,
                "products": channel.products,
                "sum": channel.total,
                "scaled": channel.scaled,
                "mapped": channel.mapped,
            }
            for channel in trace.channels
        ],
    }


def _taps(trace: Trace) -> Table:
    rows: list[Sequence[Any]] = [
        [
            number,
            int(row),
            int(column),
            bool(trace.outside[i, j]),
            float(channel.window[i, j]),
            float(trace.weights[i, j]),
            float(channel.products[i, j]),
        ]
        for number, channel in enumerate(trace.channels)
        for i, row in enumerate(trace.rows)
        for j, column in enumerate(trace.columns)
    ]
    return Table(["channel", "row", "column", "outside", "pixel", "weight", "product"], rows)


def _steps(trace: Trace, channel: ChannelTrace, chosen: Filter) -> Iterator[tuple[str, str]]:
    """Say what becomes of a channel's products: pairs of a label and what comes out."""
    yield "sum of products", _written_sum(channel.products, channel.total)
    if (chosen.scale, chosen.bias) != (1, 0):
        yield (
            "scale and bias",
            f"{readable(channel.total)} · {readable(chosen.scale)} + {readable(chosen.bias)} = "
            f"{readable(channel.scaled)}",
        )
    yield (
        f"map {trace.feature_map.tone}",
        f"{readable(channel.scaled)} becomes {readable(channel.mapped)}",
    )


def _written_sum(products: np.ndarray[Any, Any], total: float) -> str:
    terms = [float(product) for product in products.ravel() if product]
    if not terms or len(terms) > LONGEST_SUM:
        return f"{len(terms)} terms, together {readable(total)}"
    text = readable(terms[0])
    for term in terms[1:]:
        text += f" {'−' if term < 0 else '+'} {readable(abs(term))}"
    return f"{text} = {readable(total)}"


# --- on a terminal ---


def _draw(console: Console, trace: Trace, picture: Picture, chosen: Filter) -> None:
    from rich.padding import Padding
    from rich.text import Text

    out = console.rich()
    y, x = trace.position
    operation = "convolution: the kernel is flipped" if chosen.geometry.flip else "correlation"
    out.print(
        Text(f"output pixel {y},{x}", style="bold"),
        Text(f"of {picture.source} · {trace.kernel.name} · {operation}"),
    )
    reads = f"its window: rows {_span(trace.rows)}, columns {_span(trace.columns)}"
    if trace.outside.any():
        border = trace.feature_map.response.plan.problem.border.mode
        reads += f"; what lies outside comes from the border '{border}'"
    out.print(Text(reads, style="dim"))
    for number, channel in enumerate(trace.channels):
        if len(trace.channels) > 1:
            out.print(Text(f"\n  channel {number}", style="bold"))
        out.print(Padding(_equation(trace, channel, out.width), (1, 2)))
        for label, result in _steps(trace, channel, chosen):
            out.print(Text(f"  {label:<17}", style="dim"), Text(result))
    _draw_maps(out, trace, picture)


def _equation(trace: Trace, channel: ChannelTrace, width: int) -> Any:
    """Lay out window × kernel = products, in a row if the terminal is wide enough."""
    from rich.console import Console as RichConsole
    from rich.console import Group
    from rich.measure import Measurement
    from rich.table import Table as RichTable

    window = _grid(
        "window", channel.window, lambda i, j: "italic cyan" if trace.outside[i, j] else ""
    )
    kernel = _grid("kernel", trace.weights, lambda i, j: _sign_style(trace.weights[i, j]))
    products = _grid("products", channel.products, lambda i, j: _sign_style(channel.products[i, j]))
    row = RichTable.grid(padding=(0, 2))
    for _ in range(5):
        row.add_column(vertical="middle")
    row.add_row(window, "×", kernel, "=", products)
    unbounded = RichConsole(width=10_000)
    needed = Measurement.get(unbounded, unbounded.options, row).maximum
    return row if needed + 4 <= width else Group(window, kernel, products)


def _grid(title: str, values: np.ndarray[Any, Any], style: Callable[[int, int], str]) -> RichTable:
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text

    grid = RichTable(
        title=title,
        title_style="dim",
        box=box.ROUNDED,
        show_header=False,
        padding=(0, 1),
        border_style="dim",
    )
    for _ in range(values.shape[1]):
        grid.add_column(justify="right", no_wrap=True)
    for i, line in enumerate(values):
        grid.add_row(*(Text(_short(value), style=style(i, j)) for j, value in enumerate(line)))
    return grid


def _draw_maps(out: Any, trace: Trace, picture: Picture) -> None:
    """Print the image with its window, and the feature map with its pixel, where they are small."""
    from rich.columns import Columns
    from rich.padding import Padding

    image = picture.frames[0]
    result = trace.feature_map.picture.frames[0]
    if any(each.ndim != 2 or max(each.shape) > WHOLE_MAP for each in (image, result)):
        return
    rows, columns = set(trace.rows.tolist()), set(trace.columns.tolist())
    before = _grid("image", image, lambda i, j: "reverse" if i in rows and j in columns else "")
    after = _grid(
        "feature map", result, lambda i, j: "bold reverse" if (i, j) == trace.position else ""
    )
    out.print(Padding(Columns([before, after], padding=(0, 3)), (1, 2, 0, 2)))


def _short(value: Any) -> str:
    return readable(float(f"{float(value):.4g}"))


def _span(indices: np.ndarray[Any, Any]) -> str:
    step = (
        f" step {indices[1] - indices[0]}"
        if len(indices) > 1 and indices[1] - indices[0] > 1
        else ""
    )
    return f"{indices[0]}…{indices[-1]}{step}"


def _sign_style(value: float) -> str:
    if value == 0:
        return "dim"
    return "green" if value > 0 else "red"
