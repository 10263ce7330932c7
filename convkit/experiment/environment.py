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


def environment(seed: int, splits: Splits, root: Path) -> dict[str, Any]:
    """Return what is noted in ``environment.json``.

    Parameters
    ----------
    seed : int
    splits : Splits
    root : Path
        The folder that relative paths in the experiment start from.
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
        "root": str(root.resolve()),
        "seed": seed,
        "data": {
            "sha256": splits.digest(),
            "samples": {name: len(part) for name, part in splits.parts.items()},
        },
    }
