"""What a run was made with: versions, platform, threads, and hashes of the data."""

from __future__ import annotations

import os
import platform
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

import convkit
from convkit.data import Splits
from convkit.workers import BLAS_VARIABLES, VARIABLE, available_cores

ROOT, ROOT_FROM_RUN = "root", "root_from_run"


def environment(seed: int, splits: Splits, root: Path, home: Path) -> dict[str, Any]:
    """Return what is noted in ``environment.json``.

    Parameters
    ----------
    seed : int
    splits : Splits
    root : Path
        The folder that relative paths in the experiment start from. It is also noted as seen from
        the run, so that both can be moved together.
    home : Path
        The folder in which the run will get its own.
    """
    variables = (VARIABLE, *BLAS_VARIABLES)
    return {
        "started": datetime.now().astimezone().isoformat(timespec="seconds"),
        "convkit": convkit.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "platform": platform.platform(),
        "cores": available_cores(),
        "threads": {name: os.environ[name] for name in variables if name in os.environ},
        "command": sys.argv,
        ROOT: str(root.resolve()),
        ROOT_FROM_RUN: _way(root.resolve(), home.resolve() / "1"),
        "seed": seed,
        "data": {
            "sha256": splits.digest(),
            "samples": {name: len(part) for name, part in splits.parts.items()},
            "source": splits.train.source,
        },
    }


def _way(root: Path, folder: Path) -> str | None:
    """Return the way from a folder to the root; None where they are on different drives."""
    try:
        return os.path.relpath(root, folder)
    except ValueError:  # on Windows
        return None
