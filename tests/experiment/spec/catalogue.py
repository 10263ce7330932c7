"""A small catalogue that shares nothing with convkit's own, so that it hides nothing."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from inspect import Parameter
from pathlib import Path
from typing import Any, Literal

from convkit.errors import ConvkitError
from convkit.experiment.spec import Catalogue, Table, read_experiment

Init = str | dict[str, Any]


class Layer:
    """A layer."""

    def __init__(self) -> None:
        """Take nothing."""


class Relu(Layer):
    """Negative numbers become 0."""


class Dense(Layer):
    """Every input to every unit.

    Parameters
    ----------
    units : int
        How many there are.
    use_bias : bool
        Whether each has one.
    kernel_init : str or dict
        Where the weights begin.
    """

    def __init__(self, units: int, use_bias: bool = True, kernel_init: Init = "zeros") -> None:
        if units < 1:
            raise ConvkitError(f"units must be at least 1, got {units}")
        self.units, self.use_bias, self.kernel_init = units, use_bias, kernel_init


class Conv(Layer):
    """A convolution.

    Parameters
    ----------
    filters, groups : int
        How many kernels, in how many groups.
    kernel_size : int or (int, int)
        Height and width.
    padding : {"valid", "same"}, int or (int, int)
        What is added around.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, int] = 3,
        padding: Literal["valid", "same"] | int | tuple[int, int] = "valid",
        groups: int = 1,
    ) -> None:
        sizes = kernel_size if isinstance(kernel_size, tuple) else (kernel_size,)
        if min(sizes) < 1:
            raise ConvkitError(f"kernel_size must be at least 1, got {kernel_size}")
        if filters < 1:
            raise ConvkitError(f"filters must be at least 1, got {filters}")
        if filters % groups:
            raise ConvkitError(f"filters (={filters}) must be divisible by the groups (={groups})")
        self.filters, self.kernel_size, self.padding = filters, kernel_size, padding


class Dropout(Layer):
    """Leaves units out.

    Parameters
    ----------
    rate : float
        Their share.
    """

    def __init__(self, rate: float = 0.5) -> None:
        if not 0 <= rate < 1:
            raise ConvkitError(f"rate must be from 0 to below 1, got {rate}")
        self.rate = rate


class Residual(Layer):
    """Layers with a shortcut around them.

    Parameters
    ----------
    body : list of Layer
        What the shortcut leads around.
    shortcut : list of Layer or None
        What it goes through.
    """

    def __init__(self, body: list[Layer], shortcut: list[Layer] | None = None) -> None:
        if not all(isinstance(layer, Layer) for layer in [*body, *(shortcut or [])]):
            raise TypeError("not made")
        self.body, self.shortcut = body, shortcut


@dataclass
class Schedule:
    """What the learning rate is multiplied by.

    Parameters
    ----------
    warm_up : float
        Epochs at the beginning.
    """

    _: KW_ONLY
    warm_up: float = 0.0


@dataclass
class Step(Schedule):
    """Falls in steps.

    Parameters
    ----------
    size : int
        Epochs between them.
    """

    size: int = 10

    def __post_init__(self) -> None:
        if self.size < 1:
            raise ConvkitError(f"size must be at least 1, got {self.size}")


@dataclass
class Optimizer:
    """Changes weights.

    Parameters
    ----------
    lr : float
        Learning rate.
    clip : float, optional
        Longest gradient.
    schedule : Schedule, optional
        How the learning rate changes.
    """

    lr: float = 0.1
    _: KW_ONLY
    clip: float | None = None
    schedule: Schedule | None = None

    def __post_init__(self) -> None:
        if self.lr < 0:
            raise ConvkitError(f"lr must be 0 or more, got {self.lr}")
        if self.schedule is not None and not isinstance(self.schedule, Schedule):
            raise TypeError("not made")


@dataclass
class Adam(Optimizer):
    """Adaptive moments.

    Parameters
    ----------
    betas : (float, float)
        How long it remembers.
    """

    betas: tuple[float, float] = (0.9, 0.999)


class Loss:
    """A loss."""


class CrossEntropy(Loss):
    """For classes.

    Parameters
    ----------
    label_smoothing : float
        The share given to all classes.
    """

    def __init__(self, label_smoothing: float = 0.0) -> None:
        self.label_smoothing = label_smoothing


class Mse(Loss):
    """For values."""


def zeros(shape: tuple[int, ...], rng: object, dtype: object) -> None:
    """Zeros."""


def normal(shape: tuple[int, ...], rng: object, dtype: object, *, std: float = 1.0) -> None:
    """Normally distributed.

    Parameters
    ----------
    std : float
        The deviation.
    """


def digits(test: float = 0.2, seed: int = 0, *, root: Path = Path()) -> None:
    """Digits.

    Parameters
    ----------
    test : float
        The share for the test.
    seed : int
        Of the split.
    """


def csv(path: str, target: str | list[str] | None = None, *, root: Path = Path()) -> None:
    """Read a table.

    Parameters
    ----------
    path : str
        The file.
    target : str or list of str, optional
        The columns to learn.
    """


class Rotate:
    """Turns samples.

    Parameters
    ----------
    degrees : float
        How far at most.
    """

    def __init__(self, degrees: float) -> None:
        if degrees <= 0:
            raise ConvkitError(f"degrees must be above 0, got {degrees}")
        self.degrees = degrees


class Supervised:
    """Learns from examples."""

    parts = frozenset({"model", "loss", "optimizer", "augment"})


class Perceptron:
    """Learns from mistakes.

    Parameters
    ----------
    lr : float
        Learning rate.
    """

    parts = frozenset()

    def __init__(self, lr: float = 1.0) -> None:
        self.lr = lr


LAYERS = {
    "dense": Dense,
    "conv2d": Conv,
    "relu": Relu,
    "dropout": Dropout,
    "residual": Residual,
}

CHOICES = Catalogue(
    Table("layer", LAYERS, Layer, keyed=True),
    Table("loss", {"cross_entropy": CrossEntropy, "mse": Mse}, Loss),
    Table(
        "initializer",
        {"zeros": zeros, "normal": normal},
        Init,
        given=Parameter.POSITIONAL_OR_KEYWORD,
        tried=False,
        made=False,
    ),
    Table("optimizer", {"sgd": Optimizer, "adam": Adam}, Optimizer),
    Table("schedule", {"step": Step, "constant": Schedule}, Schedule),
    Table("dataset", {"digits": digits, "csv": csv}, given=Parameter.KEYWORD_ONLY, tried=False),
    Table("augmentation", {"rotate": Rotate}, keyed=True),
    Table("family", {"supervised": Supervised, "perceptron": Perceptron}),
    Table("metric", {"accuracy": float, "mse": float}),
)

SHORT = """\
name: digits-cnn
data: digits
model:
  - conv2d: {filters: 16, kernel_size: 3, padding: same}
  - relu
  - residual: [relu, dense: 4]
  - dropout: 0.25
  - dense: 10
loss: cross_entropy
optimizer: {name: adam, lr: 1e-3}
trainer: {epochs: 30, batch_size: 64, early_stopping: 5}
seed: 1
expect: {test/accuracy: ">=0.985"}
"""


def read(folder: Path, text: str | bytes, *overrides: str, name: str = "a.yaml"):
    """Read an experiment from text, as from the file ``a.yaml``."""
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_experiment(file, overrides, choices=CHOICES)
