"""What is done to an image: kernels in a row, a gradient pair, a compass, or a bank.

An operator gets an (H, W, C) array and the geometry, and answers with one or more responses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from convkit.conv import Border, Pad, Plan, as_kernel, plan_convolution, visit
from convkit.errors import ConvkitError, unknown
from convkit.geometry import SameRule
from convkit.kernels import Kernel

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


@dataclass(frozen=True)
class Response:
    """What an operator answers: computed when it is asked for, strip by strip or whole.

    Attributes
    ----------
    pixels : (H, W, C) array
    plans : sequence of Plan
        Each is a part of the answer.
    combine : callable
        From the parts to the answer, for any number of rows.
    finish : callable
        What is done to each strip of the answer, given its first row: scale, bias, alpha.
    turn : callable, optional
        From the parts to directions in degrees: 0 where it brightens to the right, 90 where it
        brightens downwards.
    name : str
        Of the feature map, where an operator answers with several.
    threads : int, optional
        How many work on it.
    """

    pixels: Array
    plans: Sequence[Plan]
    combine: Callable[..., Array] = lambda part: part
    finish: Callable[[int, Array], Array] = lambda _first, values: values
    turn: Callable[..., Array] | None = None
    name: str = ""
    threads: int | None = None

    @property
    def plan(self) -> Plan:
        """How the first part is computed."""
        return self.plans[0]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels of the answer."""
        return self.plan.problem.out_shape

    def visit(self, see: Callable[[int, Array], None]) -> None:
        """Call `see` with the first row and the values of every strip, from several threads."""

        def combined(first: int, *parts: Array) -> None:
            see(first, self.finish(first, self.combine(*parts)))

        visit(self.plans, self.pixels, combined, threads=self.threads)

    @cached_property
    def values(self) -> Array:
        """The whole answer, (H', W', C) floats."""
        out = np.empty(self.shape, self.plan.problem.result)

        def keep(first: int, values: Array) -> None:
            out[first : first + len(values)] = values

        self.visit(keep)
        return out

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

    def respond(self, pixels: Array, geometry: Geometry) -> list[Response]:
        """Apply the operator to an (H, W, C) array."""
        ...


@dataclass(frozen=True)
class Chain:
    """Kernels applied one after the other."""

    steps: Sequence[Kernel]

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
            pixels = geometry.plan(pixels, kernel.weights).run(pixels, threads=geometry.threads)
        return [Response(pixels, [geometry.plan(pixels, last.weights)], threads=geometry.threads)]


@dataclass(frozen=True)
class GradientPair:
    """Two kernels that see different directions: how steep the image is, and which way."""

    first: Kernel
    second: Kernel
    norm: str = "l2"

    def __post_init__(self) -> None:
        """Check what can be checked without an image."""
        if self.norm not in NORMS:
            raise unknown("norm", self.norm, NORMS)

    @property
    def name(self) -> str:
        """The common stem of both names, or both."""
        stem, other = self.first.name, self.second.name
        while stem and not other.startswith(stem):
            stem = stem[:-1]
        return f"{stem.rstrip('-') or f'{self.first.name},{other}'}-magnitude"

    @property
    def steps(self) -> Sequence[Kernel]:
        """The first kernel stands for both."""
        return (self.first,)

    @property
    def finds_edges(self) -> bool:
        """A gradient of flat regions is zero."""
        return True

    def respond(self, pixels: Array, geometry: Geometry) -> list[Response]:
        """Return the magnitude and the direction of the gradient."""
        plans = [geometry.plan(pixels, kernel.weights) for kernel in (self.first, self.second)]
        sizes = [plan.problem.out_shape[:2] for plan in plans]
        if sizes[0] != sizes[1]:
            raise ConvkitError(
                f"the kernels of a pair must give maps of one size: '{self.first.name}' gives "
                f"{sizes[0]}, '{self.second.name}' gives {sizes[1]}",
                "pad with --pad same",
            )
        self._inverse_moments  # noqa: B018 - two kernels that look the same way are refused now
        return [
            Response(
                pixels, plans, NORMS[self.norm], turn=self._direction, threads=geometry.threads
            )
        ]

    def _direction(self, a: Array, b: Array) -> Array:
        # A kernel answers to a gradient g with m . g, where m are its first moments: two answers
        # give g back, whatever way the two kernels lie (the diagonals of Roberts, too).
        right, down = np.tensordot(self._inverse_moments, np.stack([a, b]), axes=1)
        return angle(right, down)

    @cached_property
    def _inverse_moments(self) -> Array:
        moments = np.array([first_moments(self.first.weights), first_moments(self.second.weights)])
        if abs(np.linalg.det(moments)) < 1e-9 * np.abs(moments).max() ** 2:
            raise ConvkitError(
                f"'{self.first.name}' and '{self.second.name}' look the same way, "
                "so they give no direction",
                "pair a kernel with its transpose, such as sobel-h with sobel-v",
            )
        inverse: Array = np.linalg.inv(moments).astype(np.float32)
        return inverse


def angle(right: Array, down: Array) -> Array:
    """Return the direction of gradients in degrees, 0 to 360: 0 is right, 90 is down."""
    degrees: Array = np.degrees(np.arctan2(down, right)) % 360
    return degrees


def first_moments(weights: NDArray[np.float64]) -> tuple[float, float]:
    """Return (sum of x * k, sum of y * k), the answer to a ramp of slope 1 along x and along y."""
    y, x = np.indices(weights.shape)
    return float((x * weights).sum()), float((y * weights).sum())


def _l2(a: Array, b: Array) -> Array:
    kind = np.result_type(a, np.float32)
    squares: Array = np.multiply(a, a, dtype=kind)
    squares += np.multiply(b, b, dtype=kind)
    return np.sqrt(squares, out=squares)


def _l1(a: Array, b: Array) -> Array:
    kind = np.result_type(a, np.float32)  # two sums may be more than narrow integers hold
    return np.add(np.abs(a), np.abs(b), dtype=kind)


NORMS = {"l2": _l2, "l1": _l1}
"""Norm name -> the magnitude of a gradient with the parts a and b."""


@dataclass(frozen=True)
class Compass:
    """One kernel for each direction: the largest answer, and which direction gave it."""

    kernels: Sequence[Kernel]
    set_name: str

    @property
    def name(self) -> str:
        """The set's name."""
        return f"{self.set_name}-compass"

    @property
    def steps(self) -> Sequence[Kernel]:
        """The first kernel stands for all."""
        return self.kernels[:1]

    @property
    def finds_edges(self) -> bool:
        """Every compass kernel has a zero sum."""
        return True

    def respond(self, pixels: Array, geometry: Geometry) -> list[Response]:
        """Return the maximum over the set, and the direction of the kernel that gave it."""
        plans = [geometry.plan(pixels, kernel.weights) for kernel in self.kernels]
        return [Response(pixels, plans, _largest, turn=self._direction, threads=geometry.threads)]

    def _direction(self, *answers: Array) -> Array:
        directions: Array = self._angles[np.argmax(answers, axis=0)]
        return directions

    @cached_property
    def _angles(self) -> Array:
        moments = np.array([first_moments(kernel.weights) for kernel in self.kernels])
        return angle(moments[:, 0], moments[:, 1]).astype(np.float32)


def _largest(*answers: Array) -> Array:
    largest, *others = answers
    for answer in others:
        largest = np.maximum(largest, answer)
    return largest


@dataclass(frozen=True)
class Prepared:
    """An operator on what a chain of kernels made of the image, such as a gradient after blur."""

    before: Chain
    operator: Operator

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
    def steps(self) -> Sequence[Kernel]:
        """The first kernel stands for all."""
        return self.kernels[:1]

    @property
    def finds_edges(self) -> bool:
        """Whether any kernel has a zero sum."""
        return any(kernel.is_zero_sum for kernel in self.kernels)

    def respond(self, pixels: Array, geometry: Geometry) -> list[Response]:
        """Return one response for each kernel, or for each output channel of a 4-D bank."""
        return [response for kernel in self.kernels for response in _maps(kernel, pixels, geometry)]


def _maps(kernel: Kernel, pixels: Array, geometry: Geometry) -> list[Response]:
    """Return one response for a kernel, or one for each output channel of a 4-D bank."""
    if not kernel.is_bank:
        plan = geometry.plan(pixels, kernel.weights)
        return [Response(pixels, [plan], name=kernel.name, threads=geometry.threads)]
    return [
        Response(
            pixels,
            [geometry.plan(pixels, kernel.weights[[index]])],
            name=f"{kernel.name}-{index}",
            threads=geometry.threads,
        )
        for index in range(len(kernel.weights))
    ]
