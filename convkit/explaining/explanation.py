"""One step of training a small network, with every number: forward, loss, chain rule, update."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath

import numpy as np
from numpy.typing import NDArray

from convkit.autograd import Tensor
from convkit.data import Dataset
from convkit.errors import ConvkitError
from convkit.experiment import spec
from convkit.experiment.transfer import take_over
from convkit.explaining.chain import Path, find_paths, place_of
from convkit.explaining.forward import LayerPass, LossValue, measure, propagate
from convkit.explaining.stages import EVALUATING, Names, read_stages
from convkit.explaining.step import Update, take_step
from convkit.explaining.weights import Weight, all_weights, parse_weight
from convkit.nn import Loss, Sequential
from convkit.optim import Optimizer

Vector = NDArray[np.float64]

ROUNDING = 1e-12
"""The sum of the paths may differ from the gradient by so much, relative to the largest path."""

NUDGE = 1e-6
"""How far the weight is moved to see what becomes of the loss."""


@dataclass(frozen=True)
class Chain:
    """The gradient of one weight, three times: path by path, by autograd, and by trying.

    Attributes
    ----------
    weight : Weight
    source, target : str or None
        The nodes that it lies between; a bias has no source.
    paths : tuple of Path
    gradient : float
        What autograd says.
    nudged : float
        By how much the loss changes, per unit, if the weight is moved a little both ways.
    """

    weight: Weight
    source: str | None
    target: str
    paths: tuple[Path, ...]
    gradient: float
    nudged: float

    @property
    def sum(self) -> float:
        """The sum over the paths."""
        return math.fsum(path.product for path in self.paths)

    @property
    def agrees(self) -> bool:
        """Whether the sum over the paths is the gradient, but for rounding."""
        largest = max((abs(path.product) for path in self.paths), default=0.0)
        return abs(self.sum - self.gradient) <= ROUNDING * largest * len(self.paths)


@dataclass(frozen=True, eq=False)
class Explanation:
    """One step of training on one sample.

    Attributes
    ----------
    experiment : Experiment
    sample, samples : int
        Which one, from 0, and how many there are.
    features : tuple of str
        What the inputs are called in the data.
    scaled : bool
        Whether the inputs were standardized.
    inputs : (features,) array
        As the network sees them.
    label : str or None
        What the target class is called.
    names : Names
    layers : tuple of LayerPass
    loss : LossValue
    chain : Chain
    lr : float
        η.
    updates : list of Update
        Of every weight.
    """

    experiment: spec.Experiment
    sample: int
    samples: int
    features: tuple[str, ...]
    scaled: bool
    inputs: Vector
    label: str | None
    names: Names
    layers: tuple[LayerPass, ...]
    loss: LossValue
    chain: Chain
    lr: float
    updates: list[Update]

    @property
    def optimizer(self) -> str:
        """The name of the configured optimizer."""
        return self.experiment.optimizer.name if self.experiment.optimizer else ""

    @property
    def update(self) -> Update:
        """That of the weight whose gradient is followed."""
        return next(each for each in self.updates if each.weight == self.chain.weight)


def explain(
    experiment: spec.Experiment,
    root: FilePath,
    *,
    sample: int | None = None,
    weight: str | None = None,
) -> Explanation:
    """Take one step of an experiment apart, with the weights that its training begins with.

    Everything is computed in float64, on one sample of the training data, without dropout.

    Parameters
    ----------
    experiment : Experiment
        Of the family supervised.
    root : Path
        The folder that relative paths in it start from.
    sample : int, optional
        Which sample, from 0; if left out, the first one with the fewest zeros among its inputs,
        since a weight that nothing comes through has no gradient.
    weight : str, optional
        The weight whose gradient is followed, such as ``layers.0.weight[0,1]``; the first one of
        the first layer whose gradient isn't zero, if left out.

    Raises
    ------
    ConvkitError
        If the network is too large or has other layers, the sample or the weight doesn't exist, or
        too many paths lead from it to the loss.
    """
    splits = spec.load_data(experiment, root)
    training = splits.preprocessing.apply(splits.train)
    sample = _sample(training, sample)
    model, loss, optimizer = _parts(experiment, training, root)
    stages = read_stages(model)
    parameters = model.parameters()
    inputs = training.inputs[sample].astype(np.float64).ravel()
    target = training.targets[sample : sample + 1]

    layers = propagate(stages, inputs)
    value = measure(loss, layers[-1].outputs, target)
    total = _total_loss(model, loss, inputs, target)
    gradients = _gradients(parameters, total)
    chosen = parse_weight(weight, parameters) if weight else _default_weight(gradients, parameters)
    names = Names.of(stages)
    place = place_of(layers, chosen)
    chain = Chain(
        chosen,
        None if chosen.source is None else names.node(place, chosen.source + 1),
        names.node(place + 1, chosen.neuron + 1),
        find_paths(layers, value, chosen, names),
        float(gradients[chosen.parameter][chosen.index]),
        _nudged(parameters[chosen.parameter].data, chosen.index, total),
    )
    factor = optimizer.factor(0.0, experiment.trainer.epochs)
    return Explanation(
        experiment=experiment,
        sample=sample,
        samples=len(training),
        features=training.features,
        scaled=splits.preprocessing.inputs is not None,
        inputs=inputs,
        label=None if training.classes is None else training.classes[int(target[0])],
        names=names,
        layers=layers,
        loss=value,
        chain=chain,
        lr=optimizer.lr,
        updates=take_step(model, gradients, optimizer, factor),
    )


def _parts(
    experiment: spec.Experiment, training: Dataset, root: FilePath
) -> tuple[Sequential, Loss, Optimizer]:
    """Return the model in float64, with the weights that training begins with."""
    loss, optimizer = spec.build_loss(experiment), spec.build_optimizer(experiment)
    if loss is None or optimizer is None:
        raise ConvkitError(
            f"the family {experiment.family.name} has no loss whose gradient could be followed"
        )
    spec.check_layers(experiment)
    model = spec.build_model(experiment, training.sample_shape)
    if experiment.model.from_ is not None:
        take_over(experiment.model, model, training.sample_shape, root=root)
    for tensor in model.parameters().values():
        tensor.data = tensor.data.astype(np.float64)
    loss.check(model.output_shape(training.sample_shape), training.targets)
    return model, loss, optimizer


def _sample(training: Dataset, sample: int | None) -> int:
    if sample is None:
        zeros = (training.inputs.reshape(len(training), -1) == 0).sum(axis=1)
        return int(zeros.argmin())
    if not 0 <= sample < len(training):
        raise ConvkitError(
            f"there is no sample {sample}: the training data have {len(training)}",
            f"--sample takes 0 to {len(training) - 1}",
        )
    return sample


def _total_loss(
    model: Sequential, loss: Loss, inputs: Vector, target: NDArray[np.generic]
) -> Callable[[], Tensor]:
    """Return what goes through the model as in training, from the sample to the loss."""
    batch = inputs[np.newaxis]
    return lambda: loss(model(Tensor(batch), EVALUATING), target)


def _gradients(parameters: Mapping[str, Tensor], total: Callable[[], Tensor]) -> dict[str, Vector]:
    total().backward()
    return {
        name: np.zeros_like(tensor.data) if tensor.grad is None else tensor.grad
        for name, tensor in parameters.items()
    }


def _nudged(values: Vector, index: tuple[int, ...], total: Callable[[], Tensor]) -> float:
    """Return the difference quotient of the loss by one of the values, which keeps its value."""
    before = float(values[index])
    losses = []
    for moved in (before + NUDGE, before - NUDGE):
        values[index] = moved
        losses.append(float(total().item()))
    values[index] = before
    return (losses[0] - losses[1]) / (2 * NUDGE)


def _default_weight(gradients: Mapping[str, Vector], parameters: Mapping[str, Tensor]) -> Weight:
    """Return the first weight whose gradient isn't zero, or the very first."""
    weights = all_weights(parameters)
    lively = (each for each in weights if gradients[each.parameter][each.index] != 0)
    return next(lively, weights[0])
