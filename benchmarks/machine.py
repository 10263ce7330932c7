"""What the figures were taken on: a number of milliseconds means nothing without it."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

THREAD_VARIABLES = (
    "CONVKIT_THREADS",
    "MAGICK_THREAD_LIMIT",
    "NUMBA_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "OPENCV_FOR_THREADS_NUM",
    "VIPS_CONCURRENCY",
)
"""Where convkit and its peers read how many threads to use."""


def thread_environment(threads: int) -> dict[str, str]:
    """Return the environment variables that give everybody the same number of threads."""
    return dict.fromkeys(THREAD_VARIABLES, str(threads))


def describe_machine() -> dict[str, Any]:
    """Return processor, cores, memory, system, Python, and what multiplies NumPy's matrices."""
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "blas": _blas(),
    }


def versions(modules: Mapping[str, str]) -> dict[str, str]:
    """Return the version of each library, by its name, out of the module it is imported as."""
    return {name: str(import_module(module).__version__) for name, module in modules.items()}


def _blas() -> str:
    """Return NumPy's BLAS and the processor that its loops are for.

    An environment variable such as ``OPENBLAS_CORETYPE`` may name an older one than there is.
    """
    import numpy  # noqa: F401 -- loads its BLAS
    from threadpoolctl import threadpool_info

    for library in threadpool_info():
        # Others, such as OpenCV and SciPy, may have brought one of their own.
        if library["user_api"] == "blas" and "numpy" in library["filepath"]:
            words = library["internal_api"], library["version"], library.get("architecture")
            return " ".join(filter(None, words))
    return "unknown"


def _cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
