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
SAMPLES = "sample_data"
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
    figure : str
        What both sides' whole jobs are compared by, on the test part.
    apart : float
        By how much it may differ: all that is drawn while they learn is drawn otherwise.
    """

    config: Path
    steps: int
    draw: Callable[[], Arrays] | None = None
    figure: str = "accuracy"
    apart: float = 0.1

    @property
    def name(self) -> str:
        """What it is called."""
        return self.config.stem

    def write(self, folder: Path) -> Path:
        """Write config and data into a folder; return the config there.

        It lies as it does in the project, seen from the files that come with it.
        """
        configs, samples = folder / "configs", folder / SAMPLES
        configs.mkdir(exist_ok=True)
        if not samples.exists():
            samples.symlink_to(ROOT / SAMPLES)
        if self.draw is not None:
            np.savez(configs / f"{self.name}.npz", **self.draw())
        return Path(copy(self.config, configs))


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


def _of(name: str) -> Path:
    return ROOT / "configs" / f"{name}.yaml"


CASES = (
    Case(_of("digits-mlp"), 45),
    Case(_of("digits-cnn"), 45),
    Case(HERE / "mnist-cnn.yaml", 12, like_mnist),
    Case(_of("shapes-cnn"), 6),
    Case(_of("digits-vgg"), 20),
    Case(_of("digits-resnet"), 12),
    Case(_of("adding-lstm"), 10, figure="mse", apart=0.02),
    Case(_of("adding-gru"), 10, figure="mse", apart=0.02),
    Case(_of("markov-lstm"), 10, figure="perplexity", apart=0.3),
    Case(_of("char-transformer"), 4, figure="perplexity", apart=0.3),
    Case(_of("autoencoder-digits"), 45, figure="psnr", apart=1),
    Case(_of("denoising-digits"), 45, figure="psnr_gain", apart=1),
    Case(_of("vae-digits"), 23, figure="loss", apart=1),
    Case(_of("gan-ring"), 30, figure="quality", apart=0.3),
    Case(_of("gan-digits"), 10, figure="precision", apart=0.3),
    Case(_of("reverse"), 6, figure="exact"),
    Case(_of("dates-transformer"), 10, figure="exact"),
    Case(_of("cartpole-ppo"), 32, figure="return", apart=100),
)
"""Pictures from the smallest network to the largest, then the other families."""
