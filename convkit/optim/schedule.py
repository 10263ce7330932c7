"""What all schedules share: the warm-up, and what a training asks of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any

from numpy.typing import NDArray

from convkit.optim.checks import State, not_negative, same_layout


@dataclass(eq=False)
class Schedule(ABC):
    """Says what the learning rate is multiplied by at every moment of a training.

    Parameters
    ----------
    warm_up : float
        Epochs during which the learning rate first rises from 0 in a straight line; the schedule
        has the epochs after them. Goyal et al., *Accurate, Large Minibatch SGD*, 2017.

    Raises
    ------
    ConvkitError
        If an argument is out of its range.
    """

    _: KW_ONLY
    warm_up: float = 0.0

    def __post_init__(self) -> None:
        self.warm_up = not_negative("warm_up", self.warm_up)

    def factor(self, progress: float, total: float) -> float:
        """Return what the learning rate is multiplied by.

        Parameters
        ----------
        progress : float
            Epochs done so far, with fractions within an epoch.
        total : float
            Epochs of the whole training.
        """
        rest = max(total - self.warm_up, 0.0)
        if progress < self.warm_up:
            return self.curve(0.0, rest) * progress / self.warm_up
        return self.curve(progress - self.warm_up, rest)

    @abstractmethod
    def curve(self, progress: float, total: float) -> float:
        """Return the factor without warm-up; epochs count from the warm-up's end."""

    # Not abstract: only a schedule that observes has something to do here.
    def start(self) -> None:  # noqa: B027
        """Forget what was observed."""

    def observe(self, value: float) -> None:  # noqa: B027
        """Take in the measure that is watched, once at the end of every epoch."""

    def state(self) -> State:
        """Return what was learned from what was observed, as arrays."""
        return {}

    def load_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go on from what ``state`` returned.

        Raises
        ------
        ConvkitError
            If it is another schedule's.
        """
        same_layout(self.state(), state)
