"""What is trained: a config, and where it needs one a file of data beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from shutil import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.programs import ROOT

Arrays = dict[str, NDArray[Any]]

HERE = Path(__file__).parent
MNIST_SAMPLES = 8000


@dataclass(frozen=True)
class Case:
    """One training.

    Attributes
    ----------
    config : Path
        Its stem is the case's name.
    steps : int
        How many make a turn: enough that the clock doesn't matter.
    draw : callable, optional
        Returns ``inputs`` and ``targets`` for the file that the config reads.
    """

    config: Path
    steps: int
    draw: Callable[[], Arrays] | None = None

    @property
    def name(self) -> str:
        """What it is called."""
        return self.config.stem

    def write(self, folder: Path) -> Path:
        """Write config and data into a folder; return the config there."""
        if self.draw is not None:
            np.savez(folder / f"{self.name}.npz", **self.draw())
        return Path(copy(self.config, folder))


def like_mnist() -> Arrays:
    """Draw 28x28 grey pictures of ten classes: a smooth blot for each, moved and noisy."""
    rng = np.random.default_rng(0)
    coarse = rng.uniform(0, 1, (10, 7, 7)) ** 2
    blots = np.kron(coarse, np.ones((4, 4)))
    targets = rng.integers(0, 10, MNIST_SAMPLES)
    moves = rng.integers(-2, 3, (MNIST_SAMPLES, 2))
    pictures = np.stack(
        [
            np.roll(blots[target], move, axis=(0, 1))
            for target, move in zip(targets, moves, strict=True)
        ]
    )
    pictures += rng.normal(0, 0.3, pictures.shape)
    grey_levels = np.rint(255 * pictures.clip(0, 1)).astype(np.uint8)
    return {"inputs": grey_levels, "targets": targets}


CASES = (
    Case(ROOT / "configs" / "digits-mlp.yaml", 45),
    Case(ROOT / "configs" / "digits-cnn.yaml", 45),
    Case(HERE / "mnist-cnn.yaml", 12, like_mnist),
    Case(ROOT / "configs" / "shapes-cnn.yaml", 6),
)
"""From the smallest network to the largest."""
