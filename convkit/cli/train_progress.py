"""How a training tells how it goes: live on a terminal, by a line for each epoch in a log."""

from __future__ import annotations

import math
import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from convkit.cli.console import Console

if TYPE_CHECKING:
    from convkit.experiment.observer import Moment, Observer, Plan
    from convkit.experiment.outcome import Outcome

MOST_LINES = 500
"""A log with more epochs than this gets only every second, third … one."""

APART = ("epoch", "step", "seconds", "samples_per_second")
"""What a line says in words of its own."""


@contextmanager
def progress(console: Console, *, several: bool) -> Iterator[Observer]:
    """Return who tells the user how a training goes, or several one after the other."""
    if console.quiet:
        from convkit.experiment.observer import Silent

        yield Silent()
    elif is_live(console):
        from convkit.cli.train_live import LiveView

        with LiveView(console.rich_stderr(), keep=not several) as view:
            yield view
    else:
        yield Lines(console)


def is_live(console: Console) -> bool:
    """Return whether stderr can show what changes in place."""
    return console.stderr.isatty() and os.environ.get("TERM") != "dumb"


class Lines:
    """Says one plain line for each epoch.

    Parameters
    ----------
    console : Console
        Is told on stderr; with ``-v`` every epoch, however many there are.
    """

    def __init__(self, console: Console) -> None:
        self._console = console

    def started(self, plan: Plan) -> None:
        self._epochs = plan.epochs
        self._every = 1 if self._console.verbose else math.ceil(plan.epochs / MOST_LINES)
        self._tells = best_is_news(plan)
        gone = f", going on after epoch {plan.records[-1]['epoch']}" if plan.records else ""
        epochs, steps = _counted(plan.epochs, "epoch"), _counted(plan.steps_per_epoch, "step")
        self._console.note(f"{place(plan)}: {contents(plan, ', ')}, {epochs} of {steps}{gone}")

    def stepped(self, moment: Moment) -> None:
        """Say nothing: a log is no place for what is soon outdated."""

    def epoch_ended(self, record: dict[str, Any], *, best: bool) -> None:
        epoch = record["epoch"]
        if epoch % self._every and epoch != self._epochs:
            return
        width = len(str(self._epochs))
        numbers = [f"{name} {cell(name, value)}" for name, value in measured(record).items()]
        rate = f"{record['samples_per_second']:,.0f} samples/s"
        parts = [f"epoch {epoch:{width}}/{self._epochs}", *numbers, rate]
        self._console.note("  ".join([*parts, "best"] if best and self._tells else parts))

    def ended(self, outcome: Outcome) -> None:
        """Say nothing: the command says how it ended."""


def place(plan: Plan) -> str:
    """Return where a run lies, as a shell takes it."""
    return shlex.quote(str(plan.run.folder))


def contents(plan: Plan, separator: str) -> str:
    """Return how much is trained on how much: ``1,437 train, 360 test, 5,178 parameters``."""
    unit = "" if plan.unit == "samples" else f" {plan.unit}"
    parts = [f"{count:,} {split}{unit}" for split, count in plan.samples.items()]
    return separator.join([*parts, f"{plan.parameters:,} parameters"])


def best_is_news(plan: Plan) -> bool:
    """Return whether to say which epoch was the best: on the training data it is the last."""
    return not plan.monitor.startswith("train/")


def measured(record: dict[str, Any]) -> dict[str, Any]:
    """Return what was measured in an epoch, and what changes from one to the next."""
    return {name: value for name, value in record.items() if name not in APART}


def cell(name: str, value: float | None) -> str:
    """Return a number of an epoch, by its name, as a log or a table shows it."""
    match name:
        case "epoch":
            return f"{value:,}"
        case "lr":
            return f"{value:.3g}"
        case "seconds":
            return duration(value or 0.0)
        case _:
            return figure(value)


def figure(value: float | None) -> str:
    """Return a measured number in at most nine letters, always as many digits for one size.

    >>> [figure(value) for value in (0.5, 12.0, 23456.7, 1.5e9, 2e-6, 0.0, None)]
    ['0.5000', '12.0000', '23,456.7', '1.500e+09', '2.000e-06', '0', '–']
    """
    if value is None or math.isnan(value):
        return "–"
    if isinstance(value, int) or value == 0:
        return f"{value:,.0f}"
    size = abs(value)
    if 1e-3 <= size < 1e3:
        return f"{value:.4f}"
    return f"{value:,.1f}" if 1e3 <= size < 1e5 else f"{value:.3e}"


def duration(seconds: float) -> str:
    """Return a time as people say it: ``50 ms``, ``0.8 s``, ``3:05 min``, ``1:02:03 h``."""
    if seconds < 0.095:
        return f"{1000 * seconds:.0f} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02} h" if hours else f"{minutes}:{rest:02} min"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
