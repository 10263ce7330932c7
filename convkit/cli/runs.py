"""``convkit runs``: what was trained so far, how it went, and what made the difference."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from convkit.cli.command import ANSWER_IS_NO, command
from convkit.cli.console import Console
from convkit.cli.quick import ListByDefault
from convkit.cli.runs_options import RunName, chosen_run
from convkit.errors import ConvkitError

HELP = """
List runs, show one, compare several, draw one.

Without a command it lists.

\b
Examples:
  convkit train configs/mlp-xor.yaml --quiet && convkit runs list
  convkit runs compare $(convkit train configs/mlp-xor.yaml --seeds 2 --quiet)
"""


def register(app: typer.Typer) -> None:
    """Add ``runs`` to the program."""
    group = typer.Typer(cls=ListByDefault, help=HELP)
    command(group, "list")(list_runs)
    command(group, "show")(show)
    command(group, "compare")(compare)
    command(group, "plot")(plot)
    app.add_typer(group, name="runs")


def list_runs(
    console: Console,
    folder: Annotated[
        str, typer.Argument(metavar="FOLDER", help="Where runs lie, or those of an experiment.")
    ] = "runs",
    *,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only the runs of this experiment.")
    ] = None,
    sort: Annotated[
        str,
        typer.Option(
            metavar="COLUMN",
            help="A metric, the best first; or run, status, epochs, seconds, started.",
        ),
    ] = "run",
) -> None:
    """List runs: how each ended, how far it came, and what it reached.

    A run that has no end is running or, if no process trains it, unfinished: it was killed, and
    convkit train --resume goes on with it.

    \b
    Examples:
      convkit train configs/mlp-xor.yaml --quiet && convkit runs list
      convkit runs list --sort train/loss --json
    """
    from convkit.cli.runs_views import lines_document, say_what_is_wrong, show_lines
    from convkit.files import is_folder
    from convkit.report.listing import list_lines, sort_lines

    if folder != "runs" and not is_folder(Path(folder)):
        raise ConvkitError(f"there is no folder '{folder}'", "convkit runs list shows runs/")
    lines = list_lines(Path(folder), name)
    if not lines:
        trials = Path(folder, "trials")
        way = f"{trials} has some" if is_folder(trials) else "convkit train CONFIG makes one"
        console.note(f"no runs in '{folder}'; {way}")
    if lines or sort == "run":
        lines = sort_lines(lines, sort)
    if console.as_json:
        console.json(lines_document(lines))
    else:
        show_lines(console, lines)
    say_what_is_wrong(console, lines)


def show(console: Console, run: RunName) -> None:
    """Show what a run was, how it went, and what it reached.

    On a terminal: the config with every default, what it was made with, epochs, and metrics. In a
    pipe: a line for each epoch. All of it with --json.

    \b
    Examples:
      convkit runs show $(convkit train configs/mlp-xor.yaml --quiet)
      convkit train configs/mlp-xor.yaml -q && convkit runs show mlp-xor --json
    """
    from convkit.cli.runs_views import show_run
    from convkit.experiment.comparison import describe

    info = describe(chosen_run(console, run))
    if console.as_json:
        console.json(info.state())
    else:
        show_run(console, info)


def compare(
    console: Console,
    runs: Annotated[
        list[str], typer.Argument(metavar="RUN", help="Two or more; as for convkit runs show.")
    ],
    *,
    plot: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Draw the metrics over epochs, too: png, svg, pdf (extra plot)."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", "-f", help="Overwrite the plot.")] = False,
) -> None:
    """Set metrics of runs beside what they differ in.

    Only settings that differ are shown, and where that differs, too, what the runs were made with:
    versions, the platform, the data. The best value of each metric is marked on a terminal.

    \b
    Examples:
      convkit runs compare $(convkit train configs/mlp-xor.yaml --seeds 2 --quiet)
      convkit runs compare $(convkit train configs/mlp-xor.yaml --seeds 3 --quiet) --json
    """
    from convkit.cli.runs_views import comparison_document, show_comparison
    from convkit.experiment.comparison import compare as set_beside
    from convkit.report.beside import rows_of, same_data

    comparison = set_beside([chosen_run(console, name) for name in runs])
    if plot is not None:
        from convkit.report.curves import draw_comparison

        draw_comparison(comparison, Path(plot), force=force)
        console.note(f"drawn: {plot}")
    rows = rows_of(comparison)
    if console.as_json:
        console.json(comparison_document(comparison, rows))
    else:
        show_comparison(console, comparison, rows)
    if not same_data(comparison):
        console.warning("the runs were measured on different data: their metrics don't compare")
    elif not comparison.differences:
        console.note("the configs of the runs are the same")


def plot(console: Console, run: RunName) -> int | None:
    """Draw what a run has to show (extra plot).

    In the run's folder plots/: losses and metrics over epochs, the confusion matrix, what the first
    layer looks for in pictures, and predictions for some samples. Their names are printed. convkit
    train draws them at its end, if matplotlib is installed.

    \b
    Examples:
      convkit runs plot $(convkit train configs/mlp-xor.yaml --quiet)
      convkit runs plot $(convkit train configs/digits-mlp.yaml --quiet) --json
    """
    from convkit.report.plots import draw_plots

    paths = draw_plots(chosen_run(console, run), console.warning)
    if console.as_json:
        console.json({"plots": [str(path) for path in paths]})
    else:
        for path in paths:
            console.text(str(path))
    if not paths:
        console.error("there is nothing to draw yet", "no epoch is over")
        return ANSWER_IS_NO
    return None
