"""Pictures at the end of a training, where the extra for them is installed."""

from __future__ import annotations

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
    """Draw what a run has to show, unless that isn't wanted or can't be done.

    Parameters
    ----------
    console : Console
    outcome : Outcome
    wanted : bool or None
        None is: if matplotlib is installed.
    """
    from convkit.report.style import can_draw

    if wanted is False or not can_draw() or outcome.status not in DRAWN:
        return
    from convkit.report.plots import draw_plots

    try:
        paths = draw_plots(outcome.run, console.warning)
    except ConvkitError as error:
        # The training is over, and all that counts is written.
        console.warning(f"no plots: {error}")
        return
    console.detail(f"plots: {', '.join(str(path) for path in paths)}")
