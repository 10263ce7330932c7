"""Agents that change how likely an action is by how much better than expected it turned out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from convkit.autograd import Tensor, mse, policy_gradient
from convkit.families.agents.base import Agent, outputs
from convkit.families.agents.rollout import Rollout, advantages
from convkit.families.base import Answers
from convkit.nn import Context, Dense, Layer, Module, Sequential
from convkit.nn.checks import Shape, number

Array = NDArray[Any]

VALUE_WEIGHT = 0.5
"""How much the error of the expected returns counts beside the policy's loss."""

UNDECIDED = 0.01
"""The gain of the policy's first weights: in the beginning all actions are about as likely."""


class ActorCritic(Module):
    """A network that chooses, and one that tells what return to expect.

    Parameters
    ----------
    hidden : sequence of Layer
        Not yet built; either network has its own.
    actions : int
    """

    def __init__(self, hidden: Sequence[Layer], actions: int) -> None:
        policy = Dense(actions, kernel_init={"name": "orthogonal", "gain": UNDECIDED})
        value = Dense(1, kernel_init="orthogonal")
        self.actor = Sequential([*deepcopy(list(hidden)), policy])
        self.critic = Sequential([*hidden, value])

    def build(self, shape: Shape, rng: Generator) -> None:
        """Make the parameters for observations of a shape."""
        self.actor.build(shape, rng)
        self.critic.build(shape, rng)


class Lessons(NamedTuple):
    """What is learnt from a rollout: n observations, and how it went on.

    Attributes
    ----------
    observations : (n, \\*shape) float32 array
    actions : (n,) int64 array
    advantages, returns : (n,) float32 arrays
        How much better than expected an action turned out; and what should have been expected.
    """

    observations: Array
    actions: Array
    advantages: Array
    returns: Array

    def take(self, places: Array) -> Lessons:
        """Return some of them."""
        return Lessons(*(each[places] for each in self))


PolicyLoss: TypeAlias = Callable[[Tensor, Lessons], Tensor]
"""Logits and what is to be learnt -> what makes good actions likelier when it gets small."""


class ActorCriticAgent(Agent):
    """An agent with an :class:`ActorCritic`.

    Parameters
    ----------
    gae_lambda : float
        How far rewards count at first hand before the expected return stands in for the rest, from
        0, a step, to 1, all of them (generalised advantage estimation).
    entropy : float
        How much a policy is favoured that leaves much to chance.
    normalize_advantages : bool
        Whether advantages get mean 0 and standard deviation 1 before a step.
    """

    network: ActorCritic

    def __init__(
        self,
        environments: int,
        rollouts: int,
        gamma: float,
        gae_lambda: float,
        entropy: float,
        normalize_advantages: bool,
    ) -> None:
        super().__init__(environments, rollouts, gamma)
        self.gae_lambda = number("gae_lambda", gae_lambda, least=0, most=1)
        self.entropy = number("entropy", entropy, least=0)
        self.normalize_advantages = normalize_advantages

    def _built(self, layers: Sequence[Layer], rng: Generator) -> ActorCritic:
        network = ActorCritic(layers, len(self.signature.classes or ()))
        network.build(self.signature.sample_shape, rng)
        return network

    @property
    def heads(self) -> dict[str, Sequential]:
        return {"actor": self.network.actor, "critic": self.network.critic}

    def scores(self, prepared: Array) -> Array:
        return outputs(self.network.actor, prepared)

    def answer(self, inputs: Array) -> Answers:
        answers = super().answer(inputs)
        shares = np.exp(answers.outputs - answers.outputs.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        return replace(answers, outputs=shares, probable=True)

    def _chooser(self, rng: Generator) -> Callable[[Array], Array]:
        """Return what draws actions by the policy's probabilities.

        Exponential numbers divided by probabilities, the least of which wins, are a draw; their
        logarithms are a Gumbel distribution's.
        """

        def choose(observations: Array) -> Array:
            scores = self.scores(observations)
            chance = rng.standard_exponential(scores.shape, np.float32)
            drawn: Array = (scores - np.log(chance)).argmax(axis=1)
            return drawn

        return choose

    def _lessons(self, rollout: Rollout) -> Lessons:
        """Return what a rollout teaches, for each step of it."""
        flat = rollout.flat
        values, following = (
            outputs(self.network.critic, seen).reshape(rollout.rewards.shape)
            for seen in (flat.observations, flat.following)
        )
        gained = advantages(rollout, values, following, self.gamma, self.gae_lambda).ravel()
        return Lessons(flat.observations, flat.actions, gained, gained + values.ravel())

    def _descend(
        self, lessons: Lessons, policy_loss: PolicyLoss, progress: float, rng: Generator
    ) -> float:
        """Take one step with some lessons, and return the loss."""
        context = Context(train=True, rng=rng)
        observations = Tensor(lessons.observations)
        if self.normalize_advantages:
            lessons = lessons._replace(advantages=_normalized(lessons.advantages))
        logits = self.network.actor(observations, context)
        values = self.network.critic(observations, context)
        error = mse(values, lessons.returns.reshape(-1, 1))
        return self.part.descend(policy_loss(logits, lessons) + error * VALUE_WEIGHT, progress)

    def _gradient(self, logits: Tensor, lessons: Lessons) -> Tensor:
        """Return the loss whose gradient is that of the expected return."""
        gained = lessons.advantages
        return policy_gradient(logits, lessons.actions, gained, entropy=self.entropy)


def _normalized(values: Array) -> Array:
    normalized: Array = (values - values.mean()) / (values.std() + np.float32(1e-8))
    return normalized
