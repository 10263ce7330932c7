"""What agents learn from what they have seen, beside the formulas in NumPy."""

import numpy as np
import pytest

from convkit.autograd import Tensor
from convkit.families import A2C, DQN, PPO, Reinforce
from convkit.families.agents.actor_critic import Lessons
from convkit.families.agents.base import CHUNK, outputs
from convkit.families.agents.replay import Transitions
from convkit.families.agents.rollout import advantages, collect
from convkit.nn import BatchNorm, Context, Dense, Dropout
from tests.families.agents.worlds import prepared, steps_of

RNG = np.random.default_rng


def drawn_lessons(count=12, seed=0):
    rng = RNG(seed)
    seen = rng.normal(size=(count, 4)).astype(np.float32)
    gained, returns = rng.normal(size=(2, count)).astype(np.float32)
    return Lessons(seen, rng.integers(2, size=count), gained, returns)


def log_policy(logits):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def chosen(logits, actions):
    return log_policy(logits)[np.arange(len(actions)), actions]


def entropy(logits):
    logs = log_policy(logits)
    return -(np.exp(logs) * logs).sum(axis=1).mean()


def logits_of(agent, observations):
    return agent.network.actor(Tensor(observations), Context()).data


def taught(agent):
    """Let an agent act once; return the lessons, and their losses, that it would have learnt."""
    told = []

    def noted(lessons, policy_loss, progress, rng):
        told.append((lessons, policy_loss))
        return 0.0

    agent._descend = noted
    steps_of(agent, 1)
    return told


@pytest.mark.parametrize(
    "agent", [A2C(rollout_steps=4, entropy=0.3), Reinforce(environments=3, entropy=0.3)]
)
def test_a_policy_gradient_with_its_entropy(agent):
    ((lessons, policy_loss),) = taught(prepared(agent))
    logits = RNG(1).normal(size=(len(lessons.actions), 2))
    expected = -np.mean(lessons.advantages * chosen(logits, lessons.actions))
    expected -= 0.3 * entropy(logits)
    assert policy_loss(Tensor(logits), lessons).data == pytest.approx(expected)


def test_ppo_goes_through_batches_that_know_how_likely_their_actions_were():
    ppo = PPO(environments=2, rollout_steps=8, update_epochs=3, clip=0.05, entropy=0.3)
    agent = prepared(ppo, batch_size=5)
    agent.network.actor.layers[-1].weight.data[...] *= 100  # so that no two are alike
    batches = taught(agent)
    assert [len(lessons.actions) for lessons, _ in batches] == [5, 5, 5, 1] * 3
    for lessons, policy_loss in batches:
        before = chosen(logits_of(agent, lessons.observations), lessons.actions)
        logits = RNG(1).normal(size=(len(before), 2))
        ratio = np.exp(chosen(logits, lessons.actions) - before)
        clipped = np.clip(ratio, 0.95, 1.05)
        gains = np.minimum(ratio * lessons.advantages, clipped * lessons.advantages)
        expected = -gains.mean() - 0.3 * entropy(logits)
        assert policy_loss(Tensor(logits), lessons).data == pytest.approx(expected, rel=1e-5)


def test_many_observations_go_through_a_network_in_parts():
    agent = prepared(A2C())
    seen = RNG(0).normal(size=(2 * CHUNK + 7, 4)).astype(np.float32)
    parts, whole = outputs(agent.network.actor, seen), logits_of(agent, seen)
    np.testing.assert_allclose(parts, whole, atol=1e-6)


def test_reinforce_learns_from_its_own_episodes_only():
    agent = prepared(Reinforce(environments=4))
    ((lessons, _),) = taught(agent)
    finished = agent.episodes.finished
    assert (finished.episodes, finished.lengths) == (4, len(lessons.actions))


def test_an_a2c_rollout_is_as_long_as_it_is_told():
    ((lessons, _),) = taught(prepared(A2C(environments=3, rollout_steps=7)))
    assert len(lessons.actions) == 21


def test_what_should_have_been_expected_is_what_was_and_how_much_better_it_turned_out():
    agent = prepared(A2C(environments=3, gamma=0.9, gae_lambda=0.5))
    rollout = collect(agent.episodes, agent._chooser(RNG(0)), 40, RNG(0))
    assert rollout.ended.any()
    values, following = (
        agent.network.critic(Tensor(seen.reshape(-1, 4)), Context()).data.reshape(40, 3)
        for seen in (rollout.observations, rollout.following)
    )
    lessons = agent._lessons(rollout)
    expected = advantages(rollout, values, following, 0.9, 0.5)
    np.testing.assert_allclose(lessons.advantages, expected.ravel(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(lessons.returns, (expected + values).ravel(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("normalize", [False, True])
def test_the_loss_is_the_policys_and_half_of_the_squared_error(normalize):
    agent = prepared(A2C(normalize_advantages=normalize))
    lessons = drawn_lessons()
    logits = logits_of(agent, lessons.observations)
    values = agent.network.critic(Tensor(lessons.observations), Context()).data[:, 0]
    gained = lessons.advantages
    if normalize:
        gained = (gained - gained.mean()) / gained.std()
    expected = -np.mean(gained * chosen(logits, lessons.actions))
    expected += 0.5 * np.mean((values - lessons.returns) ** 2)
    loss = agent._descend(lessons, agent._gradient, 0.0, RNG(0))
    assert loss == pytest.approx(expected, rel=1e-5)


def test_dropout_drops_while_an_actor_and_a_critic_learn():
    losses = []
    for seed in (0, 1):
        agent = prepared(A2C(), layers=[Dense(16), Dropout(0.5)])
        losses.append(agent._descend(drawn_lessons(), agent._gradient, 0.0, RNG(seed)))
    assert losses[0] != losses[1]


def test_dropout_drops_while_values_are_learnt_but_not_where_they_are_told():
    seen, actions, gained, _ = drawn_lessons()
    batch = Transitions(seen, actions, gained, seen[::-1].copy(), np.full(12, 0.9, np.float32))
    losses, worths = [], []
    for seed in (0, 1):
        agent = prepared(DQN(), layers=[Dense(16), Dropout(0.5)])
        agent._replay.sample = lambda *_: batch
        worths.append(agent._worth(batch))
        losses.append(agent._update(RNG(seed), 0.0))
    assert losses[0] != losses[1]
    assert np.array_equal(*worths)


def test_the_target_network_takes_over_what_normalisation_remembers():
    agent = prepared(
        DQN(environments=2, rollout_steps=4, updates=1, warm_up=40, target_every=2, tau=0.5),
        layers=[Dense(8), BatchNorm()],
    )
    steps_of(agent, 2)
    ours, theirs = agent.network.buffers(), agent._target.buffers()
    assert ours
    assert all(np.array_equal(each, theirs[name]) for name, each in ours.items())


def test_the_warm_up_is_left_to_chance():
    quick = {"environments": 2, "rollout_steps": 4, "updates": 1, "epsilon_start": 0.0}
    agent = prepared(DQN(**quick, warm_up=80))
    agent.network.layers[-1].bias.data[...] = [0, 100]
    steps_of(agent, 1)
    actions = agent._replay.state()[0]["actions"]
    assert 0.2 < actions[:40].mean() < 0.8
    assert (actions[40:] == 1).all()
