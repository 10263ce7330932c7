"""What a variational autoencoder's bound is made of, in nats for each sample (Kingma and Welling
2014, "Auto-encoding variational Bayes").

A normal distribution of independent numbers is told by its *moments*, (n, 2 * latent): the means,
then the logarithms of the variances.
"""

from __future__ import annotations

from math import log, pi

import numpy as np

from convkit.autograd.activations import log_of_one_plus_exp, logistic
from convkit.autograd.engine import Array, Derived, Operand, primitive


@primitive
def reparameterize(moments: Operand, noise: Operand) -> Derived:
    """Return numbers drawn from normal distributions, ``mean + deviation · noise``.

    The gradient goes through them to the moments: the "reparameterisation trick".

    Parameters
    ----------
    moments : (n, 2 * latent)
    noise : (n, latent)
        Standard normal numbers.
    """
    mean, log_variance = _parts(moments)
    spread = np.exp(0.5 * log_variance) * np.asarray(noise, moments.dtype)
    return (
        mean + spread,
        lambda grad: np.concatenate([grad, grad * (0.5 * spread)], axis=1),
        None,
    )


@primitive
def normal_divergence(moments: Operand) -> Derived:
    """Return the Kullback-Leibler divergence of normal distributions from the standard one, (n,).

    ``½ Σ (mean² + variance - 1 - log variance)`` over the latent numbers (appendix B there).

    Parameters
    ----------
    moments : (n, 2 * latent)
    """
    mean, log_variance = _parts(moments)
    excess = np.expm1(log_variance)

    def vjp(grad: Array) -> Array:
        slope = np.concatenate([mean, 0.5 * excess], axis=1)
        slope *= grad[:, np.newaxis]
        return slope

    return 0.5 * _row_sums(mean * mean + excess - log_variance), vjp


@primitive
def bernoulli_surprise(logits: Operand, targets: Operand) -> Derived:
    """Return ``-log p(target)`` of independent yes-or-no values, added up for each sample, (n,).

    Parameters
    ----------
    logits : (n, ...)
        The probability of yes is their sigmoid.
    targets : (n, ...)
        From 0 to 1.
    """
    aims = np.asarray(targets, logits.dtype)
    return (
        _row_sums(log_of_one_plus_exp(logits) - logits * aims),
        lambda grad: (logistic(logits) - aims) * _spread(grad, logits),
        None,
    )


@primitive
def normal_surprise(means: Operand, log_deviation: Operand, targets: Operand) -> Derived:
    """Return ``-log p(target)`` of independent normal values of one deviation, (n,).

    ``Σ (½ ((target - mean) / deviation)² + log deviation + ½ log 2π)`` over a sample's values.

    Parameters
    ----------
    means : (n, ...)
    log_deviation : (1,)
        Of all values alike.
    targets : (n, ...)
    """
    difference = (means - np.asarray(targets, means.dtype)) * np.exp(-log_deviation)
    squares = _row_sums(difference * difference)
    count = means[0].size
    constant = means.dtype.type(0.5 * log(2 * pi) * count)
    return (
        0.5 * squares + (count * log_deviation + constant),
        lambda grad: difference * np.exp(-log_deviation) * _spread(grad, means),
        lambda grad: np.sum(grad * (count - squares), keepdims=True),
        None,
    )


def _parts(moments: Array) -> tuple[Array, Array]:
    """Return the means and the logarithms of the variances."""
    latent = moments.shape[1] // 2
    return moments[:, :latent], moments[:, latent:]


def _row_sums(x: Array) -> Array:
    return np.add.reduce(x.reshape(len(x), -1), axis=1)


def _spread(grad: Array, like: Array) -> Array:
    """Return a number for each sample, to be broadcast over the sample's values."""
    return grad.reshape(-1, *(1,) * (like.ndim - 1))
