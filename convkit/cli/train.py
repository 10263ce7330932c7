"""``convkit train``: train what a YAML file describes, watch it, and keep everything it did."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from convkit.cli.command import DONE, command
from convkit.cli.console import Console
from convkit.cli.train_options import Changes, Running, read
from convkit.cli.train_plots import draw, say_if_missing
from convkit.cli.train_progress import progress
from convkit.cli.train_reports import document, metrics_table, seeds_document, seeds_table
from convkit.cli.train_verdict import say_how_it_went, verdict

if TYPE_CHECKING:
    from convkit.experiment.outcome import Outcome
    from convkit.experiment.run import Run
    from convkit.experiment.spec import Expectation


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "train")(train)


def train(
    console: Console,
    *,
    config: Annotated[
        str | None,
        typer.Argument(metavar="CONFIG", help="A YAML file, or - for standard input."),
    ] = None,
    changes: Changes,
    running: Running,
) -> int | None:
    """Train what a YAML file describes.

    convkit init writes such a file, convkit schema lists all that it can say. Relative paths in it
    start from its own folder. Everything goes into a run directory, runs/NAME/NUMBER: the config
    with every default, metrics of each epoch, checkpoints, plots, a summary.

    How it goes is shown on stderr: live on a terminal, else by a line for each epoch. The metrics
    at the end are printed on stdout; with --quiet it is the run directory alone, so that
    RUN=$(convkit train ... --quiet) works. Ctrl-C saves, and says how to go on.

    --seeds changes the initial weights and the order of the samples; which samples are for training
    and which for testing is drawn by data.seed, and stays.

    Exit code 1 if training diverges or something that the config expects doesn't hold, 130 after
    Ctrl-C.

    \b
    Examples:
      convkit train configs/digits-mlp.yaml
      convkit train configs/digits-cnn.yaml --set optimizer.lr=0.01 --set trainer.epochs=2 --dry-run
      convkit train configs/mlp-xor.yaml --seeds 3 --json
    """
    running.check(config, changes)
    running.set_threads()
    say_if_missing(console, running.drawing)
    if running.resume is not None:
        return _resume(console, running)
    assert config is not None  # checked above
    if running.dry_run:
        _dry_run(console, config, changes, running.runs)
        return DONE
    if running.seeds is not None:
        return _train_seeds(console, config, changes, running)
    return _train(console, config, changes, running)


def _train(console: Console, config: str, changes: Changes, running: Running) -> int:
    from convkit.experiment.session import train

    resolved, root = read(config, changes, running.runs)
    with progress(console, several=False) as observer:
        outcome = train(resolved, root=root, runs=Path(running.runs), observer=observer)
    return _report(console, outcome, resolved.experiment.expect, running.drawing)


def _resume(console: Console, running: Running) -> int:
    from convkit.experiment.assembly import experiment_of
    from convkit.experiment.run import find_run
    from convkit.experiment.session import resume

    assert running.resume is not None  # that is why we are here
    run = find_run(running.resume, Path(running.runs))
    with progress(console, several=False) as observer:
        outcome = resume(run, observer=observer)
    return _report(console, outcome, experiment_of(run).expect, running.drawing)


def _train_seeds(console: Console, config: str, changes: Changes, running: Running) -> int:
    from convkit.experiment.session import train_seeds

    resolved, root = read(config, changes, running.runs)
    assert running.seeds is not None  # that is why we are here
    with progress(console, several=True) as observer:
        series = train_seeds(
            resolved, running.seeds, root=root, runs=Path(running.runs), observer=observer
        )
    expect = resolved.experiment.expect
    if console.as_json:
        console.json(seeds_document(series, expect))
    elif console.quiet:
        console.text("\n".join(str(outcome.run.folder) for outcome in series.outcomes))
    elif series.finished:
        console.table(seeds_table(series))
    console.stdout.flush()
    for outcome in series.outcomes:
        draw(console, outcome, running.drawing)
    return max(
        verdict(console, outcome, expect, f"seed {outcome.summary['seed']}: ")
        for outcome in series.outcomes
    )


def _dry_run(console: Console, config: str, changes: Changes, runs: str) -> None:
    from convkit.cli.train_dry import report
    from convkit.experiment.preview import preview

    resolved, root = read(config, changes, runs)
    report(console, preview(resolved, root), config)


def _report(
    console: Console, outcome: Outcome, expect: Sequence[Expectation], plots: bool | None
) -> int:
    """Print what came out of a run; return the exit code."""
    over = outcome.status in ("finished", "stopped early")
    if console.as_json:
        console.json(document(outcome, expect))
    elif console.quiet:
        console.text(str(outcome.run.folder))
    elif over:
        console.table(metrics_table(outcome))
    console.stdout.flush()
    if over:
        say_how_it_went(console, outcome)
    code = verdict(console, outcome, expect)
    draw(console, outcome, plots)
    if over and console.stderr.isatty():
        _say_what_is_next(console, outcome.run)
    return code


def _say_what_is_next(console: Console, run: Run) -> None:
    from convkit.cli.asking import way_to_ask
    from convkit.experiment.assembly import experiment_of
    from convkit.families import FAMILIES

    way = way_to_ask(run, FAMILIES[experiment_of(run).family.name])
    if way is not None:
        console.note(f"next: convkit evaluate {shlex.quote(str(run.folder))}, or {way}")
