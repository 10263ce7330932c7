"""Optimizers that go one way for all parameters: gradient descent, with momentum, by its sign.

In the formulas g is the gradient, p the parameter, t the number of the step from 1; a sum or an
average starts with 0. Formulas and defaults are PyTorch's unless a docstring says otherwise. The
options that all of them have are those of ``Optimizer``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from convkit.optim.checks import FloatArray, decay, decays
from convkit.optim.optimizer import Optimizer
from convkit.optim.transform import Transform, add_decayed


class Accelerate(Transform):
    """Let gradients push a velocity, and go with it: ``v ← momentum v + g``.

    Parameters
    ----------
    momentum : float
        The part of the velocity that a step keeps, in [0, 1).
    nesterov : bool
        Whether to look one step ahead: to go with ``g + momentum v`` instead of ``v``.
    """

    def __init__(self, momentum: float, *, nesterov: bool = False) -> None:
        self.momentum = decay("momentum", momentum)
        self.nesterov = nesterov

    def start(self, params: FloatArray, scratch: FloatArray) -> None:
        super().start(params, scratch)
        self.velocity = self.remember("velocity", np.zeros_like(params))

    def apply(self, grads: FloatArray, params: FloatArray, step: int) -> None:
        add_decayed(self.velocity, grads, self.momentum)
        if self.nesterov:
            np.multiply(self.velocity, self.momentum, out=self.scratch)
            np.add(grads, self.scratch, out=grads)
        else:
            np.copyto(grads, self.velocity)


class SignOfMomentum(Transform):
    """Lion's direction, the sign of a mix of the gradient and a longer-lived average.

    ``u = sign(β₁ m + (1 - β₁) g)``, then ``m ← β₂ m + (1 - β₂) g``.

    Parameters
    ----------
    betas : (float, float)
        Each in [0, 1).
    """

    def __init__(self, betas: tuple[float, float]) -> None:
        self.betas = decays("betas", betas)

    def start(self, params: FloatArray, scratch: FloatArray) -> None:
        super().start(params, scratch)
        self.mean = self.remember("mean", np.zeros_like(params))

    def apply(self, grads: FloatArray, params: FloatArray, step: int) -> None:
        beta1, beta2 = self.betas
        np.subtract(self.mean, grads, out=self.scratch)
        # β m + (1 - β) g = g + β (m - g), for β₂ and β₁ in turn.
        np.multiply(self.scratch, beta2, out=self.mean)
        np.add(self.mean, grads, out=self.mean)
        np.multiply(self.scratch, beta1, out=self.scratch)
        np.add(self.scratch, grads, out=self.scratch)
        np.sign(self.scratch, out=grads)


@dataclass(eq=False)
class SGD(Optimizer):
    """Stochastic gradient descent: a step straight down the gradient of a batch.

    Parameters
    ----------
    lr : float
        Learning rate: how far a step goes.

    Notes
    -----
    ::

        p ← p - lr g

    Advantages: nothing to remember, one number to choose, and often the best result on new data.
    Disadvantages: slow in long valleys; all parameters share a learning rate that has to be found.

    References
    ----------
    H. Robbins and S. Monro, A Stochastic Approximation Method, Annals of Mathematical Statistics
    22, 1951.
    """

    lr: float = 1e-3

    def transforms(self) -> list[Transform]:
        return []


@dataclass(eq=False)
class Momentum(Optimizer):
    """Gradient descent with momentum: a heavy ball that keeps rolling.

    Parameters
    ----------
    lr : float
        Learning rate: how far a step goes; with a steady gradient 1 / (1 - momentum) times it.
    momentum : float
        The part of the velocity that a step keeps, in [0, 1). 0.9 is the usual choice (PyTorch's
        SGD has 0 by default).

    Notes
    -----
    ::

        v ← momentum v + g
        p ← p - lr v

    Advantages: goes on through flat stretches and noise, and faster along valleys.
    Disadvantages: overshoots and swings around the minimum; one more number to choose.

    References
    ----------
    B. T. Polyak, Some methods of speeding up the convergence of iteration methods, USSR
    Computational Mathematics and Mathematical Physics 4, 1964.
    """

    lr: float = 1e-3
    momentum: float = 0.9

    def transforms(self) -> list[Transform]:
        return [Accelerate(self.momentum)]


@dataclass(eq=False)
class Nesterov(Optimizer):
    """Nesterov's momentum: the velocity is corrected by a look one step ahead.

    Parameters
    ----------
    lr : float
        Learning rate: how far a step goes; with a steady gradient 1 / (1 - momentum) times it.
    momentum : float
        The part of the velocity that a step keeps, in [0, 1). 0.9 is the usual choice (PyTorch's
        SGD has 0 by default).

    Notes
    -----
    ::

        v ← momentum v + g
        p ← p - lr (g + momentum v)

    Advantages: as fast as momentum and overshoots less; the fastest kind on convex functions.
    Disadvantages: with noisy gradients little of that is left.

    References
    ----------
    Y. Nesterov, A method of solving a convex programming problem with convergence rate O(1/k²),
    Soviet Mathematics Doklady 27, 1983; in the form of I. Sutskever et al., On the importance of
    initialization and momentum in deep learning, ICML 2013.
    """

    lr: float = 1e-3
    momentum: float = 0.9

    def transforms(self) -> list[Transform]:
        return [Accelerate(self.momentum, nesterov=True)]


@dataclass(eq=False)
class Lion(Optimizer):
    """Lion: steps of one size, in the direction of the sign of a momentum.

    Parameters
    ----------
    lr : float
        Learning rate: exactly how far a step goes in every parameter; a third to a tenth of Adam's.
    betas : (float, float)
        What part of the momentum enters the sign, and what part a step keeps, each in [0, 1).

    Notes
    -----
    Defaults are the paper's. ::

        u = sign(β₁ m + (1 - β₁) g)
        m ← β₂ m + (1 - β₂) g
        p ← p - lr u

    Advantages: one buffer instead of Adam's two; strong on large batches.
    Disadvantages: never takes small steps by itself, so that the end needs a schedule; weak on
    small batches.

    References
    ----------
    X. Chen et al., Symbolic Discovery of Optimization Algorithms, NeurIPS 2023, arXiv 2302.06675,
    program 1.
    """

    lr: float = 1e-4
    betas: tuple[float, float] = (0.9, 0.99)

    def transforms(self) -> list[Transform]:
        return [SignOfMomentum(self.betas)]
