"""What the first use of compiled loops costs a process, and who has to share it."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Hashable

IMPORT_NS, COMPILE_NS, COMPILE_TAP_NS = 0.3e9, 0.2e9, 0.01e9
"""Importing numba, then compiling."""

_warm: set[Hashable] = set()
_asked: Counter[Hashable] = Counter()


def share(key: Hashable, samples: int, taps: int) -> float:
    """Return nanoseconds of the start for each of some output samples.

    It is shared by the samples that :func:`remember` has been told of, and these. Who has asked
    for so many is likely to ask for as many again, and if not, has waited at most twice.

    Parameters
    ----------
    key : hashable
        What is compiled for.
    samples : int
    taps : int
        How many are written out in the source.
    """
    if key in _warm:
        return 0
    imports = 0 if "numba" in sys.modules else IMPORT_NS
    return (imports + COMPILE_NS + COMPILE_TAP_NS * taps) / (_asked[key] + samples)


def begun(key: Hashable) -> None:
    """Say that the loops for `key` are compiled: they cost nothing any more."""
    _warm.add(key)


def remember(key: Hashable, samples: int) -> None:
    """Count samples that have been asked for."""
    _asked[key] += samples


def forget() -> None:
    """Begin as a process begins."""
    _warm.clear()
    _asked.clear()
