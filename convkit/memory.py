"""How much memory this machine has, and how sizes are said."""

from __future__ import annotations

import os

UNKNOWN_MEMORY = 8 << 30
"""What a machine is taken to have where the system doesn't say."""


def physical_memory() -> int:
    """Return how many bytes of memory this machine has."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # not on Windows
        return UNKNOWN_MEMORY


def gigabytes(size: int) -> str:
    """Return a number of bytes as people say it.

    >>> gigabytes(1_234_000_000)
    '1.2 GB'
    """
    return f"{size / 1e9:,.1f} GB"
