"""The perceptron: one unit that learns from its mistakes (Rosenblatt 1958)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.data import Dataset
from convkit.errors import ConvkitError, unknown
from convkit.families.base import Answers, Arrays, Blueprint, Course, Family
from convkit.families.measures import measure, metrics_of
from convkit.families.misfit import blamed_on
from convkit.families.randomness import generator
from convkit.families.separation import Separation, separate

Array = NDArray[Any]


class Perceptron(Family):
    """One unit that answers yes where ``w·x + b > 0``, and learns from its mistakes only.

    Each mistaken sample is added to the weights, or taken off if the answer should be no:
    ``w ← w + lr·y·x``, ``b ← b + lr·y`` with y = ±1 (Rosenblatt 1958). If a line separates the
    classes, it makes no more than (R/γ)² mistakes (Novikoff 1962) and stops; if none does, it
    never comes to rest.

    Parameters
    ----------
    lr : float
        Learning rate: the length of all weights, since they begin at 0; it changes no answer.
    positive : str or None
        The class to which the answer is yes, all others being no; the second of two if left out.
    """

    name = "perceptron"
    parts = frozenset[str]()

    def __init__(self, lr: float = 1.0, positive: str | None = None) -> None:
        if not lr > 0:
            raise ConvkitError(f"lr (={lr}) must be more than 0")
        self.lr = lr
        self.positive = positive

    def build(self, blueprint: Blueprint) -> None:
        if blueprint.layers:
            raise ConvkitError("a perceptron is a single unit: it has no layers", "leave out model")
        if blueprint.loss is not None:
            raise ConvkitError("a perceptron learns from mistakes, not from a loss", "leave it out")
        self._classes = _no_and_yes(blueprint.signature.classes, self.positive)
        self.signature = replace(blueprint.signature, classes=self._classes)
        self.preprocessing = blueprint.preprocessing
        self.seed = blueprint.seed
        with blamed_on("metrics"):
            self._metrics = metrics_of("classes", blueprint.metrics)
        self.parameters = prod(self.signature.sample_shape) + 1
        self.weights = np.zeros(self.parameters)

    def prepare(self, course: Course) -> None:
        self._points = self._signed(course.splits.train)
        self._shuffle = course.shuffle
        self.steps_per_epoch = 1
        self.mistakes: int | None = None
        self.updates = 0
        self.path = [self.weights.copy()]

    def batches(self, epoch: int, skip: int = 0) -> Iterator[Array]:
        """Yield the order of a whole pass: that is one step."""
        if not skip:
            order = np.arange(len(self._points))
            yield generator(self.seed, "batches", epoch).permuted(order) if self._shuffle else order

    def learn(self, batch: Array, progress: float) -> float:
        self.mistakes = 0
        for point in self._points[batch]:
            if point @ self.weights <= 0:
                self.weights += self.lr * point
                self.mistakes += 1
        self.updates += self.mistakes
        self.path.append(self.weights.copy())
        return self.mistakes / len(batch)

    def end_epoch(self) -> dict[str, float]:
        mistakes = self.mistakes or 0
        right = np.count_nonzero(self._points @ self.weights > 0)
        return {
            "loss": mistakes / len(self._points),
            "accuracy": right / len(self._points),
            "mistakes": mistakes,
            "updates": self.updates,
        }

    @property
    def finished(self) -> str | None:
        return "a whole epoch passed without a mistake" if self.mistakes == 0 else None

    def remarks(self) -> dict[str, Any]:
        found = separate(self._points)
        return {
            "updates": self.updates,
            "separable": found.separable,
            "radius": found.radius,
            "margin": found.margin if found.separable else None,
            "most_updates": found.bound if found.separable else None,
            "explanation": self._explanation(found),
        }

    def _explanation(self, found: Separation) -> str:
        if found.mixture is not None:
            return _no_line(self._points, found.mixture)
        if not found.separable:
            return "no line was found that separates the classes"
        bound = (
            f"a line separates the classes with a margin of {found.margin:.4g}, so that no more "
            f"than (R/γ)² = {found.bound:.4g} updates are possible"
        )
        if self.mistakes == 0:
            return f"{bound}; it took {self.updates}"
        return f"{bound}; after {self.updates} it wasn't done: raise trainer.epochs"

    @property
    def measured(self) -> tuple[str, ...]:
        return ("loss", *self._metrics)

    @np.errstate(all="ignore")
    def measure(self, dataset: Dataset) -> dict[str, float]:
        actual, predicted = self.actual(dataset), self._labels(self._scores(dataset.inputs))
        metrics = measure(self._metrics, actual, predicted)
        return {"loss": float(np.mean(actual != predicted))} | metrics

    def actual(self, dataset: Dataset) -> Array:
        """Return 1 where the answer should be yes, and else 0, by the names of the classes.

        Data may lack one of the two. Where one class was told from the rest, all others are no.

        Raises
        ------
        ConvkitError
            If samples are of another shape, have values to learn, or a class that is neither.
        """
        self.signature.check_samples(dataset)
        no, yes = self._classes
        if dataset.classes is None:
            raise ConvkitError(
                f"a perceptron tells '{yes}' from '{no}', but data '{dataset.name}' have values"
            )
        for name in dataset.classes:
            if name not in (no, yes) and no != _rest(yes):
                raise unknown("class", name, (no, yes), f"in data '{dataset.name}'")
        answers = np.array([name == yes for name in dataset.classes], np.int64)
        return np.asarray(answers[dataset.targets])

    @np.errstate(all="ignore")
    def answer(self, inputs: Array) -> Answers:
        scores = self._scores(inputs)
        return Answers(scores[:, np.newaxis], self._labels(scores))

    def _scores(self, inputs: Array) -> Array:
        return np.asarray(self._extended(inputs) @ self.weights)

    def _labels(self, scores: Array) -> Array:
        return (scores > 0).astype(np.int64)

    def _extended(self, inputs: Array) -> Array:
        """Return inputs in rows, with a 1 at the end of each that stands for the bias."""
        rows = self.preprocessing.apply_inputs(inputs).reshape(len(inputs), -1)
        return np.column_stack([rows, np.ones(len(rows))]).astype(np.float64)

    def _signed(self, dataset: Dataset) -> Array:
        """Return extended samples, turned around where the answer is no."""
        signs = 2 * self.actual(dataset) - 1
        return np.asarray(self._extended(dataset.inputs) * signs[:, np.newaxis])

    def model(self) -> Arrays:
        return {"weights": self.weights[:-1].copy(), "bias": self.weights[-1:].copy()}

    def load_model(self, arrays: Mapping[str, Array]) -> None:
        weights = np.concatenate([arrays["weights"], arrays["bias"]])
        if weights.shape != (self.parameters,):
            raise ConvkitError(
                f"there are {weights.size} weights, but samples of "
                f"{self.parameters - 1} values want {self.parameters}, one being the bias"
            )
        self.weights = weights

    def memory(self) -> tuple[Arrays, dict[str, Any]]:
        return {"path": np.array(self.path)}, {"updates": self.updates, "mistakes": self.mistakes}

    def load_memory(self, arrays: Mapping[str, Array], state: Mapping[str, Any]) -> None:
        self.path = list(arrays["path"])
        self.updates, self.mistakes = state["updates"], state["mistakes"]


def _no_and_yes(classes: tuple[str, ...] | None, positive: str | None) -> tuple[str, str]:
    """Return what the answers no and yes stand for."""
    if classes is None:
        raise ConvkitError("a perceptron tells classes apart, but the data have values to learn")
    if positive is None and len(classes) != 2:
        raise ConvkitError(
            f"a perceptron tells two classes apart, but the data have {len(classes)}",
            f"tell one from the rest: family: {{name: perceptron, positive: {classes[0]}}}",
        )
    yes = positive if positive is not None else classes[1]
    if yes not in classes:
        raise unknown("class", yes, classes)
    others = [name for name in classes if name != yes]
    return (others[0] if len(others) == 1 else _rest(yes)), yes


def _rest(yes: str) -> str:
    """Return what all other classes together are called."""
    return f"not {yes}"


def _no_line(points: Array, mixture: Array) -> str:
    """Return the proof that no line separates: a point that is a mixture of either class."""
    yes = points[:, -1] > 0
    samples = np.flatnonzero(mixture)
    middle = 2 * (mixture[yes] @ points[yes, :-1])
    shown = ", ".join(f"{number:.4g}" for number in middle[:4]) + ", …" * (len(middle) > 4)
    first, second = (
        ", ".join(str(sample) for sample in samples if yes[sample] == answer)
        for answer in (True, False)
    )
    return (
        f"no line separates the classes: the point ({shown}) lies between the samples {first} of "
        f"one class and between {second} of the other, so that it would have to be on both sides"
    )
