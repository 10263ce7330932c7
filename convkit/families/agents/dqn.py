"""DQN: what each action is worth, learnt from steps that are remembered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from convkit.autograd import Tensor, action_value_loss, matmul
from convkit.errors import ConvkitError
from convkit.families.agents.base import Agent, outputs
from convkit.families.agents.replay import Replay, Transitions
from convkit.families.agents.rollout import collect
from convkit.families.base import Arrays, Course
from convkit.families.naming import owned, within
from convkit.nn import Context, Dense, Layer, Sequential, flatten_parameters
from convkit.nn.checks import number, whole_number

Array = NDArray[Any]


class Dueling(Dense):
    """The value of a state, and what each action adds to it: their sum, for every action.

    ``Q(s, a) = V(s) + A(s, a) - mean A(s, ·)`` (Wang et al. 2016, equation 9).

    Parameters
    ----------
    actions : int
    """

    name = "dueling"

    def __init__(self, actions: int) -> None:
        super().__init__(actions + 1)
        centred = np.eye(actions) - 1 / actions
        self._mixing = np.vstack([np.ones(actions), centred]).astype(np.float32)

    def __call__(self, x: Tensor, context: Context) -> Tensor:
        return matmul(super().__call__(x, context), self._mixing)

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        return (*super().output_shape(shape)[:-1], self.units - 1)


class DQN(Agent):
    """Deep Q-learning: what return to expect of each action, from steps that are remembered.

    The best action is taken, or, less and less often, any; all steps go into a memory, and batches
    of it (trainer.batch_size) teach that an action is worth its reward and what the best one is
    worth after it. That is told by a target network, which follows the trained one slowly (Mnih et
    al. 2015, "Human-level control through deep reinforcement learning"). The model has the hidden
    layers. An epoch is rollouts x rollout_steps x environments steps in the environment; the first
    one begins with those of warm_up.

    Parameters
    ----------
    environments : int
        Episodes that are played side by side.
    rollout_steps : int
        Steps in each of them before something is learnt.
    updates : int
        How many batches are then learnt from.
    rollouts : int
        How often that happens in an epoch.
    gamma : float
        What a reward is worth a step later, from 0 to 1.
    n_step : int
        How many steps' rewards are counted before the target network tells the rest.
    double : bool
        Whether the trained network chooses the action whose worth the target network tells, which
        keeps surprises from adding up (van Hasselt et al. 2016).
    dueling : bool
        Whether a state's value and what each action adds to it are learnt apart (Wang et al. 2016).
    replay_capacity : int
        How many steps are remembered.
    warm_up : int
        Steps that are taken at random before anything is learnt.
    target_every : int
        After how many batches the target network follows.
    tau : float
        How far it then goes, from 0 to 1, all the way.
    epsilon_start : float
        How often an action is taken at random in the beginning.
    epsilon_end : float
        How often later on.
    exploration : float
        The share of the training in which it falls from one to the other.
    """

    name = "dqn"
    network: Sequential

    def __init__(
        self,
        environments: int = 8,
        rollout_steps: int = 32,
        updates: int = 128,
        rollouts: int = 5,
        gamma: float = 0.99,
        n_step: int = 1,
        double: bool = True,
        dueling: bool = False,
        replay_capacity: int = 50_000,
        warm_up: int = 1000,
        target_every: int = 128,
        tau: float = 1.0,
        epsilon_start: float = 1.0,
        epsilon_end: float = 0.04,
        exploration: float = 0.16,
    ) -> None:
        super().__init__(environments, rollouts, gamma)
        self.rollout_steps = whole_number("rollout_steps", rollout_steps)
        self.updates = whole_number("updates", updates)
        self.n_step = whole_number("n_step", n_step)
        self.double = double
        self.dueling = dueling
        self.replay_capacity = whole_number("replay_capacity", replay_capacity)
        self.warm_up = whole_number("warm_up", warm_up)
        self.target_every = whole_number("target_every", target_every)
        self.tau = number("tau", tau, above=0, most=1)
        self.epsilon_start = number("epsilon_start", epsilon_start, least=0, most=1)
        self.epsilon_end = number("epsilon_end", epsilon_end, least=0, most=1)
        self.exploration = number("exploration", exploration, above=0, most=1)
        if warm_up > replay_capacity:
            raise ConvkitError(
                f"warm_up (={warm_up}) must be at most replay_capacity (={replay_capacity})"
            )

    def _built(self, layers: Sequence[Layer], rng: Generator) -> Sequential:
        actions = len(self.signature.classes or ())
        network = Sequential([*layers, Dueling(actions) if self.dueling else Dense(actions)])
        network.build(self.signature.sample_shape, rng)
        return network

    @property
    def heads(self) -> dict[str, Sequential]:
        return {"": self.network}

    def prepare(self, course: Course) -> None:
        super().prepare(course)
        shape = self.signature.sample_shape
        self._replay = Replay(self.replay_capacity, self.environments, shape)
        self._target = deepcopy(self.network)
        self._target_flat = flatten_parameters(self._target)
        self._updates = 0

    def scores(self, prepared: Array) -> Array:
        return outputs(self.network, prepared)

    def settings(self, progress: float) -> dict[str, float]:
        return super().settings(progress) | {"epsilon": self._epsilon(progress)}

    def _epsilon(self, progress: float) -> float:
        """Return how often an action is taken at random after so many epochs."""
        fallen = min(progress / (self.exploration * self.course.epochs), 1)
        return self.epsilon_start + fallen * (self.epsilon_end - self.epsilon_start)

    def _chooser(self, epsilon: float, rng: Generator) -> Callable[[Array], Array]:
        """Return what takes the best action, or any."""
        actions = len(self.signature.classes or ())

        def choose(observations: Array) -> Array:
            best = self.scores(observations).argmax(axis=1)
            any_one = rng.integers(actions, size=len(best))
            return np.where(rng.random(len(best)) < epsilon, any_one, best)

        return choose

    def _learnt(self, rng: Generator, progress: float) -> float:
        while len(self._replay) < self.warm_up:
            self._act(1.0, rng)
        self._act(self._epsilon(progress), rng)
        return float(np.mean([self._update(rng, progress) for _ in range(self.updates)]))

    def _act(self, epsilon: float, rng: Generator) -> None:
        choose = self._chooser(epsilon, rng)
        self._replay.add(collect(self.episodes, choose, self.rollout_steps, rng))

    def _update(self, rng: Generator, progress: float) -> float:
        """Learn from one batch, and let the target network follow if it is time."""
        batch = self._replay.sample(self.course.batch_size, self.n_step, self.gamma, rng)
        values = self.network(Tensor(batch.observations), Context(train=True, rng=rng))
        loss = action_value_loss(values, batch.actions, self._worth(batch))
        value = self.part.descend(loss, progress)
        self._updates += 1
        if self._updates % self.target_every == 0:
            self._follow()
        return value

    def _worth(self, batch: Transitions) -> Array:
        """Return what the actions of a batch should have been said to be worth."""
        told = outputs(self._target, batch.following)
        if self.double:
            best = self.scores(batch.following).argmax(axis=1)
            told = told[np.arange(len(best)), best]
        else:
            told = told.max(axis=1)
        worth: Array = batch.rewards + batch.discounts * told
        return worth

    def _follow(self) -> None:
        """Let the target network go some of the way to the trained one."""
        ours = self._target_flat.values
        ours += np.float32(self.tau) * (self.part.flat.values - ours)
        buffers = self.network.buffers()
        for name, buffer in self._target.buffers().items():
            buffer[...] = buffers[name]

    def remembered(self) -> dict[str, int]:
        return {"replay": self._replay.nbytes, "target": self._target_flat.values.nbytes}

    def memory(self) -> tuple[Arrays, dict[str, Any]]:
        arrays, state = super().memory()
        replay, place = self._replay.state()
        arrays |= owned("replay", replay) | owned("target", self._target.state())
        return arrays, state | {"replay": place, "updates": self._updates}

    def load_memory(self, arrays: Mapping[str, Array], state: Mapping[str, Any]) -> None:
        super().load_memory(arrays, state)
        self._replay.load_state(within("replay", arrays), state["replay"])
        self._target.load_state(within("target", arrays))
        self._updates = state["updates"]
