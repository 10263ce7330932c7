"""What an experiment says, once it has been read: the fields are the keys of its YAML.

Every class here is read as any other constructor is: its signature is the schema, its docstring
describes the keys, values out of range are refused, and where a mapping is
wanted a bare value stands for its first field, so that ``early_stopping: 5`` is
``early_stopping: {patience: 5}``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator

from convkit.errors import ConvkitError
from convkit.experiment.spec.choice import Choice, From
from convkit.experiment.spec.expectations import Expectation, MetricName
from convkit.experiment.spec.model import NO_MODEL, Model


def _at_least(least: int, **numbers: float) -> None:
    for name, number in numbers.items():
        if number < least:
            raise ConvkitError(f"{name} must be at least {least}, got {number}")


def check_name(name: str) -> str:
    """Return what an experiment is called, if the folder of its runs can be called like that.

    Raises
    ------
    ConvkitError
        If it can't.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise ConvkitError(
            f"name must be made of letters, digits, '-', '_' and '.', got '{name}'",
            "the folder of its runs is called like that",
        )
    return name


def _seed(seed: int) -> int:
    _at_least(0, seed=seed)
    return seed


@dataclass(frozen=True)
class EarlyStopping:
    """Stop when the monitored metric has stopped getting better.

    Parameters
    ----------
    patience : int
        Evaluations in a row without improvement, after which training stops.
    min_delta : float
        A change smaller than this is no improvement.
    metric : str or None
        What to watch, such as ``validation/loss``; what `monitor` names if left out.
    """

    patience: int
    min_delta: float = 0.0
    metric: MetricName | None = None

    def __post_init__(self) -> None:
        _at_least(1, patience=self.patience)
        _at_least(0, min_delta=self.min_delta)


@dataclass(frozen=True)
class Checkpoint:
    """When to save what a resumed run needs; the end of a run and Ctrl-C save anyway.

    Parameters
    ----------
    every_epochs : int
        Save after every so many epochs, though not more often than once a second.
    every_minutes : float or None
        Save as well when so many minutes have passed since the last time.
    """

    every_epochs: int = 1
    every_minutes: float | None = None

    def __post_init__(self) -> None:
        _at_least(1, every_epochs=self.every_epochs)
        if self.every_minutes is not None and self.every_minutes <= 0:
            raise ConvkitError(f"every_minutes must be more than 0, got {self.every_minutes}")


@dataclass(frozen=True)
class Trainer:
    """How long and in which portions is trained.

    Parameters
    ----------
    epochs : int
        Passes over the training data.
    batch_size : int
        Samples in one step.
    accumulate : int
        Batches whose gradients are averaged before one update.
    shuffle : bool
        Whether each epoch takes the samples in another order.
    eval_every : int
        Evaluate the validation split after every so many epochs.
    monitor : str or None
        The metric whose best checkpoint is kept, such as ``validation/accuracy``. If left out it is
        what `early_stopping` names, else ``validation/loss``, or ``train/loss`` without a
        validation split.
    early_stopping : EarlyStopping or None
        When to stop before the last epoch; never if left out.
    checkpoint : Checkpoint
        When to save.
    """

    epochs: int = 10
    batch_size: int = 32
    accumulate: int = 1
    shuffle: bool = True
    eval_every: int = 1
    monitor: MetricName | None = None
    early_stopping: EarlyStopping | None = None
    checkpoint: Checkpoint = Checkpoint()

    def __post_init__(self) -> None:
        _at_least(1, epochs=self.epochs, batch_size=self.batch_size)
        _at_least(1, accumulate=self.accumulate, eval_every=self.eval_every)


SUPERVISED = Choice("supervised")


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """An experiment: what is learned from which data, how, and what is expected of it.

    Parameters
    ----------
    name : str
        What the experiment is called, and the folder of its runs. If left out, the file's name.
    data : Choice
        The data set and its splits.
    augment : tuple of Choice
        How training samples are changed at random, in this order, before they are scaled.
    family : Choice
        What kind of system is trained.
    model : Model
        The layers, from the input to the output.
    loss : Choice or None
        What training makes small.
    optimizer : Choice or None
        How the gradients change the weights.
    trainer : Trainer
        How long and in which portions is trained.
    metrics : tuple of str
        What is measured besides the loss; what suits the loss if left out.
    seed : int
        What all random numbers of the run are drawn from.
    expect : tuple of Expectation
        What must hold at the end, such as ``test/accuracy: ">=0.985"``.
    """

    name: Annotated[str, AfterValidator(check_name)] = "experiment"
    data: Annotated[Choice, From("dataset")]
    augment: tuple[Annotated[Choice, From("augmentation")], ...] = ()
    family: Annotated[Choice, From("family")] = SUPERVISED
    model: Model = NO_MODEL
    loss: Annotated[Choice, From("loss")] | None = None
    optimizer: Annotated[Choice, From("optimizer")] | None = None
    trainer: Trainer = Trainer()
    metrics: tuple[Annotated[str, From("metric")], ...] = ()
    seed: Annotated[int, AfterValidator(_seed)] = 0
    expect: tuple[Expectation, ...] = ()
