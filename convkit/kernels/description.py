"""A kernel described: everything that can be told from its weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from convkit.errors import ConvkitError
from convkit.kernels.answers import answers_to
from convkit.kernels.factoring import Factors, Term, factors, separable_terms
from convkit.kernels.model import Kernel, Weights

Parity = Literal["symmetric", "antisymmetric", "none"]

#: What a kernel may be unchanged by, or change its sign by.
MIRRORS: dict[str, Callable[[Weights], Weights]] = {
    "left-right": np.fliplr,
    "top-bottom": np.flipud,
    "half-turn": lambda weights: weights[::-1, ::-1],
    "quarter-turn": np.rot90,
}

# Weights that differ by less than this part of the largest one are taken as equal.
EQUAL_WITHIN = 1e-6


@dataclass(frozen=True)
class Description:
    """What can be told from the weights of a 2-D kernel.

    Attributes
    ----------
    kernel : Kernel
    sum, absolute_sum : float
        Of the weights, and of their absolute values.
    rank : int
    factors : Factors or None
        Exact integers, where the rank is 1 and the weights are simple fractions.
    terms : list of Term
        As many separable kernels as the rank, that sum up to this one.
    symmetry : dict
        ``symmetric``, ``antisymmetric`` or ``none`` for each of the :data:`MIRRORS`.
    output_range : (float, float)
        The least and the greatest output for inputs from 0 to 255.
    answers_to : str
        Which edges or lines it answers to, or what else it does.
    """

    kernel: Kernel
    sum: float
    absolute_sum: float
    rank: int
    factors: Factors | None
    terms: list[Term]
    symmetry: dict[str, Parity]
    output_range: tuple[float, float]
    answers_to: str

    def mirrors(self, parity: Parity) -> list[str]:
        """Return the names of the mirrors under which the kernel has a parity."""
        return [name for name, found in self.symmetry.items() if found == parity]


def describe(kernel: Kernel) -> Description:
    """Describe a 2-D kernel, by its weights alone.

    Raises
    ------
    ConvkitError
        If it is a bank; describe its slices.
    """
    if kernel.is_bank:
        raise ConvkitError(
            f"'{kernel.name}' is a bank of kernels", "describe them one by one, see Kernel.slices"
        )
    weights = kernel.weights
    terms = separable_terms(weights)
    return Description(
        kernel=kernel,
        sum=kernel.sum,
        absolute_sum=float(np.abs(weights).sum()),
        rank=len(terms),
        factors=factors(weights),
        terms=terms,
        symmetry={name: _parity(weights, mirror(weights)) for name, mirror in MIRRORS.items()},
        output_range=(_times_255(np.minimum(weights, 0)), _times_255(np.maximum(weights, 0))),
        answers_to=answers_to(kernel),
    )


def _times_255(weights: Weights) -> float:
    return 255 * float(weights.sum())


def _parity(weights: Weights, mirrored: Weights) -> Parity:
    if weights.shape != mirrored.shape:
        return "none"
    tolerance = EQUAL_WITHIN * float(np.abs(weights).max())
    if np.abs(weights - mirrored).max() <= tolerance:
        return "symmetric"
    if np.abs(weights + mirrored).max() <= tolerance:
        return "antisymmetric"
    return "none"
