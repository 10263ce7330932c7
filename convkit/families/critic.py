"""A discriminator as it is trained: its scores, and penalties on their gradient by the samples."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.autograd import Tensor
from convkit.nn import Context, Layer
from convkit.nn.constants import held_constant
from convkit.nn.tangents import Dual, along

Array = NDArray[Any]

TINY = 1e-12


class Critic:
    """Judges samples, and says how steeply.

    A penalty is a tensor whose gradient by the parameters is the penalty's, but whose value isn't:
    see :mod:`convkit.nn.tangents`.

    Parameters
    ----------
    network : Layer
        Makes one number of a sample; for penalties with tangents.
    context : Context
        Of training.
    """

    def __init__(self, network: Layer, context: Context) -> None:
        self._network = network
        self._context = context
        self._parameters = list(network.parameters().values())

    def __call__(self, samples: Tensor) -> Tensor:
        """Return the scores of samples, (n, 1)."""
        return self._network(samples, self._context)

    def unmoved(self) -> AbstractContextManager[None]:
        """Return a context in which no gradients are recorded for its parameters."""
        return held_constant(self._parameters)

    def slopes(self, samples: Array) -> Array:
        """Return the gradient of each score by its own sample, of the samples' shape."""
        x = Tensor(samples, requires_grad=True)
        with self.unmoved():
            self(x).sum().backward()
        return np.asarray(x.grad)

    def scores_and_r1(self, real: Array, strength: float) -> tuple[Tensor, Tensor]:
        """Return scores, and the R1 penalty ``γ/2 E|∇D(x)|²``, γ being its strength.

        On real samples the critic shall be flat (Mescheder et al. 2018, equation 9).
        """
        change = strength / len(real) * self.slopes(real)
        scores, tangent = along(self._network, Dual(Tensor(real), Tensor(change)), self._context)
        return scores, tangent.sum()

    def gradient_penalty(self, between: Array, strength: float) -> Tensor:
        """Return the penalty ``λ E(|∇D(x)| - 1)²``, λ being its strength.

        Between real and generated samples the slope shall be 1 (Gulrajani et al. 2017, equation 3).
        """
        change = self.slopes(between)
        axes = tuple(range(1, change.ndim))
        norms = np.sqrt(np.square(change).sum(axes, keepdims=True))
        # Where it is flat, no way is the way up.
        change *= 2 * strength / len(between) * (1 - 1 / np.maximum(norms, TINY))
        return along(
            self._network, Dual(Tensor(between), Tensor(change)), self._context
        ).tangent.sum()
