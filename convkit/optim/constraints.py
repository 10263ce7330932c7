"""Transforms that every optimizer can have: clipping before, penalties on large parameters."""

from __future__ import annotations

import math

import numpy as np

from convkit.optim.checks import FloatArray, not_negative, positive
from convkit.optim.transform import Transform

# As in torch.nn.utils.clip_grad_norm_: keeps a gradient of zeros from being divided by zero.
NORM_EPS = 1e-6


class ClipValue(Transform):
    """Limit every gradient to ``[-clip_value, clip_value]``.

    Parameters
    ----------
    clip_value : float
    """

    def __init__(self, clip_value: float) -> None:
        self.clip_value = positive("clip_value", clip_value)

    def apply(self, grads: FloatArray, params: FloatArray, step: int) -> None:
        np.minimum(grads, self.clip_value, out=grads)
        np.maximum(grads, -self.clip_value, out=grads)


class ClipNorm(Transform):
    """Shorten the gradient of all parameters together to a length of at most `clip_norm`.

    ``g ← g min(1, clip_norm / (‖g‖₂ + 1e-6))``: Pascanu, Mikolov and Bengio, *On the difficulty of
    training recurrent neural networks*, ICML 2013, algorithm 1.

    Parameters
    ----------
    clip_norm : float
    """

    def __init__(self, clip_norm: float) -> None:
        self.clip_norm = positive("clip_norm", clip_norm)

    def apply(self, grads: FloatArray, params: FloatArray, step: int) -> None:
        # Not a BLAS dot product: its sum depends on the number of threads.
        np.square(grads, out=self.scratch)
        norm = math.sqrt(np.add.reduce(self.scratch))
        scale = self.clip_norm / (norm + NORM_EPS)
        if scale < 1:
            np.multiply(grads, scale, out=grads)


class AddL2(Transform):
    """Add the gradient of the penalty ``l2/2 ‖p‖₂²``: ``g ← g + l2 p``.

    Parameters
    ----------
    l2 : float
    """

    def __init__(self, l2: float) -> None:
        self.l2 = not_negative("l2", l2)

    def apply(self, grads: FloatArray, params: FloatArray, step: int) -> None:
        np.multiply(params, self.l2, out=self.scratch)
        np.add(grads, self.scratch, out=grads)


class AddL1(Transform):
    """Add the gradient of the penalty ``l1 ‖p‖₁``: ``g ← g + l1 sign(p)``.

    Parameters
    ----------
    l1 : float
    """

    def __init__(self, l1: float) -> None:
        self.l1 = not_negative("l1", l1)

    def apply(self, grads: FloatArray, params: FloatArray, step: int) -> None:
        np.sign(params, out=self.scratch)
        np.multiply(self.scratch, self.l1, out=self.scratch)
        np.add(grads, self.scratch, out=grads)


class AddDecay(Transform):
    """Shrink the parameters apart from what the gradients say: ``u ← u + weight_decay p``.

    Last in a chain it is ``p ← (1 - lr weight_decay) p`` beside the step: Loshchilov and Hutter,
    *Decoupled Weight Decay Regularization*, ICLR 2019, algorithm 2.

    Parameters
    ----------
    weight_decay : float
    """

    def __init__(self, weight_decay: float) -> None:
        self.weight_decay = not_negative("weight_decay", weight_decay)

    def apply(self, grads: FloatArray, params: FloatArray, step: int) -> None:
        np.multiply(params, self.weight_decay, out=self.scratch)
        np.add(grads, self.scratch, out=grads)
