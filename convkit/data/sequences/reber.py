"""The embedded Reber grammar: what came first decides what comes last."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from convkit.data.dataset import Dataset
from convkit.data.source import source
from convkit.errors import ConvkitError

SYMBOLS = "BTPSXVE"
OUTER = "TP"

# Where each state leads: the symbol on the way, and the state behind it; the last one is the end.
_WAYS: tuple[tuple[tuple[str, int], tuple[str, int]], ...] = (
    (("T", 1), ("P", 2)),
    (("S", 1), ("X", 3)),
    (("T", 2), ("V", 4)),
    (("X", 2), ("S", 5)),
    (("P", 3), ("V", 5)),
)
_END = len(_WAYS)


@source()
def reber(samples: int = 6000, *, rng: Generator) -> Dataset:
    """Draw strings of the embedded Reber grammar, up to where T or P has to follow.

    Inside stands a string of the grammar of Reber (1967), of any length; around it a T or a P,
    which has to come again behind it: ``B T B…E T E`` or ``B P B…E P E``. All but the last two
    symbols are shown, and what has to come next is asked for: that the inner string, which has T
    and P, too, says nothing about it, is what makes it hard (Hochreiter and Schmidhuber 1997,
    experiment 1).

    Input: (steps, 7), one of B, T, P, S, X, V, E being 1; shorter strings have zeros at their end:
    take recurrent layers with ``mask_value: 0``.

    Parameters
    ----------
    samples : int
        How many strings.
    """
    if samples < 1:
        raise ConvkitError(f"reber: samples must be at least 1, got {samples}")
    outer = rng.integers(0, len(OUTER), samples)
    strings = [f"B{OUTER[each]}{_inner(rng)}" for each in outer]
    inputs = np.zeros((samples, max(map(len, strings)), len(SYMBOLS)), np.float32)
    for row, string in zip(inputs, strings, strict=True):
        row[np.arange(len(string)), [SYMBOLS.index(symbol) for symbol in string]] = 1
    return Dataset(
        name="reber",
        inputs=inputs,
        targets=outer,
        classes=tuple(OUTER),
        features=tuple(SYMBOLS),
        target_names=("next symbol",),
        source="drawn by convkit",
        citation="Reber (1967), Implicit learning of artificial grammars",
        licence="MIT",
    )


def _inner(rng: Generator) -> str:
    """Return a string of Reber's grammar: at each state both ways are equally likely."""
    string, state = "B", 0
    while state != _END:
        symbol, state = _WAYS[state][int(rng.integers(2))]
        string += symbol
    return string + "E"
