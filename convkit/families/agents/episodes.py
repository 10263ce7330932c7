"""Episodes that are played: to learn from them, one after the other, or to be measured by them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from convkit.data import Preprocessing
from convkit.data.environments import Maker, Steps, VectorEnvironment, draw_seeds

Array = NDArray[Any]

AT_ONCE = 50
"""Episodes that are played side by side to measure an agent."""


class Played(NamedTuple):
    """How episodes went: their returns, (n,) float64, and their lengths in steps, (n,) int64."""

    returns: Array
    lengths: Array


def play(act: Callable[[Array], Array], make: Maker, seeds: Sequence[int]) -> Played:
    """Play an episode for each seed, and return how they went.

    Parameters
    ----------
    act : callable
        Observations (n, \\*shape) -> the numbers of actions (n,).
    make : callable
        Makes environments.
    seeds : sequence of int
        What each episode begins with.
    """
    groups = [seeds[start : start + AT_ONCE] for start in range(0, len(seeds), AT_ONCE)]
    played = [_played(act, make(len(group)), group) for group in groups]
    return Played(*(np.concatenate(each) for each in zip(*played, strict=True)))


def _played(
    act: Callable[[Array], Array], environment: VectorEnvironment, seeds: Sequence[int]
) -> Played:
    """Play an episode at each place of an environment."""
    count = environment.count
    returns, lengths, going = np.zeros(count), np.zeros(count, np.int64), np.ones(count, np.bool_)
    observations = environment.reset(range(count), seeds)
    while True:
        steps = environment.step(act(observations))
        returns += steps.rewards * going
        lengths += going
        ended = steps.ended
        going &= ~ended
        if not going.any():
            return Played(returns, lengths)
        observations = steps.observations
        if ended.any():  # it goes on beside the others, but doesn't count any more
            places = np.flatnonzero(ended).tolist()
            observations[places] = environment.reset(places, [seeds[place] for place in places])


@dataclass
class Finished:
    """The episodes that an epoch has seen the end of, and its steps."""

    episodes: int = 0
    returns: float = 0.0
    lengths: int = 0
    steps: int = 0

    def means(self) -> dict[str, float]:
        """Return the mean return and length; NaN if no episode has ended."""
        count = self.episodes or float("nan")
        return {"return": self.returns / count, "length": self.lengths / count}


class Episodes:
    """Episodes side by side; where one is over, the next begins.

    Parameters
    ----------
    environment : VectorEnvironment
    preprocessing : Preprocessing
        What is done to all observations.
    rng : Generator
        Draws what the first episodes begin with.

    Attributes
    ----------
    observations : (n, \\*shape) float32 array
        What is seen now.
    finished : Finished
        Since an epoch began.
    """

    def __init__(
        self, environment: VectorEnvironment, preprocessing: Preprocessing, rng: Generator
    ) -> None:
        self.environment = environment
        self.finished = Finished()
        self._prepared = preprocessing.apply_inputs
        self._returns = np.zeros(environment.count)
        self._lengths = np.zeros(environment.count, np.int64)
        self._everywhere = np.ones(environment.count, np.bool_)
        self.begin_all(rng)

    def begin_all(self, rng: Generator) -> None:
        """Begin a new episode everywhere; those that run are forgotten."""
        self._returns[...], self._lengths[...] = 0, 0
        count = self.environment.count
        seeds = draw_seeds(rng, count).tolist()
        self.observations = self._prepared(self.environment.reset(range(count), seeds))

    def step(self, actions: Array, rng: Generator, counted: Array | None = None) -> Steps:
        """Act everywhere, and begin anew where an episode has ended.

        Parameters
        ----------
        actions : (n,) int64 array
        rng : Generator
            Draws how the next episodes begin.
        counted : (n,) bool array, optional
            Where what happens counts as :attr:`finished`; everywhere if left out.
        """
        counted = self._everywhere if counted is None else counted
        steps = self.environment.step(actions)
        prepared = self._prepared(steps.observations)
        self._returns += steps.rewards
        self._lengths += 1
        self.finished.steps += int(np.count_nonzero(counted))
        self.observations = prepared
        if (ended := steps.ended).any():
            self._count(np.flatnonzero(ended & counted))
            self._begin_anew(np.flatnonzero(ended), rng)
        return steps._replace(observations=prepared)

    def _count(self, places: Array) -> None:
        self.finished.episodes += len(places)
        self.finished.returns += float(self._returns[places].sum())
        self.finished.lengths += int(self._lengths[places].sum())

    def _begin_anew(self, places: Array, rng: Generator) -> None:
        self._returns[places], self._lengths[places] = 0, 0
        first = self.environment.reset(places.tolist(), draw_seeds(rng, len(places)).tolist())
        self.observations = self.observations.copy()
        self.observations[places] = self._prepared(first)

    def end_epoch(self) -> Finished:
        """Return what the epoch has seen the end of; the next one begins with nothing."""
        finished, self.finished = self.finished, Finished()
        return finished

    def state(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """Return what going on needs: arrays, and what JSON holds."""
        arrays: dict[str, Array] = {
            "observations": self.observations,
            "returns": self._returns,
            "lengths": self._lengths,
        }
        said = {"environment": self.environment.state(), "finished": vars(self.finished)}
        return arrays, said

    def load_state(self, arrays: Mapping[str, Array], state: Mapping[str, Any]) -> None:
        """Go on from there."""
        self.environment.load_state(state["environment"])
        self.finished = Finished(**state["finished"])
        self.observations = arrays["observations"].copy()
        self._returns[...], self._lengths[...] = arrays["returns"], arrays["lengths"]
