"""Schedules that follow a plan: constant, step, exponential, cosine, one cycle."""

from __future__ import annotations

import math
from dataclasses import dataclass

from convkit.optim.checks import positive, share, whole
from convkit.optim.schedule import Schedule


@dataclass(eq=False)
class Constant(Schedule):
    """The learning rate stays; with a warm-up, once it is reached.

    Notes
    -----
    ::

        factor = 1

    Advantages: nothing to choose; any epoch can be the last.
    Disadvantages: with noisy gradients the end keeps jumping around the minimum.
    """

    def curve(self, progress: float, total: float) -> float:
        return 1.0


@dataclass(eq=False)
class Step(Schedule):
    """The learning rate falls in steps, after every so many epochs.

    Parameters
    ----------
    step_size : int
        Epochs from one fall to the next.
    gamma : float
        What it is multiplied by at each, greater than 0.

    Notes
    -----
    ::

        factor = gamma^floor(epoch / step_size)

    PyTorch's StepLR.

    Advantages: simple, and each plateau shows what its learning rate can reach.
    Disadvantages: when to fall has to be found by trying.
    """

    step_size: int = 10
    gamma: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        self.step_size = whole("step_size", self.step_size, 1)
        self.gamma = positive("gamma", self.gamma)

    def curve(self, progress: float, total: float) -> float:
        return _power(self.gamma, math.floor(progress / self.step_size))


@dataclass(eq=False)
class Exponential(Schedule):
    """The learning rate falls by the same ratio in every epoch, a little at each step.

    Parameters
    ----------
    gamma : float
        What it is multiplied by over one epoch, greater than 0.

    Notes
    -----
    ::

        factor = gamma^epoch

    PyTorch's ExponentialLR at the end of each epoch; smooth in between.

    Advantages: smooth, one number, independent of how long the training is.
    Disadvantages: early on it falls fastest; a little too small a gamma stops the learning.
    """

    gamma: float = 0.95

    def __post_init__(self) -> None:
        super().__post_init__()
        self.gamma = positive("gamma", self.gamma)

    def curve(self, progress: float, total: float) -> float:
        return _power(self.gamma, progress)


@dataclass(eq=False)
class Cosine(Schedule):
    """The learning rate falls along half a cosine wave: slowly, fast, slowly.

    Parameters
    ----------
    minimum : float
        The factor at the end, from 0 to 1.

    Notes
    -----
    ::

        factor = minimum + (1 - minimum) (1 + cos(π epoch / epochs)) / 2

    PyTorch's CosineAnnealingLR.

    Advantages: hardly anything to choose, and among the best for a training of known length.
    Disadvantages: the length has to be known; stopped early, the learning rate is still high.

    References
    ----------
    I. Loshchilov and F. Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, ICLR 2017,
    equation 5 without restarts.
    """

    minimum: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.minimum = share("minimum", self.minimum)

    def curve(self, progress: float, total: float) -> float:
        return _half_wave(1.0, self.minimum, _part(progress, total))


@dataclass(eq=False)
class OneCycle(Schedule):
    """The learning rate rises to lr and then falls far below where it began, both by cosines.

    Parameters
    ----------
    pct_start : float
        The part of the training in which it rises, from 0 to 1.
    div_factor : float
        It begins at lr divided by this.
    final_div_factor : float
        It ends at its beginning divided by this.

    Notes
    -----
    ::

        1 / div_factor  →  1  →  1 / (div_factor final_div_factor)

    PyTorch's OneCycleLR without its cycle of momentum; `lr` is its max_lr.

    Advantages: bears much higher learning rates, so that fewer epochs do.
    Disadvantages: the length has to be known; lr has to be found, and a bad one shows late.

    References
    ----------
    L. Smith and N. Topin, Super-Convergence: Very Fast Training of Neural Networks Using Large
    Learning Rates, 2018, arXiv 1708.07120.
    """

    pct_start: float = 0.3
    div_factor: float = 25.0
    final_div_factor: float = 1e4

    def __post_init__(self) -> None:
        super().__post_init__()
        self.pct_start = share("pct_start", self.pct_start)
        self.div_factor = positive("div_factor", self.div_factor)
        self.final_div_factor = positive("final_div_factor", self.final_div_factor)

    def curve(self, progress: float, total: float) -> float:
        peak = self.pct_start * total
        first = 1 / self.div_factor
        if progress < peak:
            return _half_wave(first, 1.0, progress / peak)
        last = first / self.final_div_factor
        return _half_wave(1.0, last, _part(progress - peak, total - peak))


def _power(base: float, exponent: float) -> float:
    """Return the power, infinity where it is too large for a float: training then diverges."""
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return math.inf


def _part(progress: float, total: float) -> float:
    """Return how much of the total is done, from 0 to 1; of nothing, all is done."""
    return min(progress / total, 1.0) if total > 0 else 1.0


def _half_wave(start: float, end: float, part: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * part)) / 2
