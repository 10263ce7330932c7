"""What is remembered of sequences: arrays with a row for each, and tuples of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from convkit.nn.layer import Memory

Array = NDArray[Any]


def chosen(memory: Memory, rows: Array | slice) -> Memory:
    """Return what is remembered of some sequences, down through tuples."""
    if isinstance(memory, tuple):
        return tuple(chosen(each, rows) for each in memory)
    return None if memory is None else memory[rows]


def named(memory: Memory, path: str = "") -> dict[str, Array]:
    """Return the arrays in a memory by their way down the tuples: ``0.2``."""
    if isinstance(memory, tuple):
        parts = [named(each, f"{path}.{place}") for place, each in enumerate(memory)]
        return {name: array for part in parts for name, array in part.items()}
    return {} if memory is None else {path.removeprefix("."): memory}


def unnamed(like: Memory, arrays: Mapping[str, Array], path: str = "") -> Memory:
    """Return the memory that :func:`named` took apart, which is nested as another one."""
    if isinstance(like, tuple):
        return tuple(unnamed(each, arrays, f"{path}.{place}") for place, each in enumerate(like))
    return None if like is None else arrays[path.removeprefix(".")]
