"""What is remembered of steps, and how far a transition goes on."""

import numpy as np
import pytest

from convkit.errors import ConvkitError
from convkit.families.agents.replay import Replay
from convkit.families.agents.rollout import collect
from tests.families.agents.worlds import choosing, episodes


def history(steps, count=2, seed=0):
    return collect(
        episodes(count, length=7, limit=8), choosing(seed), steps, np.random.default_rng(seed)
    )


def joined(rollouts):
    return [np.concatenate(each) for each in zip(*rollouts, strict=True)]


def followed(kept, start, column, n_step, gamma):
    """Go on from a step by a loop: rewards, where it led, and what the rest is worth."""
    _, _, following, rewards, terminated, ended = kept
    total, discount, step = 0.0, 1.0, start
    while True:
        total += discount * rewards[step, column]
        discount *= gamma
        last = step + 1 - start == n_step or ended[step, column] or step + 1 == len(rewards)
        if last:
            discount = 0.0 if terminated[step, column] else discount
            return total, following[step, column, 0], discount
        step += 1


@pytest.mark.parametrize("n_step", [1, 3, 5])
@pytest.mark.parametrize("sizes", [[30], [10, 15, 7], [64]])
def test_transitions_against_a_loop(sizes, n_step):
    """The ring holds 20 steps of either episode: some are forgotten."""
    replay = Replay(40, 2, (1,))
    rollouts = [history(size, seed=size) for size in sizes]
    for rollout in rollouts:
        replay.add(rollout)
    kept = [each[-20:] for each in joined(rollouts)]
    assert len(replay) == 40
    batch = replay.sample(2000, n_step, 0.9, np.random.default_rng(1))
    possible = {
        (kept[0][start, column, 0], kept[1][start, column], *after)
        for start in range(20)
        for column in range(2)
        for after in [np.round(followed(kept, start, column, n_step, 0.9), 4)]
        for after in [tuple(after.tolist())]
    }
    drawn = {
        (seen, action, round(float(reward), 4), after, round(float(discount), 4))
        for seen, action, reward, after, discount in zip(
            batch.observations[:, 0],
            batch.actions,
            batch.rewards,
            batch.following[:, 0],
            batch.discounts,
            strict=True,
        )
    }
    assert drawn == possible


def test_before_it_is_full():
    replay = Replay(1000, 2, (1,))
    replay.add(history(5))
    assert len(replay) == 10
    seen = replay.sample(500, 1, 0.9, np.random.default_rng(0)).observations
    assert set(seen.ravel()) == set(history(5).observations.ravel())


def test_there_is_room_for_as_many_steps_as_were_asked_for():
    """Else a warm-up that fills it would never come to its end."""
    replay = Replay(10, 3, (1,))
    replay.add(history(9, count=3))
    assert len(replay) == 12
    assert Replay(2, 3, (1,)).nbytes == 3 * (4 + 8 + 4 + 4 + 1 + 1)


def test_it_goes_on_from_its_state():
    ours, theirs = Replay(24, 2, (1,)), Replay(24, 2, (1,))
    for seed in range(3):
        ours.add(history(9, seed=seed))
    theirs.load_state(*ours.state())
    for replay in (ours, theirs):
        replay.add(history(4, seed=8))
    drawn = [each.sample(30, 3, 0.9, np.random.default_rng(2)) for each in (ours, theirs)]
    assert all(np.array_equal(one, other) for one, other in zip(*drawn, strict=True))


def test_what_does_not_fit_into_memory_is_refused():
    with pytest.raises(ConvkitError, match=r"replay_capacity \(=10000000\) observations would"):
        Replay(10_000_000, 8, (84, 84, 4))
