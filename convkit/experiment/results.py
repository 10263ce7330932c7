"""Variants of an experiment, trained beside each other: what makes the difference?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev
from typing import Any, NamedTuple

from convkit.errors import ConvkitError
from convkit.experiment import spec
from convkit.experiment.monitor import direction
from convkit.experiment.outcome import COMPLETE, Outcome
from convkit.experiment.run import RUNS
from convkit.experiment.session import seeded, train
from convkit.experiment.variants import Variant
from convkit.processes import Workers, each_as_done, executor_for


@dataclass(frozen=True)
class Result:
    """How a variant went, with each of its seeds.

    Attributes
    ----------
    variant : Variant
    outcomes : list of Outcome
        In the order of the seeds.
    """

    variant: Variant
    outcomes: list[Outcome]

    @property
    def status(self) -> str:
        """How it ended; if seeds ended differently, the worst of it."""
        order = ("failed", "diverged", "interrupted", "stopped early", "finished")
        return min((outcome.status for outcome in self.outcomes), key=order.index)

    @property
    def complete(self) -> bool:
        """Whether every seed came to its end."""
        return self.status in COMPLETE

    @property
    def metrics(self) -> dict[str, float | None]:
        """The mean of every metric over the seeds; None where one has no number for it."""
        return {name: _mean(values) for name, values in self._values().items()}

    @property
    def deviations(self) -> dict[str, float | None]:
        """The sample standard deviation of every metric over the seeds."""
        return {
            name: stdev(numbers) if len(numbers := _numbers(values)) > 1 else None
            for name, values in self._values().items()
        }

    def _values(self) -> dict[str, list[float | None]]:
        names = dict.fromkeys(name for outcome in self.outcomes for name in outcome.metrics)
        return {name: [each.metrics.get(name) for each in self.outcomes] for name in names}

    @property
    def gap(self) -> float | None:
        """How much worse the held-out part is than the training part: the generalisation gap.

        Of the first metric beside the loss, on the last split, see :func:`headline`. An agent has
        none: the episodes that it learns from are those in which it explores.
        """
        name = headline(self.metrics)
        if name is None or name.endswith("/return"):
            return None
        held_out, trained = self.metrics[name], self.metrics.get(f"train/{name.split('/')[1]}")
        if held_out is None or trained is None:
            return None
        return direction(name) * (trained - held_out)

    def state(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {
            "settings": dict(self.variant.settings),
            "status": self.status,
            "metrics": self.metrics,
            "deviations": self.deviations,
            "gap": self.gap,
            "seconds": self.seconds,
            "runs": [str(outcome.run.folder) for outcome in self.outcomes],
        }

    @property
    def seconds(self) -> float:
        """How long a seed took on average."""
        return fmean(outcome.summary["seconds"] for outcome in self.outcomes)


def headline(metrics: Mapping[str, float | None]) -> str | None:
    """Return the metric that tells most: of the last held-out split, the first beside a loss."""
    splits = [
        [name for name in metrics if name.startswith(f"{split}/")]
        for split in ("test", "validation")
    ]
    names = next((each for each in splits if each), [])
    return next((name for name in names if not name.endswith("loss")), names[0] if names else None)


def _numbers(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None and value == value]  # noqa: PLR0124


def _mean(values: Sequence[float | None]) -> float | None:
    numbers = _numbers(values)
    return fmean(numbers) if len(numbers) == len(values) else None


class Job(NamedTuple):
    """What a process is given to train."""

    resolved: spec.Resolved
    root: Path
    runs: Path


def train_variants(
    variants: Sequence[Variant],
    *,
    seeds: int,
    workers: Workers,
    root: Path = Path(),
    runs: Path = RUNS,
    done: Callable[[Variant, Outcome], None] = lambda *_: None,
) -> list[Result]:
    """Train every variant with every seed, several at once, each in a run directory of its own.

    Parameters
    ----------
    variants : sequence of Variant
    seeds : int
        How many: the experiment's own and those that follow it.
    workers : Workers
        Who trains.
    root : Path
        The folder that relative paths in the experiment start from.
    runs : Path
        Where runs lie.
    done : callable
        Is told of each training that is over, in the order in which they end.

    Raises
    ------
    ConvkitError
        If one can't begin, as :func:`convkit.experiment.session.train`; see
        :func:`convkit.experiment.variants.check`.
    KeyboardInterrupt
        After Ctrl-C; those that were running are saved and can be resumed.
    """
    places = [(variant, seed) for variant in variants for seed in range(seeds)]
    root, runs = workers.reach(root), workers.reach(runs)
    work = [
        Job(seeded(variant.resolved, variant.resolved.experiment.seed + further), root, runs)
        for variant, further in places
    ]
    outcomes: dict[int, Outcome] = {}
    with executor_for(workers) as executor:
        for place, outcome in each_as_done(executor, _train, work):
            outcomes[place] = outcome
            done(places[place][0], outcome)
    return [
        Result(variant, [outcomes[index * seeds + seed] for seed in range(seeds)])
        for index, variant in enumerate(variants)
    ]


def _train(job: Job) -> Outcome:
    try:
        return train(job.resolved, root=job.root, runs=job.runs)
    except ConvkitError as error:
        # What has parts of its own may not find its way back from another process.
        raise ConvkitError(error.message, error.hint) from None
