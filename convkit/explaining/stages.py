"""What can be written out of a network: dense layers with element-wise activations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from convkit.autograd import Tensor
from convkit.errors import ConvkitError
from convkit.explaining.formulas import ACTIVATIONS, IDENTITY, Formula
from convkit.nn import Context, Dense, Flatten, Layer, Sequential

MOST_PARAMETERS = 5_000
"""Of a network that is written out; of a larger one nobody reads every number."""

WAY_OUT = "convkit explain --gradients CONFIG shows how gradients come through any network"

EVALUATING = Context(train=False)


@dataclass(frozen=True)
class Stage:
    """A dense layer with the activations behind it.

    Attributes
    ----------
    path : str
        The dense layer's, as in the names of its weights: ``layers.0``.
    dense : Dense
    activations : tuple of Layer
        None at all leave the sums as they are.
    """

    path: str
    dense: Dense
    activations: tuple[Layer, ...] = ()

    @property
    def activation(self) -> str:
        """The names of the activations; empty if there are none."""
        return ", ".join(layer.name for layer in self.activations)

    @property
    def formula(self) -> Formula:
        """How the activation is written: that of the only one; of several, names."""
        if len(self.activations) > 1:
            return Formula(f"{self.activation} of z", "the product of their slopes")
        return ACTIVATIONS[self.activations[0].name] if self.activations else IDENTITY

    def activate(self, sums: Tensor) -> Tensor:
        """Return the outputs for weighted sums."""
        for layer in self.activations:
            sums = layer(sums, EVALUATING)
        return sums


@dataclass(frozen=True)
class Names:
    """What the nodes of a network are called: ``x1``, ``o21`` (layer 2, neuron 1), ``z21``.

    Where a layer has ten neurons or more it is ``o2,13``.

    Attributes
    ----------
    comma : bool
    """

    comma: bool = False

    @classmethod
    def of(cls, stages: Sequence[Stage]) -> Names:
        """Return the names for a network."""
        return cls(max(len(stages), *(stage.dense.units for stage in stages)) > 9)

    def node(self, layer: int, neuron: int, letter: str = "o") -> str:
        """Return the name of a neuron, both counted from 1; layer 0 are the inputs."""
        if layer == 0:
            return f"x{neuron}"
        return f"{letter}{layer}{',' if self.comma else ''}{neuron}"


def read_stages(model: Sequential) -> list[Stage]:
    """Return what a model that is built consists of.

    Raises
    ------
    ConvkitError
        If it has other layers than dense ones and element-wise activations, or too many weights.
    """
    stages: list[Stage] = []
    for place, layer in enumerate(model.layers):
        if isinstance(layer, Dense):
            stages.append(Stage(f"layers.{place}", layer))
        elif layer.name in ACTIVATIONS and stages:
            last = stages[-1]
            stages[-1] = Stage(last.path, last.dense, (*last.activations, layer))
        elif not isinstance(layer, Flatten):
            raise _not_written_out(place + 1, layer)
    _check_size(model, stages)
    return stages


def _not_written_out(number: int, layer: Layer) -> ConvkitError:
    if layer.name in ACTIVATIONS:
        return ConvkitError(
            f"layer {number} ({layer.name}) stands before the first dense layer, where it has no "
            "weighted sum",
            WAY_OUT,
        )
    return ConvkitError(
        f"layer {number} ({layer.name}) can't be written out: only dense layers and element-wise "
        f"activations ({', '.join(ACTIVATIONS)})",
        WAY_OUT,
    )


def _check_size(model: Sequential, stages: Sequence[Stage]) -> None:
    if not stages:
        raise ConvkitError("the model has no dense layer, so there is no weight to explain")
    if any(stage.dense.weight.ndim != 2 for stage in stages):
        raise ConvkitError("only dense layers on one row of numbers can be written out", WAY_OUT)
    total = sum(each.size for each in model.parameters().values())
    if total > MOST_PARAMETERS:
        raise ConvkitError(
            f"the network is too large to be written out: {total:,} weights, and at most "
            f"{MOST_PARAMETERS:,} are",
            WAY_OUT,
        )
