"""How much memory a data set may take: what is too much is said before it is read."""

from __future__ import annotations

import os

from convkit.errors import ConvkitError

UNKNOWN_MEMORY = 8 << 30
"""What a machine is taken to have where the system doesn't say."""


def check_memory(size: int, name: str, hint: str = "use fewer samples") -> None:
    """Refuse more bytes than a quarter of this machine's memory.

    Splitting and preparing make copies.

    Raises
    ------
    ConvkitError
    """
    limit = physical_memory() // 4
    if size > limit:
        raise ConvkitError(
            f"data '{name}' would take {_gigabytes(size)} of memory, "
            f"more than a quarter of this machine's ({_gigabytes(limit)})",
            hint,
        )


def physical_memory() -> int:
    """Return how many bytes of memory this machine has."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # not on Windows
        return UNKNOWN_MEMORY


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:,.1f} GB"
