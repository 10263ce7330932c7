"""``convkit compare``: one experiment with other values beside each other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from convkit.cli import cluster_option
from convkit.cli.command import ANSWER_IS_NO, DONE, command
from convkit.cli.console import Console, comma_separated
from convkit.cli.train_options import CHANGE, RUN, Changes
from convkit.errors import ConvkitError

if TYPE_CHECKING:
    from convkit.experiment.results import Result


@dataclass
class Trials:
    """How often, where and how many at once are trained."""

    seeds: Annotated[
        int, typer.Option(metavar="N", help="Train each with N seeds.", rich_help_panel=RUN)
    ] = 1
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            "-j",
            metavar="N",
            help="How many train at once; by default one on each core.",
            rich_help_panel=RUN,
        ),
    ] = None
    cluster: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help=cluster_option.HELP, rich_help_panel=RUN),
    ] = None
    runs: Annotated[
        str, typer.Option(metavar="FOLDER", help="Where runs lie.", rich_help_panel=RUN)
    ] = "runs"

    def check(self) -> None:
        """Refuse numbers that make no sense."""
        from convkit.processes import check_jobs

        if self.seeds < 1:
            raise ConvkitError(f"--seeds must be at least 1, got {self.seeds}")
        if self.jobs is not None:
            check_jobs(self.jobs)


@dataclass
class Output:
    """What is written beside the table."""

    plot: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Draw metrics over epochs, or the paths of a descent: png, svg, pdf (extra plot).",
        ),
    ] = None
    force: Annotated[bool, typer.Option("--force", "-f", help="Overwrite the plot.")] = False
    as_csv: Annotated[bool, typer.Option("--csv", help="Comma-separated.")] = False

    def check(self, console: Console) -> None:
        """Refuse at once what would fail after the work."""
        if self.as_csv and console.as_json:
            raise ConvkitError("--csv and --json contradict each other", "choose one of them")
        if self.plot is not None:
            from convkit.report.style import check_drawable

            check_drawable(Path(self.plot), "--plot", force=self.force)


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "compare")(compare)


def compare(
    console: Console,
    config: Annotated[str, typer.Argument(metavar="CONFIG", help="A YAML file.")],
    *,
    over: Annotated[
        list[str] | None,
        typer.Option(
            "--over",
            metavar="KEY=VALUE,…",
            help="A key and the values it takes in turn. Repeatable: every combination.",
            rich_help_panel=CHANGE,
        ),
    ] = None,
    changes: Changes,
    trials: Trials,
    output: Output,
) -> int | None:
    """Train variants of an experiment and set them side by side.

    The table has a row for each combination: its values, the metrics of the checkpoint that counts
    (their mean over the seeds), and the generalisation gap: by how much the held-out part does
    worse than the training part. Each training is a run of its own, see convkit runs.

    A value may be anything that a YAML file takes, such as {name: sgd, lr: 0.1}. An optimizer that
    is only named gets its own defaults. What the config expects isn't checked.

    Exit code 1 if a training diverges. Ctrl-C saves those that run: convkit train --resume RUN goes
    on with one, and convkit runs compare sets any runs side by side.

    \b
    Examples:
      convkit compare configs/digits-mlp.yaml --over optimizer=sgd,momentum,rmsprop,adam
      convkit compare configs/rosenbrock.yaml --over optimizer.lr=0.01,0.05 --json
    """
    from convkit.cli.compare_views import Progress
    from convkit.experiment.results import train_variants
    from convkit.experiment.variants import check, parse_over, vary
    from convkit.processes import workers_for
    from convkit.report.variants import check_room, draw

    trials.check()
    output.check(console)
    if not over:
        raise ConvkitError("there is nothing to vary", "--over optimizer=sgd,momentum,adam")
    variants = vary(config, changes.all(), [parse_over(text) for text in over])
    if output.plot is not None:
        check_room(variants, trials.seeds)
    check(variants, Path(config).parent)
    trainings = len(variants) * trials.seeds
    workers = workers_for(trials.jobs, trials.cluster, trainings)
    with Progress(console, trainings) as progress:
        results = train_variants(
            variants,
            seeds=trials.seeds,
            workers=workers,
            root=Path(config).parent,
            runs=Path(trials.runs),
            done=progress.done,
        )
    _tell(console, results, as_csv=output.as_csv)
    if output.plot is not None:
        draw(results, Path(output.plot), force=output.force)
        console.note(f"drawn: {output.plot}")
    diverged = [result for result in results if result.status == "diverged"]
    return ANSWER_IS_NO if diverged else DONE


def _tell(console: Console, results: list[Result], *, as_csv: bool) -> None:
    """Print the variants side by side, in the form that was asked for."""
    from convkit.cli.compare_views import document, short_table, table

    if console.as_json:
        console.json(document(results))
    elif console.quiet:
        console.text("\n".join(str(each.run.folder) for one in results for each in one.outcomes))
    elif as_csv:
        shown = table(results)
        console.text(comma_separated(shown.columns, shown.rows))
    else:
        console.table((short_table if console.stdout.isatty() else table)(results))
