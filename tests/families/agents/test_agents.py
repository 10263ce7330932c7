"""What the agents are made of, and what each makes of what it has seen."""

import numpy as np
import pytest

from convkit.autograd import Tensor
from convkit.data import DATASETS
from convkit.errors import ConvkitError
from convkit.families import A2C, DQN, PPO, Blueprint, Reinforce, Signature
from convkit.families.agents.dqn import Dueling
from convkit.families.agents.replay import Transitions
from convkit.nn import Context, Reshape
from convkit.nn.losses import MSE
from tests.families.agents.worlds import prepared, steps_of

QUICK = {
    "dqn": lambda **more: DQN(environments=2, rollout_steps=4, updates=3, warm_up=20, **more),
    "reinforce": lambda **more: Reinforce(environments=2, **more),
    "a2c": lambda **more: A2C(environments=2, rollout_steps=5, **more),
    "ppo": lambda **more: PPO(environments=2, rollout_steps=8, update_epochs=2, **more),
}
every = pytest.mark.parametrize("name", QUICK)


@every
def test_it_learns_measures_and_answers(name):
    agent = prepared(QUICK[name](rollouts=3))
    before = agent.network.state()
    steps_of(agent, 3)
    assert any(not np.array_equal(before[key], each) for key, each in agent.network.state().items())
    measured = agent.end_epoch()
    assert list(measured) == list(agent.measured_while_learning)
    assert np.array_equal(measured["return"], measured["length"], equal_nan=True)  # no end yet
    assert agent.samples_per_epoch >= 24
    test = DATASETS["cartpole"](test=5, validation=0).test
    scored = agent.measure(test)
    assert list(scored) == list(agent.measured)
    assert scored == agent.measure(test)
    assert 8 <= scored["return"] == scored["length"] <= 500
    answers = agent.answer(test.inputs)
    assert np.array_equal(answers.classes, agent.act(test.inputs))
    assert np.array_equal(answers.classes, answers.outputs.argmax(axis=1))
    assert answers.probable == (name != "dqn")
    if answers.probable:
        assert answers.outputs.sum(axis=1) == pytest.approx(np.ones(5))


@every
def test_its_networks_are_in_the_summary(name):
    agent = prepared(QUICK[name]())
    rows = agent.rows()
    assert sum(row.parameters for row in rows) == agent.parameters
    assert rows[0].name == "input"
    assert len({row.path for row in rows}) == len(rows)


@every
def test_the_same_seed_gives_the_same(name):
    one, same, other = (prepared(QUICK[name](), seed=seed) for seed in (1, 1, 2))
    for agent in (one, same, other):
        steps_of(agent, 2)
    states = [agent.network.state() for agent in (one, same, other)]
    assert all(np.array_equal(each, states[1][key]) for key, each in states[0].items())
    assert any(not np.array_equal(each, states[2][key]) for key, each in states[0].items())


@every
@pytest.mark.parametrize("data", ["digits", "diabetes"])
def test_where_there_is_no_environment(name, data):
    with pytest.raises(ConvkitError, match="an agent acts in an environment, but ") as caught:
        prepared(QUICK[name](), splits=DATASETS[data]())
    assert "cartpole" in caught.value.hint


@every
def test_it_is_measured_in_its_environment_only(name):
    with pytest.raises(ConvkitError, match="data 'iris' are none"):
        prepared(QUICK[name]()).measure(DATASETS["iris"]().train)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"loss": MSE()}, "an agent brings its own loss"),
        ({"metrics": ("accuracy",)}, "of an agent, returns are measured"),
        ({"layers": [Reshape([2, 2])]}, "by a row of features, but the model makes 2x2"),
    ],
)
def test_what_does_not_fit(parts, words):
    signature = Signature.of(DATASETS["cartpole"]().train)
    with pytest.raises(ConvkitError, match=words):
        PPO().build(Blueprint(signature, **parts))


@every
def test_batches_are_not_gathered(name):
    with pytest.raises(ConvkitError, match=r"accumulate \(=3\): an agent takes") as caught:
        prepared(QUICK[name](), accumulate=3)
    assert caught.value.hint == "batch_size: 48"


@pytest.mark.parametrize(
    ("agent", "settings", "words"),
    [
        (A2C, {"environments": 0}, "environments must be at least 1, got 0"),
        (A2C, {"gamma": 1.1}, "gamma must be at most 1, got 1.1"),
        (PPO, {"gae_lambda": -1}, "gae_lambda must be at least 0"),
        (PPO, {"clip": 0}, "clip must be above 0"),
        (PPO, {"update_epochs": 0}, "update_epochs must be at least 1"),
        (Reinforce, {"entropy": -0.1}, "entropy must be at least 0"),
        (DQN, {"tau": 0}, "tau must be above 0"),
        (DQN, {"n_step": 0}, "n_step must be at least 1"),
        (DQN, {"epsilon_end": 2}, "epsilon_end must be at most 1"),
        (DQN, {"warm_up": 30, "replay_capacity": 20}, r"warm_up \(=30\) must be at most"),
    ],
)
def test_ranges(agent, settings, words):
    with pytest.raises(ConvkitError, match=words):
        agent(**settings)


# --- policies ---


def test_a_policy_is_undecided_at_first_and_its_networks_differ():
    agent = prepared(PPO())
    test = DATASETS["cartpole"](test=50).test
    assert np.abs(agent.answer(test.inputs).outputs - 0.5).max() < 0.01
    actor, critic = agent.network.actor.layers[1], agent.network.critic.layers[1]
    assert not np.array_equal(actor.weight.data, critic.weight.data)


def test_actions_are_drawn_by_their_probabilities():
    agent = prepared(PPO())
    agent.network.actor.layers[-1].bias.data[...] = [0.0, 1.0]
    observations = np.zeros((4000, 4), np.float32)
    drawn = agent._chooser(np.random.default_rng(0))(observations)
    assert drawn.mean() == pytest.approx(1 / (1 + np.exp(-1.0)), abs=0.025)


def test_ppo_goes_through_all_of_a_rollout_in_every_pass():
    agent = prepared(PPO(), batch_size=7)
    passes = [np.concatenate(list(agent._shuffled(20, np.random.default_rng(n)))) for n in (0, 1)]
    assert [sorted(each) for each in passes] == [list(range(20))] * 2
    assert not np.array_equal(*passes)


# --- the values of actions ---


def test_dueling_is_the_papers_sum():
    layer = Dueling(3)
    layer.build((5,), np.random.default_rng(0))
    x = np.random.default_rng(1).normal(size=(4, 5)).astype(np.float32)
    raw = x @ layer.weight.data
    value, gains = raw[:, :1], raw[:, 1:]
    expected = value + gains - gains.mean(axis=1, keepdims=True)
    outputs = layer(Tensor(x), Context()).data
    assert outputs.dtype == np.float32
    np.testing.assert_allclose(outputs, expected, atol=1e-6)


@pytest.mark.parametrize("double", [False, True])
def test_what_actions_should_have_been_worth(double):
    agent = prepared(QUICK["dqn"](double=double, target_every=1000, dueling=True))
    steps_of(agent, 4)
    rng = np.random.default_rng(0)
    seen = rng.normal(size=(2, 30, 4)).astype(np.float32)
    rewards, discounts = rng.normal(size=(2, 30)).astype(np.float32)
    batch = Transitions(seen[0], np.zeros(30, np.int64), rewards, seen[1], discounts)
    ours, target = (net(Tensor(seen[1]), Context()).data for net in (agent.network, agent._target))
    assert not np.allclose(ours, target)
    expected = [
        reward + discount * (told[np.argmax(own)] if double else max(told))
        for reward, discount, told, own in zip(rewards, discounts, target, ours, strict=True)
    ]
    np.testing.assert_allclose(agent._worth(batch), expected, rtol=1e-5)


@pytest.mark.parametrize(("every_", "tau"), [(4, 1.0), (1, 0.25)])
def test_the_target_network_follows(every_, tau):
    agent = prepared(QUICK["dqn"](target_every=every_, tau=tau))
    expected = agent._target_flat.values.copy()
    rng = np.random.default_rng(0)
    while len(agent._replay) < 20:
        agent._act(1.0, rng)
    for update in range(1, 10):
        agent._update(rng, 0.0)
        if update % every_ == 0:
            expected += tau * (agent.part.flat.values - expected)
        np.testing.assert_allclose(agent._target_flat.values, expected, atol=1e-6)


def test_epsilon_falls_and_stays():
    agent = prepared(QUICK["dqn"](epsilon_start=0.9, epsilon_end=0.1, exploration=0.5), epochs=4)
    epsilons = [agent.settings(progress)["epsilon"] for progress in (0, 1, 2, 3, 4)]
    assert epsilons == pytest.approx([0.9, 0.5, 0.1, 0.1, 0.1])


def test_epsilon_is_how_often_chance_decides():
    agent = prepared(QUICK["dqn"]())
    agent.network.layers[-1].bias.data[...] = [0, 100]
    drawn = agent._chooser(0.3, np.random.default_rng(0))(np.zeros((4000, 4), np.float32))
    assert drawn.mean() == pytest.approx(0.85, abs=0.02)


def test_nothing_is_learnt_before_the_warm_up():
    agent = prepared(DQN(environments=2, rollout_steps=4, updates=1, warm_up=50))
    steps_of(agent, 1)
    assert len(agent._replay) == 56 + 8
