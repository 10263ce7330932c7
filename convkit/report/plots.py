"""The pictures of a run, in its folder ``plots/`` (extra ``plot``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from convkit.data import Dataset
from convkit.errors import ConvkitError, missing
from convkit.experiment import spec
from convkit.experiment.assembly import check_data, experiment_of, root_of
from convkit.experiment.comparison import RunInfo
from convkit.experiment.prediction import Predictor
from convkit.experiment.run import Run
from convkit.families import Descent
from convkit.families.abilities import Decodes
from convkit.files import refusals
from convkit.report.confusion import Confusion, draw_confusion
from convkit.report.curves import draw_curves
from convkit.report.descents import Way, draw_ways, points_of
from convkit.report.forecast import draw_forecast, is_series
from convkit.report.samples import draw_samples
from convkit.report.style import can_draw, look, save
from convkit.report.weights import draw_weights, first_layer

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_plots(run: Run, warn: Callable[[str], None] = lambda _: None) -> list[Path]:
    """Draw what a run has to show, and return the files: those of before are replaced.

    ``curves.png``, ``confusion.png``, ``weights.png``, ``samples.png``, ``forecast.png`` and
    ``path.png``, as far as there is something to draw: a regression has no classes to confuse, a
    table has no pictures, and only a descent has a path.

    Parameters
    ----------
    run : Run
        Also one that has not ended, as far as it has come.
    warn : callable
        Is told what can't be drawn, and why.

    Raises
    ------
    ConvkitError
        If matplotlib isn't installed, or the disk refuses.
    """
    if not can_draw():
        raise missing("drawing plots", "matplotlib", "plot")
    with refusals("make", run.plots):
        run.plots.mkdir(exist_ok=True)
    with look():
        return [save(figure, run.plots / f"{name}.png") for name, figure in _figures(run, warn)]


def _figures(run: Run, warn: Callable[[str], None]) -> Iterator[tuple[str, Figure]]:
    info = RunInfo(run)
    name = info.label
    if info.records:
        yield "curves", draw_curves(info)
    if isinstance(said := info.summary.get("confusion"), dict):
        yield "confusion", draw_confusion(Confusion.of(said["split"], said), name)
    if not run.checkpoints:
        return
    predictor = Predictor.from_run(run)
    if isinstance(predictor.family, Descent):
        yield "path", draw_ways([Way(experiment_of(run).data.name, points_of(run), name)])
        return
    tiles = first_layer(predictor.family.model(), predictor.family.signature.sample_shape)
    if tiles is not None:
        yield "weights", draw_weights(tiles, name)
    if isinstance(predictor.family, Decodes):
        return  # it tells no targets; what it makes is among its pictures
    try:
        split, dataset = _last_split(run)
    except ConvkitError as error:
        warn(f"no picture of predictions: {error}")
        return
    samples = draw_samples(predictor, dataset, f"{name} · {split}")
    if samples is not None:
        yield "samples", samples
    if is_series(dataset) and not experiment_of(run).data.arguments.get("shuffle"):
        yield "forecast", draw_forecast(predictor, dataset, f"{name} · {split}")


def _last_split(run: Run) -> tuple[str, Dataset]:
    """Return the test split, or what stands in for it."""
    splits = spec.load_data(experiment_of(run), root_of(run))
    check_data(run, splits)
    return list(splits.parts.items())[-1]
