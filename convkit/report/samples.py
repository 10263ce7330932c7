"""What a trained system predicts for some samples: pictures, a plane of two inputs, or values."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from convkit.data import Dataset
from convkit.experiment.prediction import Prediction, Predictor
from convkit.metrics import r2
from convkit.report.style import BLUE, COLOURS, FAINT, INK, MARKERS, WRONG, bare, blank

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[Any]

COLUMNS, ROWS = 8, 4
CELL = 1.05
GRID_POINTS = 220
FEW_POINTS, MOST_POINTS = 40, 2000
MOST_VALUES = 4


def draw_samples(predictor: Predictor, dataset: Dataset, name: str) -> Figure | None:
    """Draw what is predicted for samples of a data set; None where there is no way to show it.

    Pictures are shown with what they are taken for, mistakes first; classes of two inputs as
    regions of their plane; predicted values over the actual ones.
    """
    prediction = predictor.predict(dataset.inputs)
    if prediction.labels is None:
        return _draw_values(prediction, dataset, name)
    if not dataset.labelled:
        return None
    actual = predictor.family.actual(dataset)
    if len(dataset.sample_shape) == 3 and dataset.sample_shape[2] in (1, 3):
        return _draw_pictures(prediction, dataset, actual, name)
    if dataset.sample_shape == (2,):
        return _draw_plane(predictor, dataset, actual, name)
    return None


# --- pictures ---


def _draw_pictures(prediction: Prediction, dataset: Dataset, actual: Array, name: str) -> Figure:
    wrong, shown = _chosen(prediction, actual)
    rows = math.ceil(len(shown) / COLUMNS)
    figure = blank(
        CELL * COLUMNS,
        (CELL + 0.28) * rows + 0.5,
        f"{name} · {len(wrong):,} of {len(actual):,} wrong"
        + (": the surest mistakes first, then others" if len(wrong) else ""),
    )
    panels: Any = figure.subplots(rows, COLUMNS, squeeze=False)
    for axes in panels.flat:
        bare(axes)
    for axes, index in zip(panels.flat, shown, strict=False):
        picture = np.clip(dataset.inputs[index], 0, 1)
        axes.imshow(picture.squeeze(axis=2) if picture.shape[2] == 1 else picture, cmap="gray_r")
        _caption(axes, prediction, actual, index)
    return figure


def _chosen(prediction: Prediction, actual: Array) -> tuple[Array, list[int]]:
    """Return the mistakes, and what is shown: half of it mistakes, where there are so many."""
    assert prediction.labels is not None
    wrong = np.flatnonzero(prediction.labels != actual)
    right = np.flatnonzero(prediction.labels == actual)
    if prediction.probabilities is not None:
        sureness = prediction.probabilities.max(axis=1)
        wrong = wrong[np.argsort(-sureness[wrong], kind="stable")]
    most = COLUMNS * ROWS
    first = wrong[: max(most // 2, most - len(right))].tolist()
    others = np.random.default_rng(0).permutation(right)[: most - len(first)].tolist()
    return wrong, [*first, *others]


def _caption(axes: Axes, prediction: Prediction, actual: Array, index: int) -> None:
    names = prediction.signature.classes or ()
    assert prediction.labels is not None
    label, truth = prediction.labels[index], actual[index]
    sure = prediction.probabilities
    words = _short(names[label]) + (f"  {sure[index, label]:.2f}" if sure is not None else "")
    axes.set_title(
        words if label == truth else f"{words}\nis {_short(names[truth])}",
        fontsize=8,
        pad=3,
        loc="center",
        fontweight="normal" if label == truth else "bold",
        color=INK if label == truth else WRONG,
    )


def _short(name: str) -> str:
    return name if len(name) <= 12 else f"{name[:11]}…"


# --- two inputs ---


def _draw_plane(predictor: Predictor, dataset: Dataset, actual: Array, name: str) -> Figure:
    from matplotlib.colors import ListedColormap

    inputs, classes = dataset.inputs[:MOST_POINTS], predictor.family.signature.classes or ()
    colours = [COLOURS[index % len(COLOURS)] for index in range(len(classes))]
    figure = blank(6.4, 5.2, f"{name} · where it decides for which class")
    axes = figure.subplots()
    across, up = (_around(inputs[:, axis]) for axis in (0, 1))
    points = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2).astype(np.float32)
    labels = predictor.family.answer(points).classes
    assert labels is not None
    plane = labels.reshape(len(up), len(across))
    extent = (across[0], across[-1], up[0], up[-1])
    axes.imshow(
        plane,
        origin="lower",
        extent=extent,
        aspect="auto",
        cmap=ListedColormap(colours),
        vmin=-0.5,
        vmax=len(classes) - 0.5,
        alpha=0.22,
    )
    size = 26 if len(inputs) > FEW_POINTS else 110
    for label, (colour, class_name) in enumerate(zip(colours, classes, strict=True)):
        mine = inputs[actual[:MOST_POINTS] == label]
        axes.scatter(
            mine[:, 0],
            mine[:, 1],
            s=size,
            color=colour,
            marker=MARKERS[label % len(MARKERS)],
            edgecolors="white",
            linewidths=0.6,
            label=class_name,
        )
    first, second = dataset.features or ("first input", "second input")
    axes.set(xlabel=first, ylabel=second)
    figure.legend(loc="outside right upper")
    return figure


def _around(values: Array) -> Array:
    low, high = float(values.min()), float(values.max())
    margin = 0.15 * (high - low) or 1.0
    return np.linspace(low - margin, high + margin, GRID_POINTS)


# --- values ---


def _draw_values(prediction: Prediction, dataset: Dataset, name: str) -> Figure | None:
    predicted = prediction.outputs.reshape(len(dataset), -1)
    actual = dataset.targets.reshape(len(dataset), -1)
    if predicted.shape != actual.shape or dataset.classes is not None:
        return None
    count = min(MOST_VALUES, actual.shape[1])
    figure = blank(4.4 * count, 4.4, f"{name} · predicted and actual")
    panels: Any = figure.subplots(1, count, squeeze=False)
    for column, axes in enumerate(panels[0]):
        target = dataset.target_names[column] if dataset.target_names else "target"
        _draw_target(axes, actual[:, column], predicted[:, column], target)
    return figure


def _draw_target(axes: Axes, actual: Array, predicted: Array, target: str) -> None:
    both = (min(actual.min(), predicted.min()), max(actual.max(), predicted.max()))
    axes.axline((both[0], both[0]), slope=1, color=FAINT, linewidth=1, zorder=1)
    axes.scatter(
        actual[:MOST_POINTS], predicted[:MOST_POINTS], s=22, color=BLUE, alpha=0.6, linewidths=0
    )
    axes.set(xlabel=f"actual {target}", ylabel="predicted", aspect="equal")
    axes.set_title(f"R² {r2(actual, predicted):.3f}; the line is where they agree", fontsize=9)
    axes.margins(0.08)
