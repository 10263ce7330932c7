"""What is done to an image: kernels in a row, side by side, or before another operator.

An operator gets an (H, W, C) array and the geometry, and answers with one or more responses.
Gradients are operators, too, and have their own file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from convkit.errors import ConvkitError
from convkit.filtering.response import Array, Geometry, Response
from convkit.kernels import Kernel


class Operator(Protocol):
    """What the classes below have in common."""

    @property
    def name(self) -> str:
        """The name for tables and files."""
        ...

    @property
    def steps(self) -> Sequence[Kernel]:
        """The kernels that an output pixel's position and alpha come from."""
        ...

    @property
    def finds_edges(self) -> bool:
        """Whether flat regions answer with zero."""
        ...

    @property
    def map_names(self) -> Sequence[str]:
        """A name for each feature map it answers with, or one empty one."""
        ...

    def respond(self, pixels: Array, geometry: Geometry) -> list[Response]:
        """Apply the operator to an (H, W, C) array."""
        ...


ONE_MAP = ("",)


@dataclass(frozen=True)
class Chain:
    """Kernels applied one after the other."""

    steps: Sequence[Kernel]
    map_names = ONE_MAP

    @property
    def name(self) -> str:
        """The kernels' names, joined."""
        return "+".join(kernel.name for kernel in self.steps)

    @property
    def finds_edges(self) -> bool:
        """Whether any step has a zero sum: the others can't bring flat regions back."""
        return any(kernel.is_zero_sum for kernel in self.steps)

    def respond(self, pixels: Array, geometry: Geometry) -> list[Response]:
        """Apply the kernels in turn."""
        *first, last = self.steps
        for kernel in first:
            pixels = geometry.run(pixels, kernel.weights)
        return [geometry.respond(pixels, last.weights)]


@dataclass(frozen=True)
class Prepared:
    """An operator on what a chain of kernels made of the image, such as a gradient after blur."""

    before: Chain
    operator: Operator

    @property
    def map_names(self) -> Sequence[str]:
        """Those of the operator."""
        return self.operator.map_names

    @property
    def name(self) -> str:
        """Both names, joined."""
        return f"{self.before.name}+{self.operator.name}"

    @property
    def steps(self) -> Sequence[Kernel]:
        """The steps of both."""
        return [*self.before.steps, *self.operator.steps]

    @property
    def finds_edges(self) -> bool:
        """Whether either does."""
        return self.before.finds_edges or self.operator.finds_edges

    def respond(self, pixels: Array, geometry: Geometry) -> list[Response]:
        """Apply the chain, then the operator."""
        return self.operator.respond(self.before.respond(pixels, geometry)[0].values, geometry)


@dataclass(frozen=True)
class Bank:
    """Several kernels over one image, each with a feature map of its own."""

    kernels: Sequence[Kernel]

    @property
    def name(self) -> str:
        """The bank file's name, or "bank"."""
        return self.kernels[0].name if len(self.kernels) == 1 else "bank"

    @property
    def map_names(self) -> Sequence[str]:
        """The kernels' names, numbered where that is needed to tell maps apart."""
        names = [
            f"{kernel.name}-{index}" if kernel.is_bank else kernel.name
            for kernel in self.kernels
            for index in range(len(kernel.weights) if kernel.is_bank else 1)
        ]
        if len(names) == 1:
            return ONE_MAP
        numbered = (f"{name}-{position}" for position, name in enumerate(names, start=1))
        return names if len(set(names)) == len(names) else list(numbered)

    @property
    def steps(self) -> Sequence[Kernel]:
        """The first kernel stands for all."""
        return self.kernels[:1]

    @property
    def finds_edges(self) -> bool:
        """Whether any kernel has a zero sum."""
        return any(kernel.is_zero_sum for kernel in self.kernels)

    def respond(self, pixels: Array, geometry: Geometry) -> list[Response]:
        """Return one response for each kernel, or for each output channel of a 4-D bank."""
        names = iter(self.map_names)
        together = _as_one_bank(self.kernels, pixels, geometry)
        responses = []
        for kernel in [together] if together else self.kernels:
            response = geometry.respond(pixels, kernel.weights)
            parts = range(len(kernel.weights)) if kernel.is_bank else [None]
            responses += [replace(response, part=part, name=next(names)) for part in parts]
        return responses


def _as_one_bank(kernels: Sequence[Kernel], pixels: Array, geometry: Geometry) -> Kernel | None:
    """Return kernels as one bank, whose windows are copied once, if that is less work."""
    sizes = {kernel.weights.shape for kernel in kernels}
    if pixels.shape[2] != 1 or len(sizes) != 1 or len(kernels) == 1 or kernels[0].is_bank:
        return None
    bank = Kernel("bank", np.stack([kernel.weights for kernel in kernels])[:, np.newaxis])
    try:
        together = geometry.plan(pixels, bank.weights).cost * len(kernels)
        alone = sum(geometry.plan(pixels, kernel.weights).cost for kernel in kernels)
    except ConvkitError:  # a strategy that only one of the two ways can take
        return None
    return bank if together < alone else None
