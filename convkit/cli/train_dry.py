"""``convkit train --dry-run``: every value with its origin, the layers, and the memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import reduce
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from convkit.cli.console import Console, Table
from convkit.files import display_name

if TYPE_CHECKING:
    from convkit.experiment.preview import Preview
    from convkit.nn import Row

UNITS = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"))


def report(console: Console, preview: Preview, source: str) -> None:
    """Print what would be trained of the config in `source`."""
    if console.as_json:
        console.json(_document(preview))
        return
    # A terminal has no room to name the file in every row.
    name = display_name(source)
    long, short = (f"{name}:", "line ") if console.stdout.isatty() else ("", "")
    values = _values(preview, name, lambda origin: origin.replace(long, short, 1))
    tables = [table for table in (values, _layers(preview), _memory(preview)) if table.rows]
    console.table(tables[0])
    for before, table in pairwise(tables):
        if before.footer or not console.stdout.isatty():
            console.text("")
        console.table(table)


def _values(preview: Preview, title: str, origin_text: Callable[[str], str]) -> Table:
    """Return a row for each value of the experiment; what the command line changed is marked."""
    resolved = preview.resolved
    rows: list[Sequence[Any]] = [
        [path, _as_written(_at(resolved.document, path)), origin_text(origin)]
        for path, origin in resolved.origins.items()
    ]
    marked = {place for place, row in enumerate(rows) if row[2].startswith("--")}
    return Table(["key", "value", "from"], rows, title=title, marked=marked)


def _at(document: Any, path: str) -> Any:
    """Return the value at a key path such as ``model.0.conv2d.filters``."""
    return reduce(
        lambda part, key: part[int(key) if isinstance(part, list) else key],
        path.split("."),
        document,
    )


def _as_written(value: Any) -> str:
    """Return a value as it can be written in YAML; nothing for what has no arguments."""
    if isinstance(value, str):
        return value
    return "" if value == {} else json.dumps(value)


def _layers(preview: Preview) -> Table:
    columns = ["path", "layer", "output", "parameters", "macs", "field", "bytes"]
    rows: list[Sequence[Any]] = [
        [row.path, row.name, _by(row.shape), row.parameters, row.macs, _field(row), row.bytes]
        for row in preview.layers
    ]
    macs = sum(row.macs for row in preview.layers)
    return Table(
        columns,
        rows,
        title="layers",
        footer=f"{preview.parameters:,} parameters, {macs:,} MACs for one sample. field: receptive "
        "field in pixels; bytes: of one sample's output",
    )


def _by(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))


def _field(row: Row) -> str | None:
    return None if row.field is None else _by(row.field)


def _memory(preview: Preview) -> Table:
    samples = ", ".join(f"{count:,} {split}" for split, count in preview.samples.items())
    total = sum(preview.memory.values())
    return Table(
        ["memory for", "bytes"],
        [*preview.memory.items(), ["total", total]],
        title="training",
        footer=f"{samples} {preview.unit}, {preview.steps_per_epoch:,} steps in an epoch; about "
        f"{_size(total)} beside the program itself",
    )


def _size(count: int) -> str:
    size, unit = next(((size, unit) for size, unit in UNITS if count >= size), (1, "bytes"))
    return f"{count / size:.3g} {unit}"


def _document(preview: Preview) -> dict[str, Any]:
    return {
        "config": preview.resolved.document,
        "origins": preview.resolved.origins,
        "layers": [_layer(row) for row in preview.layers],
        "parameters": preview.parameters,
        "macs": sum(row.macs for row in preview.layers),
        "samples": preview.samples,
        "unit": preview.unit,
        "steps_per_epoch": preview.steps_per_epoch,
        "memory": preview.memory | {"total": sum(preview.memory.values())},
    }


def _layer(row: Row) -> dict[str, Any]:
    return {
        "path": row.path,
        "layer": row.name,
        "output": row.shape,
        "parameters": row.parameters,
        "macs": row.macs,
        "field": row.field,
        "bytes": row.bytes,
    }
