"""Parameters that are trained together, and the optimizer that changes them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.autograd import Tensor
from convkit.errors import ConvkitError
from convkit.families.divergence import DivergedError, Origin
from convkit.nn import Module, flatten_parameters
from convkit.optim import Optimizer

Array = NDArray[Any]


class Part:
    """A module whose parameters one optimizer trains. A system may have several, such as a GAN.

    Parameters
    ----------
    module : Module
        Built. Its parameters become views of one buffer.
    optimizer : Optimizer or None
        Not started; a family that needs one and got none hands on None.
    epochs : int
        How long its schedule is.

    Raises
    ------
    ConvkitError
        If there is no optimizer, or nothing to train.
    """

    def __init__(self, module: Module, optimizer: Optimizer | None, epochs: int) -> None:
        if optimizer is None:
            raise ConvkitError("a network needs an optimizer", "optimizer: adam")
        self.module = module
        self.flat = flatten_parameters(module)
        self.optimizer = optimizer
        self._epochs = epochs
        optimizer.start(self.flat.values)

    def descend(self, loss: Tensor, progress: float) -> float:
        """Take one step down a loss that the parameters had a part in, and return its value.

        Parameters
        ----------
        loss : scalar Tensor
        progress : float
            Epochs done so far, with fractions.

        Raises
        ------
        DivergedError
            If the loss or a gradient isn't finite; the parameters are as they were.
        """
        self.flat.zero_grads()
        value = self.gather(loss)
        self.update(progress)
        return value

    def gather(self, loss: Tensor, share: float = 1.0) -> float:
        """Add the gradients of a loss, times its share in the step, and return its value.

        Raises
        ------
        DivergedError
            If the loss isn't finite.
        """
        loss.backward(np.full_like(loss.data, share))
        value = float(loss.data)
        if not math.isfinite(value):
            raise DivergedError(Origin("loss", None, _kind(loss.data)))
        return value

    def update(self, progress: float) -> None:
        """Take one step with the gradients that were gathered.

        Raises
        ------
        DivergedError
            If a gradient isn't finite; the parameters are as they were.
        """
        grads = self.flat.grads
        # One product finds almost every case; it may overflow where nothing is wrong.
        if not (math.isfinite(grads.dot(grads)) or np.isfinite(grads).all()):
            raise DivergedError(self._origin())
        self.optimizer.step(self.flat.values, grads, self._factor(progress))

    def _origin(self) -> Origin:
        """Return the first parameter whose gradient isn't finite."""
        for path, place in self.flat.slices.items():
            grads = self.flat.grads[place]
            if not np.isfinite(grads).all():
                return Origin("gradient", path, _kind(grads))
        raise AssertionError("it is called only if one isn't")

    def lr(self, progress: float) -> float:
        """Return the learning rate after so many epochs."""
        return self.optimizer.lr * self._factor(progress)

    def _factor(self, progress: float) -> float:
        return self.optimizer.factor(progress, self._epochs)

    def state(self) -> dict[str, Array]:
        """Return what the optimizer remembers."""
        return self.optimizer.state()

    def load_state(self, arrays: Mapping[str, Array]) -> None:
        """Let it remember."""
        self.optimizer.load_state(arrays)


def _kind(values: Array) -> str:
    return "nan" if np.isnan(values).any() else "infinity"
