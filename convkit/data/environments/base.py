"""What an environment is: observations, a choice of actions, and a reward for each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Step(NamedTuple):
    """What an action led to.

    Attributes
    ----------
    observation : array of the environment's shape, float32
    reward : float
    terminated : bool
        Whether the episode is over, because the world says so: nothing comes after.
    truncated : bool
        Whether it was only broken off, since it lasted long enough: something would have come.
    """

    observation: NDArray[np.float32]
    reward: float
    terminated: bool
    truncated: bool


class Environment(ABC):
    """A world with discrete actions. Episodes begin with :meth:`reset` and end with a step.

    Attributes
    ----------
    name : str
    shape : tuple of int
        Of an observation.
    actions : tuple of str
        What the actions are called; they are numbered in this order.
    """

    name: str
    shape: tuple[int, ...]
    actions: tuple[str, ...]

    @abstractmethod
    def reset(self, seed: int) -> NDArray[np.float32]:
        """Begin an episode, the same for the same seed, and return the first observation."""

    @abstractmethod
    def step(self, action: int) -> Step:
        """Act once."""

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """Return where the episode stands, as JSON holds it, so that it can go on elsewhere."""

    @abstractmethod
    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from there."""
