"""The table of named kernels. To add one, write a line here, and its function in a theme file."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from convkit.errors import ConvkitError, unknown
from convkit.kernels import detail, gradients, smoothing
from convkit.kernels.gradients import COMPASS_POINTS, COMPASS_SETS
from convkit.kernels.model import Weights


@dataclass(frozen=True)
class Entry:
    """A kernel, or a family of kernels, that can be asked for by name.

    Attributes
    ----------
    name, family : str
    summary : str
        One line on what it is.
    build : callable
        Returns the weights. Its keyword arguments, all with defaults, are the parameters; one whose
        default is None follows from the others.
    aliases : tuple of str
    """

    name: str
    family: str
    summary: str
    build: Callable[..., Weights]
    aliases: tuple[str, ...] = ()

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters and their defaults."""
        return {p.name: p.default for p in inspect.signature(self.build).parameters.values()}

    def weights(self, **parameters: Any) -> Weights:
        """Build the weights; a parameter that is None is taken as left out.

        Raises
        ------
        ConvkitError
            If a parameter is unknown or its value makes no sense.
        """
        known = self.parameters
        for word in parameters:
            if not known:
                raise ConvkitError(f"{self.name} takes no parameters, got '{word}'")
            if word not in known:
                raise unknown("parameter", word, known, f"of {self.name}")
        try:
            return self.build(**{key: v for key, v in parameters.items() if v is not None})
        except ConvkitError as error:
            raise ConvkitError(f"{self.name}: {error.message}", error.hint) from error


def _fixed(name: str, family: str, rows: ArrayLike, summary: str, *aliases: str) -> Entry:
    return Entry(name, family, summary, lambda: np.array(rows, dtype=np.float64), aliases)


def _gradient(name: str, rows: ArrayLike, summary: str, *aliases: str) -> Entry:
    return _fixed(name, "gradient", rows, summary, *aliases)


def _family(family: str, build: Callable[..., Weights]) -> Entry:
    """Return the entry of a function: its name, its docstring's first line, its parameters."""
    summary = (build.__doc__ or "").partition("\n")[0].rstrip(".")
    return Entry(build.__name__, family, summary, build)


def _compass(name: str, title: str) -> list[Entry]:
    return [
        Entry(
            f"{name}-{point}",
            "compass",
            f"{title}, bright {side}",
            partial(gradients.compass, name, point),
            # The set's name alone, unless it is a gradient pair's too.
            aliases=(name,) if point == "n" and name in COMPASS_SETS else (),
        )
        for point, side in COMPASS_POINTS.items()
    ]


_DOWN, _RIGHT = gradients.horizontal, gradients.vertical

_ENTRIES = [
    _gradient("sobel-h", _DOWN("sobel"), "Sobel, d/dy: horizontal edges", "sobel-y"),
    _gradient("sobel-v", _RIGHT("sobel"), "Sobel, d/dx: vertical edges", "sobel-x"),
    _gradient("prewitt-h", _DOWN("prewitt"), "Prewitt, d/dy: horizontal edges"),
    _gradient("prewitt-v", _RIGHT("prewitt"), "Prewitt, d/dx: vertical edges"),
    _gradient("horizontal-edge", _DOWN("prewitt"), "same as prewitt-h"),
    _gradient("vertical-edge", _RIGHT("prewitt"), "same as prewitt-v"),
    _gradient("scharr-h", _DOWN("scharr"), "Scharr, d/dy: horizontal edges"),
    _gradient("scharr-v", _RIGHT("scharr"), "Scharr, d/dx: vertical edges"),
    _gradient("farid-h", _DOWN("farid"), "Farid, d/dy: horizontal edges", "farid"),
    _gradient("farid-v", _RIGHT("farid"), "Farid, d/dx: vertical edges"),
    _gradient(
        "roberts-pos-diag",
        gradients.ROBERTS_POS_DIAG,
        "Roberts' cross, along \\",
        "roberts",
    ),
    _gradient("roberts-neg-diag", gradients.ROBERTS_NEG_DIAG, "Roberts' cross, along /"),
    _fixed("laplacian-4", "detail", detail.LAPLACIAN_4, "Laplacian, 4 neighbours", "laplacian"),
    _fixed("laplacian-8", "detail", detail.LAPLACIAN_8, "Laplacian, 8 neighbours"),
    _family("detail", detail.log),
    _family("detail", detail.dog),
    _family("detail", detail.gabor),
    _fixed("sharpen", "enhance", detail.SHARPEN, "the image minus its laplacian-4"),
    _family("enhance", detail.unsharp),
    _fixed("emboss", "enhance", detail.EMBOSS, "the image in relief"),
    _family("smooth", smoothing.box),
    _family("smooth", smoothing.gaussian),
    _family("smooth", smoothing.binomial),
    _family("smooth", smoothing.motion),
    _family("smooth", smoothing.identity),
    *_compass("kirsch", "Kirsch"),
    *_compass("robinson", "Robinson"),
    *_compass("prewitt", "Prewitt"),
    *_compass("sobel", "Sobel"),
]

#: Every kernel under its own name, in the order of the listing.
ENTRIES = {entry.name: entry for entry in _ENTRIES}

#: Other names of kernels.
ALIASES = {alias: entry.name for entry in _ENTRIES for alias in entry.aliases}
