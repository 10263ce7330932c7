"""Samples mixed with each other."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from convkit.data.augmentation.base import Augmentation, Mixed, Targets
from convkit.data.augmentation.checks import above_zero
from convkit.data.dataset import Floats


class Mixup(Augmentation):
    """Mix each sample with another one of its batch, and their losses in the same proportion
    (Zhang et al. 2018).

    The proportion is drawn once for each batch; the larger part is the sample itself, whose target
    counts in the training accuracy.

    Parameters
    ----------
    alpha : float
        The proportion is drawn from Beta(alpha, alpha): near 0 one of the two is hardly seen, with
        1 every proportion is as likely.
    """

    name = "mixup"

    def __init__(self, alpha: float = 0.2) -> None:
        self.alpha = above_zero("alpha", alpha)

    def __call__(self, inputs: Floats, targets: Targets, rng: Generator) -> tuple[Floats, Targets]:
        share = float(rng.beta(self.alpha, self.alpha))
        share = max(share, 1 - share)
        others = rng.permutation(len(inputs))
        mixed = np.float32(share) * inputs + np.float32(1 - share) * inputs[others]
        own = np.asarray(targets)
        return mixed, Mixed(own, own[others], share)
