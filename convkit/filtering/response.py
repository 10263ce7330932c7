"""A response: what kernels answer to an image, computed when it is asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.conv import Border, Pad, Plan, as_kernel, collected, plan_convolution, visit
from convkit.errors import ConvkitError
from convkit.filtering.combining import COMBINATIONS
from convkit.geometry import SameRule

Array = NDArray[Any]


@dataclass(frozen=True)
class Geometry:
    """How windows lie on the image; as the arguments of :func:`convkit.convolve`."""

    pad: Pad = 0
    border: Border = field(default_factory=Border)
    stride: tuple[int, int] = (1, 1)
    dilation: tuple[int, int] = (1, 1)
    same_rule: SameRule = "torch"
    flip: bool = False
    strategy: str | None = None
    threads: int | None = None
    max_pixels: int | None = None

    def plan(self, pixels: Array, weights: NDArray[np.float64]) -> Plan:
        """Plan the correlation of an (H, W, C) array with `weights`.

        Raises
        ------
        ConvkitError
            If they don't fit, or the output would be larger than `max_pixels`.
        """
        plan = plan_convolution(
            pixels,
            as_kernel(weights, flip=self.flip),
            pad=self.pad,
            border=self.border,
            stride=self.stride,
            dilation=self.dilation,
            same_rule=self.same_rule,
            strategy=self.strategy,
        )
        height, width, _ = plan.problem.out_shape
        if self.max_pixels is not None and height * width > self.max_pixels:
            raise ConvkitError(
                f"the output of {height}x{width} is larger than {self.max_pixels:,} pixels",
                "pad less, or allow more with --max-pixels",
            )
        return plan

    def run(self, pixels: Array, weights: NDArray[np.float64]) -> Array:
        """Return the correlation of an (H, W, C) array with `weights`."""
        return self.plan(pixels, weights).run(pixels, threads=self.threads)

    def respond(self, pixels: Array, *kernels: NDArray[np.float64], **rest: Any) -> Response:
        """Return the response to one kernel, or to several parts that `rest` puts together."""
        plans = [self.plan(pixels, weights) for weights in kernels]
        return Response(pixels, plans, threads=self.threads, **rest)


@dataclass(frozen=True)
class Response:
    """What an operator answers: computed when it is asked for, strip by strip or whole.

    Attributes
    ----------
    pixels : (H, W, C) array
    plans : sequence of Plan
        Each is a part of the answer.
    combine : str
        From the parts to the answer: one of :data:`COMBINATIONS`.
    finish : callable, optional
        What is done to each strip of the answer, given its first row: scale, bias, alpha.
    turn : callable, optional
        From the parts to directions in degrees: 0 where it brightens to the right, 90 where it
        brightens downwards.
    part : int, optional
        Which output channel of a bank it is. The responses of one bank share its plans.
    name : str
        Of the feature map, where an operator answers with several.
    threads : int, optional
        How many work on it.
    """

    pixels: Array
    plans: Sequence[Plan]
    combine: str = "first"
    finish: Callable[[int, Array], Array] | None = None
    turn: Callable[..., Array] | None = None
    part: int | None = None
    name: str = ""
    threads: int | None = None

    @property
    def plan(self) -> Plan:
        """How the first part is computed."""
        return self.plans[0]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels of the answer."""
        height, width, channels = self.plan.problem.out_shape
        return height, width, channels if self.part is None else 1

    def visit(self, see: Callable[[int, Array], None]) -> None:
        """Call `see` with the first row and the values of every strip, from several threads."""

        visit_all([self], lambda _, first, values: see(first, values))

    def answer(self, first: int, parts: Sequence[Array]) -> Array:
        """Return the answer to some rows, the first of which is `first`, out of its parts."""
        values = COMBINATIONS[self.combine](*parts)
        if self.part is not None:
            values = np.ascontiguousarray(values[:, :, self.part : self.part + 1])
        return values if self.finish is None else self.finish(first, values)

    @cached_property
    def values(self) -> Array:
        """The whole answer, (H', W', C) floats."""
        return collected(self.shape, self.plan.problem.result, self.visit)

    @cached_property
    def direction(self) -> Array:
        """The directions (H', W', C) in degrees.

        Raises
        ------
        ConvkitError
            If the operator knows none.
        """
        if self.turn is None:
            raise ConvkitError(
                "only a gradient pair or a compass knows a direction",
                "add --pair or --compass, or leave --direction out",
            )
        return self.turn(*(plan.run(self.pixels, threads=self.threads) for plan in self.plans))


def visit_all(responses: Sequence[Response], see: Callable[[int, int, Array], None]) -> None:
    """Visit several responses to one image; those of a bank are computed together.

    `see` is called with the index of a response, the first row and the values of every strip, from
    several threads.
    """
    together: dict[int, list[int]] = defaultdict(list)
    for index, response in enumerate(responses):
        together[id(response.plans)].append(index)
    for members in together.values():
        first_member = responses[members[0]]

        def see_members(first: int, *parts: Array, members: Sequence[int] = members) -> None:
            for index in members:
                see(index, first, responses[index].answer(first, parts))

        visit(first_member.plans, first_member.pixels, see_members, threads=first_member.threads)
