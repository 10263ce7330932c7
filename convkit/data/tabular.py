"""Data sets in text files: a row each for the samples, named columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np

from convkit.data.arrays import Targets, Task, to_float32
from convkit.data.dataset import Dataset, Floats
from convkit.data.limits import check_memory
from convkit.data.paths import check_no_device, resolved
from convkit.data.source import source
from convkit.errors import ConvkitError
from convkit.files import is_file
from convkit.tables import Columns, Row, is_missing, parse_number, read_table

BYTES_FOR_EACH_BYTE = 20
"""How much memory a byte of a table takes while its cells are Python's texts."""

Missing = Literal["error", "drop", "mean"]


@source(standardize=True)
def csv(
    path: str,
    target: str | list[str] | None = None,
    features: list[str] | None = None,
    task: Task | None = None,
    missing: Missing = "error",
    delimiter: str | None = None,
    header: bool | None = None,
    *,
    root: Path,
) -> Dataset:
    """Read a table: CSV, TSV and their kin, a row for each sample.

    Columns are told by their names, or by their numbers from 1.

    Parameters
    ----------
    path : str
        The file; ``-`` is standard input.
    target : str or list of str, optional
        The column that is to be learnt, or several columns of numbers; by default the last one.
    features : list of str, optional
        The columns to learn from, which hold numbers; by default all others.
    task : {"classification", "regression"}, optional
        What the target is: classes, or numbers. By default text are classes, numbers are numbers.
    missing : {"error", "drop", "mean"}
        What becomes of values that are missing (empty, ``?``, ``NA`` …): an error, their row is
        left out, or the mean of their column over the training part stands in for them.
    delimiter : str, optional
        One character, or ``tab``, ``comma``, ``semicolon``, ``pipe``, ``space``; by default the
        one that divides all rows alike.
    header : bool, optional
        Whether the first row names the columns; by default it does if it holds text only.
    """
    place = resolved(root, path)
    table = read_columns(place, delimiter, header)
    names = table.names
    learnt = names_in(table, [target] if isinstance(target, str) else target or [names[-1]])
    given = names_in(table, features or [name for name in names if name not in learnt])
    _check_columns(given, learnt, table)
    table = _without_gaps(table, given, learnt, missing)
    targets = _targets(table, learnt, task)
    return Dataset(
        name=place.stem,
        inputs=numbers_in(table, given, gaps=missing == "mean"),
        targets=targets.values,
        classes=targets.classes,
        features=given,
        target_names=learnt,
        source=place.name,
    )


def table_inputs(path: str | Path, features: Sequence[str], *, gaps: bool = False) -> Floats:
    """Read the columns that a model has learnt from out of a table, as (rows, features) float32.

    A table without a header may have just these columns, in their order.

    Parameters
    ----------
    path : str or Path
        The file; ``-`` is standard input.
    features : sequence of str
        The names of the columns.
    gaps : bool
        Whether values may be missing; they are NaN.

    Raises
    ------
    ConvkitError
        If the table can't be read, lacks a column, or has no number where one should be.
    """
    table = read_columns(Path(path), None, None)
    if not table.has_header and len(table.names) == len(features):
        table = replace(table, names=tuple(features))
    return numbers_in(table, names_in(table, features), gaps=gaps)


def read_columns(path: Path, delimiter: str | None, header: bool | None) -> Columns:
    """Read a table that fits into memory.

    Raises
    ------
    ConvkitError
        If it can't be read, or would take too much.
    """
    check_no_device(path)
    if is_file(path):
        size = BYTES_FOR_EACH_BYTE * path.stat().st_size
        check_memory(size, path.name, "save it as .npz, which takes far less to read")
    return read_table(path, delimiter, header)


def names_in(table: Columns, keys: Sequence[str]) -> tuple[str, ...]:
    """Return the names of columns told by their names, or by their numbers from 1."""
    return tuple(table.names[table.index(key)] for key in keys)


def _check_columns(given: Sequence[str], learnt: Sequence[str], table: Columns) -> None:
    if not given:
        raise ConvkitError(
            f"'{table.source}' has no column to learn from beside '{learnt[0]}'",
            f"the delimiter is {table.delimiter!r}: is that right?",
        )
    both = [name for name in learnt if name in given]
    if both:
        raise ConvkitError(
            f"column '{both[0]}' of '{table.source}' is both a feature and the target",
            "leave it out of the features",
        )


def _without_gaps(
    table: Columns, given: Sequence[str], learnt: Sequence[str], missing: Missing
) -> Columns:
    """Return the table without the rows that lack what can't be filled in.

    Raises
    ------
    ConvkitError
        If something is missing and that is an error; with the first place, ``file:line``.
    """
    places = [table.index(name) for name in (learnt if missing == "mean" else (*given, *learnt))]
    if missing == "drop":
        complete = [row for row in table.rows if not any(is_missing(row.cells[i]) for i in places)]
        if not complete:
            raise ConvkitError(f"'{table.source}' has no row without a missing value")
        return replace(table, rows=complete)
    gaps = [(row, i) for row in table.rows for i in places if is_missing(row.cells[i])]
    if gaps:
        raise _gap_error(table, gaps, missing)
    return table


def _gap_error(table: Columns, gaps: list[tuple[Row, int]], missing: Missing) -> ConvkitError:
    row, index = gaps[0]
    more = f", the first of {len(gaps)}" if len(gaps) > 1 else ""
    return ConvkitError(
        f"{table.source}:{row.line}: column '{table.names[index]}': missing value{more}",
        "a target isn't made up: missing: drop leaves such rows out"
        if missing == "mean"
        else "fill it in, or say missing: drop (leaves the row out) or missing: mean",
    )


def numbers_in(table: Columns, names: Sequence[str], *, gaps: bool = False) -> Floats:
    """Return columns of numbers, (rows, columns) float32; with `gaps` what is missing is NaN."""
    columns = np.column_stack([table.numbers(name, gaps=gaps) for name in names])
    floats, beyond = to_float32(columns)
    if beyond is not None:
        row, name = table.rows[beyond[0]], names[beyond[1]]
        raise ConvkitError(
            f"{table.source}:{row.line}: column '{name}': '{row.cells[table.index(name)]}' is "
            "beyond what float32 holds",
            "divide the column by a power of ten",
        )
    return floats


def _targets(table: Columns, names: Sequence[str], task: Task | None) -> Targets:
    if len(names) > 1:
        if task == "classification":
            raise ConvkitError(f"classes need one target column, got {len(names)}")
        return Targets(numbers_in(table, names, gaps=False), None)
    index = table.index(names[0])
    cells = [row.cells[index] for row in table.rows]
    numbers = _all_numbers(cells)
    if task == "regression" or (task is None and numbers is not None):
        return Targets(numbers_in(table, names, gaps=False), None)
    # Labels that are numbers are in their order; 1 and 1.0 are the same.
    keys: Sequence[float] | Sequence[str] = cells if numbers is None else numbers
    classes, labels = np.unique(np.array(keys), return_inverse=True)
    names_of = [format(key, "g") if numbers is not None else str(key) for key in classes]
    return Targets(labels.reshape(-1).astype(np.int64), tuple(names_of))


def _all_numbers(cells: Sequence[str]) -> list[float] | None:
    try:
        return [parse_number(cell) for cell in cells]
    except ValueError:
        return None
