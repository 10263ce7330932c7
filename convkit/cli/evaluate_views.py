"""What was measured, on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from convkit.cli.console import Console, Table, printable
from convkit.cli.train_reports import known

if TYPE_CHECKING:
    from convkit.experiment.evaluation import Evaluation
    from convkit.report.confusion import Confusion

MOST_MISTAKES = 10
LONGEST_CLASS = 14

OF_THE_END = (
    "train: with the weights of the checkpoint; what training has shown was gathered over the "
    "epoch, while they changed"
)
"""Why the figures aren't those that training has shown."""


def show_evaluation(console: Console, evaluation: Evaluation) -> None:
    """Print a row for each metric; on a terminal also how classes were confused."""
    parts = list(evaluation.metrics)
    names = dict.fromkeys(name for part in parts for name in evaluation.metrics[part])
    rows: list[Sequence[Any]] = [[evaluation.unit, *(evaluation.samples[part] for part in parts)]]
    rows += [
        [name, *(known(evaluation.metrics[part].get(name)) for part in parts)] for name in names
    ]
    title = f"{evaluation.run.folder}, {evaluation.checkpoint} checkpoint, after epoch "
    footer = OF_THE_END if "train" in parts else ""
    table = Table(["metric", *parts], rows, title=f"{title}{evaluation.epoch:,}", footer=footer)
    console.table(table)
    if console.stdout.isatty() and evaluation.confusion:
        from convkit.report.confusion import Confusion

        if footer:
            console.text("")
        part, document = list(evaluation.confusion.items())[-1]
        show_confusion(console, Confusion.of(part, document))


def show_confusion(console: Console, confusion: Confusion) -> None:
    """Draw the matrix; where it is too wide for the terminal, list the most frequent mistakes."""
    rich = console.rich()
    matrix = _matrix(confusion)
    unbounded = rich.options.update(max_width=10**6)
    right = int(confusion.matrix.trace())
    title = f"{confusion.split}: {right:,} of {int(confusion.matrix.sum()):,} right"
    fits = rich.measure(matrix, options=unbounded).maximum <= rich.width
    words = "; rows are actual classes, columns predicted ones" if fits else ""
    rich.print(printable(f"{title}{words}"), style="bold", markup=False)
    if fits:
        rich.print(matrix)
        return
    mistakes = confusion.mistakes()
    rows: list[Sequence[Any]] = [[*mistake] for mistake in mistakes[:MOST_MISTAKES]]
    more = len(mistakes) - len(rows)
    words = f"and {more:,} more; --json has the whole matrix" if more > 0 else ""
    console.table(Table(["actual", "predicted", "times"], rows, footer=words))


def _matrix(confusion: Confusion) -> Any:
    """Return the matrix as a table, with the recall and the precision of each class."""
    import rich.box
    import rich.table
    from rich.text import Text

    drawn = rich.table.Table(box=rich.box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    drawn.add_column("", justify="right", no_wrap=True)
    for name in confusion.classes:
        drawn.add_column(Text(_short(name)), justify="right", no_wrap=True)
    drawn.add_column(Text("recall", "dim"), justify="right", no_wrap=True)
    for row, (name, share) in enumerate(zip(confusion.classes, confusion.recall, strict=True)):
        cells = [
            _count(int(count), right=row == column)
            for column, count in enumerate(confusion.matrix[row])
        ]
        found = "–" if share is None else f"{share:.1%}"
        drawn.add_row(Text(_short(name)), *cells, Text(found, "dim"))
    precise = ["–" if share is None else f"{share:.0%}" for share in confusion.precision]
    drawn.add_section()
    drawn.add_row(Text("precision", "dim"), *(Text(share, "dim") for share in precise), "")
    return drawn


def _count(count: int, *, right: bool) -> Any:
    from rich.text import Text

    if right:
        return Text(f"{count:,}", "bold green")
    return Text(f"{count:,}", "bold red") if count else Text("·", "dim")


def _short(name: str) -> str:
    clean = printable(name)
    return clean if len(clean) <= LONGEST_CLASS else f"{clean[: LONGEST_CLASS - 1]}…"
