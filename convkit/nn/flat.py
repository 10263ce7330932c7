"""All parameters of a model in one buffer, and all gradients in another.

An optimizer then updates them with a handful of NumPy calls, however many layers there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np

from convkit.errors import ConvkitError
from convkit.nn.module import Array, Module


@dataclass(eq=False)
class Flat:
    """The parameters of a model and their gradients, each as one row of numbers.

    Attributes
    ----------
    values, grads : (n,) array
        The parameters' ``data`` and ``grad`` are views of them.
    slices : dict of str to slice
        Where each parameter stands.
    """

    values: Array
    grads: Array
    slices: dict[str, slice]

    def zero_grads(self) -> None:
        """Forget all gradients; those of the next backward pass are added to zero."""
        self.grads.fill(0)


def flatten_parameters(module: Module) -> Flat:
    """Move the parameters of a module into one buffer and give them gradients in another.

    They keep their values and become views: what changes the buffer changes the module. Do it
    once, after the module is built.

    Raises
    ------
    ConvkitError
        If the module has no parameters, or they aren't all of one dtype.
    """
    parameters = module.parameters()
    if not parameters:
        raise ConvkitError("the model has no parameters to train", "give it a layer such as dense")
    dtypes = {tensor.dtype for tensor in parameters.values()}
    if len(dtypes) > 1:
        raise ConvkitError(
            f"parameters must be of one dtype, got {', '.join(sorted(map(str, dtypes)))}"
        )
    ends = accumulate((tensor.size for tensor in parameters.values()), initial=0)
    slices = {path: slice(*ends) for path, ends in zip(parameters, pairwise(ends), strict=True)}
    values = np.concatenate([tensor.data.ravel() for tensor in parameters.values()])
    grads = np.zeros_like(values)
    for path, tensor in parameters.items():
        shape = tensor.shape
        tensor.data = values[slices[path]].reshape(shape)
        tensor.grad = grads[slices[path]].reshape(shape)
    return Flat(values, grads, slices)
