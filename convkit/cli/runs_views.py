"""Runs on the screen: a list, one of them, several beside each other."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from convkit.cli.console import Console, Table, printable, readable
from convkit.cli.train_progress import duration
from convkit.cli.train_reports import split_table
from convkit.files import read_bytes

if TYPE_CHECKING:
    from convkit.experiment.comparison import Comparison, RunInfo
    from convkit.report.beside import Row
    from convkit.report.listing import Line

FIRST, LAST = ("run", "status", "epochs"), ("seconds", "started")
"""The columns of a list before and after the metrics."""

MOST_NAMED = 4
MOST_EPOCHS = 12
"""With more epochs than that, a terminal is shown some of them, evenly apart."""


# --- a list ---


def show_lines(console: Console, lines: Sequence[Line]) -> None:
    """Print a line for each run; on a terminal only the columns for which there is room."""
    from convkit.report.listing import OVER, metric_names

    drawn = console.stdout.isatty()
    metrics = metric_names(lines)
    table = Table(
        [*FIRST, *metrics, *LAST],
        [
            [line.run, line.status, line.epochs]
            + [line.metrics.get(name) for name in metrics]
            + [line.seconds, _minute(line.started) if drawn else line.started]
            for line in lines
        ],
        marked={index for index, line in enumerate(lines) if line.status not in OVER},
    )
    if drawn:
        spare = sorted(metrics[1:], key=lambda name: _commonness(name, lines), reverse=True)
        table = _fitting(table, console.rich().width, [*LAST[::-1], *spare, "epochs"])
    console.table(table)


def _minute(started: str | None) -> str | None:
    """Return a time of ISO 8601 to the minute: ``2026-11-23 05:19``."""
    return started and started[:16].replace("T", " ")


def _commonness(metric: str, lines: Sequence[Line]) -> tuple[bool, int]:
    """Return what sorts metrics by how many runs they say something of, losses after the others."""
    return metric.endswith("/loss"), -sum(metric in line.metrics for line in lines)


def _fitting(table: Table, width: int, dispensable: Sequence[str]) -> Table:
    """Return a table without the first of the columns that there is no room for, and say which."""
    wide = {name: _width(table, index) for index, name in enumerate(table.columns)}
    left_out: list[str] = []
    for name in dispensable:
        if sum(wide.values()) <= width:
            break
        left_out.append(name)
        del wide[name]
    if not left_out:
        return table
    kept = [index for index, name in enumerate(table.columns) if name in wide]
    return Table(
        [table.columns[index] for index in kept],
        [[row[index] for index in kept] for row in table.rows],
        marked=table.marked,
        footer=f"a wider terminal, a pipe or --json also gets {_enumerated(left_out[::-1])}",
    )


def _enumerated(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= MOST_NAMED else f"{len(names)} more columns"


def _width(table: Table, index: int) -> int:
    """Return how wide a column is drawn, with the space beside it."""
    cells = [table.columns[index], *(readable(row[index]) for row in table.rows)]
    return max(map(len, cells)) + 3


def lines_document(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return the lines as JSON holds them."""
    return [dict(vars(line)) for line in lines]


def say_what_is_wrong(console: Console, lines: Sequence[Line]) -> None:
    """Say of each run that can't be read why."""
    for line in lines:
        if line.problem is not None:
            console.warning(f"{line.run}: {line.problem}")


# --- one run ---


def show_run(console: Console, info: RunInfo) -> None:
    """Print a run: all there is on a terminal, what matters most last; its epochs in a pipe."""
    columns = list(dict.fromkeys(name for record in info.records for name in record))
    rows: list[Sequence[Any]] = [[record.get(name) for name in columns] for record in info.records]
    if not console.stdout.isatty():
        if columns:
            console.table(Table(columns, rows))
        return
    _show_config(console, info)
    if rows:
        _show_epochs(console, info, columns, rows)
    _heading(console, "summary")
    console.table(split_table(info.metrics, _measured_with(info)))
    console.text(printable(_ending(info)))


def _show_config(console: Console, info: RunInfo) -> None:
    """Print what was trained, and with what."""
    _heading(console, "config")
    config = read_bytes(info.run.config).decode("utf-8", "replace")
    console.text("\n".join(map(printable, config.splitlines())) + "\n")
    _heading(console, "environment")
    for name, value in info.environment.items():
        words = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        console.text(f"{printable(name)}: {printable(words)}")
    console.text("")


def _show_epochs(
    console: Console, info: RunInfo, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Print some epochs, and the one that was measured among them, in the columns that fit."""
    _heading(console, "epochs")
    measured = _measured(info)
    places = _places(len(rows), measured)
    table = Table(columns, [rows[place] for place in places])
    if measured is not None and measured != len(rows) - 1:
        table.marked = {places.index(measured)}
    spare = ["step", "samples_per_second", "seconds", "lr"]
    fitting = _fitting(table, console.rich().width, [name for name in spare if name in columns])
    console.table(replace(fitting, footer=_how_many(len(places), len(rows))))


def _heading(console: Console, words: str) -> None:
    console.rich().print(words, style="bold")


def _places(count: int, measured: int | None) -> list[int]:
    """Return which epochs are shown: some, evenly apart, and the one that was measured."""
    if count <= MOST_EPOCHS:
        return list(range(count))
    steps = range(MOST_EPOCHS)
    places = {round(step * (count - 1) / (MOST_EPOCHS - 1)) for step in steps}
    return sorted(places if measured is None else places | {measured})


def _measured(info: RunInfo) -> int | None:
    """Return the place of the epoch whose checkpoint was measured at the end."""
    checkpoint = info.summary.get("checkpoint")
    epoch = checkpoint.get("epoch") if isinstance(checkpoint, dict) else None
    epochs = [record.get("epoch") for record in info.records]
    return epochs.index(epoch) if epoch is not None and epoch in epochs else None


def _how_many(shown: int, of: int) -> str:
    return f"{shown} of {of:,} epochs; a pipe or --json gets all of them" if shown < of else ""


def _measured_with(info: RunInfo) -> str:
    checkpoint = info.summary.get("checkpoint")
    if not isinstance(checkpoint, dict):
        return "the last epoch"
    return f"the {checkpoint.get('name')} checkpoint, after epoch {checkpoint.get('epoch')}"


def _ending(info: RunInfo) -> str:
    """Return how a run ended, in a line."""
    took = f", {duration(info.seconds)}" if info.seconds is not None else ""
    reason = f": {info.summary['reason']}" if "reason" in info.summary else ""
    epochs = "1 epoch" if info.epochs == 1 else f"{info.epochs:,} epochs"
    return f"{info.run.folder}: {info.status} after {epochs}{took}{reason}"


# --- several runs ---


def show_comparison(console: Console, comparison: Comparison, rows: Sequence[Row]) -> None:
    """Print a row for each difference and each metric, a column for each run."""
    if not console.stdout.isatty():
        folders = [str(info.run.folder) for info in comparison.runs]
        table = Table(["kind", "name", *folders])
        for row in rows:
            table.rows.append([row.kind, row.name, *map(_plain_cell, row.values)])
        console.table(table)
        return
    console.rich().print(_drawn([info.label for info in comparison.runs], rows))


def _drawn(names: Sequence[str], rows: Sequence[Row]) -> Any:
    import rich.box
    import rich.table
    from rich.text import Text

    drawn = rich.table.Table(box=rich.box.SIMPLE_HEAD)
    drawn.add_column("", overflow="fold")
    for name in names:
        drawn.add_column(Text(printable(name)), justify="right", overflow="fold")
    for index, row in enumerate(rows):
        cells = [
            Text(_cell(value), "bold green" if place in row.best else "")
            for place, value in enumerate(row.values)
        ]
        ends = index + 1 < len(rows) and rows[index + 1].kind != row.kind
        drawn.add_row(Text(printable(row.name)), *cells, end_section=ends)
    return drawn


def _cell(value: Any) -> str:
    """Return a value as a person reads it: a dash where a run has none."""
    return "–" if value is None else readable(_plain_cell(value))


def _plain_cell(value: Any) -> Any:
    """Return what a cell holds: lists and mappings as YAML's short form writes them."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def comparison_document(comparison: Comparison, rows: Sequence[Row]) -> dict[str, Any]:
    """Return a comparison as JSON holds it: rows by kind and name, a value for each run."""
    document: dict[str, Any] = {"runs": [str(info.run.folder) for info in comparison.runs]}
    for kind in ("run", "environment", "setting", "metric"):
        document[kind] = {row.name: row.values for row in rows if row.kind == kind}
    return document
