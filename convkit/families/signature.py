"""What goes into a trained system and what comes out: all that predicting needs of the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from convkit.data import Dataset
from convkit.errors import ConvkitError


@dataclass(frozen=True)
class Signature:
    """The border of a trained system; it is stored with the weights.

    Attributes
    ----------
    sample_shape : tuple of int
        Of one input, without the batch axis.
    classes : tuple of str or None
        What the classes are called; None where values are predicted.
    features : tuple of str
        The names of the inputs' columns; none for pictures.
    target_names : tuple of str
        The names of what is predicted.
    outputs : int
        How many numbers tell a target.
    symbols : tuple of str
        What the numbers in an input stand for, if it is a text: the alphabet.
    """

    sample_shape: tuple[int, ...]
    classes: tuple[str, ...] | None
    features: tuple[str, ...]
    target_names: tuple[str, ...]
    outputs: int
    symbols: tuple[str, ...] = ()

    @classmethod
    def of(cls, dataset: Dataset) -> Signature:
        """Return the signature of a system that learns from a data set."""
        return cls(
            dataset.sample_shape,
            dataset.classes,
            dataset.features,
            dataset.target_names,
            dataset.outputs,
            dataset.symbols,
        )

    def adapted(self, dataset: Dataset) -> Dataset:
        """Return other data with their classes numbered as they are here.

        Raises
        ------
        ConvkitError
            If the samples are of another shape, or a class is unknown here.
        """
        self.check_samples(dataset)
        if self.classes is None or dataset.classes in (None, self.classes):
            return dataset
        return dataset.with_classes(self.classes)

    def check_samples(self, dataset: Dataset) -> None:
        """Refuse samples of another shape.

        Raises
        ------
        ConvkitError
        """
        if dataset.sample_shape != self.sample_shape:
            raise ConvkitError(
                f"the samples of data '{dataset.name}' are {_times(dataset.sample_shape)}, but "
                f"the model takes {_times(self.sample_shape)}"
            )

    def state(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return dict(vars(self))

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Signature:
        """Return what :meth:`state` told."""
        lists = {name: tuple(value) for name, value in state.items() if isinstance(value, list)}
        return cls(**state | lists)


def _times(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))
