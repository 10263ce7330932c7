"""Activations and losses as they are written: the formula, its derivative, and with its numbers.

What they amount to is computed by :mod:`convkit.nn`; here stands only how it is said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from convkit.explaining.writing import factor, short
from convkit.nn import Huber, Loss


class Formula(NamedTuple):
    """A function of one number, written.

    Attributes
    ----------
    text : str
        Of z.
    slope : str
        Its derivative, by z and by the output o.
    """

    text: str
    slope: str


ACTIVATIONS: dict[str, Formula] = {
    "sigmoid": Formula("1 / (1 + e^−z)", "o(1 − o)"),
    "tanh": Formula("tanh(z)", "1 − o²"),
    "relu": Formula("max(z, 0)", "1 if z > 0, else 0"),
    "leaky_relu": Formula("z if z > 0, else slope·z", "1 if z > 0, else slope"),
    "elu": Formula("z if z > 0, else α(e^z − 1)", "1 if z > 0, else o + α"),
    "gelu": Formula("z·Φ(z)", "Φ(z) + z·φ(z)"),
    "silu": Formula("z·σ(z)", "σ(z) + o(1 − σ(z))"),
    "softplus": Formula("ln(1 + e^z)", "σ(z)"),
}
"""The element-wise activations, by their names in a YAML file."""

IDENTITY = Formula("z", "1")


class LossText(NamedTuple):
    """A loss, written.

    Attributes
    ----------
    text : str
        The formula, with y the target and o the output, for one sample.
    slope : str
        Its derivative by one output.
    numbers : callable
        Writes the formula with the numbers of a loss, its outputs and its target.
    """

    text: str
    slope: str
    numbers: Callable[[Loss, Sequence[float], Any], str]


def _mean(term: Callable[[Loss, float, float], str]) -> Callable[[Loss, Sequence[float], Any], str]:
    """Write the mean of a term for each output and its target."""

    def numbers(loss: Loss, outputs: Sequence[float], target: Any) -> str:
        aims = target if isinstance(target, list) else [target]
        terms = [term(loss, o, y) for o, y in zip(outputs, aims, strict=True)]
        return terms[0] if len(terms) == 1 else f"[{' + '.join(terms)}] / {len(terms)}"

    return numbers


def _difference(_: Loss, o: float, y: float) -> str:
    return f"{short(y)} − {factor(o)}"


def _squared(loss: Loss, o: float, y: float) -> str:
    return f"({_difference(loss, o, y)})²"


def _absolute(loss: Loss, o: float, y: float) -> str:
    return f"|{_difference(loss, o, y)}|"


def _huber(loss: Loss, o: float, y: float) -> str:
    assert isinstance(loss, Huber)
    if abs(y - o) <= loss.delta:
        return f"{_squared(loss, o, y)}/2"
    delta = short(loss.delta)
    return f"{delta}·({_absolute(loss, o, y)} − {delta}/2)"


def _entropy(_: Loss, p: float, y: float) -> str:
    if y in (0, 1):
        return f"−ln {short(p)}" if y else f"−ln(1 − {short(p)})"
    return f"−{short(y)}·ln {short(p)} − {short(1 - y)}·ln(1 − {short(p)})"


def _margin(_: Loss, o: float, y: float) -> str:
    return f"max(0, 1 {'−' if y else '+'} {factor(o)})"


def _with_logits(loss: Loss, outputs: Sequence[float], target: Any) -> str:
    return _mean(_entropy)(loss, _read(loss, outputs), target)


def _softmax(loss: Loss, outputs: Sequence[float], target: Any) -> str:
    probabilities = _read(loss, outputs)
    smoothing = getattr(loss, "label_smoothing", 0.0)
    if not smoothing:
        return f"−ln {short(probabilities[target])}"
    spread = smoothing / len(outputs)
    aims = [spread + (1 - smoothing) * (k == target) for k in range(len(outputs))]
    return " ".join(f"− {short(q)}·ln {short(p)}" for q, p in zip(aims, probabilities, strict=True))


def _margins(_: Loss, outputs: Sequence[float], target: Any) -> str:
    right = factor(outputs[target])
    others = [factor(o) for place, o in enumerate(outputs) if place != target]
    terms = " + ".join(f"max(0, 1 − {right} + {other})" for other in others)
    return f"[{terms}] / {len(outputs)}"


def _read(loss: Loss, outputs: Sequence[float]) -> list[float]:
    """Return the probabilities that outputs stand for."""
    return [float(each) for each in loss.predict(np.asarray([outputs]))[0]]


LOSSES: dict[str, LossText] = {
    "mse": LossText("1/n Σ (y − o)²", "2(o − y)/n", _mean(_squared)),
    "mae": LossText("1/n Σ |y − o|", "sign(o − y)/n", _mean(_absolute)),
    "huber": LossText(
        "1/n Σ h(y − o), h(e) = e²/2 up to |e| = δ, δ(|e| − δ/2) beyond",
        "(o − y)/n, limited to ±δ/n",
        _mean(_huber),
    ),
    "binary_cross_entropy": LossText(
        "1/n Σ −y·ln o − (1 − y)·ln(1 − o)", "(o − y)/(o(1 − o))/n", _mean(_entropy)
    ),
    "binary_cross_entropy_with_logits": LossText(
        "1/n Σ −y·ln p − (1 − y)·ln(1 − p), p = σ(o)", "(p − y)/n", _with_logits
    ),
    "cross_entropy": LossText(
        "−Σ q·ln p, p = softmax(o), q = 1 for the class y, else 0", "p − q", _softmax
    ),
    "hinge": LossText(
        "1/n Σ max(0, 1 − s·o), s = ±1", "−s/n where 1 − s·o > 0, else 0", _mean(_margin)
    ),
    "multiclass_hinge": LossText(
        "1/n Σ max(0, 1 − o[y] + o[i]) over the classes i ≠ y",
        "1/n where i comes too near; for y, −1/n for each of them",
        _margins,
    ),
}
"""The losses, by their names in a YAML file."""
