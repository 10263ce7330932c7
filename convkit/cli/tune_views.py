"""A search on the screen: while it runs, and what it found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from statistics import fmean
from typing import TYPE_CHECKING, Any

from convkit.cli.console import Console, Table, comma_separated
from convkit.cli.train_progress import duration

if TYPE_CHECKING:
    from convkit.errors import ConvkitError
    from convkit.tuning.dimension import Dimension
    from convkit.tuning.entry import Entry
    from convkit.tuning.plan import Plan
    from convkit.tuning.results import Results
    from convkit.tuning.study import Claim

BEST_WHILE_RUNNING, BEST_ON_A_TERMINAL = 5, 20


class Live(AbstractContextManager["Live"]):
    """Shows a search: a live table of the best trials on a terminal, else a line for each trial."""

    def __init__(self, console: Console, plan: Plan) -> None:
        self._console = console
        self._plan = plan
        self._entries: dict[int, Entry] = {}
        self._total = plan.trials
        self._running: set[int] = set()
        self._seconds: list[float] = []
        self._drawn: Any = None
        self._stack = ExitStack()

    def __enter__(self) -> Live:
        if self._console.stderr.isatty() and not self._console.quiet:
            from rich.live import Live as RichLive

            self._drawn = RichLive(
                console=self._console.rich_stderr(), transient=True, refresh_per_second=4
            )
            self._stack.enter_context(self._console.live(self._drawn))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def began(self, entries: Sequence[Entry], total: int) -> None:
        """Note what is known, and say where a search goes on."""
        from convkit.tuning.entry import OVER

        self._total = total
        over = {entry.number: entry for entry in entries if entry.state in OVER}
        self._entries |= over
        if len(over) > total:
            self._console.note(f"{len(over)} trials are done, more than the {total} asked for")
        elif over:
            self._console.note(f"goes on: {len(over)} of {total} trials are done")

    def took(self, claim: Claim) -> None:
        """Note that a trial begins."""
        self._running.add(claim.number)

    def ended(self, entry: Entry) -> None:
        """Note that a trial is over."""
        self._running.discard(entry.number)
        self._entries[entry.number] = entry
        if entry.seconds:
            self._seconds.append(entry.seconds)
        if self._drawn is None:
            self._console.note(f"{len(self._entries)}/{self._total} {in_words(entry, self._plan)}")
        elif entry.state == "failed":
            self._console.warning(f"trial {entry.number} failed: {entry.reason}")
        self.looked()

    def killed(self, error: ConvkitError, count: int) -> None:
        """Say that what ran is repeated."""
        self._running.clear()
        self._console.warning(f"{error.message}; goes on with {count} at once")

    def looked(self) -> None:
        """Draw the table anew."""
        if self._drawn is not None:
            self._drawn.update(self._table())

    def _table(self) -> Any:
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.text import Text

        from convkit.cli.console import draw
        from convkit.tuning.results import Results

        entries = list(self._entries.values())
        results = Results(self._plan, entries, [0] * len(entries))
        best = results.ranked()[:BEST_WHILE_RUNNING]
        table = _entries_table(best, self._plan, title=f"{self._plan.tuning.name}: best so far")
        bar = ProgressBar(self._total, len(entries), width=40)
        return Group(*([draw(table)] if best else []), Text(self._progress()), bar)

    def _progress(self) -> str:
        done = len(self._entries)
        words = [f"{done} of {self._total} trials", f"{len(self._running)} running"]
        failed = sum(entry.state == "failed" for entry in self._entries.values())
        pruned = sum(entry.state == "pruned" for entry in self._entries.values())
        words += [f"{pruned} pruned"] * bool(pruned) + [f"{failed} failed"] * bool(failed)
        if self._seconds and self._running:
            left = (self._total - done) * fmean(self._seconds) / len(self._running)
            words.append(f"about {duration(left)} left")
        return ", ".join(words)


def in_words(entry: Entry, plan: Plan) -> str:
    """Return how a trial went, in a line."""
    values = ", ".join(f"{key}={_short(value)}" for key, value in entry.values.items())
    results = zip(plan.tuning.metrics, entry.results or (), strict=False)
    reached = "".join(f", {metric} {value:.6g}" for metric, value in results)
    why = "" if entry.state == "complete" else f": {entry.reason}"
    return f"trial {entry.number}: {entry.state}{reached} ({values}){why}"


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return value if isinstance(value, str) else json.dumps(value)


def ranking(results: Results, *, most: int | None = None) -> Table:
    """Return the trials, the best first; those on the Pareto front are marked."""
    ranked = results.ranked()[:most]
    best = results.best()
    counts = results.document()["counts"]
    told = [", ".join(f"{count} {state}" for state, count in counts.items() if count)]
    left_out = counts["complete"] - len(ranked)
    told += [f"the best {len(ranked)} are shown"] * bool(left_out)
    table = _entries_table(ranked, results.plan, title=results.plan.tuning.name)
    if len(results.plan.directions) > 1:
        told.append(f"{len(best)} that no other one beats in all metrics are marked")
        table.marked = {place for place, entry in enumerate(ranked) if entry in best}
    table.footer = "; ".join(told)
    return table


def _entries_table(entries: Sequence[Entry], plan: Plan, title: str = "") -> Table:
    keys = list(plan.tuning.search)
    return Table(
        ["trial", *plan.tuning.metrics, *keys, "seconds"],
        [
            [
                entry.number,
                *(entry.results or ()),
                *(_cell(entry.values.get(key)) for key in keys),
                entry.seconds and round(entry.seconds, 3),
            ]
            for entry in entries
        ],
        title=title,
    )


def _cell(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, list | dict) else value


def csv_table(results: Results) -> Table:
    """Return all trials by number, with what became of them."""
    plan = results.plan
    keys = list(plan.tuning.search)
    return Table(
        ["trial", "state", *plan.tuning.metrics, *keys, "seed", "seconds", "reason"],
        [
            [
                entry.number,
                entry.state,
                *(entry.results or [None] * len(plan.tuning.metrics)),
                *(_cell(entry.values.get(key)) for key in keys),
                seed,
                entry.seconds,
                entry.reason,
            ]
            for entry, seed in zip(results.entries, results.seeds, strict=True)
        ],
    )


def say_plan(console: Console, plan: Plan, *, as_csv: bool) -> None:
    """Print what would be searched."""
    tuning = plan.tuning
    rows: list[Sequence[Any]] = [
        [key, _range(dimension), _cell(dimension.when)] for key, dimension in tuning.search.items()
    ]
    goals = zip(plan.directions, tuning.metrics, strict=True)
    goal = ", ".join(f"{direction} {metric}" for direction, metric in goals)
    if console.as_json:
        console.json(
            {
                "study": tuning.name,
                "base": str(plan.base),
                "method": tuning.method,
                "goal": goal,
                "trials": plan.trials,
                "search": {key: _said(dimension) for key, dimension in tuning.search.items()},
            }
        )
        return
    title = f"{tuning.name}: {plan.trials:,} trials of {tuning.method} search to {goal}"
    table = Table(["key", "values", "when"], rows, title=title)
    if as_csv:
        console.text(comma_separated(table.columns, table.rows))
    else:
        console.table(table)


def _said(dimension: Dimension) -> dict[str, Any]:
    """Return the values that a key may get as a search says them."""
    return {name: said for name, said in vars(dimension).items() if said not in (None, False)}


def _range(dimension: Dimension) -> str:
    if dimension.choice is not None:
        return json.dumps(list(dimension.choice), ensure_ascii=False)
    least, most = dimension.bounds
    words = f"{least:g} to {most:g}"
    if dimension.step is not None:
        words += f" by {dimension.step:g}"
    return words + (", by orders of magnitude" if dimension.log else "")
