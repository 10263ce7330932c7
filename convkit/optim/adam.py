"""Adam and its kin: momentum, and a pace of its own for every parameter.

In the formulas g is the gradient, p the parameter, t the number of the step from 1; a sum or an
average starts with 0. Formulas and defaults are PyTorch's unless a docstring says otherwise. The
options that all of them have are those of ``Optimizer``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from convkit.optim.checks import FloatArray, decays, not_negative, positive
from convkit.optim.optimizer import Optimizer
from convkit.optim.transform import Transform, add_decayed


class ScaleByAdam(Transform):
    """Divide the gradients' average by the root of their squares' average, both unbiased.

    ``m ← β₁ m + (1 - β₁) g; v ← β₂ v + (1 - β₂) g²; u = m̂ / (√v̂ + eps)`` with
    ``m̂ = m / (1 - β₁ᵗ)`` and ``v̂ = v / (1 - β₂ᵗ)``.

    Parameters
    ----------
    betas : (float, float)
        Each in [0, 1).
    eps : float
    amsgrad : bool
        Whether the largest ``v`` so far takes the place of ``v`` in the quotient.
    """

    def __init__(self, betas: tuple[float, float], eps: float, *, amsgrad: bool = False) -> None:
        self.betas = decays("betas", betas)
        self.eps = positive("eps", eps)
        self.amsgrad = amsgrad

    def start(self, params: FloatArray, scratch: FloatArray) -> None:
        super().start(params, scratch)
        self.sums = self.remember("sums", np.zeros_like(params))
        self.squares = self.remember("squares", np.zeros_like(params))
        if self.amsgrad:
            self.largest = self.remember("largest", np.zeros_like(params))

    def apply(self, grads: FloatArray, params: FloatArray, step: int) -> None:
        beta1 = self.betas[0]
        add_decayed(self.sums, grads, beta1)
        root = self._divide_by(grads, step)
        np.divide(self.sums, self.scratch, out=grads)
        np.multiply(grads, root * (1 - beta1) / (1 - beta1**step), out=grads)

    def _divide_by(self, grads: FloatArray, step: int) -> float:
        """Take in squares; leave ``root (√v̂ + eps)`` in the scratch buffer and return `root`."""
        scratch, beta2 = self.scratch, self.betas[1]
        np.square(grads, out=scratch)
        add_decayed(self.squares, scratch, beta2)
        squares = self.squares
        if self.amsgrad:
            squares = np.maximum(self.largest, squares, out=self.largest)
        root = math.sqrt((1 - beta2**step) / (1 - beta2))
        np.sqrt(squares, out=scratch)
        np.add(scratch, root * self.eps, out=scratch)
        return root


class ScaleByNadam(ScaleByAdam):
    """Adam's quotient, with the average of the step ahead (Nesterov) above the line.

    ``m̂ = μₜ₊₁ m / (1 - μ₁ … μₜ₊₁) + (1 - μₜ) g / (1 - μ₁ … μₜ)`` with
    ``μₜ = β₁ (1 - 0.96^(t momentum_decay) / 2)``.

    Parameters
    ----------
    betas : (float, float)
        Each in [0, 1).
    eps : float
    momentum_decay : float
    """

    def __init__(self, betas: tuple[float, float], eps: float, momentum_decay: float) -> None:
        super().__init__(betas, eps)
        self.momentum_decay = not_negative("momentum_decay", momentum_decay)

    def start(self, params: FloatArray, scratch: FloatArray) -> None:
        super().start(params, scratch)
        self.product = self.remember("product", np.ones(()))

    def apply(self, grads: FloatArray, params: FloatArray, step: int) -> None:
        scratch, beta1 = self.scratch, self.betas[0]
        here, ahead = self._momentum(step), self._momentum(step + 1)
        self.product *= here
        product = float(self.product)
        add_decayed(self.sums, grads, beta1)
        root = self._divide_by(grads, step)
        np.multiply(grads, root * (1 - here) / (1 - product), out=grads)
        np.divide(grads, scratch, out=grads)
        np.divide(self.sums, scratch, out=scratch)
        average = root * ahead * (1 - beta1) / (1 - product * ahead)
        np.multiply(scratch, average, out=scratch)
        np.add(grads, scratch, out=grads)

    def _momentum(self, step: int) -> float:
        return self.betas[0] * (1 - 0.5 * math.pow(0.96, step * self.momentum_decay))


@dataclass(eq=False)
class Adam(Optimizer):
    """Adam: momentum, divided by the root of the squares' moving average.

    Parameters
    ----------
    lr : float
        Learning rate: about the farthest that a step goes, in every parameter.
    betas : (float, float)
        The parts of the averages of g and of g² that a step keeps, each in [0, 1).
    eps : float
        Added to the root so that nothing is divided by zero, greater than 0.
    amsgrad : bool
        Whether to divide by the largest average of g² so far (Reddi, Kale and Kumar, On the
        Convergence of Adam and Beyond, ICLR 2018).

    Notes
    -----
    ::

        m ← β₁ m + (1 - β₁) g
        v ← β₂ v + (1 - β₂) g²
        p ← p - lr m / (1 - β₁ᵗ) / (√(v / (1 - β₂ᵗ)) + eps)

    Advantages: works with its defaults nearly everywhere, whatever the scale of the gradients.
    Disadvantages: two buffers as large as the parameters; well-tuned momentum can end better on
    new data.

    References
    ----------
    D. P. Kingma and J. Ba, Adam: A Method for Stochastic Optimization, ICLR 2015, algorithm 1.
    """

    lr: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    amsgrad: bool = False

    def transforms(self) -> list[Transform]:
        return [ScaleByAdam(self.betas, self.eps, amsgrad=self.amsgrad)]


@dataclass(eq=False)
class AdamW(Adam):
    """AdamW: Adam with weight decay that its division doesn't touch.

    Parameters
    ----------
    weight_decay : float
        Decoupled weight decay: each step also takes off lr x weight_decay of every parameter.

    Notes
    -----
    ::

        p ← p - lr (u + weight_decay p)                with Adam's u

    Advantages: weight decay means the same for every parameter, so that it helps on new data as
    with plain gradient descent; the usual choice for transformers.
    Disadvantages: one more number to choose, bound to lr; two buffers as large as the parameters.

    References
    ----------
    I. Loshchilov and F. Hutter, Decoupled Weight Decay Regularization, ICLR 2019, algorithm 2.
    """

    weight_decay: float = field(default=1e-2, kw_only=True)


@dataclass(eq=False)
class NAdam(Optimizer):
    """Nadam: Adam with Nesterov's look ahead in place of momentum.

    Parameters
    ----------
    lr : float
        Learning rate: about the farthest that a step goes, in every parameter.
    betas : (float, float)
        The parts of the averages of g and of g² that a step keeps, each in [0, 1).
    eps : float
        Added to the root so that nothing is divided by zero, greater than 0.
    momentum_decay : float
        How fast the momentum rises from half of the first beta to all of it; 0: it stays at half.

    Notes
    -----
    ::

        μₜ = β₁ (1 - 0.96^(t momentum_decay) / 2)
        m ← β₁ m + (1 - β₁) g
        v ← β₂ v + (1 - β₂) g²
        m̂ = μₜ₊₁ m / (1 - μ₁ … μₜ₊₁) + (1 - μₜ) g / (1 - μ₁ … μₜ)
        p ← p - lr m̂ / (√(v / (1 - β₂ᵗ)) + eps)

    Advantages: often a little faster than Adam at the start.
    Disadvantages: more work in a step and one more number; the gain is often too small to see.

    References
    ----------
    T. Dozat, Incorporating Nesterov Momentum into Adam, ICLR workshop, 2016.
    """

    lr: float = 2e-3
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    momentum_decay: float = 4e-3

    def transforms(self) -> list[Transform]:
        return [ScaleByNadam(self.betas, self.eps, self.momentum_decay)]
