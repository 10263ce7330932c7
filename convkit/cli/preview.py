"""Pictures in a terminal: each character cell shows two pixels, one above the other."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

from convkit.cli.console import colours

if TYPE_CHECKING:
    from convkit.images import Picture

GAP = 2
SHADES = " ░▒▓█"


class Screen(NamedTuple):
    """A terminal that pictures are drawn for, maybe by another process.

    Attributes
    ----------
    columns, lines : int
    coloured : bool
    """

    columns: int
    lines: int
    coloured: bool

    @classmethod
    def of(cls, stream: TextIO) -> Screen:
        """Return the one behind a stream."""
        return cls(*shutil.get_terminal_size(), colours(stream))


def side_by_side(pictures: Sequence[Picture], screen: Screen) -> str:
    """Return the first frames of pictures, next to each other, as wide as the terminal allows.

    With colours each cell is an upper half-block in true colour; without, a shade.
    """
    width = (screen.columns - GAP * (len(pictures) - 1)) // len(pictures)
    blocks = [_cells(picture, width, screen.lines - 4, screen.coloured) for picture in pictures]
    height = max(len(block) for block in blocks)
    padded = [block + [" " * _width_of(block)] * (height - len(block)) for block in blocks]
    return "".join((" " * GAP).join(row) + "\n" for row in zip(*padded, strict=True))


def _width_of(block: list[str]) -> int:
    last = block[-1]
    return last.count("▀") if "▀" in last else len(last)


def _cells(picture: Picture, width: int, lines: int, coloured: bool) -> list[str]:
    from convkit.images import thumbnail

    pixels = thumbnail(picture, max(width, 1), max(2 * lines, 2))
    if len(pixels) % 2:
        pixels = pixels[:-1] if len(pixels) > 1 else pixels.repeat(2, axis=0)
    paint = _colour_cell if coloured else _shade_cell
    end = "\x1b[0m" if coloured else ""
    return [
        "".join(paint(upper, lower) for upper, lower in zip(pixels[y], pixels[y + 1], strict=True))
        + end
        for y in range(0, len(pixels), 2)
    ]


def _colour_cell(upper: Any, lower: Any) -> str:
    (r, g, b), (red, green, blue) = upper.tolist(), lower.tolist()
    return f"\x1b[38;2;{r};{g};{b};48;2;{red};{green};{blue}m▀"


def _shade_cell(upper: Any, lower: Any) -> str:
    light = (int(upper.sum()) + int(lower.sum())) / (6 * 256)
    return SHADES[int(light * len(SHADES))]
