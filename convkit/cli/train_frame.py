"""One frame of the live view, as wide and as high as the terminal allows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from convkit.cli.sparkline import ASCII, BLOCKS, bounds_of, sparkline
from convkit.cli.train_progress import (
    best_is_news,
    cell,
    contents,
    duration,
    figure,
    measured,
    place,
)

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

    from convkit.cli.train_story import Story

GAP = 2
MOST_ROWS = 8
OTHER_LINES = 10
"""Lines of a frame, and one below it, beside the rows of the table."""

WIDEST_CURVE = 48
WIDEST_BAR = 24


class Signs(NamedTuple):
    """What isn't a letter or a digit, for a terminal's encoding."""

    curve: str
    best: str
    left_out: str
    dot: str
    arrow: str


DRAWN = Signs(BLOCKS, "★", "⋮", "·", "→")
TYPED = Signs(ASCII, "*", ":", "-", "->")


def frame(story: Story, console: Console) -> RenderableType:
    """Return what the terminal shows now."""
    from rich.console import Group

    signs = TYPED if console.options.ascii_only else DRAWN
    width, height = console.size
    rows = max(1, min(MOST_ROWS, height - OTHER_LINES - len(story.curves())))
    return Group(
        _line((place(story.plan), "bold"), (f"  {contents(story.plan, f' {signs.dot} ')}", "dim")),
        *_table(story, signs, width, rows),
        *_curves(story, signs, width),
        _pace(story, signs, width),
        *[_line(("", ""))] * story.over,
    )


def _line(*parts: tuple[str, str]) -> Text:
    """Return one line of words and their styles, cut off where the terminal ends."""
    from rich.text import Text

    return Text.assemble(*parts, no_wrap=True, overflow="ellipsis")


# --- the table of epochs ---


def _table(story: Story, signs: Signs, width: int, rows: int) -> Iterator[Text]:
    """Yield the lines of the last epochs, before them the best one if it isn't among them."""
    if not story.records:
        return
    last = story.records[-rows:]
    names = columns_that_fit(max(last, key=len), story.plan.monitor, width - GAP)
    widths = [column_width(name) for name in names]
    for heads in zip(*(_heads(name) for name in names), strict=True):
        yield _line((_aligned(heads, widths), "dim"))
    best = story.best if best_is_news(story.plan) else None
    if best is not None and best not in last:
        yield _row(best, names, widths, f"{signs.best} ", "bold green")
        yield _line((f"{signs.left_out:>{widths[0] + GAP}}", "dim"))
        last = last[min(2, len(last) - 1) :]
    for record in last:
        mark, style = (f"{signs.best} ", "bold green") if record is best else ("  ", "")
        yield _row(record, names, widths, mark, style)
    yield _line(("", ""))


def columns_that_fit(record: dict[str, Any], monitor: str, width: int) -> list[str]:
    """Return the columns of a record that matter most, in its order, within a width."""
    names = ["epoch", *measured(record), "seconds"]
    ranks = {"epoch": 0, monitor: 1, "train/loss": 2, "validation/loss": 3, "seconds": 6, "lr": 7}
    by_split = {"validation": 4, "train": 5}

    def rank(name: str) -> int:
        return ranks.get(name, by_split.get(name.partition("/")[0], 8))

    kept: set[str] = set()
    for name in sorted(names, key=rank):
        width -= column_width(name) + GAP
        if width < 0:
            break
        kept.add(name)
    return [name for name in names if name in kept]


def column_width(name: str) -> int:
    """Return how wide a column is: its heads and any figure fit."""
    return max(5 if name == "epoch" else 9, *map(len, _heads(name)))


def _heads(name: str) -> tuple[str, str]:
    """Return a column's name in two lines: the split above."""
    split, _, metric = ("time" if name == "seconds" else name).rpartition("/")
    return split, metric


def _row(
    record: dict[str, Any], names: list[str], widths: list[int], mark: str, style: str
) -> Text:
    cells = [cell(name, record[name]) if name in record else "" for name in names]
    return _line((mark, style), (_aligned(cells, widths)[GAP:], style))


def _aligned(cells: tuple[str, ...] | list[str], widths: list[int]) -> str:
    return "".join(f"{'':{GAP}}{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))


# --- the curves, and how far it is ---


def _curves(story: Story, signs: Signs, width: int) -> Iterator[Text]:
    """Yield the curves of the loss on one scale, with the first and the last value."""
    curves = {name: curve for name, curve in story.curves().items() if curve}
    bounds = bounds_of(*curves.values())
    longest = max(map(len, curves), default=0)
    room = min(WIDEST_CURVE, width - longest - 28)
    for name, curve in curves.items():
        drawn = sparkline(curve, room, bounds, signs.curve) if room > 0 else ""
        ends = f"  {figure(curve[0])} {signs.arrow} {figure(curve[-1])}"
        yield _line((f"  {name:<{longest}}  ", "dim"), (drawn, "cyan"), (ends, ""))


def _pace(story: Story, signs: Signs, width: int) -> RenderableType:
    """Return the line that says how far it is, how fast, and how long it will take."""
    from rich.progress_bar import ProgressBar
    from rich.table import Table

    plan = story.plan
    epoch = min(story.step // plan.steps_per_epoch + (not story.over), plan.epochs)
    parts = [f"epoch {epoch:,} of {plan.epochs:,}"]
    if story.records:
        parts.append(f"{story.records[-1]['samples_per_second']:,.0f} samples/s")
    if story.step:
        parts.append(duration(story.seconds))
    if story.seconds_left is not None and not story.over:
        parts[-1] += f", {duration(story.seconds_left)} left"
    words = _line((f" {signs.dot} ".join(parts), ""))
    room = min(WIDEST_BAR, width - len(words) - 2 * GAP)
    if room < 4:
        return words
    bar = ProgressBar(total=story.steps, completed=story.step, width=room)
    line = Table.grid(padding=(0, GAP, 0, 0))
    line.add_row("", bar, words)
    return line
