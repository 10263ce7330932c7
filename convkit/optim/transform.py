"""What one link of an optimizer's chain is."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from convkit.optim.checks import FloatArray


class Transform(ABC):
    """One link of an optimizer's chain: makes of gradients what is better subtracted.

    All links work in place on one flat buffer. What the first one gets are gradients; what the
    last one leaves is multiplied by the learning rate and subtracted from the parameters.

    Attributes
    ----------
    memory : dict of str to array
        What it carries from step to step, by name; changed in place. The names are unique within
        a chain.
    scratch : array
        Room for intermediate results, as large as the parameters. All links of a chain share it.
    """

    memory: dict[str, FloatArray]
    scratch: FloatArray

    def start(self, params: FloatArray, scratch: FloatArray) -> None:
        """Get ready for parameters like `params`, with nothing remembered."""
        self.memory = {}
        self.scratch = scratch

    def remember(self, name: str, values: FloatArray) -> FloatArray:
        """Make `values` part of the memory and return them."""
        self.memory[name] = values
        return values

    @abstractmethod
    def apply(self, grads: FloatArray, params: FloatArray, step: int) -> None:
        """Change `grads` in place.

        Parameters
        ----------
        grads : array, shape (n,)
        params : array, shape (n,)
            Only read.
        step : int
            The number of this step, from 1.
        """


def add_decayed(total: FloatArray, values: FloatArray, keep: float) -> None:
    """Let the decaying sum ``total ← keep total + values`` take in `values`.

    The exponential moving average of the papers is this times ``1 - keep``. Sums cost one pass
    over memory less, and the factor goes where a scalar is multiplied anyway.
    """
    np.multiply(total, keep, out=total)
    np.add(total, values, out=total)
