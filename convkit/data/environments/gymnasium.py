"""Environments of Gymnasium, with discrete actions (extra ``rl``)."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings

import numpy as np

from convkit.data.environments.base import (
    Environment,
    Floats,
    Pixels,
    Step,
    SyncVectorEnvironment,
    VectorEnvironment,
)
from convkit.data.environments.observations import Parts, observed
from convkit.data.splitting import Splits
from convkit.errors import ConvkitError, missing

if TYPE_CHECKING:
    import gymnasium as gym

RENDERED = "rgb_array"
FRAMES_PER_SECOND = 30
"""Where an environment doesn't say."""
LIMIT = 1000
"""Steps after which an episode is broken off, where nobody says: it might never end."""


class GymnasiumEnvironment(Environment):
    """One of Gymnasium's environments.

    Parameters
    ----------
    id : str
        Such as ``Acrobot-v1``.
    limit : int or None
        Steps after which an episode is broken off; its own number if None.

    Raises
    ------
    ConvkitError
        If there is none of this name, it lacks a library, or its actions aren't discrete.

    Notes
    -----
    Where an episode stands is told by its seed and the actions since: they are taken again.
    """

    def __init__(self, id: str, limit: int | None = None) -> None:
        self._env = _made(id, limit)
        self._first = _check_actions(self._env, id)
        self.name = id
        self.actions = tuple(map(str, range(self._env.action_space.n)))
        self.shape = self._observation(self._env.observation_space.sample()).shape
        self.seconds = 1 / (self._env.metadata.get("render_fps") or FRAMES_PER_SECOND)
        self._seed = 0
        self._taken: list[int] = []

    def reset(self, seed: int) -> Floats:
        self._seed, self._taken = seed, []
        observation, _ = self._env.reset(seed=seed)
        return self._observation(observation)

    def step(self, action: int) -> Step:
        self._taken.append(action)
        seen, reward, terminated, truncated, _ = self._env.step(action + self._first)
        return Step(self._observation(seen), float(reward), bool(terminated), bool(truncated))

    def _observation(self, seen: Any) -> Floats:
        """Return what was seen as numbers: pixels from 0 to 1, and what is no box in one row."""
        from gymnasium import spaces

        space = self._env.observation_space
        if not isinstance(space, spaces.Box):
            return np.asarray(spaces.flatten(space, seen), np.float32)
        numbers = np.array(seen, np.float32).reshape(space.shape or (1,))
        if space.dtype == np.uint8:
            numbers /= 255
        return numbers

    def state(self) -> dict[str, Any]:
        return {"seed": self._seed, "actions": list(self._taken)}

    def load_state(self, state: dict[str, Any]) -> None:
        self.reset(state["seed"])
        for action in state["actions"]:
            self.step(action)

    def picture(self) -> Pixels | None:
        if self._env.render_mode != RENDERED:
            return None
        from gymnasium.error import DependencyNotInstalled

        try:
            return np.asarray(self._env.render(), np.uint8)
        except DependencyNotInstalled as error:
            raise ConvkitError(f"{self.name} can't be drawn: {_one_line(error)}") from None


def gymnasium(
    id: str,
    limit: int | None = None,
    test: int = 100,
    validation: int = 20,
    seed: int = 0,
    standardize: bool = False,
    *,
    root: Path = Path(),  # noqa: ARG001
) -> Splits:
    """Act in an environment of Gymnasium that has discrete actions (extra rl).

    What is seen comes as it is, pixels from 0 to 1; what isn't a box of numbers, in one row with a
    1 for each choice.

    Parameters
    ----------
    id : str
        Its name there, such as Acrobot-v1.
    limit : int or None
        Steps after which an episode is broken off. If left out, as many as Gymnasium says; 1000
        where it says nothing.
    test : int
        How many episodes are played for the test.
    validation : int
        How many are played after every epoch, to tell which was the best.
    seed : int
        Decides how these episodes begin.
    standardize : bool
        Whether each number of an observation gets mean 0 and standard deviation 1 over what an
        agent sees that acts at random.
    """
    if limit is not None and limit < 1:
        raise ConvkitError(f"limit must be at least 1, got {limit}")

    def make(count: int) -> VectorEnvironment:
        return SyncVectorEnvironment([GymnasiumEnvironment(id, limit) for _ in range(count)])

    return observed(make, Parts(test, validation, seed), standardize=standardize)


def _made(name: str, limit: int | None) -> gym.Env[Any, Any]:
    """Return an environment, ready to be drawn if it can be, whose episodes end."""
    try:
        import gymnasium as gym
        from gymnasium.error import Error
    except ModuleNotFoundError:
        raise missing("data 'gymnasium'", "gymnasium", "rl") from None
    if ":" in name:
        # It would import the module before the colon: an experiment never runs code.
        raise ConvkitError(f"id '{name}' names a module", "only environments of Gymnasium itself")
    try:
        with catch_warnings(action="ignore"):  # of newer versions
            steps = limit or gym.spec(name).max_episode_steps or LIMIT
            make = partial(gym.make, name, max_episode_steps=steps, disable_env_checker=True)
            env: gym.Env[Any, Any] = make()
            if RENDERED in env.metadata.get("render_modes", ()):
                env = make(render_mode=RENDERED)
    except (Error, ModuleNotFoundError) as error:
        raise ConvkitError(f"can't make '{name}': {_one_line(error)}") from None
    return env


def _check_actions(env: gym.Env[Any, Any], name: str) -> int:
    """Return the number of the first action.

    Raises
    ------
    ConvkitError
        If the actions aren't discrete.
    """
    from gymnasium import spaces

    space = env.action_space
    if not isinstance(space, spaces.Discrete):
        raise ConvkitError(
            f"the actions of '{name}' are {space}, but agents choose from discrete ones",
            "CartPole-v1, Acrobot-v1, MountainCar-v0 and LunarLander-v3 have such",
        )
    return int(space.start)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
