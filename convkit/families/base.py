"""What a family is: a kind of system, how it learns, and what it answers.

The trainer knows epochs, checkpoints, schedules' time, patience and signals; a family knows what
one step is, and what is measured. It is made in three steps, so that a trained one needs neither
data nor optimizer: its constructor takes the settings of the YAML, :meth:`Family.build` makes what
predicts, and :meth:`Family.prepare` what learns.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from numpy.typing import NDArray

from convkit.data import Augmentation, Dataset, Preprocessing, Splits
from convkit.families.finetuning import FineTuning
from convkit.families.signature import Signature
from convkit.nn import Layer, Loss, Row
from convkit.optim import Optimizer

Array = NDArray[Any]
Arrays = dict[str, Array]


@dataclass(frozen=True)
class Blueprint:
    """What a system is made of.

    Attributes
    ----------
    signature : Signature
        What goes in and comes out.
    preprocessing : Preprocessing
        What is done to the data's own units before the system sees them.
    layers : sequence of Layer
        Not yet built; empty where the family brings its own.
    loss : Loss or None
        What training makes small; None where the family brings its own.
    seed : int
        What all randomness is derived from.
    metrics : tuple of str
        What is measured besides the loss; what suits if empty.
    """

    signature: Signature
    preprocessing: Preprocessing = field(default_factory=Preprocessing)
    layers: Sequence[Layer] = ()
    loss: Loss | None = None
    seed: int = 0
    metrics: tuple[str, ...] = ()


@dataclass(frozen=True)
class Course:
    """What a system learns from, and in which portions.

    Attributes
    ----------
    splits : Splits
        In the data's own units.
    optimizer : Optimizer or None
        None where the family has a rule of its own.
    epochs, batch_size, accumulate : int
        A step takes ``batch_size * accumulate`` samples, `batch_size` at a time.
    shuffle : bool
        Whether each epoch has an order of its own.
    augment : sequence of Augmentation
        How each batch is changed, before it is preprocessed.
    tuning : FineTuning
        Which layers are trained less than others.
    """

    splits: Splits
    optimizer: Optimizer | None
    epochs: int
    batch_size: int
    accumulate: int = 1
    shuffle: bool = True
    augment: Sequence[Augmentation] = ()
    tuning: FineTuning = field(default_factory=FineTuning)


@dataclass(frozen=True)
class Answers:
    """What a system says about inputs.

    Attributes
    ----------
    outputs : (n, ...) array
        As the loss has them read: probabilities or scores for classes; values in the data's own
        unit.
    classes : (n,) or (n, steps) int64 array or None
        The number of the likeliest class, or of each step's; None where values are predicted.
    probable : bool
        Whether the outputs are probabilities.
    """

    outputs: Array
    classes: Array | None
    probable: bool = False


class Family(ABC):
    """A kind of system that can be trained. Its constructor is what can be written in a YAML file.

    Attributes
    ----------
    signature : Signature
    steps_per_epoch : int
        Known once it is prepared.
    parameters : int
        How many numbers are trained.
    """

    name: ClassVar[str]
    """What it is called in a YAML file."""
    parts: ClassVar[frozenset[str]]
    """What it takes of ``model``, ``loss`` and ``optimizer``; the rest it brings itself."""
    goal: ClassVar[str] = "loss"
    """What is watched, and the best of it kept, where an experiment doesn't say."""

    signature: Signature
    steps_per_epoch: int
    parameters: int

    @abstractmethod
    def build(self, blueprint: Blueprint) -> None:
        """Make what predicts.

        Raises
        ------
        ConvkitError
            If the parts don't fit each other.
        """

    @abstractmethod
    def prepare(self, course: Course) -> None:
        """Make what learns; the system is built."""

    @abstractmethod
    def batches(self, epoch: int, skip: int = 0) -> Iterator[Any]:
        """Yield what each step of an epoch takes, from the one after the first `skip` steps.

        The same epoch is the same, however often and from wherever it is asked for.
        """

    @abstractmethod
    def learn(self, batch: Any, progress: float) -> float:
        """Take one step and return its loss.

        Parameters
        ----------
        batch
            Of :meth:`batches`; good until the next one is drawn.
        progress : float
            Epochs done so far, with fractions: where the schedule is.

        Raises
        ------
        DivergedError
            If the loss or a gradient isn't finite; nothing was changed by this step.
        """

    @abstractmethod
    def end_epoch(self) -> dict[str, float]:
        """Return what was measured while learning since the epoch began, by name: ``loss`` first.

        The next epoch begins from nothing.
        """

    @property
    def samples_per_epoch(self) -> int | None:
        """How many samples an epoch learns from; None for all of the training part."""
        return None

    def rows(self) -> list[Row]:
        """Return the lines of the summary of its networks, once they are built."""
        return []

    # Not abstract: only a family whose learning depends on it has something to do here.
    def observe(self, value: float) -> None:  # noqa: B027
        """Take in the monitored metric of an epoch, for schedules that depend on it."""

    def settings(self, progress: float) -> dict[str, float]:
        """Return what changes while it learns and is worth a column, such as ``lr``."""
        return {}

    @property
    def finished(self) -> str | None:
        """Why there is nothing left to learn, or None."""
        return None

    def remarks(self) -> dict[str, Any]:
        """Return what the family has to say about the finished training, for the summary."""
        return {}

    def pictures(self) -> dict[str, Array]:
        """Return pictures of what was learnt, for the run's folder, by name; training is over.

        Each is a (rows, columns, h, w, c) array from 0 to 1, c being 1 for grey or 3 for RGB: such
        as rows of the same samples at several times, or seen in several ways.
        """
        return {}

    @property
    @abstractmethod
    def measured(self) -> tuple[str, ...]:
        """The names of what :meth:`measure` returns."""

    @property
    def measured_while_learning(self) -> tuple[str, ...]:
        """The names of what :meth:`end_epoch` returns and can be watched."""
        return self.measured

    @abstractmethod
    def measure(self, dataset: Dataset) -> dict[str, float]:
        """Return what is measured on data in their own units, by name: ``loss`` first."""

    def actual(self, dataset: Dataset) -> Array:
        """Return the targets as :meth:`answer` gives them, to be compared with its answers."""
        return self.signature.adapted(dataset).targets

    @abstractmethod
    def answer(self, inputs: Array) -> Answers:
        """Return what the system says about inputs (n, \\*sample shape) in the data's own units."""

    @abstractmethod
    def model(self) -> Arrays:
        """Return the arrays that predicting needs, by name, not copied."""

    @abstractmethod
    def load_model(self, arrays: Mapping[str, Array]) -> None:
        """Take them in.

        Raises
        ------
        ConvkitError
            If they are another system's.
        """

    @abstractmethod
    def memory(self) -> tuple[Arrays, dict[str, Any]]:
        """Return what learning needs beyond the model to go on: arrays, and what JSON holds."""

    def remembered(self) -> dict[str, int]:
        """Return the bytes of what :meth:`memory` holds beside an optimizer's, by what it is.

        Only what takes much room is worth a name; it is known once the family is prepared.
        """
        return {}

    @abstractmethod
    def load_memory(self, arrays: Mapping[str, Array], state: Mapping[str, Any]) -> None:
        """Take it in."""
