"""How a training ended, in words, and the exit code for it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from convkit.cli.command import ANSWER_IS_NO, DONE, INTERRUPTED
from convkit.cli.console import Console
from convkit.cli.train_progress import duration

if TYPE_CHECKING:
    from convkit.experiment.outcome import Outcome
    from convkit.experiment.spec import Expectation


def say_how_it_went(console: Console, outcome: Outcome) -> None:
    """Say where a finished run lies, why it ended, and what its family has to say about it."""
    summary, folder = outcome.summary, shlex.quote(str(outcome.run.folder))
    after = duration(summary["seconds"])
    console.note(f"{folder}: {outcome.status} after {after}: {summary['reason']}")
    if explanation := summary["remarks"].get("explanation"):
        console.note(explanation)


def verdict(
    console: Console, outcome: Outcome, expect: Sequence[Expectation], which: str = ""
) -> int:
    """Say what went wrong in a run, if anything did; return the exit code.

    Parameters
    ----------
    console : Console
    outcome : Outcome
    expect : sequence of Expectation
    which : str
        What every line begins with, if there are several runs.
    """
    match outcome.status:
        case "interrupted":
            _say_interrupted(console, outcome, which)
            return INTERRUPTED
        case "diverged":
            _say_diverged(console, outcome, which)
            return ANSWER_IS_NO
        case _:
            return _check(console, outcome, expect, which)


def _say_interrupted(console: Console, outcome: Outcome, which: str) -> None:
    folder = shlex.quote(str(outcome.run.folder))
    reason = outcome.summary["reason"]
    console.error(f"{which}interrupted: {reason}; saved", f"convkit train --resume {folder}")


def _say_diverged(console: Console, outcome: Outcome, which: str) -> None:
    divergence = outcome.summary["divergence"]
    saved = ", ".join(
        f"the {name} checkpoint, of epoch {each['epoch']}, is '{each['path']}'"
        for name, each in divergence["checkpoints"].items()
    )
    message = f"{which}training diverged: {outcome.summary['reason']}; "
    console.error(message + (saved or "nothing was saved before"), divergence["hint"])


def _check(console: Console, outcome: Outcome, expect: Sequence[Expectation], which: str) -> int:
    """Say which expectations don't hold and, of a single run, which do."""
    from convkit.experiment.spec import check_expectations

    unmet = check_expectations(expect, outcome.metrics)
    missed = {each.expectation for each in unmet}
    met = [str(each) for each in expect if each not in missed]
    if met and not which:
        console.note(f"as expected: {', '.join(met)}")
    for each in unmet:
        console.error(f"{which}{each}")
    return ANSWER_IS_NO if unmet else DONE
