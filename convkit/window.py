"""A window that slides along one axis: its size formula, the formula in numbers, what it reads.

There are three: a convolution (or a pooling that rounds down), a pooling that rounds up, and a
transposed convolution. An image has two of them, one for its height and one for its width.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from math import gcd
from typing import NamedTuple, TypedDict

from convkit import geometry
from convkit.errors import ConvkitError
from convkit.geometry import Pads, SameRule, parse_numbers

Pair = tuple[int, int]


class _Options(TypedDict):
    pad: Pair
    stride: int
    dilation: int


class Size(NamedTuple):
    """The height and width of an image in pixels, and its channels if they are known.

    One that was written as a single number is printed as one, while it stays square.
    """

    height: int
    width: int
    channels: int | None = None
    single: bool = False

    def resized(self, height: int, width: int) -> Size:
        """Return the same with another height and width."""
        return self._replace(height=height, width=width)

    def __str__(self) -> str:
        if self.single and self.height == self.width:
            return str(self.height)
        channels = "" if self.channels is None else f"x{self.channels}"
        return f"{self.height}x{self.width}{channels}"


def parse_size(text: str) -> Size:
    """Read ``28``, ``28x30`` or ``224x224x3`` (height, width, channels).

    Raises
    ------
    ConvkitError
        If it isn't one to three whole numbers from 1.
    """
    numbers = parse_numbers(text, "size")
    if numbers is None or len(numbers) > 3:
        raise ConvkitError(
            f"'{text}' is no size", "write whole numbers: 28, 28x30 or 224x224x3 (HxWxC)"
        )
    if min(numbers) < 1:
        raise ConvkitError(f"a size must be at least 1, got '{text}'")
    if len(numbers) == 1:
        return Size(numbers[0], numbers[0], single=True)
    return Size(numbers[0], numbers[1], numbers[2] if len(numbers) == 3 else None)


@dataclass(frozen=True)
class Window:
    """A kernel that slides along one axis of an image.

    Attributes
    ----------
    kernel, stride, dilation : int
        In pixels.
    pad : (int, int) or str
        Pixels before and after, or ``valid``, ``same``, ``full``.
    same_rule : {"torch", "tf"}
        What ``same`` means with a stride; see :func:`convkit.geometry.same_pads`.
    """

    kernel: int
    pad: Pair | str = (0, 0)
    stride: int = 1
    dilation: int = 1
    same_rule: SameRule = "torch"

    @property
    def span(self) -> int:
        """The pixels from the first tap to the last: the effective kernel."""
        return geometry.effective_kernel(self.kernel, self.dilation)

    @property
    def period(self) -> Pair:
        """After how many outputs the pattern repeats, and how far it has moved on the input."""
        return 1, self.stride

    def pads(self, n: int) -> Pair:
        """Return the padding before and after an input of `n`."""
        if isinstance(self.pad, tuple):
            return self.pad
        return geometry.axis_pads(
            self.pad,
            n,
            self.kernel,
            stride=self.stride,
            dilation=self.dilation,
            rule=self.same_rule,
        )

    def size(self, n: int) -> int:
        """Return the output size for an input of `n`.

        Raises
        ------
        ConvkitError
            If a number is out of range, or no window fits.
        """
        return geometry.output_size(n, self.kernel, **self._options(n))

    def least_input(self, want: int) -> int:
        """Return the smallest input of which at least `want` outputs are made."""
        pads = 0 if isinstance(self.pad, str) else sum(self.pad)
        enough = want * self.stride + self.span + pads
        return bisect_left(range(enough), want, lo=1, key=self._size_or_zero)

    def _size_or_zero(self, n: int) -> int:
        try:
            return self.size(n)
        except geometry.TooSmallError:
            return 0

    def reads(self, output: int, n: int) -> Pair:
        """Return the first and the last input position that an output position reads."""
        first = output * self.stride - self.pads(n)[0]
        return first, first + self.span - 1

    def unread(self, n: int) -> int:
        """Return how many pixels at the end no window reaches."""
        return geometry.unread(n, self.kernel, **self._options(n))

    def gap(self) -> Pair | None:
        """Return (r, s) if the windows read only `r` of every `s` neighbouring pixels."""
        read = geometry.phases_read(self.kernel, stride=self.stride, dilation=self.dilation)
        return (read, self.stride) if read < self.stride else None

    def drops_last(self, n: int) -> bool:
        """Return whether rounding up made a window too many, which is dropped."""
        return False

    def symbols(self, n: int, *, with_stride: bool = False) -> str:
        """Return the formula in letters: ``n - k + 2P + 1``, longer if the numbers need it."""
        return self._write(n, self._letters(n), with_stride)

    def formula(self, n: int, *, with_stride: bool = False) -> str:
        """Return the formula in numbers, answered: ``(6 - 3 + 2·1 + 1) = 6``.

        With a stride it is ``(28 - 5 + 2·0)/1 + 1 = 24``; ``floor`` stands only where it rounds.
        `with_stride` writes the division out even for a stride of 1.
        """
        return f"{self._write(n, self._numbers(n), with_stride)} = {self.size(n)}"

    def _options(self, n: int) -> _Options:
        return {"pad": self.pads(n), "stride": self.stride, "dilation": self.dilation}

    def _write(self, n: int, terms: Mapping[str, str], with_stride: bool) -> str:
        if self.stride == self.dilation == 1 and not with_stride:
            return "({n} - {k} + {P} + 1)".format_map(terms)
        return f"{self._quotient(n, terms, 'floor')} + 1"

    def _quotient(self, n: int, terms: Mapping[str, str], rounding: str) -> str:
        reach = "{k}" if self.dilation == 1 else "{d}·({k} - 1) - 1"
        quotient = f"({{n}} - {reach} + {{P}})/{{s}}".format_map(terms)
        exact = (n + sum(self.pads(n)) - self.span) % self.stride == 0
        return quotient if exact else f"{rounding}({quotient})"

    def _numbers(self, n: int) -> dict[str, str]:
        before, after = self.pads(n)
        pads = f"2·{before}" if before == after else f"({before} + {after})"
        numbers = {"n": n, "k": self.kernel, "s": self.stride, "d": self.dilation}
        return {name: str(value) for name, value in numbers.items()} | {"P": pads}

    def _letters(self, n: int) -> dict[str, str]:
        before, after = self.pads(n)
        pads = "2P" if before == after else "(P_before + P_after)"
        return {name: name for name in "nksd"} | {"P": pads}


@dataclass(frozen=True)
class CeilWindow(Window):
    """A pooling window whose last position may hang over the end (PyTorch's ``ceil_mode``)."""

    def size(self, n: int) -> int:
        """Return the output size for an input of `n`, rounded up."""
        return geometry.pooled_size(n, self.kernel, **self._options(n), ceil=True)

    def unread(self, n: int) -> int:
        """Return how many pixels at the end no window reaches."""
        return geometry.unread(n, self.kernel, **self._options(n), ceil=True)

    def drops_last(self, n: int) -> bool:
        """Return whether a last window is dropped because it would start behind the input.

        Those that are left then stop short of the padded input's end.
        """
        return (self.size(n) - 1) * self.stride + self.span < n + sum(self.pads(n))

    def _write(self, n: int, terms: Mapping[str, str], with_stride: bool) -> str:
        dropped = " - 1" if self.drops_last(n) else ""
        return f"{self._quotient(n, terms, 'ceil')} + 1{dropped}"


@dataclass(frozen=True)
class TransposedWindow(Window):
    """A transposed convolution's window, which spreads each input over `kernel` outputs.

    Attributes
    ----------
    output_padding : int
        Outputs added at the end.
    """

    output_padding: int = 0

    @property
    def period(self) -> Pair:
        """After `stride` outputs the pattern has moved by one input."""
        return self.stride, 1

    def pads(self, n: int) -> Pair:
        """Return how many outputs are cut off before and after."""
        if self.pad in ("same", "full"):
            raise ConvkitError(
                f"a transposed convolution takes its padding in numbers, got '{self.pad}'",
                "solve for the padding that gives the size you want",
            )
        return super().pads(n)

    def size(self, n: int) -> int:
        """Return the output size for an input of `n`."""
        return geometry.transposed_size(
            n, self.kernel, **self._options(n), output_padding=self.output_padding
        )

    def reads(self, output: int, n: int) -> Pair:
        """Return the first and the last input that reach an output.

        Where the stride leaves an output that no input reaches, it is the two around it.
        """
        place = output + self.pads(n)[0]
        # The taps t with d·t ≡ place (mod s) are every q-th one: those whose input is whole.
        common = gcd(self.dilation, self.stride)
        q = self.stride // common
        first = place // common * pow(self.dilation // common, -1, q) % q
        if place % common or first >= self.kernel:
            return place // self.stride, -(-place // self.stride)
        last = first + (self.kernel - 1 - first) // q * q
        farthest, nearest = place - self.dilation * last, place - self.dilation * first
        return farthest // self.stride, nearest // self.stride

    def unread(self, n: int) -> int:
        """Return 0: every input is spread out."""
        return 0

    def gap(self) -> Pair | None:
        """Return None: every input is spread out."""
        return None

    def _write(self, n: int, terms: Mapping[str, str], with_stride: bool) -> str:
        return "({n} - 1)·{s} - {P} + {d}·({k} - 1) + {o} + 1".format_map(terms)

    def _numbers(self, n: int) -> dict[str, str]:
        return super()._numbers(n) | {"o": str(self.output_padding)}

    def _letters(self, n: int) -> dict[str, str]:
        return super()._letters(n) | {"o": "o"}


def windows(
    kind: type[Window],
    pairs: Mapping[str, Pair],
    pad: Pads | str,
    same_rule: SameRule = "torch",
) -> tuple[Window, Window]:
    """Return the windows of a kind along the height and the width.

    Parameters
    ----------
    kind : subclass of Window
    pairs : mapping of str to (int, int)
        ``kernel``, ``stride`` and the kind's other numbers, each as (y, x).
    pad : Pads or str
    same_rule : {"torch", "tf"}
    """
    pads = (pad, pad) if isinstance(pad, str) else (pad[:2], pad[2:])
    height, width = (
        kind(
            pad=pads[axis],
            same_rule=same_rule,
            **{name: pair[axis] for name, pair in pairs.items()},
        )
        for axis in (0, 1)
    )
    return height, width
