"""``convkit evaluate``: measure what a run has trained again, on its data or on other."""

from __future__ import annotations

from typing import Annotated

import typer

from convkit.cli.command import command
from convkit.cli.console import Console
from convkit.cli.runs_options import CheckpointOption, RunName, checkpoint_name, chosen_run
from convkit.errors import ConvkitError, unknown

SPLITS = ("train", "validation", "test")


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "evaluate")(evaluate)


def evaluate(
    console: Console,
    run: RunName,
    *,
    data: Annotated[
        str | None,
        typer.Option(
            metavar="SOURCE",
            help="Other data: a table, a text, an .npz file, a folder with a folder of pictures "
            "for each class, or one with the same files as the run's own.",
        ),
    ] = None,
    checkpoint: CheckpointOption = None,
    split: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Only one: train, validation, test; by default all."),
    ] = None,
) -> None:
    """Measure again what a run has trained.

    A row for each metric, a column for each split. On a terminal also the confusion matrix: rows
    are the actual classes, columns the predicted ones; --json has it, too.

    The run's own data are loaded again, and must be the same as those it began with. Other data are
    read as its own were: a table needs the columns that were learnt from, and the target.

    \b
    Examples:
      convkit evaluate $(convkit train configs/digits-mlp.yaml --quiet)
      convkit evaluate $(convkit train configs/digits-mlp.yaml --quiet) --split test --json
    """
    if split is not None and split not in SPLITS:
        raise unknown("split", split, SPLITS)
    if data is not None and split is not None:
        raise ConvkitError("--split is one of the run's own data", "leave out --split or --data")
    name = checkpoint_name(checkpoint)
    from convkit.cli.evaluate_views import show_evaluation
    from convkit.experiment.evaluation import evaluate as measure
    from convkit.experiment.evaluation import read_data

    found = chosen_run(console, run)
    other = None if data is None else {data: read_data(found, data)}
    evaluation = measure(found, name, other, split=split)
    if console.as_json:
        console.json(evaluation.state())
    else:
        show_evaluation(console, evaluation)
