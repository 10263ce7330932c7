"""A perceptron's line, epoch by epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.errors import ConvkitError
from convkit.experiment import spec
from convkit.experiment.assembly import assemble
from convkit.explaining.writing import short
from convkit.families import Perceptron

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Line:
    """Where the perceptron stands after an epoch.

    Attributes
    ----------
    epoch : int
        0 is the beginning.
    mistakes : int or None
        Made in this epoch, each of which changed the weights.
    accuracy : float
        Of the line at the end of the epoch, on the training data.
    weights : (features,) array
    bias : float
    """

    epoch: int
    mistakes: int | None
    accuracy: float
    weights: Array
    bias: float

    def equation(self, names: Sequence[str]) -> str:
        """Return where it decides, ``w·x + b = 0``; of two inputs solved for the second."""
        if not self.weights.any():
            return "none yet" if self.epoch == 0 else "none"
        if len(self.weights) == 2:
            return _solved(self.weights.tolist(), self.bias, names)
        terms = [(weight, name) for weight, name in zip(self.weights, names, strict=True) if weight]
        return f"{_sum(terms, self.bias)} = 0"


@dataclass(frozen=True, eq=False)
class Lines:
    """How a perceptron learnt.

    Attributes
    ----------
    name : str
        Of the experiment.
    lines : tuple of Line
        The beginning, then one after each epoch.
    names : tuple of str
        Of the inputs.
    classes : (str, str)
        What is on the lower and on the upper side of the line.
    inputs, answers : (n, features) and (n,) arrays
        The training data as the perceptron sees them; answers are 0 or 1.
    finished : bool
        Whether an epoch passed without a mistake.
    explanation : str
        Why it did, or why it can't.
    """

    name: str
    lines: tuple[Line, ...]
    names: tuple[str, ...]
    classes: tuple[str, str]
    inputs: Array
    answers: Array
    finished: bool
    explanation: str


def follow(experiment: spec.Experiment, root: Path) -> Lines:
    """Train a perceptron and note its line after every epoch.

    Parameters
    ----------
    experiment : Experiment
        Of the family perceptron.
    root : Path
        The folder that relative paths in it start from.

    Raises
    ------
    ConvkitError
        If it is another family's, or can't begin.
    """
    assembly = assemble(experiment, root)
    family, train = assembly.family, assembly.splits.train
    if not isinstance(family, Perceptron):
        raise ConvkitError(f"a perceptron is expected, not the family {family.name}")
    answers = family.actual(train)
    inputs = family.preprocessing.apply_inputs(train.inputs).reshape(len(train), -1)
    lines = [_line(0, None, family, inputs, answers)]
    for epoch in range(experiment.trainer.epochs):
        for batch in family.batches(epoch):
            family.learn(batch, epoch)
        lines.append(_line(epoch + 1, family.mistakes, family, inputs, answers))
        family.end_epoch()
        if family.finished:
            break
    no, yes = family.signature.classes or ("no", "yes")
    names = train.features or tuple(f"x{number + 1}" for number in range(inputs.shape[1]))
    return Lines(
        name=experiment.name,
        lines=tuple(lines),
        names=names,
        classes=(no, yes),
        inputs=inputs,
        answers=answers,
        finished=family.finished is not None,
        explanation=family.remarks()["explanation"],
    )


def _line(
    epoch: int, mistakes: int | None, family: Perceptron, inputs: Array, answers: Array
) -> Line:
    weights = family.weights.copy()
    right = (inputs @ weights[:-1] + weights[-1] > 0) == answers
    return Line(epoch, mistakes, float(np.mean(right)), weights[:-1], float(weights[-1]))


def _solved(weights: list[float], bias: float, names: Sequence[str]) -> str:
    """Return the line ``w1·x1 + w2·x2 + b = 0`` as x2 = …, or x1 = … where it stands upright."""
    (first, second), (x1, x2) = weights, names
    if not second:
        return f"{x1} = {short(-bias / first + 0.0)}"
    slope, height = -first / second, -bias / second + 0.0
    return f"{x2} = {_sum([(slope, x1)] if slope else [], height)}"


def _sum(terms: Sequence[tuple[float, str]], constant: float) -> str:
    """Return ``0.5·x1 − x2 + 1``."""
    parts = [(weight, _times(abs(weight), name)) for weight, name in terms]
    if constant or not parts:
        parts.append((constant, short(abs(constant))))
    (first, text), *others = parts
    start = f"−{text}" if first < 0 else text
    return start + "".join(f" {'−' if value < 0 else '+'} {part}" for value, part in others)


def _times(weight: float, name: str) -> str:
    return name if weight == 1 else f"{short(weight)}·{name}"
