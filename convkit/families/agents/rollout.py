"""What agents do for a while: what they saw, did and got; and how much better than expected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from convkit.families.agents.episodes import Episodes

Array = NDArray[Any]


class Rollout(NamedTuple):
    """Steps of n episodes side by side; every array is (steps, n, ...).

    Attributes
    ----------
    observations, following : float32 arrays
        What was seen before each step, and after it: at an episode's end the last of it, and not
        the first of the next.
    actions : int64 array
    rewards : float32 array
    terminated, ended : bool arrays
        Where nothing comes after; and where the next episode begins, for whatever reason.
    """

    observations: Array
    actions: Array
    following: Array
    rewards: Array
    terminated: Array
    ended: Array

    @property
    def flat(self) -> Rollout:
        """The same with one axis instead of two."""
        return Rollout(*(each.reshape(-1, *each.shape[2:]) for each in self))


def collect(
    episodes: Episodes, choose: Callable[[Array], Array], steps: int, rng: Generator
) -> Rollout:
    """Take so many steps in each of several episodes.

    Parameters
    ----------
    episodes : Episodes
    choose : callable
        Observations -> actions.
    steps : int
    rng : Generator
        Draws how the next episodes begin.
    """
    return _joined([_moment(episodes, choose, rng) for _ in range(steps)])


def collect_episodes(
    episodes: Episodes, choose: Callable[[Array], Array], rng: Generator
) -> tuple[Rollout, Array]:
    """Begin an episode at each place, and play on until all of them are over.

    Returns
    -------
    Rollout
    (steps, n) bool array
        What belongs to these episodes, and not to one that came after.
    """
    episodes.begin_all(rng)
    going = np.ones(episodes.environment.count, np.bool_)
    moments, parts = [], []
    while going.any():
        moments.append(_moment(episodes, choose, rng, going))
        parts.append(going)
        going = going & ~moments[-1].ended
    return _joined(moments), np.stack(parts)


def _moment(
    episodes: Episodes,
    choose: Callable[[Array], Array],
    rng: Generator,
    counted: Array | None = None,
) -> Rollout:
    """Take a step in each episode; the arrays lack the axis of steps."""
    before = episodes.observations
    actions = choose(before)
    steps = episodes.step(actions, rng, counted)
    after, rewards, terminated, _ = steps
    return Rollout(before, actions, after, rewards.astype(np.float32), terminated, steps.ended)


def _joined(moments: list[Rollout]) -> Rollout:
    """Return steps one after the other."""
    return Rollout(*map(np.stack, zip(*moments, strict=True)))


def advantages(
    rollout: Rollout, values: Array, following: Array, gamma: float, gae_lambda: float
) -> Array:
    """Return how much better each action turned out than was expected, (steps, n).

    The generalised estimate (Schulman et al. 2016, equation 16): ``Σ (γλ)^k δ``, with
    ``δ = r + γ V(s') - V(s)``. Nothing comes after a state that ends the world; what was only
    broken off counts with what was expected of its last state.

    Parameters
    ----------
    rollout : Rollout
    values, following : (steps, n) arrays
        What is expected of what was seen before and after each step.
    gamma : float
        What a reward is worth a step later.
    gae_lambda : float
        From 0, which trusts the next state's value, to 1, which waits for all rewards.
    """
    surprises = rollout.rewards + gamma * following * ~rollout.terminated - values
    kept = np.float32(gamma * gae_lambda) * ~rollout.ended
    estimates = np.empty_like(surprises)
    estimate = np.zeros_like(surprises[0])
    for step in range(len(surprises) - 1, -1, -1):
        estimate = surprises[step] + kept[step] * estimate
        estimates[step] = estimate
    return estimates
