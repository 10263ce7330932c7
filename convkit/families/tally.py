"""What an epoch's steps said, kept until the epoch ends: no second pass over the data is needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.data import Targets

Array = NDArray[Any]


class Tally:
    """Collects losses, outputs and targets of the steps of one epoch.

    Parameters
    ----------
    targets : (n, ...) array
        Of all samples of an epoch; what comes will be like them.
    output_shape : tuple of int
        Of what comes out for a sample.

    Attributes
    ----------
    samples : int
        How many came so far.
    loss_sum : float
        The sum of their losses.
    """

    def __init__(self, targets: Array, output_shape: tuple[int, ...]) -> None:
        self._outputs = np.empty((len(targets), *output_shape), np.float32)
        self._targets = np.empty_like(targets)
        self.samples = 0
        self.loss_sum = 0.0

    def add(self, loss: float, outputs: Array, targets: Targets) -> None:
        """Take in a batch; `loss` is its mean."""
        start, stop = self.samples, self.samples + len(targets)
        self._outputs[start:stop] = outputs
        self._targets[start:stop] = targets
        self.loss_sum += loss * len(targets)
        self.samples = stop

    @property
    def loss(self) -> float:
        """The mean loss."""
        return self.loss_sum / self.samples

    @property
    def outputs(self) -> Array:
        """The outputs so far."""
        return self._outputs[: self.samples]

    @property
    def targets(self) -> Array:
        """The targets so far."""
        return self._targets[: self.samples]

    def clear(self) -> None:
        """Begin anew."""
        self.samples = 0
        self.loss_sum = 0.0

    def state(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """Return what an epoch that is broken off needs to go on."""
        return {"outputs": self.outputs, "targets": self.targets}, {"loss_sum": self.loss_sum}

    def load_state(self, arrays: Mapping[str, Array], state: Mapping[str, Any]) -> None:
        """Take it in."""
        self.clear()
        self.add(0.0, arrays["outputs"], arrays["targets"])
        self.loss_sum = state["loss_sum"]
