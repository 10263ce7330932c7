"""Optimizers that give every parameter a pace of its own: Adagrad, RMSprop, Adadelta.

In the formulas g is the gradient, p the parameter, t the number of the step from 1; a sum or an
average starts with 0. Formulas and defaults are PyTorch's unless a docstring says otherwise. The
options that all of them have are those of ``Optimizer``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from convkit.optim.checks import FloatArray, decay, not_negative, positive
from convkit.optim.momentum import Accelerate
from convkit.optim.optimizer import Optimizer
from convkit.optim.transform import Transform, add_decayed


class ScaleBySum(Transform):
    """Divide by the root of the sum of all squares so far: ``s ← s + g²; u = g / (√s + eps)``.

    Parameters
    ----------
    initial_accumulator_value : float
        What the sum starts with.
    eps : float
    """

    def __init__(self, initial_accumulator_value: float, eps: float) -> None:
        name = "initial_accumulator_value"
        self.initial_accumulator_value = not_negative(name, initial_accumulator_value)
        self.eps = positive("eps", eps)

    def start(self, params: FloatArray, scratch: FloatArray) -> None:
        super().start(params, scratch)
        first = np.full_like(params, self.initial_accumulator_value)
        self.squares = self.remember("squares", first)

    def apply(self, grads: FloatArray, params: FloatArray, step: int) -> None:
        scratch = self.scratch
        np.square(grads, out=scratch)
        np.add(self.squares, scratch, out=self.squares)
        np.sqrt(self.squares, out=scratch)
        np.add(scratch, self.eps, out=scratch)
        np.divide(grads, scratch, out=grads)


class ScaleByRms(Transform):
    """Divide by the root of the squares' average: ``v ← α v + (1 - α) g²; u = g / (√v + eps)``.

    Parameters
    ----------
    alpha : float
        In [0, 1).
    eps : float
    centered : bool
        Whether the average's square is taken from ``v``, which leaves a variance.
    """

    def __init__(self, alpha: float, eps: float, *, centered: bool = False) -> None:
        self.alpha = decay("alpha", alpha)
        self.eps = positive("eps", eps)
        self.centered = centered

    def start(self, params: FloatArray, scratch: FloatArray) -> None:
        super().start(params, scratch)
        self.squares = self.remember("squares", np.zeros_like(params))
        if self.centered:
            self.sums = self.remember("sums", np.zeros_like(params))

    def apply(self, grads: FloatArray, params: FloatArray, step: int) -> None:
        scratch = self.scratch
        np.square(grads, out=scratch)
        add_decayed(self.squares, scratch, self.alpha)
        if self.centered:
            self._variance(grads)
        else:
            np.multiply(self.squares, 1 - self.alpha, out=scratch)
        np.sqrt(scratch, out=scratch)
        np.add(scratch, self.eps, out=scratch)
        np.divide(grads, scratch, out=grads)

    def _variance(self, grads: FloatArray) -> None:
        scratch = self.scratch
        add_decayed(self.sums, grads, self.alpha)
        np.square(self.sums, out=scratch)
        np.multiply(scratch, 1 - self.alpha, out=scratch)
        np.subtract(self.squares, scratch, out=scratch)
        np.multiply(scratch, 1 - self.alpha, out=scratch)
        # Of gradients that are all alike, rounding can leave a little less than nothing.
        np.maximum(scratch, 0, out=scratch)


class ScaleByAdadelta(Transform):
    """Multiply by the root of the average square of past updates over that of gradients.

    ``v ← ρ v + (1 - ρ) g²; u = g √(d + eps) / √(v + eps); d ← ρ d + (1 - ρ) u²``.

    Parameters
    ----------
    rho : float
        In [0, 1).
    eps : float
    """

    def __init__(self, rho: float, eps: float) -> None:
        self.rho = decay("rho", rho)
        self.eps = positive("eps", eps)

    def start(self, params: FloatArray, scratch: FloatArray) -> None:
        super().start(params, scratch)
        self.squares = self.remember("squares", np.zeros_like(params))
        self.updates = self.remember("updates", np.zeros_like(params))

    def apply(self, grads: FloatArray, params: FloatArray, step: int) -> None:
        scratch = self.scratch
        # Both sums lack the factor 1 - ρ: under a quotient of roots it is the eps that changes.
        eps = self.eps / (1 - self.rho)
        np.square(grads, out=scratch)
        add_decayed(self.squares, scratch, self.rho)
        np.add(self.squares, eps, out=scratch)
        np.sqrt(scratch, out=scratch)
        np.divide(grads, scratch, out=grads)
        np.add(self.updates, eps, out=scratch)
        np.sqrt(scratch, out=scratch)
        np.multiply(grads, scratch, out=grads)
        np.square(grads, out=scratch)
        add_decayed(self.updates, scratch, self.rho)


@dataclass(eq=False)
class Adagrad(Optimizer):
    """Adagrad: the more gradient a parameter has seen, the smaller its steps.

    Parameters
    ----------
    lr : float
        Learning rate: about how far the first step goes, in every parameter.
    initial_accumulator_value : float
        What the sum of squares starts with; more makes the first steps smaller.
    eps : float
        Added to the root so that nothing is divided by zero, greater than 0.

    Notes
    -----
    ::

        s ← s + g²
        p ← p - lr g / (√s + eps)

    Advantages: rare features learn with large steps: good for sparse data and embeddings.
    Disadvantages: the sum only grows, so that steps fade away and long trainings stand still.

    References
    ----------
    J. Duchi, E. Hazan and Y. Singer, Adaptive Subgradient Methods for Online Learning and
    Stochastic Optimization, JMLR 12, 2011.
    """

    lr: float = 1e-2
    initial_accumulator_value: float = 0.0
    eps: float = 1e-10

    def transforms(self) -> list[Transform]:
        return [ScaleBySum(self.initial_accumulator_value, self.eps)]


@dataclass(eq=False)
class RMSprop(Optimizer):
    """RMSprop: gradients divided by the root of their squares' moving average.

    Parameters
    ----------
    lr : float
        Learning rate: about how far a step goes, in every parameter.
    alpha : float
        The part of the average that a step keeps, in [0, 1).
    eps : float
        Added to the root so that nothing is divided by zero, greater than 0.
    momentum : float
        The part of the velocity that a step keeps, in [0, 1); 0 is no momentum.
    centered : bool
        Whether to divide by the deviation of the gradients instead of their root mean square.

    Notes
    -----
    ::

        v ← alpha v + (1 - alpha) g²
        m ← alpha m + (1 - alpha) g                    if centered, else m = 0
        u = g / (√(v - m²) + eps)
        p ← p - lr u                                   with momentum: that of u

    Advantages: forgets old gradients, so that it keeps going where Adagrad stands still; good for
    recurrent networks and goals that move.
    Disadvantages: the first steps are too large, as the average starts with 0; steps don't fade,
    so that the end needs a schedule.

    References
    ----------
    T. Tieleman and G. Hinton, Lecture 6.5: rmsprop, Neural Networks for Machine Learning,
    Coursera, 2012; centered: A. Graves, Generating Sequences With Recurrent Neural Networks, 2013,
    arXiv 1308.0850, equations 38 to 45.
    """

    lr: float = 1e-2
    alpha: float = 0.99
    eps: float = 1e-8
    momentum: float = 0.0
    centered: bool = False

    def transforms(self) -> list[Transform]:
        scale = ScaleByRms(self.alpha, self.eps, centered=self.centered)
        return [scale, Accelerate(self.momentum)] if self.momentum != 0 else [scale]


@dataclass(eq=False)
class Adadelta(Optimizer):
    """Adadelta: steps as large as past steps were, in relation to the gradients.

    Parameters
    ----------
    lr : float
        Learning rate; 1 leaves it to the method.
    rho : float
        The part of the averages that a step keeps, in [0, 1).
    eps : float
        Added to both averages, greater than 0; the first steps are about √eps long.

    Notes
    -----
    ::

        v ← rho v + (1 - rho) g²
        u = g √(d + eps) / √(v + eps)
        d ← rho d + (1 - rho) u²
        p ← p - lr u

    Advantages: no learning rate to find; a change of units changes nothing.
    Disadvantages: starts very slowly, and is often behind Adam in the end.

    References
    ----------
    M. D. Zeiler, ADADELTA: An Adaptive Learning Rate Method, 2012, arXiv 1212.5701, algorithm 1.
    """

    lr: float = 1.0
    rho: float = 0.9
    eps: float = 1e-6

    def transforms(self) -> list[Transform]:
        return [ScaleByAdadelta(self.rho, self.eps)]
