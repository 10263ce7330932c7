"""A2C: a policy and what to expect of it, learnt together from a few steps at a time."""

from __future__ import annotations

from numpy.random import Generator

from convkit.families.agents.actor_critic import ActorCriticAgent
from convkit.families.agents.rollout import collect
from convkit.nn.checks import whole_number


class A2C(ActorCriticAgent):
    """Advantage actor-critic: one step of learning after every few steps of acting.

    A policy, and beside it a network that tells the return to expect; an action that turned out
    better than that gets likelier (Mnih et al. 2016, "Asynchronous methods for deep reinforcement
    learning", without asynchrony). Either network has the hidden layers of the model. An epoch is
    rollouts x rollout_steps x environments steps in the environment.

    Parameters
    ----------
    environments : int
        Episodes that are played side by side.
    rollout_steps : int
        Steps in each of them before something is learnt.
    rollouts : int
        How often that happens in an epoch.
    gamma : float
        What a reward is worth a step later, from 0 to 1.
    gae_lambda : float
        How far rewards count at first hand before the expected return stands in for the rest, from
        0, a step, to 1, the whole rollout (generalised advantage estimation).
    entropy : float
        How much a policy is favoured that leaves much to chance.
    normalize_advantages : bool
        Whether advantages get mean 0 and standard deviation 1 in each rollout.
    """

    name = "a2c"

    def __init__(
        self,
        environments: int = 8,
        rollout_steps: int = 16,
        rollouts: int = 40,
        gamma: float = 0.99,
        gae_lambda: float = 1.0,
        entropy: float = 0.0,
        normalize_advantages: bool = False,
    ) -> None:
        super().__init__(environments, rollouts, gamma, gae_lambda, entropy, normalize_advantages)
        self.rollout_steps = whole_number("rollout_steps", rollout_steps)

    def _learnt(self, rng: Generator, progress: float) -> float:
        choose = self._chooser(rng)
        rollout = collect(self.episodes, choose, self.rollout_steps, rng)
        return self._descend(self._lessons(rollout), self._gradient, progress, rng)
