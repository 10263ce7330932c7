"""How gradients come through the layers of a network while it trains, and whether they vanish."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from convkit.autograd import Tensor
from convkit.errors import ConvkitError
from convkit.experiment import spec
from convkit.experiment.assembly import assemble
from convkit.experiment.transfer import start_from
from convkit.families import Supervised, generator
from convkit.nn import Context

Array = NDArray[Any]
Verdict = Literal["flow", "vanish", "explode", "vanish everywhere", "explode everywhere", "diverge"]

VANISHES, EXPLODES = 1e-3, 1e3
"""Bounds of the ratio of the first layer's gradient to the last one's."""

FAINT, VIOLENT = 1e-4, 1e4
"""Bounds of the gradients themselves: where the largest is fainter, or the smallest more violent,
nothing is learnt though the ratio may be 1."""


@dataclass(frozen=True, eq=False)
class Flow:
    """The norms of the weights' gradients over the first steps of a training.

    Attributes
    ----------
    name : str
        Of the experiment.
    layers : tuple of str
        The paths of the weights, from the first layer to the last.
    norms : (steps, layers) array
        The Euclidean norm of the gradient of each weight, biases left out.
    losses : (steps,) array
        Of the batches.
    measured : dict of str to float
        The loss and what else is measured on the training data after the steps.
    """

    name: str
    layers: tuple[str, ...]
    norms: Array
    losses: Array
    measured: dict[str, float]

    @property
    def ratios(self) -> Array:
        """The first layer's norm by the last one's, at each step."""
        with np.errstate(all="ignore"):
            return np.asarray(self.norms[:, 0] / self.norms[:, -1])

    @property
    def ratio(self) -> float:
        """The first layer's norm by the last one's, at the first step."""
        return float(self.ratios[0])

    @property
    def verdict(self) -> Verdict:
        """Whether gradients come through."""
        start = self.norms[0]
        if not np.isfinite(self.norms).all():
            return "diverge"
        if not self.ratio >= VANISHES:  # also if all are 0
            return "vanish"
        if self.ratio > EXPLODES:
            return "explode"
        if start.max() < FAINT:
            return "vanish everywhere"
        return "explode everywhere" if start.min() > VIOLENT else "flow"

    @property
    def words(self) -> str:
        """The verdict in words, with its figures."""
        first, last = f"{self.norms[0, 0]:.2g}", f"{self.norms[0, -1]:.2g}"
        ratio = f"first/last = {first}/{last} = {self.ratio:.2g}"
        words = _WORDS[self.verdict].format(
            ratio=ratio,
            times=f"{1 / self.ratio:.2g}" if self.ratio > 0 else "infinitely many",
            more=f"{self.ratio:.2g}",
            bound=VANISHES if self.verdict == "vanish" else EXPLODES,
            largest=f"{self.norms[0].max():.2g}",
            smallest=f"{self.norms[0].min():.2g}",
            step=int(np.argmin(np.isfinite(self.norms).all(axis=1))) + 1,
        )
        # A ratio near 1 is no proof that anything is learnt.
        before, after = f"{self.losses[0]:.3g}", f"{self.measured['loss']:.3g}"
        return f"{words}; loss {before} → {after} after {len(self.losses)} steps"


_WORDS: dict[Verdict, str] = {
    "flow": "gradients come through: {ratio}",
    "vanish": "gradients VANISH: {ratio}, below {bound:g}; the first layer learns {times} times "
    "slower than the last",
    "explode": "gradients EXPLODE: {ratio}, above {bound:g}; the first layer's is {more} times as "
    "large as the last one's",
    "vanish everywhere": "gradients VANISH in every layer: {ratio} looks well, but the largest is "
    "{largest}",
    "explode everywhere": "gradients EXPLODE in every layer: {ratio} looks well, but the smallest "
    "is {smallest}",
    "diverge": "training DIVERGES: at step {step} a gradient is no finite number; {ratio}",
}


def watch(experiment: spec.Experiment, root: Path, steps: int) -> Flow:
    """Train for some steps and note the norm of each layer's gradient at every step.

    Parameters
    ----------
    experiment : Experiment
        Of the family supervised.
    root : Path
        The folder that relative paths in it start from.
    steps : int
        It ends earlier where a number isn't finite any more.

    Raises
    ------
    ConvkitError
        If `steps` is below 1, or it has no weights, or the experiment can't begin.
    """
    if steps < 1:
        raise ConvkitError(f"--steps must be at least 1, got {steps}")
    assembly = assemble(experiment, root)
    family = assembly.family
    if not isinstance(family, Supervised):
        raise ConvkitError(
            f"--gradients watches the layers of a supervised network, not of a {family.name}",
            "such as configs/vanishing-relu.yaml",
        )
    start_from(assembly, root)
    parameters = family.network.layers.parameters()
    weights = {path: tensor for path, tensor in parameters.items() if tensor.ndim > 1}
    if not weights:
        raise ConvkitError("the model has no weights whose gradients could be watched")
    taken = list(_steps(family, list(weights.values()), steps))
    with np.errstate(all="ignore"):
        measured = family.measure(assembly.splits.train)
    return Flow(
        experiment.name,
        tuple(weights),
        np.array([norms for norms, _ in taken]),
        np.array([loss for _, loss in taken]),
        measured,
    )


def _steps(
    family: Supervised, weights: list[Tensor], steps: int
) -> Iterator[tuple[list[float], float]]:
    """Take the steps of a training; yield the norms and the loss of each."""
    network, context = family.network, Context(True, generator(family.seed, "noise"))
    batches = (
        (epoch + number / family.steps_per_epoch, batch)
        for epoch in count()
        for number, batch in enumerate(family.batches(epoch))
    )
    with np.errstate(all="ignore"):
        for progress, (inputs, targets) in islice(batches, steps):
            pace = family.pace.at(progress)
            family.flat.zero_grads()
            loss = network.loss_of(network.layers(Tensor(inputs), context), targets)
            loss.backward()
            norms = [_norm(tensor) for tensor in weights]
            yield norms, float(loss.item())
            if not all(map(math.isfinite, norms)):
                return
            factor = family.optimizer.factor(progress, family.course.epochs)
            family.optimizer.step(family.flat.values, family.flat.grads, factor * pace)


def _norm(tensor: Tensor) -> float:
    # In float64: the squares of faint gradients would be 0 in float32.
    return float(np.linalg.norm(np.asarray(tensor.grad, np.float64)))
