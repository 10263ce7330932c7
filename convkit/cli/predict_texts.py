"""``convkit predict`` where texts are turned into others: what a run writes for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from convkit.cli.console import Console, Table, comma_separated
from convkit.errors import ConvkitError

if TYPE_CHECKING:
    from convkit.families.abilities import Translates, Translation

TEXTS = "Texts that are turned into others"


@dataclass
class Texts:
    """What is asked of a run that writes texts."""

    file: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Take the texts from a file, one in each line.",
            rich_help_panel=TEXTS,
        ),
    ] = None
    beam: Annotated[
        int | None,
        typer.Option(
            metavar="K",
            help="The K best texts that keeping K in view finds; by default the likeliest symbol "
            "is taken each time.",
            rich_help_panel=TEXTS,
        ),
    ] = None

    def refuse(self, family: str) -> None:
        """Refuse them for a family that writes no texts.

        Raises
        ------
        ConvkitError
        """
        for name, value in vars(self).items():
            if value is not None:
                raise ConvkitError(
                    f"--{name} is for what turns texts into others, which '{family}' doesn't",
                    "leave it out",
                )

    def chosen(self, inputs: Sequence[str]) -> list[str]:
        """Return the texts: those of the command line, or the lines of a file or standard input.

        Raises
        ------
        ConvkitError
            If there are none, or both, or the file can't be read.
        """
        if self.file is not None and inputs:
            raise ConvkitError("--file names the texts, and INPUT too", "choose one of them")
        if not inputs and self.file is None:
            raise ConvkitError("there is no text", "give one, or - for standard input")
        if self.file is not None:
            return _lines(self.file)
        return [text for each in inputs for text in (_lines(each) if each == "-" else [each])]


def _lines(source: str) -> list[str]:
    """Return the lines of a text file that aren't blank."""
    from convkit.files import display_name, read_bytes

    try:
        text = read_bytes(source).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConvkitError(f"'{display_name(source)}' is not UTF-8 text") from None
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise ConvkitError(f"'{display_name(source)}' is empty", "write a text in each line")
    return lines


def tell_translations(
    console: Console, family: Translates, texts: Sequence[str], beam: int | None, *, as_csv: bool
) -> None:
    """Print what a system writes for each text, the likeliest first."""
    found = family.translate(texts, 1 if beam is None else beam)
    if console.as_json:
        console.json([_document(*pair) for pair in zip(texts, found, strict=True)])
        return
    table = _table(texts, found, ranked=beam is not None)
    if as_csv:
        console.text(comma_separated(table.columns, table.rows))
    else:
        console.table(table)


def _table(texts: Sequence[str], found: Sequence[Sequence[Translation]], *, ranked: bool) -> Table:
    """Return a row for each text that was written; with its rank where there are several."""
    rows: list[Sequence[Any]] = [
        [text, *([rank] if ranked else []), each.text, each.score]
        for text, translations in zip(texts, found, strict=True)
        for rank, each in enumerate(translations, start=1)
    ]
    columns = ["input", *(["rank"] if ranked else []), "prediction", "score"]
    return Table(columns, rows, footer="score: the logarithm of the probability")


def _document(text: str, translations: Sequence[Translation]) -> dict[str, Any]:
    each = [{"prediction": found.text, "score": found.score} for found in translations]
    return {"input": text, **each[0], "beam": each}
