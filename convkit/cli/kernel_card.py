"""A kernel drawn for the terminal: its matrix in colours, and its properties below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convkit.cli.console import readable

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.panel import Panel
    from rich.style import Style
    from rich.table import Table

    from convkit.kernels import Description, Kernel, Term

# What a cell's colour moves towards, from white at 0 (ColorBrewer's RdBu).
POSITIVE, NEGATIVE = (239, 138, 98), (103, 169, 207)

# The separable terms are written out if they are few and short.
LONGEST_SUM, LONGEST_TERM = 3, 56

# Columns of the terminal that the panel's border and padding take.
FRAME = 6


def draw_card(description: Description, rich: Console) -> Panel:
    """Return the card of a 2-D kernel, as wide as it needs."""
    from rich.console import Group
    from rich.panel import Panel
    from rich.text import Text

    kernel = description.kernel
    return Panel(
        Group(_matrix(kernel, rich), "", _properties(description)),
        title=Text("{}  {}×{}".format(kernel.name, *kernel.shape), "bold"),
        title_align="left",
        border_style="dim",
        padding=(1, 2),
        expand=False,
    )


def _matrix(kernel: Kernel, rich: Console) -> RenderableType:
    """Return the weights as numbers, as coloured squares where those don't fit, or a word."""
    from convkit.kernels import readable_cells

    room = rich.width - FRAME
    columns = kernel.shape[1]
    # Writing out the numbers of what won't fit anyway would take seconds for a large kernel.
    if columns * 3 <= room:
        cells = readable_cells(kernel.weights)
        width = max(len(cell) for row in cells for cell in row)
        if columns * (width + 2) <= room:
            return _grid(kernel, [[f" {cell:>{width}} " for cell in row] for row in cells])
    if columns * 2 <= room and rich.color_system and not rich.no_color:
        return _grid(kernel, [["  "] * columns] * kernel.shape[0])
    return "too wide to draw here; --matrix prints the numbers"


def _grid(kernel: Kernel, cells: list[list[str]]) -> RenderableType:
    from rich.text import Text

    largest = max(abs(kernel.weights.max()), abs(kernel.weights.min())) or 1.0
    shades = [[_shade(weight) for weight in row] for row in (kernel.weights / largest).tolist()]
    return Text("\n").join(
        Text.assemble(*zip(row, styles, strict=True))
        for row, styles in zip(cells, shades, strict=True)
    )


def _shade(weight: float) -> Style | str:
    """Return the style for a weight from -1 to 1."""
    from rich.color import Color
    from rich.style import Style

    if weight == 0:
        return "dim"
    goal = POSITIVE if weight > 0 else NEGATIVE
    shade = (round(255 + abs(weight) * (end - 255)) for end in goal)
    return Style(color="black", bgcolor=Color.from_rgb(*shade))


def _properties(description: Description) -> Table:
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim")
    grid.add_column()
    least, greatest = map(readable, description.output_range)
    lines: list[tuple[str, Any]] = [
        (
            "sum",
            f"{readable(description.sum)}  (of |weights|: {readable(description.absolute_sum)})",
        ),
        ("rank", _rank(description)),
        ("symmetry", _symmetry(description)),
        ("output", f"{least} to {greatest} for inputs from 0 to 255"),
        ("answers to", description.answers_to),
    ]
    for name, value in lines:
        grid.add_row(name, Text(value))
    return grid


def _rank(description: Description) -> str:
    if exact := description.factors:
        column, row = (" ".join(map(str, vector)) for vector in (exact.column, exact.row))
        scale = "" if exact.scale == 1 else f" × {exact.scale}"
        return f"1 = ({column})ᵀ × ({row}){scale}"
    if description.rank == 0:
        return "0"
    terms = [_term(term) for term in description.terms[:LONGEST_SUM]]
    if description.rank <= LONGEST_SUM and max(map(len, terms)) <= LONGEST_TERM:
        return f"{description.rank} ≈ " + "\n  + ".join(terms)
    return "1, separable" if description.rank == 1 else f"{description.rank}"


def _term(term: Term) -> str:
    column, row = (" ".join(f"{value:z.2g}" for value in vector) for vector in term)
    return f"({column})ᵀ × ({row})"


def _symmetry(description: Description) -> str:
    found = {
        parity: ", ".join(description.mirrors(parity)) for parity in ("symmetric", "antisymmetric")
    }
    return "; ".join(f"{parity} {names}" for parity, names in found.items() if names) or "none"
