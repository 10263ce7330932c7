"""How pictures look: their colours, their type, and how they become files (extra ``plot``)."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from convkit.errors import missing, unknown
from convkit.files import atomic_write, check_writable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours, told apart by nearly everybody (Wong, Nature Methods 8, 441, 2011).
BLUE, ORANGE, GREEN, PINK, SKY, RED = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#D55E00",
)
INK, FAINT, GRID = "#222222", "#767676", "#E4E4E4"

COLOURS = (BLUE, ORANGE, GREEN, PINK, SKY, RED)
MARKERS = ("o", "s", "^", "D", "v", "P")

RIGHT, WRONG = BLUE, RED
DPI = 120

LOOK = {
    # Names may hold dollar signs, which stand for themselves.
    "text.parse_math": False,
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "grid.color": GRID,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "image.interpolation": "nearest",
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}


def can_draw() -> bool:
    """Return whether matplotlib is installed; it isn't loaded for that."""
    return find_spec("matplotlib") is not None


def check_drawable(path: Path, what: str, *, force: bool = False) -> None:
    """Refuse at once what saving would refuse after the work.

    Raises
    ------
    ConvkitError
        If matplotlib isn't installed, it writes no such format, or the file can't be written.
    """
    if not can_draw():
        raise missing(what, "matplotlib", "plot")
    from matplotlib.backend_bases import FigureCanvasBase

    formats = FigureCanvasBase.get_supported_filetypes()
    suffix = path.suffix.removeprefix(".").lower()
    if suffix not in formats:
        raise unknown("format of a plot", suffix, ["png", "svg", "pdf", *formats], f"of '{path}'")
    check_writable(path, force=force)


@contextmanager
def look() -> Iterator[None]:
    """Let what is drawn in the block look alike."""
    from matplotlib import rc_context

    with rc_context(LOOK), warnings.catch_warnings():
        # Letters that the font lacks become boxes: nothing that a user could do about it here.
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        yield


def blank(width: float, height: float, title: str) -> Figure:
    """Return an empty figure, sizes in inches, with a line of words above."""
    # Without pyplot: nothing is kept, and no window system is looked for.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=DPI, layout="constrained")
    figure.suptitle(title, x=0.01, ha="left", fontsize=11, color=INK)
    return figure


def save(figure: Figure, path: Path, *, force: bool = True) -> Path:
    """Write a figure in the format that the name ends in."""
    with atomic_write(path, force=force) as stream:
        figure.savefig(stream, format=path.suffix.removeprefix(".").lower())
    return path


def bare(axes: Axes) -> None:
    """Take the frame and the ticks from axes, as for a picture."""
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
