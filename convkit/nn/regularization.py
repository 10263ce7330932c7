"""Layers that are there to keep a model from learning its data by heart."""

from __future__ import annotations

from convkit.autograd import Tensor, dropout
from convkit.errors import ConvkitError
from convkit.nn.checks import number
from convkit.nn.layer import Layer
from convkit.nn.module import Context


class Dropout(Layer):
    """While training, zeros in place of some numbers, drawn anew for every batch.

    What is left is multiplied by ``1 / (1 - rate)``, so that nothing has to change afterwards
    (Srivastava et al. 2014, section 10, "inverted").

    Input: any shape. Output: the same.

    Parameters
    ----------
    rate : float
        The share that is dropped, from 0 and below 1.
    """

    name = "dropout"

    def __init__(self, rate: float = 0.5) -> None:
        self.rate = number("rate", rate, least=0, below=1)

    def __call__(self, x: Tensor, context: Context) -> Tensor:
        if not context.train or not self.rate:
            return x
        if context.rng is None:
            raise ConvkitError(
                "dropout needs a generator while training",
                "call it with Context(train=True, rng=numpy.random.default_rng(seed))",
            )
        return dropout(x, rate=self.rate, rng=context.rng)
