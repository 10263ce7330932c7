"""Pictures at the end of a training: plots, where the extra for them is installed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from convkit.cli.console import Console
from convkit.errors import ConvkitError, missing

if TYPE_CHECKING:
    from convkit.experiment.outcome import Outcome

DRAWN = ("finished", "stopped early", "diverged")
"""How a run ends that is drawn; who interrupts one wants to be gone."""


def say_if_missing(console: Console, wanted: bool | None) -> None:
    """Say before the work that pictures which were asked for can't be drawn."""
    from convkit.report.style import can_draw

    if wanted and not can_draw():
        lack = missing("--plots", "matplotlib", "plot")
        console.warning(f"{lack.message}: {lack.hint}")


def draw(console: Console, outcome: Outcome, wanted: bool | None) -> None:
    """Draw what a run has to show, unless that isn't wanted.

    Parameters
    ----------
    console : Console
    outcome : Outcome
        Its pictures are written without the extra, too.
    wanted : bool or None
        Whether plots are drawn; None is: if matplotlib is installed.
    """
    if wanted is False or outcome.status not in DRAWN:
        return
    try:
        paths = _drawn(console, outcome)
    except ConvkitError as error:
        # The training is over, and all that counts is written.
        console.warning(f"no plots: {error}")
        return
    if paths:
        console.detail(f"plots: {', '.join(str(path) for path in paths)}")


def _drawn(console: Console, outcome: Outcome) -> list[Path]:
    """Write the pictures and plots of a run, and return their files."""
    from convkit.report.pictures import write_pictures
    from convkit.report.style import can_draw

    paths = write_pictures(outcome.run, outcome.pictures) if outcome.pictures else []
    if not can_draw():
        return paths
    from convkit.report.plots import draw_plots

    return paths + draw_plots(outcome.run, console.warning)
