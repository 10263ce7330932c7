"""Deep networks side by side: which activations and starts let gradients through?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from convkit.errors import ConvkitError
from convkit.experiment import spec
from convkit.explaining.gradients import Flow, watch

WIDTH = 64
DEPTH = 20
STEPS = 100
DEEPEST = 200

Layers = list[Any]


def _plain(activation: str, start: str) -> Callable[[int], Layers]:
    """Return what makes so many layers, each a dense one and its activation."""
    dense = {"dense": {"units": WIDTH, "kernel_init": start}}
    return lambda depth: [dense, activation] * depth


def _residual(depth: int) -> Layers:
    """Return as many dense layers, all but the first with a shortcut around.

    The start is smaller than He's: each block adds to what it gets, so that with his start the sum
    would double block by block.
    """
    first = {"dense": {"units": WIDTH, "kernel_init": "he_normal"}}
    small = {"dense": {"units": WIDTH, "kernel_init": {"name": "normal", "std": 0.05}}}
    return [first, *[{"residual": ["relu", small]}] * (depth - 1), "relu"]


VARIANTS: dict[str, Callable[[int], Layers]] = {
    "sigmoid": _plain("sigmoid", "xavier_uniform"),
    "tanh": _plain("tanh", "xavier_uniform"),
    "relu-he": _plain("relu", "he_normal"),
    "residual": _residual,
}
"""What is compared: name -> the hidden layers for a depth."""


def compare(depth: int = DEPTH, steps: int = STEPS) -> list[Flow]:
    """Watch the gradients of every variant on the digits, for the same steps.

    Parameters
    ----------
    depth : int
        Hidden layers, of 64 units each.
    steps : int
        Of Adam, 32 digits in each.

    Raises
    ------
    ConvkitError
        If `depth` is not 2 to 200, or `steps` is below 1.
    """
    if not 2 <= depth <= DEEPEST:
        raise ConvkitError(f"--depth must be from 2 to {DEEPEST}, got {depth}")
    return [watch(_experiment(name, depth), Path(), steps) for name in VARIANTS]


def _experiment(name: str, depth: int) -> spec.Experiment:
    return spec.experiment_from_document(
        {
            "name": name,
            "data": "digits",
            "model": ["flatten", *VARIANTS[name](depth), {"dense": 10}],
            "loss": "cross_entropy",
            "optimizer": {"name": "adam", "lr": 1e-3},
            "seed": 1,
        }
    )
