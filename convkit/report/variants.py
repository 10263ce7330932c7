"""Variants of an experiment in one picture: curves, or paths down a surface (extra ``plot``)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from convkit.experiment.comparison import beside
from convkit.experiment.metrics_log import read_records
from convkit.experiment.results import Result
from convkit.experiment.variants import Variant
from convkit.report.curves import check_lines, draw_comparison
from convkit.report.descents import Way, draw_ways, points_of
from convkit.report.style import look, save


def check_room(variants: Sequence[Variant], seeds: int) -> None:
    """Refuse, before anything is trained, what there is no room for in one picture.

    Raises
    ------
    ConvkitError
        If there would be too many lines.
    """
    if not _are_descents(variants):
        check_lines(len(variants) * seeds)


def draw(results: Sequence[Result], path: Path, *, force: bool = False) -> None:
    """Draw the paths of descents; of other variants, their metrics over epochs.

    Raises
    ------
    ConvkitError
        If the file can't be written, or there is nothing to draw.
    """
    if _are_descents([result.variant for result in results]):
        with look():
            save(draw_ways([_way(result) for result in results]), path, force=force)
    else:
        labels = {
            outcome.run: f"{_label(result)} · run {outcome.run.folder.name}"
            for result in results
            for outcome in result.outcomes
        }
        # One that diverged at once has nothing to share with the others.
        runs = [run for run in labels if read_records(run.metrics)] or list(labels)
        draw_comparison(beside(runs), path, [labels[run] for run in runs], force=force)


def _are_descents(variants: Sequence[Variant]) -> bool:
    return all(variant.resolved.experiment.family.name == "descent" for variant in variants)


def _way(result: Result) -> Way:
    """Return where the first seed's descent went."""
    surface = result.variant.resolved.experiment.data.name
    return Way(surface, points_of(result.outcomes[0].run), _label(result))


def _label(result: Result) -> str:
    settings = result.variant.settings.items()
    words = ", ".join(f"{key.rpartition('.')[2]} {text}" for key, text in settings)
    return words if result.complete else f"{words} ({result.status})"
