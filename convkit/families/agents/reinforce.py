"""REINFORCE: whole episodes, and what each action in them led to."""

from __future__ import annotations

from numpy.random import Generator

from convkit.families.agents.actor_critic import ActorCriticAgent
from convkit.families.agents.rollout import collect_episodes


class Reinforce(ActorCriticAgent):
    """REINFORCE with a baseline: one step of learning after some whole episodes.

    Every action gets likelier by the return that followed it, as far as that was more than the
    baseline, a network of its own, had expected (Williams 1992, "Simple statistical
    gradient-following algorithms for connectionist reinforcement learning"). An episode that was
    only broken off counts with what the baseline expects of its last state. Either network has the
    hidden layers of the model. An epoch is rollouts x environments episodes.

    Parameters
    ----------
    environments : int
        Episodes that are played side by side, and learnt from together.
    rollouts : int
        How often that happens in an epoch.
    gamma : float
        What a reward is worth a step later, from 0 to 1.
    entropy : float
        How much a policy is favoured that leaves much to chance.
    normalize_advantages : bool
        Whether advantages get mean 0 and standard deviation 1 before each step.
    """

    name = "reinforce"

    def __init__(
        self,
        environments: int = 8,
        rollouts: int = 10,
        gamma: float = 0.99,
        entropy: float = 0.0,
        normalize_advantages: bool = True,
    ) -> None:
        super().__init__(environments, rollouts, gamma, 1.0, entropy, normalize_advantages)

    def _learnt(self, rng: Generator, progress: float) -> float:
        rollout, counts = collect_episodes(self.episodes, self._chooser(rng), rng)
        lessons = self._lessons(rollout).take(counts.ravel())
        return self._descend(lessons, self._gradient, progress, rng)
