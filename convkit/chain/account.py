"""The account of a chain: every layer's line, the totals, and the smallest input that works."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from convkit.chain.base import Layer, LayerError, Shape, State, Step, least_before, run_all
from convkit.chain.field import Field
from convkit.errors import ConvkitError
from convkit.geometry import TooSmallError
from convkit.window import Pair, Size

# How many larger squares are tried until the branches of every residual block fit together.
SQUARES_TRIED = 64


@dataclass(frozen=True)
class Account:
    """What a chain of layers makes of an input.

    Attributes
    ----------
    shape : Shape
        What goes in.
    steps : list of Step
        A line for the input, then one for each layer; a residual block has one for each layer
        inside it and one for the sum.
    """

    shape: Shape
    steps: list[Step]

    @property
    def parameters(self) -> int | None:
        """All trained numbers; None if a layer's are unknown."""
        return _total(step.parameters for step in self.steps)

    @property
    def macs(self) -> int | None:
        """All multiply-accumulates of convolutions and dense layers, for one input."""
        return _total(step.macs for step in self.steps)

    @property
    def flops(self) -> int | None:
        """All floating-point operations of those: 2 for each MAC."""
        return _total(step.flops for step in self.steps)

    @property
    def memory(self) -> int | None:
        """Bytes of all layers' outputs in float32, the input's not counted, for one input."""
        return _total(step.memory for step in self.steps[1:])

    def exceeding(self) -> list[bool]:
        """Return for each step whether its receptive field is larger than the input."""
        return [step.exceeds(self.shape) for step in self.steps]


def account(layers: Sequence[Layer], size: Size) -> Account:
    """Run an input of `size` through layers.

    Raises
    ------
    ConvkitError
        If something can't go through a layer: it names the layer and, if the input is too small,
        the smallest one that works.
    """
    shape = Shape(size.height, size.width, size.channels)
    start = _start(shape)
    try:
        steps = run_all(layers, start)
    except LayerError as error:
        if not isinstance(error.cause, TooSmallError):
            raise
        raise ConvkitError(error.message, _way_out(layers, size, error)) from error
    return Account(shape, [Step("", "input", start, None, 0, 0), *steps])


def smallest_input(layers: Sequence[Layer], channels: int | None = None) -> Pair | None:
    """Return the smallest height and width that go through layers, or None if none was found.

    Counted backwards, from one pixel behind the last layer to what each layer before needs. Where
    the branches of a residual block don't end in the same size then, larger squares are tried.
    """
    height, width = least_before(layers, (1, 1))
    side = max(height, width)
    squares = [(n, n) for n in range(side, side + SQUARES_TRIED)]
    candidates = [(height, width), *squares]
    return next((pair for pair in candidates if _runs(layers, Shape(*pair, channels))), None)


def _way_out(layers: Sequence[Layer], size: Size, error: LayerError) -> str | None:
    smallest = smallest_input(layers, size.channels)
    if smallest is None:
        return error.hint
    return f"the smallest input that works is {size.resized(*smallest)}"


def _start(shape: Shape) -> State:
    return State(shape, (Field(), Field()))


def _runs(layers: Sequence[Layer], shape: Shape) -> bool:
    try:
        run_all(layers, _start(shape))
    except LayerError:
        return False
    return True


def _total(values: Iterable[int | None]) -> int | None:
    total = 0
    for value in values:
        if value is None:
            return None
        total += value
    return total
