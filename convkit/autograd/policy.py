"""What agents make small: losses of policies, and of the values of actions.

Each is one primitive: one number, the mean over the batch. Actions are numbers, (n,); what isn't
the network's has no gradient.
"""

from __future__ import annotations

import numpy as np

from convkit.autograd.engine import Array, Derived, Operand, primitive
from convkit.autograd.sums import row_maxima, row_sums


@primitive
def policy_gradient(
    logits: Operand, actions: Operand, advantages: Operand, *, entropy: float = 0.0
) -> Derived:
    """Return ``-mean(advantages · log π(actions)) - entropy · mean(H(π))``.

    Its gradient is that of the expected return (Williams 1992, REINFORCE), with a bonus for
    policies that leave much to chance (Mnih et al. 2016).

    Parameters
    ----------
    logits : (n, actions)
        The policy π is their softmax.
    actions : (n,), integers
        What was done.
    advantages : (n,)
        How much better than expected it turned out.
    entropy : float
        How much the bonus counts.
    """
    policy, advantages = _Policy(logits, actions), np.asarray(advantages, logits.dtype)
    value = -np.mean(advantages * policy.chosen) - entropy * policy.entropy
    return value, lambda grad: grad * policy.vjp(-advantages / len(logits), entropy), None, None


@primitive
def clipped_policy_gradient(
    logits: Operand,
    actions: Operand,
    advantages: Operand,
    before: Operand,
    *,
    clip: float = 0.2,
    entropy: float = 0.0,
) -> Derived:
    """Return ``-mean(min(r · A, clip(r, 1 - clip, 1 + clip) · A)) - entropy · mean(H(π))``.

    r is how many times likelier an action has become, ``π(a) / π_before(a)``, and A its advantage:
    what has changed enough isn't pulled further (Schulman et al. 2017, equation 7).

    Parameters
    ----------
    logits, actions, advantages, entropy
        As of :func:`policy_gradient`.
    before : (n,)
        The logarithm of each action's probability when it was chosen.
    clip : float
    """
    policy, advantages = _Policy(logits, actions), np.asarray(advantages, logits.dtype)
    ratio = np.exp(policy.chosen - np.asarray(before, logits.dtype))
    free = ratio * advantages
    clipped = np.minimum(np.maximum(ratio, 1 - clip), 1 + clip) * advantages
    value = -np.mean(np.minimum(free, clipped)) - entropy * policy.entropy

    def vjp(grad: Array) -> Array:
        return grad * policy.vjp(free * (free <= clipped) / -len(logits), entropy)

    return value, vjp, None, None, None


@primitive
def action_value_loss(values: Operand, actions: Operand, targets: Operand) -> Derived:
    """Return the mean Huber loss (δ = 1) between the values of chosen actions and targets.

    Beyond an error of 1 its gradient is 1: one surprise doesn't outweigh all else (Mnih et al.
    2015).

    Parameters
    ----------
    values : (n, actions)
    actions : (n,), integers
    targets : (n,)
    """
    picks = np.arange(len(values)), actions
    errors = values[picks] - np.asarray(targets, values.dtype)
    slopes = np.minimum(np.maximum(errors, -1), 1)

    def vjp(grad: Array) -> Array:
        share = np.zeros_like(values)
        share[picks] = slopes * (grad / len(values))
        return share

    # With slopes s of errors e: e²/2 within 1, |e| - 1/2 beyond.
    return np.mean(slopes * (errors - slopes / 2)), vjp, None, None


def log_probabilities(logits: Array, actions: Array) -> Array:
    """Return the logarithm of each action's probability, (n,), of plain arrays."""
    chosen: Array = _Policy(logits, actions).chosen
    return chosen


class _Policy:
    """A choice of actions by chance.

    Attributes
    ----------
    chosen : (n,)
        The logarithms of the chosen actions' probabilities.
    """

    def __init__(self, logits: Array, actions: Array) -> None:
        self._picks = np.arange(len(logits)), actions
        shifted = logits - row_maxima(logits)
        exps = np.exp(shifted)
        totals = row_sums(exps)
        self._logs = shifted - np.log(totals)
        self._shares = exps / totals
        self.chosen = self._logs[self._picks]

    @property
    def entropy(self) -> Array:
        """The mean over the batch of ``-Σ p log p``."""
        return -np.vdot(self._shares, self._logs) / len(self._logs)

    def vjp(self, pulls: Array, entropy: float) -> Array:
        """Return the derivative by the logits of ``Σ pulls · chosen - entropy · mean entropy``."""
        grads = -pulls[:, np.newaxis] * self._shares
        grads[self._picks] += pulls
        if entropy:
            spread = self._logs - row_sums(self._shares * self._logs)
            grads += (entropy / len(pulls)) * self._shares * spread
        return grads
