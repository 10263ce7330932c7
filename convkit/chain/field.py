"""The receptive field: which input pixels an output position sees, along one axis.

Followed by definition rather than by a formula: an output sees what the positions that it reads
see. For a convolution with kernel k, stride s, dilation d and P pixels of padding before, that
comes to the known recurrence (Araujo, Norris and Sim 2019, "Computing receptive fields of
convolutional neural networks")::

    field += d(k - 1) · jump        start += (d(k - 1)/2 - P) · jump        jump *= s

and it stays exact behind a transposed convolution, whose outputs don't all see equally much.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from convkit.errors import ConvkitError
from convkit.window import Pair, Window

# No network enlarges its input more than some ten times; this many steps still take no time.
LONGEST_PERIOD = 4096


@dataclass(frozen=True)
class Field:
    """What the positions of one layer's output see of the chain's input.

    Attributes
    ----------
    edges : tuple of (int, int)
        The first and last input pixel that output position 0, 1, … sees, through one period.
        Padding counts as pixels before 0.
    shift : int
        How many input pixels further the next period lies.
    """

    edges: tuple[Pair, ...] = ((0, 0),)
    shift: int = 1

    @property
    def size(self) -> int:
        """The receptive field in pixels, of the position that sees most."""
        return max(last - first for first, last in self.edges) + 1

    @property
    def jump(self) -> Fraction:
        """Input pixels from one output position to the next."""
        return Fraction(self.shift, len(self.edges))

    @property
    def start(self) -> Fraction:
        """The centre of what the first output sees; 0 is the centre of the first pixel."""
        return Fraction(sum(self.edges[0]), 2)

    def through(self, window: Window, n: int) -> Field:
        """Return the field behind a window that slides over the `n` positions of this one.

        Raises
        ------
        ConvkitError
            If transposed strides make the period longer than :data:`LONGEST_PERIOD`.
        """
        outputs, moved = window.period
        turns = len(self.edges) // gcd(len(self.edges), moved)
        if outputs * turns > LONGEST_PERIOD:
            raise ConvkitError(
                f"transposed strides enlarge the input {outputs * turns:,} times",
                f"receptive fields are followed up to {LONGEST_PERIOD:,} times",
            )
        reads = [window.reads(output, n) for output in range(outputs * turns)]
        edges = tuple((self._at(first)[0], self._at(last)[1]) for first, last in reads)
        return Field(edges, self.shift * turns * moved // len(self.edges))

    def joined(self, other: Field) -> Field:
        """Return the field of the sum of this branch and another: everything that either sees."""
        period = lcm(len(self.edges), len(other.edges))
        pairs = [(self._at(position), other._at(position)) for position in range(period)]
        edges = tuple((min(a[0], b[0]), max(a[1], b[1])) for a, b in pairs)
        return Field(edges, self.shift * period // len(self.edges))

    def _at(self, position: int) -> Pair:
        turn, phase = divmod(position, len(self.edges))
        first, last = self.edges[phase]
        return first + turn * self.shift, last + turn * self.shift
