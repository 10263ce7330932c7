"""What ``convkit explain`` is asked to show, in groups that belong to one view each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from convkit.errors import ConvkitError

STEP, FLOW, LINE = "One step of a small network", "Gradients of any network", "A perceptron"
LOOKING = "Attention of a run that turns texts into others"
AUGMENTING = "Augmentation of pictures"


class Group:
    """Options that belong together."""

    def refuse(self, why: str, hint: str = "leave it out") -> None:
        """Refuse any of them that is given.

        Raises
        ------
        ConvkitError
            With its name and `why`.
        """
        for name, value in vars(self).items():
            if value is not None and value is not False:
                raise ConvkitError(f"--{name} {why}", hint)


@dataclass
class Step(Group):
    """Which step is written out."""

    sample: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Which training sample, from 0; by default one without zeros.",
            rich_help_panel=STEP,
        ),
    ] = None
    weight: Annotated[
        str | None,
        typer.Option(
            metavar="PATH",
            help="Whose gradient is followed: layers.0.weight[INPUT,NEURON], from 0.",
            rich_help_panel=STEP,
        ),
    ] = None


@dataclass
class Flow(Group):
    """How long gradients are watched, and in how deep networks."""

    steps: Annotated[
        int | None,
        typer.Option(metavar="N", help="Training steps to watch; 100.", rich_help_panel=FLOW),
    ] = None
    depth: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="Hidden layers of the four networks; 20.", rich_help_panel=FLOW
        ),
    ] = None


@dataclass
class Drawing(Group):
    """Where a perceptron's lines are drawn."""

    plot: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Draw the line after each epoch: .png, .svg, .pdf (extra plot).",
            rich_help_panel=LINE,
        ),
    ] = None
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite FILE.", rich_help_panel=LINE)
    ] = False


@dataclass
class Looking(Group):
    """Where a run looks while it writes."""

    attention: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="Where RUN, given instead of CONFIG, looks for each symbol that it writes for "
            "TEXT.",
            rich_help_panel=LOOKING,
        ),
    ] = None
    head: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Only this one of several heads, from 1; by default the mean of those that look "
            "from what is written at what was read.",
            rich_help_panel=LOOKING,
        ),
    ] = None


@dataclass
class Augmenting(Group):
    """What training samples are turned into."""

    augment: Annotated[
        bool,
        typer.Option(
            "--augment",
            help="Training pictures of CONFIG, each first as it is, then as augmentation changes "
            "it.",
            rich_help_panel=AUGMENTING,
        ),
    ] = False
    count: Annotated[
        int | None,
        typer.Option(metavar="N", help="How many pictures; 8.", rich_help_panel=AUGMENTING),
    ] = None


@dataclass
class Output(Group):
    """Where a picture goes."""

    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="A picture of what --augment shows; of --attention, too: .png, .svg, .pdf (extra "
            "plot).",
        ),
    ] = None
