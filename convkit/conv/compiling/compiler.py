"""From a function's source to machine code, kept on disk for the next process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

compiling = Lock()
"""Held by a thread that compiles; others that need the same loops wait."""


@cache
def is_installed() -> bool:
    """Return whether numba could be imported, without doing so."""
    return find_spec("numba") is not None


def compiled(
    name: str,
    source: str,
    names: Mapping[str, Any],
    *,
    home: str,
    fastmath: frozenset[str] = frozenset(),
) -> Callable[..., Any]:
    """Compile the function `name` out of its source; it needs no GIL.

    Parameters
    ----------
    name, source : str
    names : mapping
        What the source may call.
    home : str
        The file that wrote the source: numba keeps compiled code by a function's name and the age
        of the file that it comes from.
    fastmath : frozenset of str
        Liberties that LLVM may take with floats.
    """
    import numba

    namespace = {**names, "__name__": f"{__package__}.{Path(home).stem}"}
    exec(compile(source, home, "exec"), namespace)
    options: dict[str, Any] = {"nogil": True, "fastmath": set(fastmath)}
    try:
        return numba.njit(cache=True, **options)(namespace[name])  # type: ignore[no-any-return]
    except RuntimeError:  # no folder to keep it in: compile once a process
        return numba.njit(**options)(namespace[name])  # type: ignore[no-any-return]
