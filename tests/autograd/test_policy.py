"""Losses of policies and of action values, against their definitions in PyTorch."""

import numpy as np
import pytest

from convkit.autograd import (
    Tensor,
    action_value_loss,
    clipped_policy_gradient,
    log_probabilities,
    policy_gradient,
)

torch = pytest.importorskip("torch")
rng = np.random.default_rng(0)
LOGITS = rng.normal(size=(40, 3))
ACTIONS = rng.integers(3, size=40)
ADVANTAGES = rng.normal(size=40)
BEFORE = log_probabilities(LOGITS, ACTIONS) + 0.3 * rng.normal(size=40)


def ours(function, *arguments, **settings):
    logits = Tensor(LOGITS.copy(), requires_grad=True)
    loss = function(logits, ACTIONS, *arguments, **settings)
    loss.backward()
    return loss.data, logits.grad


def theirs(function):
    logits = torch.tensor(LOGITS, requires_grad=True)
    policy = torch.distributions.Categorical(logits=logits)
    loss = function(logits, policy, policy.log_prob(torch.tensor(ACTIONS)))
    loss.backward()
    return loss.detach().numpy(), logits.grad.numpy()


def assert_same(one, other):
    for mine, its in zip(one, other, strict=True):
        np.testing.assert_allclose(mine, its, rtol=1e-12, atol=1e-14)


def test_log_probabilities():
    policy = torch.distributions.Categorical(logits=torch.tensor(LOGITS))
    expected = policy.log_prob(torch.tensor(ACTIONS)).numpy()
    np.testing.assert_allclose(log_probabilities(LOGITS, ACTIONS), expected, rtol=1e-12)


@pytest.mark.parametrize("entropy", [0.0, 0.3])
def test_policy_gradient(entropy):
    def loss(_, policy, chosen):
        return -(torch.tensor(ADVANTAGES) * chosen).mean() - entropy * policy.entropy().mean()

    assert_same(ours(policy_gradient, ADVANTAGES, entropy=entropy), theirs(loss))


@pytest.mark.parametrize(("clip", "entropy"), [(0.2, 0.0), (0.1, 0.05), (5.0, 0.0)])
def test_clipped_policy_gradient(clip, entropy):
    def loss(_, policy, chosen):
        ratio = (chosen - torch.tensor(BEFORE)).exp()
        gained = torch.tensor(ADVANTAGES)
        least = torch.min(ratio * gained, ratio.clamp(1 - clip, 1 + clip) * gained)
        return -least.mean() - entropy * policy.entropy().mean()

    settings = {"clip": clip, "entropy": entropy}
    assert_same(ours(clipped_policy_gradient, ADVANTAGES, BEFORE, **settings), theirs(loss))


def test_action_value_loss():
    targets = LOGITS[np.arange(40), ACTIONS] + rng.normal(0, 2, size=40)

    def loss(values, *_):
        chosen = values[torch.arange(40), torch.tensor(ACTIONS)]
        return torch.nn.functional.smooth_l1_loss(chosen, torch.tensor(targets))

    assert_same(ours(action_value_loss, targets), theirs(loss))
