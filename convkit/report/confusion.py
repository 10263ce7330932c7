"""Which classes are taken for which: counted, and drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from convkit.report.style import RIGHT, WRONG, blank

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LETTER = 0.1
"""The width of a letter, in inches."""

MOST_COUNTED = 26
"""With more classes than that, cells are too small for numbers."""


@dataclass(frozen=True)
class Confusion:
    """How often each class was taken for each.

    Attributes
    ----------
    split : str
        Of which part of the data.
    classes : tuple of str
    matrix : (classes, classes) int64 array
        Rows are the actual classes, columns the predicted ones.
    """

    split: str
    classes: tuple[str, ...]
    matrix: NDArray[np.int64]

    @classmethod
    def of(cls, split: str, document: dict[str, Any]) -> Confusion:
        """Return what a summary or an evaluation says about a split."""
        matrix = np.asarray(document["matrix"], np.int64)
        return cls(split, tuple(document["classes"]), matrix)

    @property
    def recall(self) -> list[float | None]:
        """The share of each class that was found; None where there is nothing to find."""
        return _shares(self.matrix.diagonal(), self.matrix.sum(axis=1))

    @property
    def precision(self) -> list[float | None]:
        """The share of what was taken for each class that was right; None if nothing was."""
        return _shares(self.matrix.diagonal(), self.matrix.sum(axis=0))

    def mistakes(self) -> list[tuple[str, str, int]]:
        """Return every pair that was confused, actual and predicted, the most frequent first."""
        wrong = [
            (self.classes[row], self.classes[column], int(self.matrix[row, column]))
            for row, column in np.argwhere(self.matrix).tolist()
            if row != column
        ]
        return sorted(wrong, key=lambda pair: -pair[2])


def _shares(hits: NDArray[np.int64], totals: NDArray[np.int64]) -> list[float | None]:
    pairs = zip(hits.tolist(), totals.tolist(), strict=True)
    return [hit / total if total else None for hit, total in pairs]


def draw_confusion(confusion: Confusion, name: str) -> Figure:
    """Draw the matrix: what is right in blue, by its share of the class; what is wrong in red."""
    matrix, count = confusion.matrix, len(confusion.classes)
    right = int(matrix.trace())
    size = max(3.2, min(9.0, 0.42 * count))
    words = f"{name} · {confusion.split}: {right:,} of {int(matrix.sum()):,} right"
    figure = blank(size + 2.5, size + 1.9, words)
    axes = figure.subplots()
    # Cells may be a little wider than high: the layout makes no room for labels of square ones.
    axes.imshow(_colours(matrix), aspect="auto")
    axes.set(xlabel="predicted", ylabel="actual")
    axes.set_xticks(
        range(count), _short(confusion.classes), rotation=_turn(confusion.classes, size / count)
    )
    axes.set_yticks(range(count), _short(confusion.classes))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    if count <= MOST_COUNTED:
        axes.set_xticks(np.arange(1, count) - 0.5, minor=True)
        axes.set_yticks(np.arange(1, count) - 0.5, minor=True)
        axes.grid(which="minor", color="white", linewidth=1.5)
        axes.tick_params(which="minor", length=0)
        _write_counts(axes, matrix)
    _write_recall(axes, confusion.recall)
    return figure


def _colours(matrix: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return RGB for each cell: paler with a smaller share of its row, mistakes less pale."""
    from matplotlib.colors import to_rgb

    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    right = np.eye(len(matrix), dtype=bool)
    strength = np.where(right, shares, np.sqrt(shares))[..., np.newaxis]
    hue = np.where(right[..., np.newaxis], to_rgb(RIGHT), to_rgb(WRONG))
    empty = np.array(to_rgb("#F4F4F4"))
    colours: NDArray[np.float64] = empty + strength * (hue - empty)
    return colours


def _write_counts(axes: Axes, matrix: NDArray[np.int64]) -> None:
    brightness = _colours(matrix) @ np.array([0.299, 0.587, 0.114])
    size = max(5.0, min(10.0, 130 / len(matrix)))
    for row, column in np.argwhere(matrix).tolist():
        ink = "white" if brightness[row, column] < 0.6 else "#222222"
        text = f"{matrix[row, column]:,}"
        axes.text(column, row, text, ha="center", va="center", color=ink, fontsize=size)


def _write_recall(axes: Axes, recall: list[float | None]) -> None:
    """Say at the right of each row which share of it is right."""
    beside = axes.secondary_yaxis("right")
    said = ["–" if share is None else f"{share:.1%}" for share in recall]
    beside.set_yticks(range(len(said)), said)
    beside.set_ylabel("share found (recall)", rotation=270, labelpad=12)
    beside.tick_params(length=0)
    beside.spines[:].set_visible(False)


def _turn(classes: tuple[str, ...], room: float) -> int:
    """Return by how much names have to be turned to fit into `room`, in inches."""
    return 90 if LETTER * max(map(len, _short(classes))) > room else 0


def _short(classes: tuple[str, ...]) -> list[str]:
    return [name if len(name) <= 18 else f"{name[:17]}…" for name in classes]
