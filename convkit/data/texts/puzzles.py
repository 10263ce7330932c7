"""Texts to be rewritten by a rule: reversed, sorted, added up."""

from __future__ import annotations

from string import ascii_lowercase

from numpy.random import Generator

from convkit.data.dataset import Dataset
from convkit.data.source import source
from convkit.data.texts.pairing import paired
from convkit.errors import ConvkitError


@source()
def reverse(samples: int = 5000, length: int = 20, letters: int = 26, *, rng: Generator) -> Dataset:
    """Draw letters that are to be written backwards: ``abcd`` → ``dcba``.

    Parameters
    ----------
    samples : int
        How many texts.
    length : int
        How many letters each has.
    letters : int
        How many of the alphabet's letters there are, from 1 to 26.
    """
    texts = _drawn("reverse", samples, length, letters, rng)
    return paired("reverse", [(text, text[::-1]) for text in texts])


@source()
def sort(samples: int = 5000, length: int = 12, letters: int = 26, *, rng: Generator) -> Dataset:
    """Draw letters that are to be put in the alphabet's order: ``cabb`` → ``abbc``.

    Parameters
    ----------
    samples : int
        How many texts.
    length : int
        How many letters each has.
    letters : int
        How many of the alphabet's letters there are, from 1 to 26.
    """
    texts = _drawn("sort", samples, length, letters, rng)
    return paired("sort", [(text, "".join(sorted(text))) for text in texts])


@source()
def addition(samples: int = 6250, digits: int = 2, *, rng: Generator) -> Dataset:
    """Draw sums, no two alike, to be worked out digit by digit: ``12+34`` → ``46``.

    Parameters
    ----------
    samples : int
        How many sums, at most all there are: ``100 ** digits``. By default 5,000 to learn from,
        which is half of them, and 1,250 for the test.
    digits : int
        How many digits a number has at most, from 1 to 6.
    """
    if not 1 <= digits <= 6:
        raise ConvkitError(f"addition: digits must be from 1 to 6, got {digits}")
    numbers = 10**digits
    if not 1 <= samples <= numbers**2:
        raise ConvkitError(
            f"addition: samples must be from 1 to {numbers**2:,}, got {samples}",
            "so many sums there are" if samples > 0 else None,
        )
    chosen = rng.choice(numbers**2, samples, replace=False)
    sums = [divmod(int(number), numbers) for number in chosen]
    return paired("addition", [(f"{a}+{b}", str(a + b)) for a, b in sums])


def _drawn(name: str, samples: int, length: int, letters: int, rng: Generator) -> list[str]:
    """Return random texts.

    Raises
    ------
    ConvkitError
        If a number is out of range.
    """
    for argument, value in (("samples", samples), ("length", length)):
        if value < 1:
            raise ConvkitError(f"{name}: {argument} must be at least 1, got {value}")
    if not 1 <= letters <= len(ascii_lowercase):
        raise ConvkitError(f"{name}: letters must be from 1 to 26, got {letters}")
    rows = rng.integers(letters, size=(samples, length)).tolist()
    return ["".join(ascii_lowercase[number] for number in row) for row in rows]
