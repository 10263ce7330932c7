"""Kernels by name: ``sobel-h``, ``gaussian:size=7,sigma=1.5``, gradient pairs, compass sets."""

from __future__ import annotations

import re
from typing import Any

from convkit.errors import ConvkitError, did_you_mean, unknown
from convkit.kernels.gradients import COMPASS_POINTS, COMPASS_SETS, PAIRS
from convkit.kernels.model import Kernel, Weights
from convkit.kernels.table import ALIASES, ENTRIES, Entry
from convkit.kernels.text import parameters_text, parse_number

_TWO_SIDES = re.compile(r"([0-9]+)[x×]([0-9]+)")


def names() -> list[Entry]:
    """Return the entries of all named kernels, family by family."""
    return list(ENTRIES.values())


def kernel(name: str, **parameters: Any) -> Weights:
    """Return the weights of a named kernel.

    Parameters
    ----------
    name : str
        A name, with or without parameters: ``"sobel-h"``, ``"gaussian:size=7,sigma=1.5"``.
    **parameters
        The parameters as keywords: ``kernel("gaussian", size=7, sigma=1.5)``.

    Returns
    -------
    array of float64, shape (kh, kw)
        In correlation order: weight (0, 0) meets the top left pixel of a window.

    Raises
    ------
    ConvkitError
        If the name or a parameter is unknown, given twice, or a value makes no sense.

    Examples
    --------
    >>> kernel("sobel-h").astype(int).tolist()
    [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]
    """
    if not isinstance(name, str):
        raise ConvkitError(f"the name of a kernel is text, got {name!r}", 'such as "sobel-h"')
    return named(name, **parameters).weights.copy()


def named(text: str, **parameters: Any) -> Kernel:
    """Return the kernel that a name stands for, parameters in the text or as keywords.

    Raises
    ------
    ConvkitError
        As :func:`kernel`.
    """
    word, _, assignments = text.partition(":")
    entry = _find(word)
    written = _assignments(entry, assignments)
    for key, value in parameters.items():
        if key in written:
            raise ConvkitError(f"{entry.name}: parameter '{key}' is given twice")
        written[key] = _value(value, f"{key} of {entry.name}") if isinstance(value, str) else value
    weights = entry.weights(**written)
    return Kernel(":".join(filter(None, [_plain(word), parameters_text(written)])), weights)


def is_name(text: str) -> bool:
    """Return whether `text`, up to a colon, is the name of a kernel."""
    word = _plain(text.partition(":")[0])
    return word in ENTRIES or word in ALIASES


def gradient_pair(name: str) -> tuple[Kernel, Kernel]:
    """Return (answers horizontal edges, answers vertical edges), the derivatives along y and x.

    Roberts' pair is diagonal instead: (bright above left, bright above right).

    Raises
    ------
    ConvkitError
        If the pair is unknown.
    """
    pair = PAIRS.get(_plain(name))
    if pair is None:
        raise unknown("gradient pair", name, PAIRS)
    return named(pair[0]), named(pair[1])


def compass_set(name: str) -> list[Kernel]:
    """Return the eight kernels of a compass set, clockwise from north.

    Raises
    ------
    ConvkitError
        If the set is unknown.
    """
    word = _plain(name).removesuffix("-compass")
    if word not in COMPASS_SETS.values():
        raise unknown("compass set", name, COMPASS_SETS)
    return [named(f"{word}-{point}") for point in COMPASS_POINTS]


def _find(name: str) -> Entry:
    word = _plain(name)
    word = ALIASES.get(word, word)
    if word in ENTRIES:
        return ENTRIES[word]
    if word in PAIRS:
        first, second = PAIRS[word]
        raise ConvkitError(
            f"'{name}' is a pair of kernels, not one",
            f"take {first}, {second}, or both with --pair {word}",
        )
    if word in COMPASS_SETS:
        raise ConvkitError(
            f"'{name}' is a set of eight kernels, not one",
            f"take one, as {COMPASS_SETS[word]}-n, or all with --compass {word}",
        )
    hint = did_you_mean(word, [*ENTRIES, *ALIASES])
    raise ConvkitError(
        f"unknown kernel '{name.strip()}'", hint or "'convkit kernels' lists them all"
    )


def _plain(name: str) -> str:
    return name.strip().lower().replace("_", "-")


def _assignments(entry: Entry, text: str) -> dict[str, Any]:
    """Return the parameters written as ``key=value,key=value``."""
    written: dict[str, Any] = {}
    for assignment in filter(None, map(str.strip, text.split(","))):
        key, equals, value = map(str.strip, assignment.partition("="))
        if not equals:
            raise ConvkitError(
                f"{entry.name}: '{assignment}' isn't key=value", _example(entry, assignment)
            )
        if key in written:
            raise ConvkitError(f"{entry.name}: parameter '{key}' is given twice")
        written[key] = _value(value, f"{key} of {entry.name}")
    return written


def _example(entry: Entry, value: str) -> str:
    first = next(iter(entry.parameters), None)
    return f"write {entry.name}:{first}={value}" if first else f"{entry.name} takes no parameters"


def _value(text: str, where: str) -> Any:
    if text == "auto":
        return None
    if pair := _TWO_SIDES.fullmatch(text):
        return int(pair[1]), int(pair[2])
    number = parse_number(text, where)
    return int(number) if number.is_integer() else number
