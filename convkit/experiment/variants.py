"""One experiment with other values, each trained beside the others: what makes the difference?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import fmean, stdev
from typing import Any, NamedTuple

from convkit.errors import ConvkitError
from convkit.experiment import spec
from convkit.experiment.monitor import direction
from convkit.experiment.outcome import Outcome
from convkit.experiment.run import RUNS
from convkit.experiment.session import seeded, train
from convkit.processes import Workers, each_as_done, executor_for

OVER = "--over"
MOST_VARIANTS = 1000
OPENING, CLOSING = "[{(", "]})"


class Over(NamedTuple):
    """A key and the values that it takes in turn.

    Attributes
    ----------
    key : str
        Such as ``optimizer.lr``.
    values : tuple of str
        As they would stand in a YAML file.
    """

    key: str
    values: tuple[str, ...]


def parse_over(text: str) -> Over:
    """Read ``KEY=VALUE,VALUE,…``; commas inside brackets, braces and quotes part nothing.

    >>> parse_over("optimizer={name: sgd, lr: 0.1},adam")
    Over(key='optimizer', values=('{name: sgd, lr: 0.1}', 'adam'))

    Raises
    ------
    ConvkitError
        If there is no key, or no value.
    """
    key, equals, values = text.partition("=")
    parts = tuple(part.strip() for part in _parted(values))
    if not equals or not key.strip() or not all(parts):
        raise ConvkitError(
            f"expected KEY=VALUE,VALUE after {OVER}, got '{text}'", f"{OVER} optimizer=sgd,adam"
        )
    if len(set(parts)) < len(parts):
        twice = next(part for part in parts if parts.count(part) > 1)
        raise ConvkitError(f"{OVER} {key.strip()} has the value '{twice}' twice", "leave one out")
    return Over(key.strip(), parts)


def _parted(text: str) -> Iterator[str]:
    """Yield the parts of a text between its commas."""
    depth, quote, part = 0, "", ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in OPENING + CLOSING:
            depth += 1 if letter in OPENING else -1
        elif letter == "," and depth == 0:
            yield part
            part = ""
            continue
        part += letter
    yield part


@dataclass(frozen=True)
class Variant:
    """An experiment with values of its own.

    Attributes
    ----------
    settings : dict of str to str
        Its values by key, as they were given.
    resolved : Resolved
    """

    settings: Mapping[str, str]
    resolved: spec.Resolved


def vary(
    source: str | Path, overrides: Sequence[str | spec.Override], over: Sequence[Over]
) -> list[Variant]:
    """Return an experiment with every combination of values.

    Parameters
    ----------
    source : str or Path
        A YAML file.
    overrides : sequence of str or Override
        What is another in all of them.
    over : sequence of Over

    Raises
    ------
    SpecError
        With everything that is wrong in any of them.
    ConvkitError
        If a key is there twice, or there would be too many combinations.
    """
    keys = [each.key for each in over]
    if len(set(keys)) < len(keys):
        raise ConvkitError(f"{OVER} has the same key twice", "give all its values at once")
    combinations = list(product(*(each.values for each in over)))
    if len(combinations) > MOST_VARIANTS:
        raise ConvkitError(
            f"{OVER} makes {len(combinations):,} variants, more than {MOST_VARIANTS:,}",
            "vary fewer keys at once",
        )
    variants: list[Variant] = []
    problems: dict[str, ConvkitError] = {}
    for values in combinations:
        settings = dict(zip(keys, values, strict=True))
        own = [spec.Override(f"{key}={value}", OVER) for key, value in settings.items()]
        try:
            variants.append(Variant(settings, spec.read_experiment(source, [*overrides, *own])))
        except spec.SpecError as error:
            problems |= {str(problem): problem for problem in error.problems}
    if problems:
        raise spec.SpecError(list(problems.values()))
    return variants


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

        Of the first metric beside the loss, on the last split, see :func:`headline`.
        """
        name = headline(self.metrics)
        if name is None:
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
    """Return the metric that tells most: of the last held-out split, the first beside the loss."""
    splits = [
        [name for name in metrics if name.startswith(f"{split}/")]
        for split in ("test", "validation")
    ]
    names = next((each for each in splits if each), [])
    return next((name for name in names if not name.endswith("/loss")), names[0] if names else None)


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
        If one can't begin, as :func:`convkit.experiment.session.train`.
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
