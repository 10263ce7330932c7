"""Memory that arrays free, kept for the next ones."""

from __future__ import annotations

import ctypes
import sys

# Parameters of glibc's mallopt(3), and the largest threshold that it takes for the second.
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
KEPT = 2**30
LARGEST_IN_HEAP = 2**25


def keep_freed_memory() -> bool:
    """Keep up to 1 GiB of what arrays free in this process, instead of giving it back.

    A training step makes and frees the same megabytes again and again. By default glibc gives them
    back each time, and the system has to clear every page before it hands it out once more, which
    can take several times longer than what is computed in them. Arrays of more than 32 MiB are
    given back all the same.

    Returns
    -------
    bool
        Whether that was possible: on Linux with glibc.
    """
    if sys.platform != "linux":
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and bool(
        mallopt(TRIM_THRESHOLD, KEPT) and mallopt(MMAP_THRESHOLD, LARGEST_IN_HEAP)
    )
