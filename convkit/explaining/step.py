"""One step of gradient descent for every weight, beside what the configured optimizer does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from convkit.autograd import Tensor
from convkit.explaining.weights import Weight, all_weights
from convkit.nn.module import Module
from convkit.optim import Optimizer

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Update:
    """A weight before and after a step.

    Attributes
    ----------
    weight : Weight
    value, gradient : float
    descended : float
        After plain gradient descent, ``w − η ∂L/∂w``.
    optimized : float
        After a first step of the configured optimizer.
    """

    weight: Weight
    value: float
    gradient: float
    descended: float
    optimized: float


def take_step(
    model: Module, gradients: Mapping[str, Vector], optimizer: Optimizer, factor: float
) -> list[Update]:
    """Return what one step makes of every weight; the model stays as it is.

    Parameters
    ----------
    model : Module
    gradients : dict of str to array
        Of every parameter, by its path.
    optimizer : Optimizer
        Is started anew.
    factor : float
        What its schedule multiplies the learning rate by at the first step.
    """
    parameters = model.parameters()
    values = _row({name: tensor.data for name, tensor in parameters.items()}, parameters)
    slopes = _row(gradients, parameters)
    optimized = values.copy()
    optimizer.start(values)
    optimizer.step(optimized, slopes.copy(), factor)
    columns = values, slopes, values - optimizer.lr * slopes, optimized
    return [
        Update(weight, *(float(column[place]) for column in columns))
        for place, weight in enumerate(all_weights(parameters))
    ]


def _row(arrays: Mapping[str, Vector], parameters: Mapping[str, Tensor]) -> Vector:
    return np.concatenate([arrays[name].ravel() for name in parameters])
