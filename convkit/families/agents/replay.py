"""What an agent remembers of its steps, the oldest of which are forgotten first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from convkit.errors import ConvkitError
from convkit.families.agents.rollout import Rollout
from convkit.memory import gigabytes, physical_memory

Array = NDArray[Any]

ROOM = 0.5
"""The share of the machine's memory that may be filled with what is remembered."""


class Transitions(NamedTuple):
    """Where n actions led, some steps later.

    Attributes
    ----------
    observations, following : (n, \\*shape) float32 arrays
    actions : (n,) int64 array
    rewards : (n,) float32 array
        Of all these steps, what comes later being worth less.
    discounts : (n,) float32 array
        What the return from there on is worth; 0 where nothing comes after.
    """

    observations: Array
    actions: Array
    rewards: Array
    following: Array
    discounts: Array


class Replay:
    """A ring of the last steps in n episodes side by side.

    Parameters
    ----------
    capacity : int
        Steps in all, at least: each of the episodes has room for as many as another.
    environments : int
    shape : tuple of int
        Of an observation.

    Raises
    ------
    ConvkitError
        If they would take more than half of the machine's memory.
    """

    def __init__(self, capacity: int, environments: int, shape: tuple[int, ...]) -> None:
        rows = -(-capacity // environments)  # rounded up: a warm-up has to fit in
        size = 8 * rows * environments * int(np.prod(shape))
        if size > ROOM * physical_memory():
            raise ConvkitError(
                f"replay_capacity (={capacity}) observations would take {gigabytes(size)}, twice",
                f"this machine has {gigabytes(physical_memory())}: lower it",
            )
        place = (rows, environments)
        self._ring = Rollout(
            observations=np.empty((*place, *shape), np.float32),
            actions=np.empty(place, np.int64),
            following=np.empty((*place, *shape), np.float32),
            rewards=np.empty(place, np.float32),
            terminated=np.empty(place, np.bool_),
            ended=np.empty(place, np.bool_),
        )
        self._rows = rows
        self._environments = environments
        self._filled = 0
        self._next = 0

    def __len__(self) -> int:
        """How many steps are remembered."""
        return self._filled * self._environments

    @property
    def nbytes(self) -> int:
        """How much room they take once it is full."""
        return sum(each.nbytes for each in self._ring)

    def add(self, rollout: Rollout) -> None:
        """Remember steps, in place of the oldest ones if it is full."""
        latest = Rollout(*(each[-self._rows :] for each in rollout))
        count = len(latest.rewards)
        rows = (self._next + np.arange(count)) % self._rows
        for kept, new in zip(self._ring, latest, strict=True):
            kept[rows] = new
        self._next = (self._next + count) % self._rows
        self._filled = min(self._filled + count, self._rows)

    def sample(self, count: int, n_step: int, gamma: float, rng: Generator) -> Transitions:
        """Return transitions that any steps begin, each as likely as another.

        Parameters
        ----------
        count : int
        n_step : int
            How many steps each goes on, or fewer if the episode, or what is remembered of it, ends
            before.
        gamma : float
            What a reward is worth a step later.
        rng : Generator
        """
        ring = self._ring
        oldest = self._next - self._filled
        ages = rng.integers(self._filled, size=count)
        columns = rng.integers(self._environments, size=count)
        first = last = (oldest + ages) % self._rows
        rewards = ring.rewards[first, columns]
        discounts = np.full(count, gamma, np.float32)
        for step in range(1, n_step):
            going = ~ring.ended[last, columns] & (ages + step < self._filled)
            last = np.where(going, (last + 1) % self._rows, last)
            rewards += np.where(going, discounts * ring.rewards[last, columns], np.float32(0))
            discounts[going] *= np.float32(gamma)
        discounts[ring.terminated[last, columns]] = 0
        return Transitions(
            ring.observations[first, columns],
            ring.actions[first, columns],
            rewards,
            ring.following[last, columns],
            discounts,
        )

    def state(self) -> tuple[dict[str, Array], dict[str, int]]:
        """Return what is remembered, as arrays, and where the next step goes."""
        arrays = {name: each[: self._filled] for name, each in self._ring._asdict().items()}
        return arrays, {"next": self._next}

    def load_state(self, arrays: Mapping[str, Array], state: Mapping[str, int]) -> None:
        """Remember it again."""
        self._filled, self._next = len(arrays["rewards"]), state["next"]
        for name, each in self._ring._asdict().items():
            each[: self._filled] = arrays[name]
