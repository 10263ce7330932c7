"""Functions to minimise, and optimizers with every option at once."""

from __future__ import annotations

import numpy as np

from convkit.optim import OPTIMIZERS, Plateau

COMMON = {
    "l1": 0.01,
    "l2": 0.02,
    "weight_decay": 0.03,
    "clip_norm": 2.0,
    "clip_value": 0.7,
}
OWN = {
    "rmsprop": {"momentum": 0.8, "centered": True},
    "adam": {"amsgrad": True},
}


def with_everything(name):
    """Return the named optimizer with every option in use."""
    return OPTIMIZERS[name](schedule=Plateau(patience=0), **COMMON, **OWN.get(name, {}))


def parabola(p):
    """Return value and gradient; the minimum is 0 at (1, 2)."""
    offset = p - np.array([1, 2])
    return float(offset @ offset) / 2, offset


def rosenbrock(p):
    """Return value and gradient of the banana valley; the minimum is 0 at (1, 1)."""
    x, y = p
    slope = np.array([2 * (x - 1) - 400 * x * (y - x**2), 200 * (y - x**2)])
    return float((1 - x) ** 2 + 100 * (y - x**2) ** 2), slope


def bumpy_gradient(p):
    """Return a gradient for any number of parameters that mixes neighbours and changes sign."""
    return 3 * p - np.roll(p, 1) + np.cos(5 * p) * np.arange(1, p.size + 1) / p.size
