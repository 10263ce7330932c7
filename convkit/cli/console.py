"""How commands speak: data to stdout, words for people to stderr.

On a terminal a table is drawn with rich; in a pipe the same table is tab-separated text with a
header; with ``--json`` a command prints one document instead.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rich.console import Console as RichConsole
    from rich.live import Live
    from rich.progress import Progress

DIGITS = (6, 4, 3)
"""Significant digits of a number on a terminal; fewer where a table would be too wide for it."""
MARGINS = 3
"""Blanks around a cell there; one more is left of all."""


@dataclass
class Table:
    """Rows under named columns.

    Attributes
    ----------
    columns : list of str
        The header. In a pipe it is the first line.
    rows : list of sequences
        Cells of any type: numbers are aligned right and, on a terminal, shortened to six
        significant digits; in a pipe they keep their full precision. None is an empty cell.
    title, footer : str
        Words around the table, for a terminal only.
    marked : set of int
        Indices of rows to draw attention to on a terminal.
    said_once : sequence of str
        Columns that a terminal names in the title instead, where all rows agree.
    """

    columns: Sequence[str]
    rows: list[Sequence[Any]] = field(default_factory=list)
    title: str = ""
    footer: str = ""
    marked: set[int] = field(default_factory=set)
    said_once: Sequence[str] = ()

    def condensed(self) -> Table:
        """Return the table with what `said_once` names, and all rows agree on, in its title."""
        said = {
            index: f"{name} {readable(self.rows[0][index])}"
            for index, name in enumerate(self.columns)
            if name in self.said_once and len({row[index] for row in self.rows}) == 1
        }
        kept = [index for index in range(len(self.columns)) if index not in said]
        return replace(
            self,
            columns=[self.columns[index] for index in kept],
            rows=[[row[index] for index in kept] for row in self.rows],
            title=" · ".join(filter(None, [self.title, *said.values()])),
        )


@dataclass
class Console:
    """The streams of one run of the program, and how much is said on them."""

    stdout: TextIO = field(default_factory=lambda: sys.stdout)
    stderr: TextIO = field(default_factory=lambda: sys.stderr)
    as_json: bool = False
    quiet: bool = False
    verbose: bool = False
    _live: RichConsole | None = field(default=None, init=False, repr=False)

    # --- data, to stdout ---

    def table(self, table: Table) -> None:
        """Print a table: drawn on a terminal, tab-separated in a pipe."""
        if self.stdout.isatty():
            self.rich().print(draw(table.condensed()))
        else:
            self.text(tab_separated(table.columns, table.rows))

    def json(self, document: Any) -> None:
        """Print one JSON document with every digit.

        JSON has no NaN and no infinity: what is undefined becomes null, and what is infinite the
        text "Infinity" or "-Infinity", which most languages read as that number.
        """
        import json

        # What a stream's own encoding lacks would be escaped as Python does, which isn't JSON.
        ascii_only = not (self.stdout.encoding or "utf-8").lower().startswith("utf")
        text = json.dumps(_sayable(document), indent=2, ensure_ascii=ascii_only, default=_plain)
        self.text(text)

    def text(self, text: str) -> None:
        """Print plain text and a newline."""
        self.stdout.write(text + "\n")

    def rich(self) -> RichConsole:
        """Return a rich console on stdout, for what is more than a table."""
        return _rich_console(self.stdout)

    # --- words for people, to stderr ---

    def note(self, message: str) -> None:
        """Say something worth knowing; ``--quiet`` silences it."""
        if not self.quiet:
            self._say("", "", message)

    def detail(self, message: str) -> None:
        """Say how something was decided; only ``-v`` shows it."""
        if self.verbose:
            self._say("", "", message)

    def warning(self, message: str) -> None:
        """Say what a person should look at, though the result stands; ``--quiet`` silences it."""
        if not self.quiet:
            self._say("warning: ", "33", message)

    def error(self, message: str, hint: str | None = None) -> None:
        """Say what went wrong and the way out, in one line."""
        self._say("error: ", "1;31", f"{message} (hint: {hint})" if hint else message)

    def rich_stderr(self) -> RichConsole:
        """Return a rich console on stderr, for progress bars and pictures."""
        return _rich_console(self.stderr)

    @contextmanager
    def live(self, shown: Live | Progress) -> Iterator[None]:
        """Draw something that changes at the bottom of stderr; what is said meanwhile goes above.

        Parameters
        ----------
        shown : Live or Progress
            Of :meth:`rich_stderr`.
        """
        with shown:
            self._live = shown.console
            try:
                yield
            finally:
                self._live = None

    def say(self, message: str) -> None:
        """Say what was asked for."""
        self._say("", "", message)

    def _say(self, label: str, colour: str, message: str) -> None:
        if label and colours(self.stderr):
            label = f"\x1b[{colour}m{label}\x1b[0m"
        one_line = printable(" ".join(message.splitlines()))
        if self._live is not None:
            from rich.text import Text

            self._live.print(Text.from_ansi(label + one_line), soft_wrap=True)
            return
        # If there is nobody to be told, the exit code still says it.
        with suppress(OSError):
            self.stderr.write(f"{label}{one_line}\n")


def printable(text: str) -> str:
    """Return text with control characters, which would steer a terminal, as escapes: ``\\x1b``."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def colours(stream: TextIO) -> bool:
    """Return whether ANSI colours are welcome on a stream (https://no-color.org)."""
    import os

    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def tab_separated(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a header and rows as tab-separated lines, numbers in full precision."""
    lines = [columns, *([_exact(cell) for cell in row] for row in rows)]
    return "\n".join("\t".join(line) for line in lines)


def comma_separated(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a header and rows as CSV (RFC 4180 quoting, newline-terminated but for the last)."""
    import csv
    import io

    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_exact(cell) for cell in row] for row in rows)
    return buffer.getvalue().rstrip("\n")


def markdown(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return a header and rows as a Markdown table, columns of numbers aligned right."""
    rules = ["---:" if is_numeric(cells) else "---" for cells in zip(*rows, strict=True)]
    cells = [[_exact(cell).replace("|", r"\|") for cell in row] for row in rows]
    lines = [columns, rules or ["---"] * len(columns), *cells]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def is_numeric(cells: Iterable[Any]) -> bool:
    """Return whether a column holds numbers, and nothing else but empty cells."""
    filled = [cell for cell in cells if cell is not None]
    return bool(filled) and all(isinstance(cell, int | float) for cell in filled)


def readable(cell: Any, digits: int = DIGITS[0]) -> str:
    """Return a cell as a person reads it: thousands grouped, six significant digits."""
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case int():
            return f"{cell:,}"
        case float() if math.isfinite(cell) and cell == int(cell) and abs(cell) < 1e15:
            return f"{int(cell):,}"
        case float():
            return f"{cell:,.{digits}g}"
        case _:
            return printable(str(cell))


def _exact(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return repr(float(cell))
    # A tab or a newline inside a cell would break the table.
    return str(cell).replace("\t", " ").replace("\n", " ")


def _rich_console(stream: TextIO) -> RichConsole:
    from rich.console import Console as RichConsole

    return RichConsole(file=stream, highlight=False, soft_wrap=False)


def draw(table: Table) -> Any:
    """Return a table as rich draws it."""
    import rich.box
    import rich.table
    from rich.console import Group
    from rich.text import Text

    drawn = rich.table.Table(box=rich.box.SIMPLE_HEAD)
    names, rows = _fitted(table)
    for index, name in enumerate(names):
        numeric = is_numeric(row[index] for row in table.rows)
        drawn.add_column(Text(name), justify="right" if numeric else "left", overflow="fold")
    for index, row in enumerate(rows):
        style = "bold yellow" if index in table.marked else None
        drawn.add_row(*map(Text, row), style=style)
    # Beside the table, which would wrap them to its width; as Text, since a[/b].png is no markup.
    title, footer = Text(printable(table.title), "table.title"), Text(table.footer, "table.caption")
    return Group(*(part for part in (title, drawn, footer) if part))


def _fitted(table: Table) -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows of a table as a terminal has room for them.

    Where there is too little, names stand on several lines, then numbers have fewer digits.
    """
    import shutil

    room = shutil.get_terminal_size().columns
    names = list(table.columns)
    for digits in DIGITS:
        rows = [[readable(cell, digits) for cell in row] for row in table.rows]
        for _ in range(2):
            columns = zip(*(map(_width, row) for row in (names, *rows)), strict=True)
            if sum(max(column) + MARGINS for column in columns) < room:
                return names, rows
            names = [re.sub(r"(?<=[/._])(?=\w)", "\n", name) for name in table.columns]
    return names, rows


def _width(text: str) -> int:
    return max(map(len, text.split("\n")))


def _sayable(value: Any) -> Any:
    """Replace what JSON can't hold (NaN, infinities), all the way down."""
    if isinstance(value, float):
        return value if math.isfinite(value) else _NOT_FINITE.get(float(value))
    if isinstance(value, dict):
        return {key: _sayable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_sayable(item) for item in value]
    return value


_NOT_FINITE = {math.inf: "Infinity", -math.inf: "-Infinity"}


def _plain(value: Any) -> Any:
    """Turn NumPy scalars, arrays and paths into what JSON knows."""
    if hasattr(value, "tolist"):
        return _sayable(value.tolist())
    return str(value)
