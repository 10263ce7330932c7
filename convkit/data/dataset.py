"""A data set in memory: samples, what is to be learnt of each, and where they come from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from convkit.errors import ConvkitError, unknown

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Samples with their targets.

    Attributes
    ----------
    name : str
        What messages call it.
    inputs : (n, ...) float32 array
        A sample each: (n, features), (n, height, width, channels) for pictures in 0…1, (n, steps,
        features) for sequences, or (n, steps) numbers of symbols for texts.
    targets : array
        The class of each sample, (n,) int64, or of each of its steps, (n, steps); or its values
        for a regression, (n, m) float32.
    classes : tuple of str, optional
        What the classes are called; None for a regression.
    features : tuple of str
        The names of the inputs' columns; none for pictures.
    target_names : tuple of str
        The names of what is to be learnt.
    symbols : tuple of str
        What the numbers in the inputs stand for, if they are texts: the alphabet.
    source, citation, licence : str
        Where the data come from, what to cite, and on which terms they may be used.
    """

    name: str
    inputs: Floats
    targets: NDArray[Any]
    classes: tuple[str, ...] | None = None
    features: tuple[str, ...] = ()
    target_names: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    source: str = ""
    citation: str = ""
    licence: str = ""

    unit: ClassVar[str] = "samples"
    """What there are so many of where it is measured, see :attr:`count`."""

    def __post_init__(self) -> None:
        """Raise a ConvkitError for targets that don't fit the inputs or the classes."""
        if not len(self.inputs):
            raise ConvkitError(f"data '{self.name}' has no samples")
        if len(self.inputs) != len(self.targets):
            raise ConvkitError(
                f"data '{self.name}' has {len(self.inputs)} inputs but {len(self.targets)} targets"
            )
        if self.classes is not None:
            _check_labels(self.targets, len(self.classes), self.name)

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def count(self) -> int:
        """How many samples are measured; an environment has as many as it is asked for."""
        return len(self)

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """The shape of one sample."""
        return self.inputs.shape[1:]

    @property
    def outputs(self) -> int:
        """How many numbers tell a target: one for each class, or for each value of a regression."""
        return len(self.classes) if self.classes is not None else int(self.targets.shape[1])

    @property
    def labelled(self) -> bool:
        """Whether each sample as a whole is of a class."""
        return self.classes is not None and self.targets.ndim == 1

    def class_counts(self) -> dict[str, int]:
        """Return how many samples each class has; nothing for a regression."""
        if self.classes is None:
            return {}
        counts = np.bincount(self.targets.ravel(), minlength=len(self.classes))
        return dict(zip(self.classes, counts.tolist(), strict=True))

    def take(self, indices: Indices | slice) -> Dataset:
        """Return some of the samples, in the order given; a slice copies nothing."""
        return replace(self, inputs=self.inputs[indices], targets=self.targets[indices])

    def with_classes(self, classes: Sequence[str]) -> Dataset:
        """Return the same samples under another list of classes, matched by name.

        What was read elsewhere is numbered as the model that was trained knows it.

        Raises
        ------
        ConvkitError
            If it is a regression, or a class isn't in the list.
        """
        if self.classes is None:
            raise ConvkitError(f"data '{self.name}' has values to be learnt, not classes")
        places = {name: place for place, name in enumerate(classes)}
        for name in self.classes:
            if name not in places:
                raise unknown("class", name, classes, f"in data '{self.name}'")
        renumbered = np.array([places[name] for name in self.classes], np.int64)
        return replace(self, targets=renumbered[self.targets], classes=tuple(classes))

    def digest(self) -> str:
        """Return the SHA-256 of the content, as hexadecimal digits.

        It depends on the numbers, their shapes and names: neither on the machine's byte order nor
        on where the data come from.
        """
        content = hashlib.sha256()
        for array in (self.inputs, self.targets):
            portable = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
            content.update(f"{portable.dtype.str}{portable.shape}".encode())
            content.update(portable.data)
        names = (self.classes, self.features, self.target_names)
        # Data without symbols keep the hash that runs noted before there were any.
        content.update(repr((*names, self.symbols) if self.symbols else names).encode())
        return content.hexdigest()


def combined_digest(parts: Mapping[str, Dataset]) -> str:
    """Return the SHA-256 of several named data sets together."""
    lines = "".join(f"{name} {part.digest()}\n" for name, part in sorted(parts.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def _check_labels(labels: NDArray[Any], classes: int, name: str) -> None:
    wrong = np.argwhere((labels < 0) | (labels >= classes))
    if wrong.size:
        raise ConvkitError(
            f"data '{name}': sample {wrong[0][0]} is of class {labels[tuple(wrong[0])]}, "
            f"but classes are numbered from 0 to {classes - 1}"
        )
