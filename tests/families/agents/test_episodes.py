"""Episodes side by side, the rollouts that are made of them, and what each action was worth."""

import numpy as np
import pytest

from convkit.data import Preprocessing
from convkit.data.preprocessing import Scaling
from convkit.families.agents.episodes import Episodes, play
from convkit.families.agents.rollout import Rollout, advantages, collect, collect_episodes
from tests.families.agents.worlds import Line, choosing, episodes, lines


def played_alone(act, seed, **settings):
    """Return the return and the length of one episode of a single environment."""
    world, total, length = Line(**settings), 0.0, 0
    seen = world.reset(seed)
    while True:
        step = world.step(int(act(seen[np.newaxis])[0]))
        seen, total, length = step.observation, total + step.reward, length + 1
        if step.terminated or step.truncated:
            return total, length


@pytest.mark.parametrize("limit", [4, 100])
def test_playing_side_by_side_is_playing_alone(limit):
    def act(observations):
        return (observations[:, 0] % 3 > 0).astype(np.int64)

    seeds = list(range(70))  # more than are played at once
    played = play(act, lambda count: lines(count, limit=limit), seeds)
    alone = [played_alone(act, seed, limit=limit) for seed in seeds]
    assert played.returns.tolist() == [total for total, _ in alone]
    assert played.lengths.tolist() == [length for _, length in alone]


def test_a_rollout_holds_what_happened():
    walk = episodes(3, length=5, limit=6)
    rng = np.random.default_rng(1)
    rollout = collect(walk, choosing(2), 40, rng)
    moves = 2 * rollout.actions - 1
    places, after = rollout.observations[..., 0], rollout.following[..., 0]
    assert np.array_equal(after, places + moves)
    assert np.array_equal(rollout.rewards, after)
    assert np.array_equal(rollout.terminated, (after == 0) | (after == 5))
    # Where nothing ended, the next observation is what followed; else a new episode began.
    going = ~rollout.ended[:-1]
    assert np.array_equal(places[1:][going], after[:-1][going])
    assert (rollout.ended & ~rollout.terminated).any()
    assert ((places[1:][~going] >= 1) & (places[1:][~going] <= 4)).all()


def test_all_that_is_seen_is_preprocessed():
    scaling = Scaling(np.array([5.0], np.float32), np.array([2.0], np.float32))
    walk, plain = (
        Episodes(lines(3, length=5), preprocessing, np.random.default_rng(0))
        for preprocessing in (Preprocessing(inputs=scaling), Preprocessing())
    )
    seen, raw = (collect(each, choosing(2), 40, np.random.default_rng(1)) for each in (walk, plain))
    assert raw.ended.any()
    np.testing.assert_allclose(seen.observations, (raw.observations - 5) / 2)
    np.testing.assert_allclose(seen.following, (raw.following - 5) / 2)


def test_finished_episodes_are_counted_once():
    walk = episodes(4, length=6, limit=9)
    rng = np.random.default_rng(3)
    rollouts = [collect(walk, choosing(each), 25, rng) for each in range(2)]
    rewards = np.concatenate([each.rewards for each in rollouts])
    ended = np.concatenate([each.ended for each in rollouts])
    returns, lengths = [], []
    for column in range(4):
        start = 0
        for stop in np.flatnonzero(ended[:, column]) + 1:
            returns.append(rewards[start:stop, column].sum())
            lengths.append(stop - start)
            start = stop
    means = walk.end_epoch().means()
    assert means["return"] == pytest.approx(np.mean(returns))
    assert means["length"] == pytest.approx(np.mean(lengths))
    assert np.isnan(walk.end_epoch().means()["return"])


def test_whole_episodes():
    walk = episodes(5, length=8)
    rollout, counts = collect_episodes(walk, choosing(4), np.random.default_rng(0))
    for column in range(5):
        (last,) = np.flatnonzero(rollout.ended[:, column] & counts[:, column])
        assert counts[:, column].tolist() == [step <= last for step in range(len(counts))]
    assert counts.any(axis=1).all()
    # Those that waiting for the longest one left time for are not reported: most of them are short.
    finished = walk.end_epoch()
    assert (finished.episodes, finished.steps) == (5, counts.sum())
    assert finished.returns == pytest.approx(rollout.rewards[counts].sum())
    assert finished.lengths == counts.sum()


def test_episodes_go_on_from_their_state():
    ours, theirs = (episodes(3, length=6, limit=7) for _ in range(2))
    collect(ours, choosing(1), 11, np.random.default_rng(5))
    theirs.load_state(*ours.state())
    mine, its = (
        collect(each, choosing(2), 20, np.random.default_rng(6)) for each in (ours, theirs)
    )
    assert all(np.array_equal(one, other) for one, other in zip(mine, its, strict=True))
    assert ours.end_epoch() == theirs.end_epoch()


@pytest.mark.parametrize(("gamma", "gae_lambda"), [(0.9, 0.7), (0.99, 1.0), (1.0, 0.0)])
def test_advantages_are_the_papers_sum(gamma, gae_lambda):
    """Each summed up by itself, from the definition: no recursion."""
    rng = np.random.default_rng(7)
    steps, count = 12, 3
    terminated = rng.random((steps, count)) < 0.15
    ended = terminated | (rng.random((steps, count)) < 0.15)
    rewards, values, following = rng.normal(size=(3, steps, count))
    nothing = np.zeros((steps, count))
    rollout = Rollout(nothing, nothing, nothing, rewards, terminated, ended)
    expected = np.zeros((steps, count))
    for column in range(count):
        for start in range(steps):
            for step in range(start, steps):
                after = 0 if terminated[step, column] else following[step, column]
                surprise = rewards[step, column] + gamma * after - values[step, column]
                expected[start, column] += (gamma * gae_lambda) ** (step - start) * surprise
                if ended[step, column]:
                    break
    estimates = advantages(rollout, values, following, gamma, gae_lambda)
    assert np.allclose(estimates, expected, atol=1e-6)


def test_what_is_broken_off_is_not_over():
    """Truncation counts with what would have come, termination with nothing."""
    moments = [np.array([[each]]) for each in (0.0, 1.0)]
    zero, one = moments
    true, false = np.array([[True]]), np.array([[False]])
    truncated = Rollout(zero, zero, zero, one, false, true)
    terminated = Rollout(zero, zero, zero, one, true, true)
    worth = [advantages(each, zero, 10 * one, 0.9, 1.0).item() for each in (truncated, terminated)]
    assert worth == pytest.approx([10.0, 1.0])
