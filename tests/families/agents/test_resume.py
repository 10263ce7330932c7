"""An agent that was stopped and resumed is the agent that never stopped, to the last bit."""

import pytest

from convkit.experiment.session import resume
from convkit.families import FAMILIES
from tests.experiment.small import signalled_at, trained
from tests.experiment.test_resume import assert_same

# Each remembers something else: slips, actions that were taken, dropout's noise, a mean that a
# target network follows.
EXPERIMENTS = {
    "dqn": """
data: {name: gridworld, slip: 0.2, validation: 3, test: 3}
family: {name: dqn, environments: 2, rollout_steps: 3, rollouts: 4, updates: 2, n_step: 2,
         warm_up: 10, replay_capacity: 50, target_every: 3}
model: [dense: 8, batch_norm, relu]
""",
    "reinforce": """
data: {name: cartpole, validation: 3, test: 3, standardize: true}
family: {name: reinforce, environments: 2, rollouts: 4}
model: [dense: 8, tanh]
""",
    "a2c": """
data: {name: gymnasium, id: CartPole-v1, validation: 3, test: 3}
family: {name: a2c, environments: 2, rollout_steps: 7, rollouts: 4, entropy: 0.01}
model: [dense: 8, tanh]
""",
    "ppo": """
data: {name: cartpole, validation: 3, test: 3}
family: {name: ppo, environments: 2, rollout_steps: 16, rollouts: 4, update_epochs: 2}
model: [dense: 8, tanh, dropout: 0.2]
""",
}
COMMON = """
optimizer: {name: adam, lr: 0.01, schedule: {name: plateau, mode: max, patience: 0, gamma: 0.5}}
trainer: {epochs: 4, batch_size: 8}
seed: 3
"""


@pytest.fixture(scope="module", params=EXPERIMENTS)
def name(request):
    if request.param == "a2c":
        pytest.importorskip("gymnasium")
    return request.param


@pytest.fixture(scope="module")
def whole(name, tmp_path_factory):
    return trained(EXPERIMENTS[name] + COMMON, tmp_path_factory.mktemp(name))


def test_the_best_return_is_kept_without_saying_so(whole):
    assert whole.summary["best"]["metric"] == "validation/return"
    assert whole.run.checkpoints.keys() == {"best", "last"}
    assert whole.summary["confusion"] is None


@pytest.mark.parametrize("step", [1, 6, 8])
def test_after_an_interruption(name, whole, tmp_path, step):
    with pytest.MonkeyPatch.context() as patch:
        signalled_at(patch, step, family=FAMILIES[name])
        outcome = trained(EXPERIMENTS[name] + COMMON, tmp_path)
    assert outcome.status == "interrupted"
    resume(outcome.run)
    assert_same(outcome.run, whole.run)
