"""What an augmentation is: it changes training samples, each time in another way."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias, TypeVar

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from convkit.data.dataset import Dataset, Floats
from convkit.errors import ConvkitError

Array = NDArray[Any]
T = TypeVar("T")

PaddingMode = Literal["constant", "edge"]
"""What lies beyond the edge of a picture: zeros, or its outermost pixels."""


@dataclass(frozen=True, eq=False)
class Mixed:
    """The targets of samples that were each mixed of two. As an array it is those of the first.

    Attributes
    ----------
    first, second : (n, ...) arrays
        The targets of the samples that were mixed.
    share : float
        How much there is of the first, from 0.5 to 1.
    """

    first: Array
    second: Array
    share: float

    def __len__(self) -> int:
        return len(self.first)

    def __getitem__(self, part: slice) -> Mixed:
        return Mixed(self.first[part], self.second[part], self.share)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self.first, dtype, copy=copy)

    def blend(self, loss: Callable[[Array], Any]) -> Any:
        """Return the loss with the first targets and that with the second, by their shares."""
        return self.share * loss(self.first) + (1 - self.share) * loss(self.second)


Targets: TypeAlias = Array | Mixed


class Augmentation(ABC):
    """Changes training samples. Its constructor is what can be written in a YAML file."""

    name: ClassVar[str]
    """What it is called in a YAML file."""

    @abstractmethod
    def __call__(self, inputs: Floats, targets: Targets, rng: Generator) -> tuple[Floats, Targets]:
        """Return the samples of a batch, changed; what came in is left as it is.

        Parameters
        ----------
        inputs : (n, \\*sample shape) float32 array
            In the data's own units.
        targets : (n, ...) array or Mixed
        rng : Generator
        """

    def check(self, dataset: Dataset) -> None:
        """Check that it makes sense for the samples of a data set.

        Raises
        ------
        ConvkitError
            If it doesn't.
        """
        if dataset.symbols:
            raise ConvkitError(
                f"{self.name} takes numbers that can change a little, but data '{dataset.name}' "
                "are texts",
                "leave it out",
            )


class Change(Augmentation):
    """The base of those that leave the targets alone."""

    @abstractmethod
    def change(self, inputs: Floats, rng: Generator) -> Floats:
        """Return the inputs of a batch, changed."""

    def __call__(self, inputs: Floats, targets: Targets, rng: Generator) -> tuple[Floats, Targets]:
        return self.change(inputs, rng), targets


class PictureChange(Change):
    """The base of those that take pictures, (n, height, width, channels)."""

    def check(self, dataset: Dataset) -> None:
        super().check(dataset)
        if len(dataset.sample_shape) != 3:
            size = "x".join(map(str, dataset.sample_shape))
            raise ConvkitError(
                f"{self.name} takes pictures, but samples of data '{dataset.name}' have the shape "
                f"{size}",
                "noise and mixup take any numbers",
            )
