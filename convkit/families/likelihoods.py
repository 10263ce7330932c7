"""How likely a sample is, given what a decoder makes of its code."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.autograd import Tensor, bernoulli_surprise, normal_surprise
from convkit.autograd.activations import logistic
from convkit.errors import ConvkitError
from convkit.nn import Module, parameter

Array = NDArray[Any]


class Likelihood(Module, ABC):
    """A distribution of samples, told by what comes out of a decoder."""

    @abstractmethod
    def surprise(self, outputs: Tensor, targets: Array) -> Tensor:
        """Return ``-log p(target)`` of each sample in nats, (n,)."""

    @abstractmethod
    def mean(self, outputs: Array) -> Array:
        """Return the sample that is expected."""

    def check(self, inputs: Array) -> None:
        """Refuse samples that can't come from such a distribution.

        Raises
        ------
        ConvkitError
        """


class Bernoulli(Likelihood):
    """Each value is yes or no, with a probability of its own; outputs are logits."""

    def surprise(self, outputs: Tensor, targets: Array) -> Tensor:
        return bernoulli_surprise(outputs, targets)

    def mean(self, outputs: Array) -> Array:
        return logistic(outputs)

    def check(self, inputs: Array) -> None:
        wrong = ~((inputs >= 0) & (inputs <= 1))
        if wrong.any():
            raise ConvkitError(
                f"likelihood bernoulli wants values from 0 to 1, got {inputs[wrong][0]:g}",
                "likelihood: normal, or leave out standardize",
            )


class Normal(Likelihood):
    """Each value is normal around the output; the deviation of all of them is learnt.

    One deviation for all, the "σ-VAE" of Rybkin, Daniilidis and Levine 2021.
    """

    def __init__(self) -> None:
        self.log_deviation = parameter(np.zeros(1, np.float32))

    def surprise(self, outputs: Tensor, targets: Array) -> Tensor:
        return normal_surprise(outputs, self.log_deviation, targets)

    def mean(self, outputs: Array) -> Array:
        return outputs


LIKELIHOODS: dict[str, type[Likelihood]] = {"bernoulli": Bernoulli, "normal": Normal}
"""Name in a YAML file -> likelihood."""
