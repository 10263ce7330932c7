"""What an environment is: observations, a choice of actions, and a reward for each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Actions = NDArray[np.int64]
Pixels = NDArray[np.uint8]


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

    observation: Floats
    reward: float
    terminated: bool
    truncated: bool


class Steps(NamedTuple):
    """What an action in each of n episodes led to.

    Attributes
    ----------
    observations : (n, \\*shape) float32 array
        Where an episode has ended, the last one of it.
    rewards : (n,) float64 array
    terminated, truncated : (n,) bool arrays
        As of :class:`Step`.
    """

    observations: Floats
    rewards: NDArray[np.float64]
    terminated: Bools
    truncated: Bools

    @property
    def ended(self) -> Bools:
        """Which episodes are over, for one reason or the other."""
        return self.terminated | self.truncated


class World:
    """What can be known of an environment before anything happens in it.

    Attributes
    ----------
    name : str
    shape : tuple of int
        Of an observation.
    actions : tuple of str
        What the actions are called; they are numbered in this order.
    features : tuple of str
        What the numbers of an observation are called, if they have names.
    seconds : float
        How long a step lasts where it is watched.
    """

    name: str
    shape: tuple[int, ...]
    actions: tuple[str, ...]
    features: tuple[str, ...] = ()
    seconds: float = 0.1


class Environment(World, ABC):
    """A world with discrete actions. Episodes begin with :meth:`reset` and end with a step."""

    @abstractmethod
    def reset(self, seed: int) -> Floats:
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

    def text(self) -> str | None:
        """Return a drawing of the moment in letters, or None if there is none."""
        return None

    def picture(self) -> Pixels | None:
        """Return a drawing of the moment, (h, w, 3) RGB, or None if there is none."""
        return None


class VectorEnvironment(World, ABC):
    """Several episodes side by side, each at its own place, numbered from 0.

    Attributes
    ----------
    count : int
        How many.
    """

    count: int

    @abstractmethod
    def reset(self, places: Sequence[int], seeds: Sequence[int]) -> Floats:
        """Begin episodes at some places, the same for the same seeds.

        Returns
        -------
        (len(places), \\*shape) float32 array
            Their first observations.
        """

    @abstractmethod
    def step(self, actions: Actions) -> Steps:
        """Act once at every place; one whose episode is over has to be reset before."""

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """Return where the episodes stand, as JSON holds it, so that they can go on elsewhere."""

    @abstractmethod
    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from there."""

    @abstractmethod
    def text(self, place: int = 0) -> str | None:
        """Return a drawing of an episode's moment in letters, or None if there is none."""

    @abstractmethod
    def picture(self, place: int = 0) -> Pixels | None:
        """Return a drawing of an episode's moment, (h, w, 3) RGB, or None if there is none."""


Maker: TypeAlias = Callable[[int], VectorEnvironment]
"""Makes an environment for so many episodes side by side."""


class SyncVectorEnvironment(VectorEnvironment):
    """Environments that are stepped one after the other.

    Parameters
    ----------
    environments : sequence of Environment
        Of the same kind; one for each place.
    """

    def __init__(self, environments: Sequence[Environment]) -> None:
        self._environments = list(environments)
        self.count = len(self._environments)
        first = self._environments[0]
        self.name, self.shape, self.actions = first.name, first.shape, first.actions
        self.features, self.seconds = first.features, first.seconds

    def reset(self, places: Sequence[int], seeds: Sequence[int]) -> Floats:
        pairs = zip(places, seeds, strict=True)
        return np.stack([self._environments[place].reset(seed) for place, seed in pairs])

    def step(self, actions: Actions) -> Steps:
        pairs = zip(self._environments, actions.tolist(), strict=True)
        observations, rewards, terminated, truncated = zip(
            *[each.step(action) for each, action in pairs], strict=True
        )
        return Steps(
            np.stack(observations),
            np.array(rewards, np.float64),
            np.array(terminated),
            np.array(truncated),
        )

    def state(self) -> dict[str, Any]:
        return {"environments": [each.state() for each in self._environments]}

    def load_state(self, state: dict[str, Any]) -> None:
        for each, one in zip(self._environments, state["environments"], strict=True):
            each.load_state(one)

    def text(self, place: int = 0) -> str | None:
        return self._environments[place].text()

    def picture(self, place: int = 0) -> Pixels | None:
        return self._environments[place].picture()
