"""Names of arrays that say whose they are: ``model/1.weight``, ``optimizer/step``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]


def owned(owner: str, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Return arrays under names that say whose they are."""
    return {f"{owner}/{name}": array for name, array in arrays.items()}


def within(owner: str, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Return the arrays of an owner under their own names: what :func:`owned` was given."""
    start = f"{owner}/"
    return {
        name.removeprefix(start): array for name, array in arrays.items() if name.startswith(start)
    }
