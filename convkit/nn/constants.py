"""Parameters that count as constants for a while."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from convkit.autograd import Tensor


@contextmanager
def held_constant(parameters: Iterable[Tensor]) -> Iterator[None]:
    """Record nothing for parameters within this context: they get no gradients.

    Gradients pass through a module to what went in, and nothing is spent on those of its weights.

    Parameters
    ----------
    parameters : iterable of Tensor
        Such as ``module.parameters().values()``.
    """
    trained = [tensor for tensor in parameters if tensor.requires_grad]
    for tensor in trained:
        tensor.requires_grad = False
    try:
        yield
    finally:
        for tensor in trained:
            tensor.requires_grad = True
