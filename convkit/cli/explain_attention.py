"""``convkit explain --attention``: where a run looks while it turns one text into another."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from convkit.cli.console import Console, colours, printable, tab_separated
from convkit.cli.explain_options import Looking, Output
from convkit.cli.runs_options import chosen_run
from convkit.errors import ConvkitError

if TYPE_CHECKING:
    from convkit.families.abilities import AttentionMap

SHADES = " ░▒▓█"
INK = (0, 90, 181)
"""The colour of a cell that has all the weight."""


def show_attention(
    console: Console, name: str, looking: Looking, output: Output, *, force: bool
) -> None:
    """Draw where a run looks for each symbol that it writes for a text.

    Parameters
    ----------
    console : Console
    name : str
        Of the run.
    looking : Looking
        For which text, and which map.
    output : Output
        Where it is drawn.
    force : bool
        Whether a file may be overwritten.

    Raises
    ------
    ConvkitError
        If what was learnt has no attention, or the text can't be read by it.
    """
    from convkit.experiment.prediction import Predictor
    from convkit.families.abilities import Attends
    from convkit.report.attention import chosen_map, draw_attention
    from convkit.report.style import check_drawable, look, save

    path = None if output.output is None else Path(output.output)
    if path is not None:
        check_drawable(path, "--output", force=force)
    family = Predictor.from_run(chosen_run(console, name)).family
    if not isinstance(family, Attends):
        raise ConvkitError(
            f"--attention shows where symbols look, which family '{family.name}' has none of",
            "train one that has: convkit train configs/dates.yaml",
        )
    text = looking.attention or ""
    maps = family.attend(text)
    found = chosen_map(maps, looking.head)
    if path is not None:
        with look():
            save(draw_attention(found), path, force=force)
        console.note(f"drawn: {path}")
    if console.as_json:
        chosen = maps if looking.head is None else [found]
        console.json({"input": text, "maps": [vars(each) for each in chosen]})
    elif console.stdout.isatty():
        _draw(console, found)
        if len(maps) > 1:
            console.note(f"--head 1 to {len(maps)} shows a single one, --json has all of them")
    else:
        rows = zip(found.queries, found.weights.tolist(), strict=True)
        console.text(tab_separated(["", *found.keys], [[query, *row] for query, row in rows]))


def _draw(console: Console, found: AttentionMap) -> None:
    """Draw a map in the terminal: a row for each symbol that looks, in parts if it is too wide."""
    from convkit.report.attention import labelled

    queries = [printable(each) for each in labelled(found.queries)]
    keys = [printable(each) for each in labelled(found.keys)]
    margin = max(map(len, queries)) + 2
    room = max(shutil.get_terminal_size().columns - margin, 2)
    cell = 2 if 2 * len(keys) <= room else 1
    console.text(printable(found.name))
    for start in range(0, len(keys), room // cell):
        part = slice(start, start + room // cell)
        console.text("")
        for line in _upright(keys[part]):
            spread = "".join(letter.ljust(cell) for letter in line)
            console.text(f"{' ' * margin}{spread}".rstrip())
        for query, weights in zip(queries, found.weights[:, part].tolist(), strict=True):
            cells = "".join(_cell(weight, cell, colours(console.stdout)) for weight in weights)
            console.text(f"{query.rjust(margin - 2)}  {cells}")


def _upright(labels: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the lines of labels that are written downwards, and end on the same line."""
    height = max(map(len, labels))
    return list(zip(*(label.rjust(height) for label in labels), strict=True))


def _cell(weight: float, width: int, coloured: bool) -> str:
    """Return a cell: the fuller, the more weight it has."""
    if not coloured:
        return SHADES[min(int(weight * len(SHADES)), len(SHADES) - 1)] * width
    red, green, blue = (round(255 + (ink - 255) * weight) for ink in INK)
    return f"\x1b[48;2;{red};{green};{blue}m{' ' * width}\x1b[0m"
