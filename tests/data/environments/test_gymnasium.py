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


def test_it_goes_on_from_its_state():
    ours, theirs = (GymnasiumEnvironment("CartPole-v1") for _ in range(2))
    ours.reset(4)
    for action in [0, 1, 1]:
        ours.step(action)
    theirs.load_state(json.loads(json.dumps(ours.state())))
    assert theirs.state() == ours.state()
    assert np.array_equal(ours.step(0).observation, theirs.step(0).observation)


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
