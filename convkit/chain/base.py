"""What a layer is, what flows from one to the next, and how a chain of them is run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from convkit.chain.field import Field
from convkit.errors import ConvkitError
from convkit.window import Pair, Window

FLOAT32_BYTES = 4
Plane = tuple[Field, Field]


class Shape(NamedTuple):
    """What flows from layer to layer: feature maps, or the same numbers in one row.

    Attributes
    ----------
    height, width : int
    channels : int or None
        None if nobody said.
    flat : bool
        Whether the maps have been laid out as one row of features.
    """

    height: int
    width: int
    channels: int | None = None
    flat: bool = False

    @property
    def elements(self) -> int | None:
        """How many numbers it holds, if the channels are known."""
        return None if self.channels is None else self.height * self.width * self.channels

    @property
    def sizes(self) -> tuple[int | None, ...]:
        """The lengths of its axes: height, width and, if known, channels; or the features."""
        if self.flat:
            return (self.elements,)
        return self[:2] if self.channels is None else self[:3]

    def __str__(self) -> str:
        return "x".join("?" if size is None else str(size) for size in self.sizes)


class State(NamedTuple):
    """A shape, and what its positions see of the input along its height and width."""

    shape: Shape
    fields: Plane


@dataclass(frozen=True)
class Step:
    """One line of a chain's account.

    Attributes
    ----------
    path : str
        Where the layer stands: ``5``, or ``5.2`` inside a residual block.
    name : str
        The layer as it was written.
    state : State
        What comes out of it.
    span : (int, int) or None
        The effective kernel, where there is one.
    parameters, macs : int or None
        Trained numbers, and multiplications each with an addition, for one input. None if they
        depend on channels that nobody named.
    keeps_channels : bool
        Whether it could have named its channels, and didn't.
    """

    path: str
    name: str
    state: State
    span: Pair | None
    parameters: int | None
    macs: int | None
    keeps_channels: bool = False

    @property
    def flops(self) -> int | None:
        """Floating-point operations: a multiplication and an addition for each MAC."""
        return None if self.macs is None else 2 * self.macs

    @property
    def memory(self) -> int | None:
        """Bytes of the output in float32, for one input."""
        elements = self.state.shape.elements
        return None if elements is None else FLOAT32_BYTES * elements

    def exceeds(self, shape: Shape) -> bool:
        """Return whether it sees further than an input of `shape` reaches."""
        sizes = zip(self.state.fields, shape[:2], strict=True)
        return any(field.size > size for field, size in sizes)


@dataclass(frozen=True)
class Layer(ABC):
    """One layer of a chain.

    Attributes
    ----------
    name : str
        As it was written.
    """

    name: str

    @abstractmethod
    def output(self, shape: Shape) -> Shape:
        """Return the shape that comes out.

        Raises
        ------
        ConvkitError
            If the shape can't come in.
        """

    @property
    def keeps_channels(self) -> bool:
        """Whether it could have named its channels, and didn't."""
        return False

    def windows(self, shape: Shape) -> tuple[Window, Window] | None:
        """Return the windows that slide over height and width, if any do."""
        return None

    def least_input(self, wanted: Pair) -> Pair:
        """Return the smallest height and width of which at least those wanted are left."""
        return wanted

    def parameters(self, shape: Shape) -> int | None:
        """Return how many numbers are trained."""
        return 0

    def macs(self, shape: Shape) -> int | None:
        """Return the multiply-accumulates for one input of `shape`."""
        return 0

    def run(self, state: State, path: str) -> list[Step]:
        """Return the layer's lines in the account; the last holds what comes out of it."""
        shape, fields = state
        windows = self.windows(shape)
        after = State(self.output(shape), _seen(windows, shape, fields) if windows else fields)
        span = (windows[0].span, windows[1].span) if windows else None
        costs = self.parameters(shape), self.macs(shape)
        return [Step(path, self.name, after, span, *costs, self.keeps_channels)]


def _seen(windows: tuple[Window, Window], shape: Shape, fields: Plane) -> Plane:
    height, width = (
        field.through(window, n)
        for field, window, n in zip(fields, windows, shape[:2], strict=True)
    )
    return height, width


def run_all(layers: Sequence[Layer], state: State, prefix: str = "") -> list[Step]:
    """Run layers one after the other and return their lines.

    Raises
    ------
    LayerError
        If something can't go through a layer; it names that layer.
    """
    steps: list[Step] = []
    for number, layer in enumerate(layers, start=1):
        path = f"{prefix}{number}"
        try:
            steps += layer.run(state, path)
        except LayerError:
            raise
        except ConvkitError as error:
            raise LayerError(path, layer.name, error) from error
        state = steps[-1].state
    return steps


def least_before(layers: Sequence[Layer], wanted: Pair) -> Pair:
    """Return the smallest height and width of which layers leave at least those wanted."""
    for layer in reversed(layers):
        wanted = layer.least_input(wanted)
    return wanted


class LayerError(ConvkitError):
    """A layer that what comes in can't go through.

    Attributes
    ----------
    cause : ConvkitError
        What the layer said.
    """

    def __init__(self, path: str, name: str, cause: ConvkitError) -> None:
        super().__init__(f"layer {path} ({name}): {cause.message}", cause.hint)
        self.cause = cause
