"""A point that goes down a surface: an optimizer with nothing around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import hypot
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.data import Dataset
from convkit.data.surfaces import Surface, surface
from convkit.errors import ConvkitError
from convkit.families.base import Answers, Arrays, Blueprint, Course, Family
from convkit.families.misfit import blamed_on, refuse_metrics
from convkit.families.naming import owned, within
from convkit.families.part import Part
from convkit.nn import Module, parameter

Array = NDArray[Any]


class Point(Module):
    """Two numbers that are trained, in float64: valleys are narrow."""

    def __init__(self, x: float, y: float) -> None:
        self.place = parameter(np.array([x, y]))


class Descent(Family):
    """A point that goes down a surface, such as ``data: rosenbrock``, by its gradient.

    There is nothing to generalise: it shows the optimizer alone, and its path can be drawn with
    ``convkit compare --plot``.

    Parameters
    ----------
    start : (float, float) or None
        x and y of where it begins; where descents on this surface usually begin if left out.
    steps : int
        In an epoch.
    """

    name = "descent"
    parts = frozenset({"optimizer"})

    def __init__(self, start: tuple[float, float] | None = None, steps: int = 100) -> None:
        if steps < 1:
            raise ConvkitError(f"steps must be at least 1, got {steps}")
        self.start = start
        self.steps_per_epoch = steps

    def build(self, blueprint: Blueprint) -> None:
        refuse_metrics(self.name, blueprint.metrics)
        self.signature = blueprint.signature
        self.point = Point(0.0, 0.0)
        self.parameters = self.point.place.size

    def prepare(self, course: Course) -> None:
        with blamed_on("data"):
            self._surface = surface(course.splits.train.name)
        self.point = Point(*(self.start or self._surface.start))
        self._part = Part(self.point, course.optimizer, course.epochs)
        self.path = [self.point.place.data.copy()]

    @property
    def samples_per_epoch(self) -> int:
        return self.steps_per_epoch

    def batches(self, epoch: int, skip: int = 0) -> Iterator[int]:
        """Yield the numbers of the steps: a step takes nothing."""
        yield from range(skip, self.steps_per_epoch)

    def learn(self, batch: int, progress: float) -> float:
        place = self.point.place
        loss = self._part.descend(self._surface.height(place[0], place[1]), progress)
        self.path.append(place.data.copy())
        return loss

    def end_epoch(self) -> dict[str, float]:
        return self._measured(self._surface)

    def settings(self, progress: float) -> dict[str, float]:
        return {"lr": self._part.lr(progress)}

    def observe(self, value: float) -> None:
        self._part.optimizer.observe(value)

    def remarks(self) -> dict[str, Any]:
        x, y = self.point.place.data.tolist()
        return {"place": [x, y], "explanation": f"it came to ({x:.4g}, {y:.4g})"}

    @property
    def measured(self) -> tuple[str, ...]:
        return ("loss", "distance")

    def measure(self, dataset: Dataset) -> dict[str, float]:
        """Return how high the point is on a surface, and how far from where that is lowest."""
        with blamed_on("data"):
            return self._measured(surface(dataset.name))

    def _measured(self, ground: Surface) -> dict[str, float]:
        (x, y), lowest = self.point.place.data.tolist(), ground.lowest
        height = float(ground.height(x, y))
        return {"loss": height, "distance": hypot(x - lowest[0], y - lowest[1])}

    def answer(self, inputs: Array) -> Answers:
        """Refuse: a point that has come to rest says nothing of other points."""
        raise ConvkitError("a descent has no answers: it is a point, and its path")

    def model(self) -> Arrays:
        return {"place": self.point.place.data}

    def load_model(self, arrays: Mapping[str, Array]) -> None:
        self.point.load_state(arrays)

    def memory(self) -> tuple[Arrays, dict[str, Any]]:
        return owned("optimizer", self._part.state()) | {"path": np.array(self.path)}, {}

    def load_memory(self, arrays: Mapping[str, Array], state: Mapping[str, Any]) -> None:
        self._part.load_state(within("optimizer", arrays))
        self.path = list(arrays["path"])
