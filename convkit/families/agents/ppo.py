"""PPO: several passes over each rollout, in steps that don't go too far."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.random import Generator

from convkit.autograd import Tensor, clipped_policy_gradient, log_probabilities
from convkit.families.agents.actor_critic import ActorCriticAgent, Array, Lessons
from convkit.families.agents.rollout import collect
from convkit.nn.checks import number, whole_number


class PPO(ActorCriticAgent):
    """Proximal policy optimization: several passes over a rollout, in steps that stay near.

    As a2c, but a rollout is gone through several times in shuffled batches (trainer.batch_size):
    what has become much likelier or less likely by that isn't pulled any further (Schulman et al.
    2017, "Proximal policy optimization algorithms"). Either network has the hidden layers of the
    model. An epoch is rollouts x rollout_steps x environments steps in the environment.

    Parameters
    ----------
    environments : int
        Episodes that are played side by side.
    rollout_steps : int
        Steps in each of them before something is learnt.
    rollouts : int
        How often that happens in an epoch.
    update_epochs : int
        How often all of a rollout is gone through.
    gamma : float
        What a reward is worth a step later, from 0 to 1.
    gae_lambda : float
        How far rewards count at first hand before the expected return stands in for the rest, from
        0, a step, to 1, the whole rollout (generalised advantage estimation).
    clip : float
        By which share an action may become likelier, or less likely, before it is let go.
    entropy : float
        How much a policy is favoured that leaves much to chance.
    normalize_advantages : bool
        Whether advantages get mean 0 and standard deviation 1 in each batch.
    """

    name = "ppo"

    def __init__(
        self,
        environments: int = 8,
        rollout_steps: int = 128,
        rollouts: int = 5,
        update_epochs: int = 4,
        gamma: float = 0.99,
        gae_lambda: float = 0.95,
        clip: float = 0.2,
        entropy: float = 0.0,
        normalize_advantages: bool = True,
    ) -> None:
        super().__init__(environments, rollouts, gamma, gae_lambda, entropy, normalize_advantages)
        self.rollout_steps = whole_number("rollout_steps", rollout_steps)
        self.update_epochs = whole_number("update_epochs", update_epochs)
        self.clip = number("clip", clip, above=0)

    def _learnt(self, rng: Generator, progress: float) -> float:
        choose = self._chooser(rng)
        lessons = self._lessons(collect(self.episodes, choose, self.rollout_steps, rng))
        before = log_probabilities(self.scores(lessons.observations), lessons.actions)
        losses = [
            self._descend(
                lessons.take(places), partial(self._clipped, before[places]), progress, rng
            )
            for _ in range(self.update_epochs)
            for places in self._shuffled(len(before), rng)
        ]
        return float(np.mean(losses))

    def _shuffled(self, count: int, rng: Generator) -> Iterator[Array]:
        """Yield the places of each batch of a pass."""
        order, size = rng.permutation(count), self.course.batch_size
        for start in range(0, count, size):
            yield order[start : start + size]

    def _clipped(self, before: Array, logits: Tensor, lessons: Lessons) -> Tensor:
        """Return the loss that lets go of what has changed enough since it was `before`."""
        return clipped_policy_gradient(
            logits,
            lessons.actions,
            lessons.advantages,
            before,
            clip=self.clip,
            entropy=self.entropy,
        )
