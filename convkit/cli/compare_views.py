"""Variants of an experiment on the screen: while they train, and beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import TYPE_CHECKING, Any

from convkit.cli.console import Console, Table
from convkit.cli.train_progress import duration

if TYPE_CHECKING:
    from convkit.experiment.outcome import Outcome
    from convkit.experiment.results import Result
    from convkit.experiment.variants import Variant


class Progress(AbstractContextManager["Progress"]):
    """Says of every training that is over how it went: a line each, and a bar on a terminal."""

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._total = total
        self._over = 0
        self._bar: Any = None
        self._stack = ExitStack()

    def __enter__(self) -> Progress:
        if self._console.stderr.isatty() and not self._console.quiet:
            from rich.progress import Progress as Bar

            self._bar = Bar(console=self._console.rich_stderr(), transient=True)
            self._task = self._bar.add_task("training", total=self._total)
            self._stack.enter_context(self._console.live(self._bar))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def done(self, variant: Variant, outcome: Outcome) -> None:
        """Take note of a training that is over."""
        self._over += 1
        if self._bar is not None:
            self._bar.advance(self._task)
        self._console.note(f"{self._over}/{self._total} {in_words(variant, outcome)}")


def in_words(variant: Variant, outcome: Outcome) -> str:
    """Return how a training went, in a line."""
    from convkit.experiment.results import headline

    settings = ", ".join(f"{key}={value}" for key, value in variant.settings.items())
    name = headline(outcome.metrics)
    value = None if name is None else outcome.metrics[name]
    reached = "" if value is None else f", {name} {value:.6g}"
    after = duration(outcome.summary["seconds"])
    return f"{settings}: {outcome.status} after {after}{reached} ({outcome.run.folder})"


def table(results: Sequence[Result]) -> Table:
    """Return a row for each variant, with deviations where there are several seeds."""
    metrics: dict[str, list[Any]] = {}
    for name in _names(results):
        metrics[name] = [result.metrics.get(name) for result in results]
        if _is_repeated(results):
            metrics[f"± {name}"] = [result.deviations.get(name) for result in results]
    return _table(results, _columns(results, metrics))


def short_table(results: Sequence[Result]) -> Table:
    """Return the same for a terminal: a mean and its deviation share a cell.

    How each ended is told only if one didn't come to its end.
    """
    told = _with_deviation if _is_repeated(results) else _plain
    metrics = {name: [told(result, name) for result in results] for name in _names(results)}
    columns = _columns(results, metrics)
    if all(result.complete for result in results):
        del columns["status"]
    if "gap" in columns:
        columns["gap"] = [None if gap is None else f"{gap:.3g}" for gap in columns["gap"]]
    return _table(results, columns)


def _plain(result: Result, name: str) -> float | None:
    return result.metrics.get(name)


def _with_deviation(result: Result, name: str) -> str | None:
    mean, deviation = result.metrics.get(name), result.deviations.get(name)
    return None if mean is None or deviation is None else f"{mean:.4g} ± {deviation:.2g}"


def _names(results: Sequence[Result]) -> list[str]:
    return list(dict.fromkeys(name for result in results for name in result.metrics))


def _is_repeated(results: Sequence[Result]) -> bool:
    return len(results[0].outcomes) > 1


def _columns(
    results: Sequence[Result], metrics: Mapping[str, Sequence[Any]]
) -> dict[str, Sequence[Any]]:
    """Return columns of metrics beside the settings, and what else there is to say."""
    columns: dict[str, Sequence[Any]] = {
        key: [result.variant.settings[key] for result in results]
        for key in results[0].variant.settings
    }
    columns |= {"status": [result.status for result in results], **metrics}
    columns |= {"gap": [result.gap for result in results]} if _told(results) else {}
    return columns | {"seconds": [round(result.seconds, 3) for result in results]}


def _told(results: Sequence[Result]) -> str | None:
    """Return the metric whose gap is told, if any has one."""
    from convkit.experiment.results import headline

    has_gap = any(result.gap is not None for result in results)
    return headline(dict.fromkeys(_names(results))) if has_gap else None


def _table(results: Sequence[Result], columns: Mapping[str, Sequence[Any]]) -> Table:
    """Return columns as a table, in which what didn't come to its end is marked."""
    told = _told(results)
    return Table(
        list(columns),
        list(zip(*columns.values(), strict=True)),
        footer=f"gap: how much worse {told} is than on the training part" if told else "",
        marked={place for place, each in enumerate(results) if not each.complete},
    )


def document(results: Sequence[Result]) -> list[dict[str, Any]]:
    """Return the variants as JSON holds them."""
    return [result.state() for result in results]
