"""What a discriminator and a generator want of each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

from convkit.autograd import Tensor, softplus, square

Objective: TypeAlias = Callable[[Tensor, bool], Tensor]
"""Of scores (n, 1) and whether they should be those of real samples: how far they are from that."""

AdversarialLoss = Literal["non_saturating", "least_squares", "wasserstein"]


def non_saturating(scores: Tensor, real: bool) -> Tensor:
    """Return ``-log p``, p being the probability of the right answer (Goodfellow et al. 2014).

    The generator wants its samples to be taken for real, rather than not for generated, so that
    its gradient is large where it does badly (section 3 there).
    """
    return softplus(-scores if real else scores).mean()


def least_squares(scores: Tensor, real: bool) -> Tensor:
    """Return ``(score - 1)²/2`` or ``score²/2`` (Mao et al. 2017, equation 9)."""
    return 0.5 * square(scores - 1 if real else scores).mean()


def wasserstein(scores: Tensor, real: bool) -> Tensor:
    """Return minus the mean score, or the mean score (Arjovsky et al. 2017, equation 2)."""
    return -scores.mean() if real else scores.mean()


OBJECTIVES: Mapping[AdversarialLoss, Objective] = MappingProxyType(
    {
        "non_saturating": non_saturating,
        "least_squares": least_squares,
        "wasserstein": wasserstein,
    }
)


def packed(samples: Tensor, pack: int) -> Tensor:
    """Return so many samples laid together each, along their last axis (Lin et al. 2018).

    A discriminator that sees several at once sees when they are too much alike.

    Parameters
    ----------
    samples : Tensor, (n·pack, \\*axes, features)
    pack : int

    Returns
    -------
    Tensor, (n, \\*axes, pack·features)
    """
    if pack == 1:
        return samples
    *axes, features = samples.shape[1:]
    grouped = samples.reshape(-1, pack, *axes, features)
    inner = tuple(range(2, 2 + len(axes)))
    return grouped.transpose(0, *inner, 1, 2 + len(axes)).reshape(-1, *axes, pack * features)
