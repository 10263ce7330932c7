"""Results as a table, as Markdown and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.results import Result, summary
from convkit.cli.console import Console, Table, markdown

COLUMNS = (
    "case",
    "image",
    "size",
    "ours",
    "ms",
    "peer",
    "peer ms",
    "ratio",
    "goal",
    "reached",
    "note",
)

SUMMARY_COLUMNS = (
    *("operation", "kernel", "image", "size", "ours", "peer"),
    *("cases", "ratio", "worst", "goal", "reached"),
)

HOW = (
    "All take turns (A B C, A B C, …) in one run. Times are medians in milliseconds; the ratio is "
    "the median, over the rounds, of our time divided by the peer's in the same round: below 1, "
    "convkit is faster. Results must agree in value first, else there is no ratio."
)


def results_table(results: Sequence[Result], title: str) -> Table:
    """Return a row for each result; those that a person should look at are marked."""
    marked = {
        index
        for index, result in enumerate(results)
        if result.reached is False or result.is_slower or result.ratio is None
    }
    rows: list[Sequence[Any]] = [_row(result) for result in results]
    return Table(COLUMNS, rows, title=title, footer=summary(results), marked=marked)


def summary_table(results: Sequence[Result], title: str) -> Table:
    """Return a row for all kernels of one operation and size, with their range of ratios."""
    groups: dict[tuple[Any, ...], list[Result]] = {}
    for r in results:
        key = (r.operation, r.side, r.picture, r.size, r.ours, r.peer)
        groups.setdefault(key, []).append(r)
    rows: list[Sequence[Any]] = [[*key, *_range(group)] for key, group in groups.items()]
    return Table(SUMMARY_COLUMNS, rows, title=title, footer=summary(results))


def _range(group: Sequence[Result]) -> list[Any]:
    """Return how many comparisons there are, their ratios and goals, and how many reach theirs."""
    ratios = sorted(result.ratio.median for result in group if result.ratio)
    goals = sorted(result.goal for result in group if result.goal is not None)
    answers = [result.reached for result in group if result.reached is not None]
    return [
        len(group),
        _short(median(ratios)) if ratios else None,
        _short(ratios[-1]) if ratios else None,
        _short(goals[0]) if goals else None,
        f"{sum(answers)} of {len(answers)}" if answers else None,
    ]


def _row(result: Result) -> list[Any]:
    return [
        result.case,
        result.picture,
        result.size,
        result.ours,
        _milliseconds(result.ours_seconds),
        result.peer,
        _milliseconds(result.peer_seconds),
        _short(result.ratio.median if result.ratio else None),
        _short(result.goal),
        result.reached,
        result.note,
    ]


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else _short(seconds * 1000)


def _short(value: float | None) -> float | None:
    """Round to three significant digits: more would only be noise."""
    if value is None:
        return None
    short = float(f"{value:.3g}")
    return int(short) if short >= 100 else short


@dataclass(frozen=True)
class Report:
    """What a run says: on the console, as ``stem.json`` and as ``stem.md``.

    Attributes
    ----------
    stem, title : str
    facts : mapping
        Machine, versions and settings: they belong to every figure.
    tables : sequence of Table
        The shortest first.
    document : mapping
        What the JSON file holds beside the facts.
    how : str
        How it was measured, and what the figures mean.
    """

    stem: str
    title: str
    facts: Mapping[str, Any]
    tables: Sequence[Table]
    document: Mapping[str, Any]
    how: str = HOW

    def show(self, console: Console) -> None:
        """Print the tables; the shortest last, where a terminal shows it."""
        for table in reversed(self.tables):
            console.table(table)
            if not console.stdout.isatty():  # a terminal's table has it below
                console.note(f"{table.title}: {table.footer}")

    def write(self, folder: Path) -> list[Path]:
        """Write both files into a folder, which is made where there is none; return their paths."""
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps({**self.facts, **self.document}, indent=2, ensure_ascii=False) + "\n"
        contents = {".json": text, ".md": self._markdown()}
        for suffix, content in contents.items():
            (folder / f"{self.stem}{suffix}").write_text(content, encoding="utf-8")
        return [folder / f"{self.stem}{suffix}" for suffix in contents]

    def _markdown(self) -> str:
        settings = "\n".join(f"- {name}: {_words(value)}" for name, value in self.facts.items())
        parts = [f"# {self.title}", self.how, settings]
        for table in self.tables:
            parts += [f"## {table.title}", markdown(table.columns, table.rows), table.footer]
        return "\n\n".join(parts) + "\n"


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name.replace('_', ' ')} {item}" for name, item in value.items())
    return str(value)
