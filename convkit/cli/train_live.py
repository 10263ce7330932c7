"""The live view of a training: it is told what happens, and draws when a frame is due."""

from __future__ import annotations

from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Any

from convkit.cli.train_frame import frame
from convkit.cli.train_progress import duration, figure
from convkit.cli.train_story import Story

if TYPE_CHECKING:
    from rich.console import Console as RichConsole
    from rich.live import Live

    from convkit.experiment.observer import Moment, Plan
    from convkit.experiment.outcome import Outcome

FRAMES_PER_SECOND = 8
SHARE = 0.02
"""The most of the time that drawing may take from training."""


class LiveView:
    """Shows a training on a terminal, in place.

    Parameters
    ----------
    console : rich's Console
    keep : bool
        Whether the last frame stays; else one line does.
    """

    def __init__(self, console: RichConsole, *, keep: bool = True) -> None:
        self._console = console
        self._keep = keep
        self._live: Live | None = None

    def __enter__(self) -> LiveView:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._close()

    def started(self, plan: Plan) -> None:
        from rich.live import Live

        self._story = Story(plan)
        self._live = Live(
            console=self._console,
            auto_refresh=False,  # no thread of its own, which would take turns with the training
            transient=not self._keep,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._live.start()
        self._draw()

    def stepped(self, moment: Moment) -> None:
        self._story.stepped(moment)
        self._draw_if_due()

    def epoch_ended(self, record: dict[str, Any], *, best: bool) -> None:
        self._story.epoch_ended(record, best)
        self._draw_if_due()

    def ended(self, outcome: Outcome) -> None:
        self._story.over = True
        self._draw()
        self._close()
        if not self._keep:
            self._console.print(_in_one_line(outcome), soft_wrap=True, markup=False)

    def _draw_if_due(self) -> None:
        if perf_counter() >= self._due:
            self._draw()

    def _draw(self) -> None:
        if self._live is None:
            return
        began = perf_counter()
        self._live.update(frame(self._story, self._console), refresh=True)
        ended = perf_counter()
        self._due = ended + max(1 / FRAMES_PER_SECOND, (ended - began) / SHARE)

    def _close(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None


def _in_one_line(outcome: Outcome) -> str:
    summary = outcome.summary
    start = f"seed {summary['seed']}: {outcome.status} after {duration(summary['seconds'])}"
    last = list(outcome.metrics)[-1:]
    split = last[0].partition("/")[0] if last else ""
    metrics = [
        f"{name} {figure(value)}"
        for name, value in outcome.metrics.items()
        if name.startswith(f"{split}/")
    ]
    return "  ".join([start, *metrics])
