"""The schedule that looks at how the training goes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from convkit.errors import unknown
from convkit.optim.checks import State, decay, not_negative, share, whole
from convkit.optim.schedule import Schedule

Mode = Literal["min", "max"]


@dataclass(eq=False)
class Plateau(Schedule):
    """The learning rate falls when the measure watched has stopped getting better.

    Parameters
    ----------
    gamma : float
        What it is multiplied by then, in [0, 1).
    patience : int
        Epochs without getting better that are borne; the next one lowers it.
    threshold : float
        By what part of the best value so far a value must be better to count.
    mode : {"min", "max"}
        Whether smaller or larger is better.
    cooldown : int
        Epochs after a fall in which none is counted.
    minimum : float
        The smallest factor, from 0 to 1.

    Notes
    -----
    ::

        factor ← max(minimum, gamma factor)   after more than `patience` epochs in a row
                                              without a value < best (1 - threshold)

    PyTorch's ReduceLROnPlateau, whose factor is called gamma here.

    Advantages: needs no plan: it looks at how the training goes.
    Disadvantages: a noisy measure makes it fall too early or too late; it costs the patience.
    """

    gamma: float = 0.1
    patience: int = 10
    threshold: float = 1e-4
    mode: Mode = "min"
    cooldown: int = 0
    minimum: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.gamma = decay("gamma", self.gamma)
        self.patience = whole("patience", self.patience, 0)
        self.threshold = not_negative("threshold", self.threshold)
        if self.mode not in get_args(Mode):
            raise unknown("mode", self.mode, get_args(Mode))
        self.cooldown = whole("cooldown", self.cooldown, 0)
        self.minimum = share("minimum", self.minimum)
        self.start()

    def start(self) -> None:
        self._factor = 1.0
        self._best = math.inf if self.mode == "min" else -math.inf
        self._bad_epochs = 0
        self._cooling = 0

    def curve(self, progress: float, total: float) -> float:
        return self._factor

    def observe(self, value: float) -> None:
        if self._is_better(value):
            self._best = float(value)
            self._bad_epochs = 0
        else:
            self._bad_epochs += 1
        if self._cooling:
            self._cooling -= 1
            self._bad_epochs = 0
        if self._bad_epochs > self.patience:
            self._factor = max(self.minimum, self.gamma * self._factor)
            self._cooling = self.cooldown
            self._bad_epochs = 0

    def _is_better(self, value: float) -> bool:
        if self.mode == "min":
            return value < self._best * (1 - self.threshold)
        return value > self._best * (1 + self.threshold)

    def state(self) -> State:
        return {
            "factor": np.array(self._factor),
            "best": np.array(self._best),
            "bad_epochs": np.array(self._bad_epochs, np.int64),
            "cooling": np.array(self._cooling, np.int64),
        }

    def load_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        super().load_state(state)
        self._factor = float(state["factor"])
        self._best = float(state["best"])
        self._bad_epochs = int(state["bad_epochs"])
        self._cooling = int(state["cooling"])
