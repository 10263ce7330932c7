"""The layers of a chain: what each makes of a shape, what it sees, and what it costs.

A layer is told the shape that comes in and infers the rest: a dense layer its inputs, a depthwise
convolution its groups. A convolution that doesn't name its channels keeps those that come in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from convkit.chain.base import Layer, Shape, State, Step, least_before, run_all
from convkit.chain.field import Field
from convkit.errors import ConvkitError
from convkit.window import Pair, Window


@dataclass(frozen=True)
class Sliding(Layer):
    """A layer whose window slides over feature maps: a pooling, and the base of convolutions."""

    sliding: tuple[Window, Window]

    def windows(self, shape: Shape) -> tuple[Window, Window]:
        """Return its windows."""
        return self.sliding

    def output(self, shape: Shape) -> Shape:
        """Return the maps that come out, as many as come in."""
        if shape.flat:
            raise ConvkitError(
                "it slides over feature maps, but what comes in is flat",
                "put it before flatten, fc and their like",
            )
        height, width = self.sliding
        return shape._replace(height=height.size(shape.height), width=width.size(shape.width))

    def least_input(self, wanted: Pair) -> Pair:
        """Return the smallest height and width of which at least those wanted are left."""
        height, width = self.sliding
        return height.least_input(wanted[0]), width.least_input(wanted[1])


@dataclass(frozen=True)
class Convolution(Sliding):
    """A convolution, grouped or not.

    Attributes
    ----------
    channels : int or None
        The channels that come out; None keeps those that come in.
    groups : int or None
        None stands for as many as channels come in (a depthwise convolution).
    bias, batch_norm : bool
        Whether a bias is added, and whether a batch normalisation follows.
    """

    channels: int | None = None
    groups: int | None = 1
    bias: bool = True
    batch_norm: bool = False

    @property
    def keeps_channels(self) -> bool:
        """Whether it could have named its channels, and didn't."""
        return self.channels is None and self.groups is not None

    def output(self, shape: Shape) -> Shape:
        """Return the maps that come out."""
        after = super().output(shape)
        after = after._replace(channels=self.channels or shape.channels)
        self._check_groups(shape.channels, "the channels that come in")
        self._check_groups(after.channels, "the channels that go out", shape.channels)
        return after

    def parameters(self, shape: Shape) -> int | None:
        """Return ``kh·kw·Cin/groups·Cout``, and for each output channel 1 bias, 2 of the norm."""
        weights, channels = self._weights_per_channel(shape), self.output(shape).channels
        if weights is None or channels is None:
            return None
        return (weights + self.bias + 2 * self.batch_norm) * channels

    def macs(self, shape: Shape) -> int | None:
        """Return ``kh·kw·Cin/groups`` for each output element."""
        weights, elements = self._weights_per_channel(shape), self.output(shape).elements
        return None if weights is None or elements is None else weights * elements

    def _weights_per_channel(self, shape: Shape) -> int | None:
        """Return the weights that one output channel has."""
        if self.groups is None:
            return self._kernel_area()
        return (
            None if shape.channels is None else self._kernel_area() * shape.channels // self.groups
        )

    def _kernel_area(self) -> int:
        return self.sliding[0].kernel * self.sliding[1].kernel

    def _check_groups(self, channels: int | None, which: str, incoming: int | None = None) -> None:
        groups = self.groups or incoming
        if channels is not None and groups is not None and channels % groups:
            raise ConvkitError(
                f"{which} (={channels}) must be divisible by the groups (={groups})",
                "each group takes an equal share of them",
            )


@dataclass(frozen=True)
class TransposedConvolution(Convolution):
    """A transposed convolution: every input element is spread over a kernel of outputs."""

    def macs(self, shape: Shape) -> int | None:
        """Return ``kh·kw·Cout/groups`` for each input element."""
        weights, channels = self._weights_per_channel(shape), self.output(shape).channels
        if weights is None or channels is None:
            return None
        return weights * channels * shape.height * shape.width


class Whole(Layer):
    """The base of layers that look at everything that comes in, however large it is."""

    def windows(self, shape: Shape) -> tuple[Window, Window]:
        """Return windows as large as the maps."""
        return Window(shape.height), Window(shape.width)

    def least_input(self, wanted: Pair) -> Pair:
        """Return one pixel."""
        return 1, 1


@dataclass(frozen=True)
class GlobalPooling(Whole):
    """A pooling over everything: each map becomes one number."""

    def output(self, shape: Shape) -> Shape:
        """Return maps of one pixel."""
        return shape if shape.flat else shape._replace(height=1, width=1)


@dataclass(frozen=True)
class Flatten(Layer):
    """Lays all maps out as one row of features."""

    def output(self, shape: Shape) -> Shape:
        """Return the same numbers in a row."""
        return shape._replace(flat=True)


@dataclass(frozen=True)
class Dense(Whole):
    """A fully connected layer; it flattens by itself.

    Attributes
    ----------
    units : int
        The numbers that come out.
    bias : bool
    """

    units: int
    bias: bool = True

    def output(self, shape: Shape) -> Shape:
        """Return a row of units."""
        return Shape(1, 1, self.units, flat=True)

    def parameters(self, shape: Shape) -> int | None:
        """Return ``inputs·units``, and a bias for each unit."""
        macs = self.macs(shape)
        return None if macs is None else macs + self.bias * self.units

    def macs(self, shape: Shape) -> int | None:
        """Return ``inputs·units``."""
        return None if shape.elements is None else shape.elements * self.units


@dataclass(frozen=True)
class Pointwise(Layer):
    """An activation or a dropout: each number on its own, nothing trained, no MACs."""

    def output(self, shape: Shape) -> Shape:
        """Return the same shape."""
        return shape


@dataclass(frozen=True)
class BatchNorm(Pointwise):
    """A batch normalisation: a scale and a shift for each channel. It can be folded: no MACs."""

    def parameters(self, shape: Shape) -> int | None:
        """Return two for each channel, or for each feature of a row."""
        features = shape.elements if shape.flat else shape.channels
        return None if features is None else 2 * features


@dataclass(frozen=True)
class Residual(Layer):
    """A block whose input is added to what its body makes of it.

    Attributes
    ----------
    body : sequence of Layer
    shortcut : sequence of Layer
        What the input goes through before it is added; usually nothing.
    """

    body: Sequence[Layer]
    shortcut: Sequence[Layer] = ()

    def output(self, shape: Shape) -> Shape:
        """Return the shape of the sum."""
        field = Field()
        return self.run(State(shape, (field, field)), "")[-1].state.shape

    def least_input(self, wanted: Pair) -> Pair:
        """Return the smallest height and width of which both branches leave those wanted."""
        body, shortcut = (least_before(part, wanted) for part in (self.body, self.shortcut))
        return max(body[0], shortcut[0]), max(body[1], shortcut[1])

    def run(self, state: State, path: str) -> list[Step]:
        """Return the lines of the body, of the shortcut, and of the sum."""
        body = run_all(self.body, state, f"{path}.")
        shortcut = run_all(self.shortcut, state, f"{path}.shortcut.")
        main, other = (steps[-1].state if steps else state for steps in (body, shortcut))
        if not _agree(main.shape, other.shape):
            raise ConvkitError(
                f"its body gives {main.shape} and its shortcut {other.shape}: they can't be added",
                "give the shortcut a 1x1 convolution with the body's stride and channels",
            )
        height, width = (a.joined(b) for a, b in zip(main.fields, other.fields, strict=True))
        shape = other.shape if main.shape.channels is None else main.shape
        total = Step(path, "add", State(shape, (height, width)), None, 0, 0)
        return [*body, *shortcut, total]


def _agree(shape: Shape, other: Shape) -> bool:
    """Return whether two shapes are the same, as far as their channels are known."""
    if shape.channels is None or other.channels is None:
        shape, other = shape._replace(channels=None), other._replace(channels=None)
    return shape == other
