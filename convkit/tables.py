"""Tables of numbers in text files: CSV, TSV and their kin, read with row-accurate errors."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from convkit.errors import ConvkitError, unknown
from convkit.files import display_name, read_bytes

# In the order in which they are tried: a comma is more often part of a cell than the ones before
# it, a blank more often still.
DELIMITERS = "\t;|, "
DELIMITER_NAMES = {
    "tab": "\t",
    "\\t": "\t",
    "comma": ",",
    "semicolon": ";",
    "pipe": "|",
    "space": " ",
}
MISSING = frozenset({"", "-", "?", "na", "n/a", "nan", "null", "none"})

_GROUPED_BY_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_RECORDS_TO_GUESS_FROM = 50


class Row(NamedTuple):
    """The cells of one row, and the line of the file where it begins, counted from 1."""

    line: int
    cells: list[str]


@dataclass(frozen=True)
class Columns:
    """A table of text cells under named columns, which gives out its numbers column by column.

    Attributes
    ----------
    source : str
        What messages call the file.
    names : tuple of str
        The header; without one, the columns' numbers from 1.
    rows : list of Row
        At least one; all as wide as `names`.
    delimiter : str
    has_header : bool
    """

    source: str
    names: tuple[str, ...]
    rows: list[Row]
    delimiter: str
    has_header: bool

    def numbers(self, key: str, *, gaps: bool = False) -> NDArray[np.float64]:
        """Return a column, named or numbered from 1, as float64 of shape (rows,).

        With `gaps`, a missing value is NaN.

        A comma between groups of three digits (``"200,000"``) is read as a thousands separator,
        unless the table is delimited by semicolons: there it may as well be a decimal comma.

        Raises
        ------
        ConvkitError
            If there is no such column, or a cell in it is missing, not a number or not finite:
            the message begins with ``file:line``.
        """
        index = self.index(key)
        return np.array([self._number(row, index, gaps) for row in self.rows], dtype=np.float64)

    def index(self, key: str) -> int:
        """Return where a column stands, counted from 0, by its name or its number from 1.

        Raises
        ------
        ConvkitError
            If there is no such column, or several have this name.
        """
        if self.names.count(key) > 1:
            raise ConvkitError(
                f"'{self.source}' has several columns called '{key}'", "give its number, from 1"
            )
        if key in self.names:
            return self.names.index(key)
        if not key.isdecimal():
            raise unknown("column", key, self.names, f"in '{self.source}'")
        if not 1 <= int(key) <= len(self.names):
            raise ConvkitError(
                f"no column {key} in '{self.source}'",
                f"its columns are numbered from 1 to {len(self.names)}",
            )
        return int(key) - 1

    def _number(self, row: Row, index: int, gaps: bool) -> float:
        cell = row.cells[index]
        where = f"{self.source}:{row.line}: column '{self.names[index]}'"
        if is_missing(cell):
            if gaps:
                return math.nan
            shown = f"missing value '{cell}'" if cell else "missing value"
            raise ConvkitError(f"{where}: {shown}", "fill it in, or leave the row out")
        if self.delimiter == ";" and "," in cell:
            raise ConvkitError(
                f"{where}: '{cell}' has a comma, which may be decimal or between thousands",
                "write 1.5 for one and a half and 1500 for fifteen hundred",
            )
        try:
            number = parse_number(cell)
        except ValueError:
            raise ConvkitError(f"{where}: '{cell}' is not a number") from None
        if not math.isfinite(number):
            raise ConvkitError(f"{where}: '{cell}' is not a finite number")
        return number


def read_table(
    source: str | Path, delimiter: str | None = None, header: bool | None = None
) -> Columns:
    """Read a delimited text file.

    UTF-8, with or without a byte order mark, in the dialect of RFC 4180: a cell may be quoted, a
    quote in it is doubled. Blanks before and after a bare cell are dropped, and so are blank
    lines; but between the rows of a single column a blank line is a missing value.

    Parameters
    ----------
    source : str or Path
        A path, or ``-`` for standard input.
    delimiter : str, optional
        One character or one of its names (``tab``, ``comma``, ``semicolon``, ``pipe``, ``space``);
        by default the one that divides all rows alike.
    header : bool, optional
        Whether the first row names the columns; by default it does if it holds text only.

    Raises
    ------
    ConvkitError
        If the file can't be read, is empty or not text, has a header only or one that can't be
        told from a row, or has rows of unequal length: the message begins with ``file:line``.
    """
    name = display_name(source)
    text = _decoded(read_bytes(source), name)
    delimiter = _delimiter(delimiter) if delimiter else _guess_delimiter(text)
    rows = _without_blank_lines(list(_records(text, delimiter, name)))
    if not rows:
        raise ConvkitError(f"'{name}' is empty", "it needs rows of numbers")
    _check_widths(rows, delimiter, name)
    if header is None:
        header = _begins_with_header(rows, name)
    if header and len(rows) == 1:
        raise ConvkitError(f"'{name}' has a header but no rows below it")
    first = rows[0].cells
    names = first if header else [str(number) for number in range(1, len(first) + 1)]
    return Columns(name, tuple(names), rows[1:] if header else rows, delimiter, header)


def is_missing(cell: str) -> bool:
    """Return whether a cell stands for a value that isn't there."""
    return cell.lower() in MISSING


def parse_number(cell: str) -> float:
    """Return the number that a cell holds; a comma may group its thousands.

    Raises
    ------
    ValueError
        If it isn't a number.
    """
    if _GROUPED_BY_THOUSANDS.fullmatch(cell):
        cell = cell.replace(",", "")
    # Python reads 1_000 as a number; in a table it is a name or a slip.
    if "_" in cell:
        raise ValueError(f"not a number: {cell}")
    return float(cell)


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConvkitError(
            f"'{name}' is not UTF-8 text (byte {error.start})", "save it as CSV in UTF-8"
        ) from None


def _delimiter(word: str) -> str:
    delimiter = DELIMITER_NAMES.get(word.lower(), word)
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise ConvkitError(
            f"bad delimiter '{word}'",
            "one character, or one of: tab, comma, semicolon, pipe, space",
        )
    return delimiter


def _guess_delimiter(text: str) -> str:
    """Return the first delimiter that divides all of the first rows alike."""
    for delimiter in DELIMITERS:
        try:
            first_rows = list(islice(_records(text, delimiter, ""), _RECORDS_TO_GUESS_FROM))
        except ConvkitError:
            continue
        widths = {len(row.cells) for row in first_rows if any(row.cells)}
        if len(widths) == 1 and max(widths) > 1:
            return delimiter
    # None does: take the likeliest, so that the error about unequal rows makes sense.
    first_line = text.lstrip().partition("\n")[0]
    return max(",\t;|", key=first_line.count)


def _records(text: str, delimiter: str, name: str) -> Iterator[Row]:
    stream = io.StringIO(text, newline="")
    reader = csv.reader(stream, delimiter=delimiter, skipinitialspace=True, strict=True)
    line = 1
    try:
        for cells in reader:
            yield Row(line, [cell.strip() for cell in cells])
            line = reader.line_num + 1
    except csv.Error as error:
        raise ConvkitError(
            f"{name}:{line}: broken row: {error}", "look for a quote that isn't closed or doubled"
        ) from None


def _without_blank_lines(rows: list[Row]) -> list[Row]:
    filled = [index for index, row in enumerate(rows) if any(row.cells) or len(row.cells) > 1]
    if any(len(rows[index].cells) > 1 for index in filled):
        return [rows[index] for index in filled]
    # A single column: a blank line between its rows is a row whose value is missing.
    inner = rows[filled[0] : filled[-1] + 1] if filled else []
    return [Row(line, cells or [""]) for line, cells in inner]


def _check_widths(rows: Sequence[Row], delimiter: str, name: str) -> None:
    width = len(rows[0].cells)
    for row in rows:
        if len(row.cells) != width:
            cells = "1 cell" if len(row.cells) == 1 else f"{len(row.cells)} cells"
            raise ConvkitError(
                f"{name}:{row.line}: {cells}, where line {rows[0].line} has {width}",
                f"the delimiter is {delimiter!r}; quote a cell that holds it",
            )


def _begins_with_header(rows: Sequence[Row], name: str) -> bool:
    """Return whether the first row holds names: text only, or no row is ever taken for a header."""
    first, second = rows[0].cells, rows[min(1, len(rows) - 1)].cells
    if not any(_is_number(cell) for cell in first):
        return any(_is_text(cell) for cell in first)
    if any(
        _is_text(above) and _is_number(below) for above, below in zip(first, second, strict=True)
    ):
        raise ConvkitError(
            f"{name}:{rows[0].line}: the first row holds names and numbers: header or not?",
            "say which with --header or --no-header; in a config, header: true or false",
        )
    return False


def _is_number(cell: str) -> bool:
    """Return whether a cell is meant as a number, be it written with commas of any kind."""
    try:
        parse_number(cell.replace(",", ""))
    except ValueError:
        return False
    return not is_missing(cell)


def _is_text(cell: str) -> bool:
    return not is_missing(cell) and not _is_number(cell)
