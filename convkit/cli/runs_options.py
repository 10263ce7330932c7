"""How a run and its checkpoint are named on a command line, wherever one is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from convkit.cli.console import Console
from convkit.errors import unknown

if TYPE_CHECKING:
    from convkit.experiment.run import CheckpointName, Run

CHECKPOINTS = ("best", "last")

RunName = Annotated[
    str, typer.Argument(metavar="RUN", help="Its folder, or its experiment's for the newest run.")
]

CheckpointOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="best or last; by default the one that training was tested with."
    ),
]


def chosen_run(console: Console, name: str) -> Run:
    """Return the run that a user names; where a whole experiment is named, say which run it is."""
    from convkit.experiment.run import find_run

    run = find_run(name)
    if Path(name).absolute().name != run.folder.absolute().name:
        console.note(f"{name}: its newest run is {run.folder}")
    return run


def checkpoint_name(text: str | None) -> CheckpointName | None:
    """Return which checkpoint an option names.

    Raises
    ------
    ConvkitError
        If there is no such one.
    """
    if text is not None and text not in CHECKPOINTS:
        raise unknown("checkpoint", text, CHECKPOINTS)
    return cast("Literal['best', 'last'] | None", text)
