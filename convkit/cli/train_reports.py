"""What came out of a training, as tables and documents."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from convkit.cli.console import Table

if TYPE_CHECKING:
    from convkit.experiment.outcome import Outcome
    from convkit.experiment.session import SeedsOutcome
    from convkit.experiment.spec import Expectation

SPLITS = ("train", "validation", "test")


def metrics_table(outcome: Outcome) -> Table:
    """Return a row for each metric, a column for each split."""
    checkpoint = outcome.summary["checkpoint"]
    title = f"the {checkpoint['name']} checkpoint, after epoch {checkpoint['epoch']:,}"
    return split_table(outcome.metrics, title)


def split_table(metrics: Mapping[str, float | None], title: str = "") -> Table:
    """Return a row for each metric and a column for each split, of metrics by their full names."""
    values = {
        tuple(name.split("/", 1)): known(value) for name, value in metrics.items() if "/" in name
    }
    splits = [split for split in SPLITS if any(split == part for part, _ in values)]
    names = dict.fromkeys(name for _, name in values)
    rows = [[name, *(values.get((split, name)) for split in splits)] for name in names]
    return Table(["metric", *splits], [*rows], title=title)


def known(value: float | None) -> float | None:
    """Return a metric, None where there is no number for it, as with r2 of constant targets."""
    return None if value is None or math.isnan(value) else value


def document(outcome: Outcome, expect: Sequence[Expectation]) -> dict[str, Any]:
    """Return all that the summary says, where the run lies, and which expectations hold."""
    return {
        "run": str(outcome.run.folder),
        **outcome.summary,
        "expectations": [_expected(each, outcome) for each in expect],
    }


def _expected(each: Expectation, outcome: Outcome) -> dict[str, Any]:
    value = outcome.metrics.get(each.metric)
    holds = value is not None and each.holds(value)
    return {"metric": each.metric, "expected": f"{each.comparison}{each.bound!r}", "met": holds}


def seeds_table(series: SeedsOutcome) -> Table:
    """Return a row for each metric: its mean over the seeds, its deviation, its least and most."""
    seeds = [str(outcome.summary["seed"]) for outcome in series.finished]
    return Table(
        ["metric", "mean", "deviation", "least", "most"],
        [[name, *_statistics(each)] for name, each in series.statistics().items()],
        title=f"seeds {', '.join(seeds)}",
    )


def _statistics(each: dict[str, Any]) -> list[float | None]:
    values = [value for value in each["values"] if value is not None]
    ends = [min(values), max(values)] if values else [None, None]
    return [each["mean"], each["deviation"], *ends]


def seeds_document(series: SeedsOutcome, expect: Sequence[Expectation]) -> dict[str, Any]:
    """Return the document of each run, and the statistics of each metric over all."""
    return {
        "statistics": series.statistics(),
        "runs": [document(outcome, expect) for outcome in series.outcomes],
    }
