"""Tasks that can't be solved without remembering something for many steps."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from convkit.data.dataset import Dataset
from convkit.data.limits import check_memory
from convkit.data.source import source
from convkit.errors import ConvkitError

MADE_HERE = "drawn by convkit"
LICENCE = "MIT"
FLOAT_BYTES = 4
ADDED = ("value", "marker")


@source()
def adding(samples: int = 10_000, steps: int = 50, *, rng: Generator) -> Dataset:
    """Draw the adding problem: the sum of two numbers, one in either half of a sequence.

    Each step has a number from 0 to 1 and a marker; the two numbers whose marker is 1 are to be
    added, all others are there to distract. Whoever always answers 1 has a mean squared error of
    1/6 (Hochreiter and Schmidhuber 1997, experiment 4, in the form of Le et al. 2015).

    Parameters
    ----------
    samples : int
        How many sequences.
    steps : int
        How long each is, at least 2.
    """
    _check("adding", samples, steps=(steps, 2))
    check_memory(samples * steps * len(ADDED) * FLOAT_BYTES, "adding", "draw fewer samples")
    inputs = np.zeros((samples, steps, len(ADDED)), np.float32)
    inputs[..., 0] = rng.random((samples, steps), np.float32)
    middle, rows = steps // 2, np.arange(samples)
    first, second = rng.integers(0, middle, samples), rng.integers(middle, steps, samples)
    inputs[rows, first, 1] = inputs[rows, second, 1] = 1
    sums = inputs[rows, first, 0] + inputs[rows, second, 0]
    return Dataset(
        name="adding",
        inputs=inputs,
        targets=sums[:, np.newaxis],
        features=ADDED,
        target_names=("sum",),
        source=MADE_HERE,
        citation="Hochreiter and Schmidhuber (1997), Long short-term memory",
        licence=LICENCE,
    )


@source()
def copying(
    samples: int = 10_000,
    delay: int = 50,
    length: int = 10,
    symbols: int = 8,
    *,
    rng: Generator,
) -> Dataset:
    """Draw the copying problem: repeat some symbols after a long time.

    The symbols come first, then blanks, then a sign to begin, then as many blanks as there were
    symbols, during which they are to be named in their order; before that every answer is blank.
    The sign is the last of `delay` steps. Whoever remembers nothing has a cross entropy of
    ``length · ln(symbols) / (delay + 2·length)`` (Hochreiter and Schmidhuber 1997, in the form of
    Arjovsky et al. 2016).

    Input: (delay + 2·length, symbols + 2), one of them 1: a symbol, blank, or the sign. The class
    of each step is a symbol or blank.

    Parameters
    ----------
    samples : int
        How many sequences.
    delay : int
        How many steps lie between the last symbol and the first answer.
    length : int
        How many symbols are to be remembered.
    symbols : int
        How many different ones there are, from 2 to 26.
    """
    _check("copying", samples, delay=(delay, 1), length=(length, 1), symbols=(symbols, 2))
    if symbols > 26:
        raise ConvkitError(f"copying: symbols must be 26 at most, got {symbols}")
    steps = delay + 2 * length
    check_memory(samples * steps * (symbols + 2) * FLOAT_BYTES, "copying", "draw fewer samples")
    blank, sign = symbols, symbols + 1
    told = rng.integers(0, symbols, (samples, length))
    shown = np.full((samples, steps), blank)
    shown[:, :length] = told
    shown[:, length + delay - 1] = sign
    labels = np.full((samples, steps), blank, np.int64)
    labels[:, -length:] = told
    names = (*(chr(ord("a") + each) for each in range(symbols)), "blank")
    return Dataset(
        name="copying",
        inputs=np.eye(symbols + 2, dtype=np.float32)[shown],
        targets=labels,
        classes=names,
        features=(*names, "sign"),
        target_names=("symbol",),
        source=MADE_HERE,
        citation="Hochreiter and Schmidhuber (1997), Long short-term memory",
        licence=LICENCE,
    )


def _check(data: str, samples: int, **settings: tuple[int, int]) -> None:
    """Check that there are samples, and that settings are as large as they have to be."""
    for name, (value, least) in {"samples": (samples, 1), **settings}.items():
        if value < least:
            raise ConvkitError(f"{data}: {name} must be at least {least}, got {value}")
