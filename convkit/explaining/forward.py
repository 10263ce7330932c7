"""Forward propagation of one sample, layer by layer, with every number kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.autograd import Tensor
from convkit.explaining.formulas import LOSSES
from convkit.explaining.stages import Names, Stage
from convkit.explaining.writing import weighted_sum
from convkit.nn import Loss

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LayerPass:
    """A layer, and what went through it.

    Attributes
    ----------
    number : int
        Counted from 1.
    stage : Stage
    inputs : (i,) array
    weights : (i, o) array
    bias : (o,) array or None
    sums, outputs, slopes : (o,) arrays
        The weighted sums z, the activations o = f(z), and f'(z).
    """

    number: int
    stage: Stage
    inputs: Vector
    weights: Vector
    bias: Vector | None
    sums: Vector
    outputs: Vector
    slopes: Vector

    def neurons(self, names: Names) -> Iterator[Neuron]:
        """Yield the neurons one by one."""
        for k in range(len(self.outputs)):
            yield Neuron(
                names.node(self.number, k + 1),
                names.node(self.number, k + 1, "z"),
                tuple(names.node(self.number - 1, j + 1) for j in range(len(self.inputs))),
                self.inputs.tolist(),
                self.weights[:, k].tolist(),
                None if self.bias is None else float(self.bias[k]),
                float(self.sums[k]),
                float(self.outputs[k]),
                float(self.slopes[k]),
            )


@dataclass(frozen=True)
class Neuron:
    """One neuron, and what it made of its inputs.

    Attributes
    ----------
    name, sum_name : str
        Of its output and of its weighted sum: ``o21`` and ``z21``.
    sources : tuple of str
        Where its inputs come from.
    inputs, weights : list of float
    bias : float or None
    sum, output, slope : float
        z, o = f(z) and f'(z).
    """

    name: str
    sum_name: str
    sources: tuple[str, ...]
    inputs: list[float]
    weights: list[float]
    bias: float | None
    sum: float
    output: float
    slope: float

    @property
    def written(self) -> str:
        """Its weighted sum with its numbers."""
        return weighted_sum(self.weights, self.inputs, self.bias)


@dataclass(frozen=True)
class LossValue:
    """The loss of the sample.

    Attributes
    ----------
    name, formula, slope_formula : str
        What it is, with y the target and o an output, and its derivative by an output.
    written : str
        The formula with its numbers.
    target : int, float or list of float
        As the loss sees it.
    value : float
    slopes : list of float
        Its derivative by each output.
    """

    name: str
    formula: str
    slope_formula: str
    written: str
    target: Any
    value: float
    slopes: list[float]


def propagate(stages: Sequence[Stage], inputs: Vector) -> tuple[LayerPass, ...]:
    """Take one sample (features,) through the layers."""
    passes: list[LayerPass] = []
    for number, stage in enumerate(stages, start=1):
        weights = stage.dense.weight.data
        bias = None if stage.dense.bias is None else stage.dense.bias.data
        sums = inputs @ weights if bias is None else inputs @ weights + bias
        z = Tensor(sums, requires_grad=True)
        outputs = stage.activate(z)
        outputs.backward(np.ones_like(sums))
        assert z.grad is not None
        passes.append(LayerPass(number, stage, inputs, weights, bias, sums, outputs.data, z.grad))
        inputs = outputs.data
    return tuple(passes)


def measure(loss: Loss, outputs: Vector, target: NDArray[Any]) -> LossValue:
    """Return the loss of one sample's outputs (m,), and its derivative by each of them.

    Parameters
    ----------
    loss : Loss
    outputs : (m,) array
    target : array
        A batch of one, as the loss wants it.
    """
    o = Tensor(outputs[np.newaxis], requires_grad=True)
    value = loss(o, target)
    value.backward()
    assert o.grad is not None
    text, aim = LOSSES[loss.name], target[0].tolist()
    return LossValue(
        loss.name,
        text.text,
        text.slope,
        text.numbers(loss, outputs.tolist(), aim),
        aim,
        value.item(),
        o.grad[0].tolist(),
    )
