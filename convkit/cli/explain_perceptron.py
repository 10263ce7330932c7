"""How a perceptron's lines are shown: a row for each epoch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from convkit.cli.console import Console, Table

if TYPE_CHECKING:
    from convkit.explaining.perceptron import Line, Lines

# Of more epochs a terminal shows this many from the beginning and the end.
HEAD, TAIL = 16, 5

MOST_WEIGHTS = 3
"""On a terminal; more of them are left to the equation."""


def show_lines(console: Console, lines: Lines) -> None:
    """Print the lines as JSON, for a terminal, or as tab-separated text."""
    if console.as_json:
        console.json(_document(lines))
    elif console.stdout.isatty():
        console.table(_for_terminal(lines))
    else:
        console.table(_table(lines, lines.names))
        console.note(lines.explanation)


def _table(lines: Lines, names: Sequence[str]) -> Table:
    columns = ["epoch", "mistakes", "accuracy", *(f"w({name})" for name in names), "b", "line"]
    return Table(columns, [_row(line, lines.names, len(names)) for line in lines.lines])


def _row(line: Line, names: Sequence[str], weights: int) -> list[Any]:
    numbers = [*line.weights.tolist()[:weights], line.bias]
    return [line.epoch, line.mistakes, line.accuracy, *numbers, line.equation(names)]


def _for_terminal(lines: Lines) -> Table:
    table = _table(lines, lines.names if len(lines.names) <= MOST_WEIGHTS else ())
    left_out = len(table.rows) - HEAD - TAIL
    if left_out > 1:
        table.rows[HEAD:-TAIL] = [[None] * (len(table.columns) - 1) + [f"⋮ {left_out} epochs"]]
    no, yes = lines.classes
    table.title = f"{lines.name} · '{yes}' where w·x + b > 0, else '{no}'"
    table.footer = lines.explanation
    table.marked = {len(table.rows) - 1} if lines.finished else set()
    return table


def _document(lines: Lines) -> dict[str, Any]:
    return {
        "name": lines.name,
        "classes": lines.classes,
        "features": lines.names,
        "finished": lines.finished,
        "explanation": lines.explanation,
        "epochs": [
            {
                "epoch": line.epoch,
                "mistakes": line.mistakes,
                "accuracy": line.accuracy,
                "weights": line.weights,
                "bias": line.bias,
                "line": line.equation(lines.names),
            }
            for line in lines.lines
        ],
    }
