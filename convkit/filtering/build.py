"""From what a user asks for to the operator that does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from convkit.errors import ConvkitError
from convkit.filtering.gradients import Compass, GradientPair
from convkit.filtering.operators import Bank, Chain, Operator, Prepared
from convkit.kernels import PAIRS, Kernel, compass_set, gradient_pair, parse


@dataclass(frozen=True)
class Request:
    """An operator in a user's words.

    Attributes
    ----------
    kernels : sequence of str
        Names, inline matrices or files, applied one after the other.
    pair : str, optional
        The partner of the last kernel, or the name of a gradient pair such as ``sobel``.
    norm : str
        How a pair's answers become one: ``l2``, the default, or ``l1``.
    compass : str, optional
        The name of a compass set.
    bank : bool
        Whether the kernels work side by side instead of one after the other.
    normalize : bool
        Whether weights are divided by their sum (by 1 where that is zero).
    """

    kernels: Sequence[str] = ()
    pair: str | None = None
    norm: str | None = None
    compass: str | None = None
    bank: bool = False
    normalize: bool = False

    def operator(self) -> Operator:
        """Return the operator.

        Raises
        ------
        ConvkitError
            If a kernel can't be read, or the words contradict each other.
        """
        if self.norm is not None and self.pair is None:
            raise ConvkitError("only a gradient pair has a norm", "add --pair, or leave --norm out")
        if sum((self.pair is not None, self.compass is not None, self.bank)) > 1:
            raise ConvkitError(
                "--pair, --compass and --bank are three different things", "give one of them"
            )
        kernels = [self._kernel(text) for text in self.kernels]
        if self.pair is not None:
            return self._pair(kernels, self.pair)
        if self.compass is not None:
            return _after(kernels, Compass(compass_set(self.compass), self.compass))
        if not kernels:
            raise ConvkitError(
                "no kernel given", "give one: --kernel sobel-h; convkit kernels lists them"
            )
        if self.bank or (len(kernels) == 1 and kernels[0].is_bank):
            return Bank(kernels)
        return Chain(kernels)

    def _kernel(self, text: str) -> Kernel:
        kernel = parse(text)
        return normalized(kernel) if self.normalize else kernel

    def _pair(self, kernels: list[Kernel], pair: str) -> Operator:
        norm = self.norm or "l2"
        if pair.lower() in PAIRS:
            return _after(kernels, GradientPair(*gradient_pair(pair.lower()), norm))
        partner = self._kernel(pair)
        if not kernels:
            raise ConvkitError(
                f"'{pair}' is one kernel and a pair needs two",
                f"add --kernel, or name a pair: {', '.join(PAIRS)}",
            )
        return _after(kernels[:-1], GradientPair(kernels[-1], partner, norm))


def normalized(kernel: Kernel) -> Kernel:
    """Return a kernel divided by its sum (each map of a bank by its own); a zero sum leaves it."""
    sums = kernel.weights.sum(axis=(-3, -2, -1) if kernel.is_bank else None, keepdims=True)
    absolute = np.abs(kernel.weights).sum()
    scale = np.where(np.abs(sums) > 1e-7 * absolute, sums, 1.0)
    return replace(kernel, weights=kernel.weights / scale)


def _after(kernels: list[Kernel], operator: Operator) -> Operator:
    for kernel in kernels:
        if kernel.is_bank:
            raise ConvkitError(f"the bank '{kernel.name}' can't come before another operator")
    return Prepared(Chain(kernels), operator) if kernels else operator
