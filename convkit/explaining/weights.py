"""One weight of a network: ``layers.0.weight[0,1]`` leads from input 0 to neuron 1."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from convkit.autograd import Tensor
from convkit.errors import ConvkitError, unknown


@dataclass(frozen=True)
class Weight:
    """A single trained number.

    Attributes
    ----------
    parameter : str
        The path of the array that it stands in: ``layers.0.weight``.
    index : tuple of int
        Where it stands there: (input, neuron), or (neuron,) for a bias; from 0.
    """

    parameter: str
    index: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.parameter}[{','.join(map(str, self.index))}]"

    @property
    def layer(self) -> str:
        """The path of its layer: ``layers.0``."""
        return self.parameter.rpartition(".")[0]

    @property
    def source(self) -> int | None:
        """The input that it weighs, from 0; None for a bias."""
        return self.index[0] if len(self.index) > 1 else None

    @property
    def neuron(self) -> int:
        """The neuron that it leads to, from 0."""
        return self.index[-1]


def parse_weight(text: str, parameters: Mapping[str, Tensor]) -> Weight:
    """Return the weight that a text such as ``layers.0.weight[0,1]`` or ``layers.0.bias[1]`` names.

    Raises
    ------
    ConvkitError
        If it has another form, no parameter is called so, or the index is out of range.
    """
    found = re.fullmatch(r"\s*([\w.]+)\s*\[\s*(\d+(?:\s*,\s*\d+)*)\s*\]\s*", text)
    name = found[1] if found else text.partition("[")[0].strip()
    if name not in parameters:
        raise unknown("weight", name, parameters)
    shape = parameters[name].shape
    form = f"{name}[{','.join(f'0…{size - 1}' for size in shape)}]"
    if not found:
        raise ConvkitError(f"'{text}' doesn't say which number of {name}", f"one of {form}")
    index = tuple(int(number) for number in found[2].split(","))
    if len(index) != len(shape) or any(i >= n for i, n in zip(index, shape, strict=True)):
        raise ConvkitError(f"'{text}' is out of range", f"there are {form}")
    return Weight(name, index)


def all_weights(parameters: Mapping[str, Tensor]) -> list[Weight]:
    """Return every single weight, in the order of the parameters."""
    return [
        Weight(name, index)
        for name, tensor in parameters.items()
        for index in np.ndindex(tensor.shape)
    ]
