"""CartPole: the same states as Gymnasium's from the same actions, to the last bit."""

import json

import numpy as np
import pytest

from convkit.data.environments import Environment, Step, SyncVectorEnvironment
from convkit.data.environments.cartpole import LIMIT, CartPole

gymnasium = pytest.importorskip("gymnasium")


def balanced(state, _):
    """Push where the pole falls, and back to the middle."""
    position, velocity, angle, spin = state
    return int(angle + 0.3 * spin + 0.02 * position + 0.05 * velocity > 0)


def wild(_, rng):
    return int(rng.integers(2))


@pytest.mark.parametrize(("policy", "least"), [(wild, 8), (balanced, LIMIT)])
@pytest.mark.parametrize("seed", range(5))
def test_it_is_gymnasiums(policy, least, seed):
    ours, theirs = CartPole(1), gymnasium.make("CartPole-v1")
    rng = np.random.default_rng(seed)
    (seen,) = ours.reset([0], [seed])
    expected, _ = theirs.reset(seed=seed)
    assert seen.tobytes() == expected.tobytes()
    lasted = 0
    while True:
        lasted += 1
        action = policy(theirs.unwrapped.state, rng)
        steps = ours.step(np.array([action]))
        expected, reward, terminated, truncated, _ = theirs.step(action)
        # Observations are rounded; the state behind them isn't.
        (state,) = np.transpose(ours.state()["states"])
        assert state.tobytes() == theirs.unwrapped.state.tobytes()
        assert steps.observations[0].tobytes() == expected.tobytes()
        assert (steps.rewards[0], steps.terminated[0], steps.truncated[0]) == (
            (reward, terminated, truncated)
        )
        if terminated or truncated:
            break
    assert lasted >= least
    assert truncated == (lasted == LIMIT)


def test_carts_side_by_side_do_not_know_of_each_other():
    actions = np.random.default_rng(1).integers(2, size=(40, 3))
    together = CartPole(3)
    together.reset(range(3), [5, 6, 7])
    seen = [together.step(each).observations for each in actions]
    for place, seed in enumerate([5, 6, 7]):
        alone = CartPole(1)
        alone.reset([0], [seed])
        same = [alone.step(each[[place]]).observations[0] for each in actions]
        assert np.array_equal([each[place] for each in seen], same)


def test_a_reset_leaves_the_others_alone():
    carts = CartPole(3)
    carts.reset(range(3), [1, 2, 3])
    before = carts.step(np.ones(3, np.int64)).observations
    (first,) = carts.reset([1], [9])
    after = np.transpose(carts.state()["states"]).astype(np.float32)
    assert np.array_equal(after[[0, 2]], before[[0, 2]])
    assert np.array_equal(after[1], first)
    assert carts.state()["steps"] == [1, 0, 1]


def test_it_goes_on_from_its_state():
    carts, others = CartPole(2), CartPole(2)
    carts.reset(range(2), [1, 2])
    others.reset(range(2), [3, 4])
    carts.step(np.array([0, 1]))
    others.load_state(json.loads(json.dumps(carts.state())))
    for actions in np.random.default_rng(0).integers(2, size=(20, 2)):
        ours, theirs = carts.step(actions), others.step(actions)
        assert ours.observations.tobytes() == theirs.observations.tobytes()


def test_it_can_be_seen():
    carts = CartPole(2)
    carts.load_state({"states": [[0, 1.2], [0, 0], [0, 0.2], [0, 0]], "steps": [0, 0]})
    upright, right = carts.text(0).splitlines(), carts.text(1).splitlines()
    assert [row.find("|") for row in upright[:-2]] == [30] * 6
    assert upright[-2].strip() == "[=o=]"
    assert [row.strip() for row in right[:-2]] == ["/"] * 6
    assert right[0].find("/") > right[5].find("/") >= 45
    first, second = (carts.picture(place) for place in range(2))
    assert first.shape == second.shape == (140, 300, 3)
    dark = [np.flatnonzero((picture[100] < 60).all(axis=1)).mean() for picture in (first, second)]
    assert dark == pytest.approx([150, 225], abs=1)


class Countdown(Environment):
    """Ends after so many steps as its seed says; the observation is what is left."""

    name, shape, actions, features = "countdown", (1,), ("wait",), ("left",)

    def reset(self, seed):
        self.left = seed
        return np.array([self.left], np.float32)

    def step(self, action):
        self.left -= 1
        return Step(np.array([self.left], np.float32), 0.5, self.left == 0, False)

    def state(self):
        return {"left": self.left}

    def load_state(self, state):
        self.left = state["left"]


def test_single_environments_side_by_side():
    vector = SyncVectorEnvironment([Countdown(), Countdown()])
    assert (vector.count, vector.name, vector.features) == (2, "countdown", ("left",))
    assert vector.reset([1, 0], [3, 2]).tolist() == [[3], [2]]
    steps = vector.step(np.zeros(2, np.int64))
    assert steps.observations.tolist() == [[1], [2]]
    assert steps.rewards.tolist() == [0.5, 0.5]
    state = vector.state()
    assert vector.step(np.zeros(2, np.int64)).ended.tolist() == [True, False]
    vector.load_state(state)
    assert vector.step(np.zeros(2, np.int64)).terminated.tolist() == [True, False]
    assert vector.text() is vector.picture() is None
