"""``convkit tune``: search for the settings with which an experiment does best."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from convkit.cli import cluster_option
from convkit.cli.command import ANSWER_IS_NO, DONE, INTERRUPTED, command
from convkit.cli.console import Console, comma_separated
from convkit.cli.train_options import CHANGE, RUN
from convkit.errors import ConvkitError

if TYPE_CHECKING:
    from convkit.experiment.spec import Override
    from convkit.tuning.results import Results


@dataclass
class SearchChanges:
    """What is another than the search says."""

    overrides: Annotated[
        list[str],
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Another value of the search: method=random. Repeatable.",
            rich_help_panel=CHANGE,
        ),
    ] = field(default_factory=list)
    trials: Annotated[
        str | None, typer.Option(metavar="N", help="How many trials.", rich_help_panel=CHANGE)
    ] = None
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Another name.", rich_help_panel=CHANGE)
    ] = None

    def all(self) -> list[Override]:
        """Return all changes, each with the option that it came by."""
        from convkit.experiment.spec import Override

        short = {"trials": self.trials, "name": self.name}
        return [
            *(Override(text) for text in self.overrides),
            *(Override(f"{key}={text}", f"--{key}") for key, text in short.items() if text),
        ]


@dataclass
class Working:
    """Who does the work, and where it is remembered."""

    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            "-j",
            metavar="N",
            help="Trials at once; by default one on each core, or each thread of the cluster.",
            rich_help_panel=RUN,
        ),
    ] = None
    cluster: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help=cluster_option.HELP, rich_help_panel=RUN),
    ] = None
    storage: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="A database that remembers the study, postgresql://…, mysql://…, sqlite:///…: the "
            "same command on several machines shares the trials. By default a file in its folder.",
            rich_help_panel=RUN,
        ),
    ] = None
    runs: Annotated[
        str, typer.Option(metavar="FOLDER", help="Where runs lie.", rich_help_panel=RUN)
    ] = "runs"


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "tune")(tune)


def tune(
    console: Console,
    config: Annotated[str, typer.Argument(metavar="SEARCH", help="A YAML file.")],
    *,
    changes: SearchChanges,
    working: Working,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Only check the search, and show what it would try."),
    ] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="All trials, comma-separated.")] = False,
) -> int | None:
    """Search for the best settings of an experiment (extra tune).

    SEARCH names an experiment (base), keys of it and the values that each may get (search), who
    proposes them (method: grid, random, bayesian, gaussian_process, cma), and what counts (metric).
    Trials run in processes of their own; one that fails is noted, and the search goes on.

    Everything goes into the folder runs/NAME: the study, a run for each trial, and at the end
    best.yaml, a config that convkit train takes. Broken off at any moment, the same command goes
    on: what is finished stays, what was running is repeated. More trials continue it, too.

    Exit code 1 if no trial came to its end, 130 after Ctrl-C.

    \b
    Examples:
      convkit tune configs/tune-digits.yaml --trials 3
      convkit tune configs/tune-digits.yaml --set method=random --trials 2 --name random --json
    """
    if as_csv and console.as_json:
        raise ConvkitError("--csv and --json contradict each other", "choose one of them")
    from convkit.cli.tune_views import (
        BEST_ON_A_TERMINAL,
        Live,
        csv_table,
        ranking,
        say_plan,
    )
    from convkit.processes import workers_for
    from convkit.report.tuning import write_report
    from convkit.tuning.reading import read_tuning
    from convkit.tuning.results import Results, write_results
    from convkit.tuning.searching import check_measured, search

    plan = read_tuning(config, changes.all())
    if dry_run:
        check_measured(plan)
        say_plan(console, plan, as_csv=as_csv)
        return DONE
    folder = Path(working.runs) / plan.tuning.name
    workers = workers_for(working.jobs, working.cluster, plan.trials)
    try:
        with Live(console, plan) as live:
            study = search(plan, folder, storage=working.storage, workers=workers, watcher=live)
    except KeyboardInterrupt:
        console.error("interrupted: what was running is repeated", "the same command goes on")
        return INTERRUPTED
    results = Results.of(plan, study)
    write_results(results, folder)
    write_report(results, study, folder)
    if console.as_json:
        console.json(results.document())
    elif as_csv:
        table = csv_table(results)
        console.text(comma_separated(table.columns, table.rows))
    elif console.quiet:
        console.text(str(folder))
    else:
        most = BEST_ON_A_TERMINAL if console.stdout.isatty() else None
        console.table(ranking(results, most=most))
    return _verdict(console, results, folder)


def _verdict(console: Console, results: Results, folder: Path) -> int:
    """Say what came out; return the exit code."""
    if not results.complete:
        reasons = [entry.reason for entry in results.entries if entry.state == "failed"]
        hint = f"the first one: {reasons[0]}" if reasons else None
        console.error("no trial came to its end", hint)
        return ANSWER_IS_NO
    console.note(f"the best config: convkit train {folder / 'best.yaml'}")
    console.note(f"all of it: {folder / 'report.html'}")
    return DONE
