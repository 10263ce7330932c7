"""What an experiment says of its network: layers and, in long form, what it knows already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from convkit.errors import ConvkitError
from convkit.experiment.spec.choice import Choice, From

WEIGHTS = ".safetensors"
"""How the name of a file of weights ends; everything else that a model can come from is a run."""

Layers = tuple[Annotated[Choice, From("layer")], ...]


def is_weights_file(source: str) -> bool:
    """Return whether what a model comes from is a file, and no run."""
    return source.lower().endswith(WEIGHTS)


@dataclass(frozen=True)
class Replacement:
    """New layers in place of the last ones.

    Parameters
    ----------
    layers : tuple of Choice
        The new layers, whose weights begin anew.
    last : int or None
        How many layers they take the place of; as many as there are new ones if left out.
    """

    layers: Layers
    last: int | None = None

    def __post_init__(self) -> None:
        if self.last is None and not self.layers:
            raise ConvkitError("layers must be at least one, got none", "replace: [dense: 10]")
        if self.count < 1:
            raise ConvkitError(f"last must be at least 1, got {self.count}")

    @property
    def count(self) -> int:
        """How many layers are replaced."""
        return len(self.layers) if self.last is None else self.last


@dataclass(frozen=True)
class Model:
    """The layers of a network, what it begins with, and which layers are trained how.

    Parameters
    ----------
    layers : tuple of Choice
        The layers, from the input to the output. With from: those whose weights it has; of a run
        they needn't be given.
    from_ : str or None
        What the weights come from: a run, such as digits-cnn (its latest) or runs/digits-cnn/1, or
        a .safetensors file of convkit or PyTorch, whose path starts from the config's folder. If
        left out, all weights are drawn at random.
    replace : Replacement or None
        New layers in place of the last ones, such as [dense: 5] for other classes.
    freeze : str or int or None
        Which layers aren't trained: a number, a range such as 1-6, a path such as 5.2, a name such
        as batch_norm; * stands for anything, commas part several. Batch normalization among them
        uses its stored statistics.
    unfreeze_at : int or None
        From which epoch on, counted from 1, the frozen layers are trained, too; never if left out.
    lr_factors : dict or None
        What the learning rate of some layers is multiplied by: {1-3: 0.1}. Layers are named as in
        freeze; of several factors for one the last counts.
    map : dict or None
        What layers are called in a file of PyTorch's, by number or path: {1: features.0}. If left
        out, they are taken in the order of their names there.
    """

    layers: Layers = ()
    from_: str | None = None
    replace: Replacement | None = None
    freeze: str | int | None = None
    unfreeze_at: int | None = None
    lr_factors: dict[str, float] | None = None
    map: dict[str, str] | None = None

    def __post_init__(self) -> None:
        file = self.from_ is not None and is_weights_file(self.from_)
        if not self.layers and (file or (self.from_ is None and any(vars(self).values()))):
            needs = "which layers the file has weights for" if file else "the layers of the model"
            raise ConvkitError(f"layers are missing: {needs}", "layers: [flatten, {dense: 10}]")
        if self.map is not None and not file:
            raise ConvkitError(
                "map is about a file of weights", "give one, from: FILE.safetensors, or no map"
            )
        if self.replace is not None:
            self._check_replaced(self.replace.count)
        if self.unfreeze_at is not None:
            self._check_unfreezing(self.unfreeze_at)
        for layers, factor in (self.lr_factors or {}).items():
            if factor < 0:
                raise ConvkitError(f"lr_factors must be 0 or more, got {factor} for '{layers}'")

    def _check_replaced(self, count: int) -> None:
        if self.from_ is None:
            raise ConvkitError("replace needs weights to keep", "name what they come from")
        if self.layers and count > len(self.layers):
            raise ConvkitError(
                f"replace takes the place of {count} layers, but there are {len(self.layers)}"
            )

    def _check_unfreezing(self, epoch: int) -> None:
        if self.freeze is None:
            raise ConvkitError("unfreeze_at needs frozen layers", "say which: freeze: 1-6")
        if epoch < 2:
            raise ConvkitError(
                f"unfreeze_at must be at least 2, got {epoch}", "leave out freeze to train all"
            )

    @property
    def kept(self) -> Layers:
        """The layers that keep the weights they come with."""
        return self.layers[: len(self.layers) - (self.replace.count if self.replace else 0)]

    @property
    def network(self) -> Layers:
        """The layers that are trained, from the input to the output."""
        return (*self.kept, *(self.replace.layers if self.replace else ()))


NO_MODEL = Model()
