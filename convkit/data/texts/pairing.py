"""Pairs of texts, the second to be made of the first: as a data set, and from a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from convkit.data.dataset import Dataset
from convkit.data.paths import resolved
from convkit.data.source import source
from convkit.data.texts.alphabet import Alphabet, Tokens, taken_apart
from convkit.errors import ConvkitError
from convkit.tables import Columns, read_table

Pair = tuple[str, str]

MADE_HERE = "written by convkit's own rules"
LICENCE = "MIT"


def paired(
    name: str, texts: Sequence[Pair], tokens: Tokens = "characters", *, origin: str = ""
) -> Dataset:
    """Return a data set of pairs of texts.

    Parameters
    ----------
    name : str
    texts : sequence of (str, str)
        What is given, and what is to be made of it.
    tokens : {"characters", "words"}
        What a symbol is.
    origin : str
        Where they come from; by default they were made here.

    Returns
    -------
    Dataset
        Inputs (n, steps) are numbers of ``symbols``, targets (n, steps) numbers of ``classes``,
        closed by the end's; both padded with 0.
    """
    sources, targets = zip(*texts, strict=True)
    given = Alphabet.of(sources, tokens, ends=False)
    written = Alphabet.of(targets, tokens, ends=True)
    return Dataset(
        name=name,
        inputs=given.rows(sources).astype(np.float32),
        targets=written.rows(targets, close=True),
        classes=written.symbols,
        target_names=("text",),
        symbols=given.symbols,
        source=origin or MADE_HERE,
        licence="" if origin else LICENCE,
    )


@source()
def pairs(
    path: str,
    given: str = "1",
    wanted: str = "2",
    tokens: Tokens = "characters",
    delimiter: str | None = None,
    header: bool = True,
    *,
    root: Path = Path(),
) -> Dataset:
    """Read pairs of texts from two columns of a table (CSV, TSV).

    Parameters
    ----------
    path : str
        The file.
    given : str
        The column of the texts that are given, by its name or its number from 1.
    wanted : str
        The column of the texts that are to be made of them.
    tokens : {"characters", "words"}
        What a text is taken apart into. Words are divided by blanks, and punctuation marks count
        as words.
    delimiter : str, optional
        One character, or ``tab``, ``comma``, ``semicolon``, ``pipe``, ``space``; by default the
        one that divides all rows alike.
    header : bool
        Whether the first row names the columns.
    """
    place = resolved(root, path)
    table = read_table(place, delimiter, header)
    columns = table.index(given), table.index(wanted)
    return paired(place.stem, _rows(table, columns, tokens), tokens, origin=place.name)


def _rows(table: Columns, columns: tuple[int, int], tokens: Tokens) -> list[Pair]:
    """Return the pairs in a table.

    Raises
    ------
    ConvkitError
        If both are the same column, or a cell holds no text; with ``file:line``.
    """
    if columns[0] == columns[1]:
        raise ConvkitError(
            f"column '{table.names[columns[0]]}' of '{table.source}' is both given and wanted"
        )
    for row in table.rows:
        for column in columns:
            if not taken_apart(row.cells[column], tokens):
                raise ConvkitError(
                    f"{table.source}:{row.line}: column '{table.names[column]}' is empty",
                    "fill it in, or leave the row out",
                )
    return [(row.cells[columns[0]], row.cells[columns[1]]) for row in table.rows]
