"""What ``convkit train`` is asked to do, in the groups in which options are passed on."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from convkit.errors import ConvkitError

if TYPE_CHECKING:
    from convkit.experiment.spec import Override, Resolved

CHANGE, RUN = "Change the experiment", "Run"

PLOTS_VARIABLE = "CONVKIT_PLOTS"
"""The environment variable that says whether plots are drawn where no option does."""

ANSWERS = {"yes": True, "no": False}


@dataclass
class Changes:
    """What is another than the config says."""

    overrides: Annotated[
        list[str],
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Another value: optimizer.lr=0.01, model.0.conv2d.filters=8. Repeatable.",
            rich_help_panel=CHANGE,
        ),
    ] = field(default_factory=list)
    seed: Annotated[
        str | None, typer.Option(metavar="N", help="Another seed.", rich_help_panel=CHANGE)
    ] = None
    name: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Another name for its runs.", rich_help_panel=CHANGE),
    ] = None

    def all(self) -> list[Override]:
        """Return all changes, each with the option that it came by."""
        from convkit.experiment.spec import Override

        short = {"seed": self.seed, "name": self.name}
        given = {key: value for key, value in short.items() if value is not None}
        return [
            *(Override(text) for text in self.overrides),
            *(Override(f"{key}={value}", f"--{key}") for key, value in given.items()),
        ]

    def given(self) -> list[str]:
        """Return the options that were given."""
        options = {"--set": self.overrides or None, "--seed": self.seed, "--name": self.name}
        return [option for option, value in options.items() if value is not None]


@dataclass
class Running:
    """How often, where and with how many threads is trained."""

    seeds: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="Train with N seeds in turn; mean ± deviation.", rich_help_panel=RUN
        ),
    ] = None
    resume: Annotated[
        str | None,
        typer.Option(
            metavar="RUN",
            help="Go on with an interrupted run: runs/digits-cnn/3, or digits-cnn for its latest.",
            rich_help_panel=RUN,
        ),
    ] = None
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Only show every value with its origin, the layers, and the memory.",
            rich_help_panel=RUN,
        ),
    ] = False
    runs: Annotated[
        str, typer.Option(metavar="FOLDER", help="Where runs lie.", rich_help_panel=RUN)
    ] = "runs"
    plots: Annotated[
        bool | None,
        typer.Option(
            "--plots/--no-plots",
            help="Draw plots at the end; by default if matplotlib is installed (extra plot), "
            "unless CONVKIT_PLOTS is no.",
            rich_help_panel=RUN,
        ),
    ] = None
    threads: Annotated[
        str | None,
        typer.Option(
            metavar="N", help="Threads; by default one for each core.", rich_help_panel=RUN
        ),
    ] = None

    @property
    def drawing(self) -> bool | None:
        """Whether plots are drawn; None is: if matplotlib is installed.

        Raises
        ------
        ConvkitError
            If no option says it, and the environment says neither yes nor no.
        """
        said = os.environ.get(PLOTS_VARIABLE, "")
        if self.plots is not None or not said:
            return self.plots
        if said not in ANSWERS:
            raise ConvkitError(f"{PLOTS_VARIABLE} must be yes or no, got '{said}'")
        return ANSWERS[said]

    def check(self, config: str | None, changes: Changes) -> None:
        """Refuse what contradicts itself."""
        others = [*["CONFIG"] * (config is not None), *changes.given(), *self._given()]
        if self.resume is not None and others:
            raise ConvkitError(
                f"--resume goes on as the run began, and takes no {others[0]}",
                f"convkit train --resume {self.resume}",
            )
        if self.resume is None and config is None:
            raise ConvkitError(
                "there is nothing to train", "name a config: configs/digits-mlp.yaml"
            )
        if self.seeds is not None and self.seeds < 1:
            raise ConvkitError(f"--seeds must be at least 1, got {self.seeds}")
        if self.dry_run and self.seeds is not None:
            raise ConvkitError("--dry-run trains with no seed at all", "leave out --seeds")

    def _given(self) -> list[str]:
        options = {"--seeds": self.seeds, "--dry-run": self.dry_run}
        return [option for option, value in options.items() if value]

    def set_threads(self) -> None:
        """Let everything that is imported from now on know how many threads to use."""
        from convkit.workers import VARIABLE, parse_threads

        if self.threads is not None:
            os.environ[VARIABLE] = str(parse_threads(self.threads, "--threads"))


def read(config: str, changes: Changes, runs: str = "runs") -> tuple[Resolved, Path]:
    """Return an experiment and the folder from which its relative paths start: the config's own."""
    from convkit.experiment.spec import read_experiment

    resolved = read_experiment(config, changes.all(), runs=Path(runs))
    return resolved, Path() if config == "-" else Path(config).parent
