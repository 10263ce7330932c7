"""Training some layers less than others: frozen ones, and learning rates of their own."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.errors import ConvkitError
from convkit.families.misfit import blamed_on
from convkit.nn import Flat, Layer, Sequential, named_layers

Array = NDArray[Any]


@dataclass(frozen=True)
class FineTuning:
    """Which layers are trained less than others.

    Layers are named as :func:`pick_layers` takes them.

    Attributes
    ----------
    freeze : str, optional
        Those that aren't trained; all are by default.
    unfreeze_at : int, optional
        The epoch, from 1, from which on they are; never by default.
    lr_factors : dict of str to float
        What the learning rate is multiplied by; of several for one layer the last counts.
    """

    freeze: str | None = None
    unfreeze_at: int | None = None
    lr_factors: Mapping[str, float] = field(default_factory=dict)


class Pace:
    """How fast each parameter of a network is trained.

    Parameters
    ----------
    layers : Sequential
        Built.
    flat : Flat
        Its parameters.
    tuning : FineTuning

    Raises
    ------
    MisfitError
        If there is no layer of a name, or freezing leaves none to train.
    """

    def __init__(self, layers: Sequential, flat: Flat, tuning: FineTuning) -> None:
        places = {id(each): flat.slices[path] for path, each in layers.parameters().items()}
        shares = np.ones_like(flat.values)
        with blamed_on("model.lr_factors"):
            for text, factor in tuning.lr_factors.items():
                for layer in pick_layers(layers, text).values():
                    _set(shares, layer, places, factor)
            if not shares.any():
                raise ConvkitError("nothing is left to train", "give a layer a factor above 0")
        frozen = shares.copy()
        with blamed_on("model.freeze"):
            self._freezable = list(pick_layers(layers, tuning.freeze or "").values())
            for layer in self._freezable:
                _set(frozen, layer, places, 0)
            if not frozen.any():
                raise ConvkitError("nothing is left to train", "freeze fewer layers")
        thaws = tuning.unfreeze_at
        self._thaws = 0.0 if not self._freezable else math.inf if thaws is None else thaws - 1
        self._shares = {True: _plainly(frozen), False: _plainly(shares)}
        self._frozen = False

    def at(self, progress: float) -> float | Array:
        """Return what the learning rate is multiplied by; freeze what is frozen by now.

        Parameters
        ----------
        progress : float
            Epochs done so far, with fractions.

        Returns
        -------
        float or (n,) array
            A number if all parameters are trained alike.
        """
        frozen = progress < self._thaws
        if frozen is not self._frozen:
            self._frozen = frozen
            for layer in self._freezable:
                layer.set_trainable(not frozen)
        return self._shares[frozen]


def _set(shares: Array, layer: Layer, places: Mapping[int, slice], factor: float) -> None:
    for parameter in layer.parameters().values():
        shares[places[id(parameter)]] = factor


def _plainly(shares: Array) -> float | Array:
    return 1.0 if (shares == 1).all() else shares


def pick_layers(model: Layer, text: str) -> dict[str, Layer]:
    """Return the layers of a model that a text names, under their paths.

    Parameters
    ----------
    model : Layer
    text : str
        Parts with commas between them, each a number or a path as in the summary (``3``,
        ``5.shortcut.1``), a range of numbers (``1-6``), or what a layer is (``batch_norm``). In
        paths and names ``*`` stands for anything.

    Raises
    ------
    ConvkitError
        If a part names no layer.

    >>> from convkit.nn import Dense, ReLU
    >>> list(pick_layers(Sequential([Dense(3), ReLU(), Dense(2), ReLU()]), "1-2, dense"))
    ['1', '2', '3']
    """
    layers = named_layers(model)
    picked: dict[str, Layer] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        paths = _range(part) or [
            path
            for path, layer in layers.items()
            if fnmatchcase(path, part) or fnmatchcase(layer.name, part)
        ]
        unknown = [path for path in paths if path not in layers]
        if unknown or not paths:
            raise ConvkitError(
                f"there is no layer '{(unknown or [part])[0]}'",
                f"they are numbered from 1 to {len(model.children())}; --dry-run lists them",
            )
        picked |= {path: layers[path] for path in paths}
    return picked


def _range(part: str) -> list[str]:
    """Return the numbers of a range such as ``1-6``, or none if it isn't one."""
    ends = re.fullmatch(r"(\d+)\s*-\s*(\d+)", part)
    if ends is None:
        return []
    first, last = map(int, ends.groups())
    if first > last:
        raise ConvkitError(f"the range '{part}' ends before it begins", f"write {last}-{first}")
    return [str(number) for number in range(first, last + 1)]
