"""Gymnasium's environments: what is seen of them, and what can't be used."""

import json
import sys

import numpy as np
import pytest

from convkit.data import DATASETS
from convkit.data.environments.gymnasium import GymnasiumEnvironment
from convkit.errors import ConvkitError

gymnasium = pytest.importorskip("gymnasium")


def test_a_box_comes_as_it_is():
    ours, theirs = GymnasiumEnvironment("Acrobot-v1"), gymnasium.make("Acrobot-v1")
    assert (ours.shape, ours.actions) == ((6,), ("0", "1", "2"))
    assert np.array_equal(ours.reset(3), theirs.reset(seed=3)[0])
    for action in [0, 2, 1, 2]:
        step = ours.step(action)
        observation, *others = theirs.step(action)[:4]
        assert step.observation.dtype == np.float32
        assert np.array_equal(step.observation, observation)
        assert list(step[1:]) == others


def test_what_is_no_box_comes_in_a_row():
    lake = GymnasiumEnvironment("FrozenLake-v1")
    assert lake.reset(0).tolist() == [1.0] + [0.0] * 15
    cards = GymnasiumEnvironment("Blackjack-v1")
    assert cards.shape == (32 + 11 + 2,)
    assert cards.reset(0).sum() == 3


class Bright(gymnasium.Env):
    """A picture that is as bright as the last action, of those from 5 to 7."""

    observation_space = gymnasium.spaces.Box(0, 255, (2, 2, 1), np.uint8)
    action_space = gymnasium.spaces.Discrete(3, start=5)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return np.full((2, 2, 1), 255, np.uint8), {}

    def step(self, action):
        return np.full((2, 2, 1), 17 * action, np.uint8), float(action), action == 7, False, {}


def test_actions_are_numbered_as_there_and_pixels_are_from_0_to_1(monkeypatch):
    monkeypatch.setattr("gymnasium.registry", gymnasium.registry.copy())
    gymnasium.register("Bright-v0", entry_point=Bright)
    bright = GymnasiumEnvironment("Bright-v0")
    assert (bright.shape, bright.actions) == ((2, 2, 1), ("0", "1", "2"))
    assert (bright.reset(0) == 1).all()
    for action in range(3):
        step = bright.step(action)
        assert step.observation == pytest.approx(np.full((2, 2, 1), 17 * (5 + action) / 255))
        assert (step.reward, step.terminated) == (5 + action, action == 2)


def test_it_goes_on_from_its_state():
    ours, theirs = (GymnasiumEnvironment("CartPole-v1") for _ in range(2))
    ours.reset(4)
    for action in [0, 1, 1]:
        ours.step(action)
    theirs.load_state(json.loads(json.dumps(ours.state())))
    assert theirs.state() == ours.state()
    assert np.array_equal(ours.step(0).observation, theirs.step(0).observation)


def lasted(environment):
    """Return how many steps an episode has in which nothing is done but the first action."""
    environment.reset(0)
    count = 1
    while not (step := environment.step(0)).truncated:
        assert not step.terminated
        count += 1
    return count


def test_every_episode_ends():
    assert gymnasium.spec("CliffWalking-v1").max_episode_steps is None
    assert lasted(GymnasiumEnvironment("CliffWalking-v1")) == 1000
    assert lasted(GymnasiumEnvironment("MountainCar-v0")) == 200
    assert lasted(GymnasiumEnvironment("MountainCar-v0", limit=7)) == 7
    with pytest.raises(ConvkitError, match="limit must be at least 1, got 0"):
        DATASETS["gymnasium"]("MountainCar-v0", limit=0)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Pendulum-v1", r"the actions of 'Pendulum-v1' are Box"),
        ("Cartpole-v1", r"can't make 'Cartpole-v1': .*Did you mean: `CartPole`"),
        ("os:CartPole-v1", "names a module"),
    ],
)
def test_what_is_refused(name, words):
    with pytest.raises(ConvkitError, match=words):
        DATASETS["gymnasium"](name)


def test_without_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "gymnasium", None)
    with pytest.raises(ConvkitError, match="needs gymnasium") as caught:
        DATASETS["gymnasium"]("CartPole-v1")
    assert caught.value.hint == "pip install 'convkit[rl]'"


def test_without_what_draws(monkeypatch):
    monkeypatch.setitem(sys.modules, "pygame", None)
    poles = GymnasiumEnvironment("CartPole-v1")
    poles.reset(0)
    with pytest.raises(ConvkitError, match=r"CartPole-v1 can't be drawn: pygame is not installed"):
        poles.picture()


def test_its_parts():
    splits = DATASETS["gymnasium"]("CartPole-v1", test=3, validation=0, seed=5)
    assert list(splits.parts) == ["train", "test"]
    own = DATASETS["cartpole"](test=3, validation=0, seed=5)
    assert np.array_equal(splits.train.inputs, own.train.inputs)
    assert np.array_equal(splits.test.inputs, own.test.inputs)
    assert np.array_equal(splits.test.seeds, own.test.seeds)
    (first,) = own.test.environment(1).reset([0], own.test.seeds[:1].tolist())
    assert np.array_equal(own.test.inputs[0], first)
