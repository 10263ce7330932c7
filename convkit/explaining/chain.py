"""The chain rule over paths: a gradient as the sum over every path from a weight to the loss.

``∂L/∂w = Σ ∂L/∂o31 · ∂o31/∂o2k · ∂o2k/∂o11 · ∂o11/∂w`` over all k.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

from convkit.errors import ConvkitError
from convkit.explaining.forward import LayerPass, LossValue
from convkit.explaining.stages import WAY_OUT, Names
from convkit.explaining.weights import Weight

MOST_PATHS = 4096
"""More of them nobody would look at."""


@dataclass(frozen=True)
class Factor:
    """A derivative on a path.

    Attributes
    ----------
    name : str
        ``∂o31/∂o21``.
    formula : str
        Where it comes from: ``f'(z31)·w``.
    numbers : tuple of float
        What is multiplied there.
    """

    name: str
    formula: str
    numbers: tuple[float, ...]

    @property
    def value(self) -> float:
        """What it amounts to."""
        return math.prod(self.numbers)


@dataclass(frozen=True)
class Path:
    """A way from the weight to the loss.

    Attributes
    ----------
    nodes : tuple of str
        From the weight on: ``w``, ``o11``, ``o21``, ``o31``, ``L``.
    factors : tuple of Factor
        From the loss back, as the chain rule is written.
    """

    nodes: tuple[str, ...]
    factors: tuple[Factor, ...]

    @property
    def formula(self) -> str:
        """The factors' names, multiplied."""
        return " · ".join(factor.name for factor in self.factors)

    @property
    def product(self) -> float:
        """What the factors amount to."""
        return math.prod(factor.value for factor in self.factors)


def count_paths(layers: Sequence[LayerPass], weight: Weight) -> int:
    """Return how many paths lead from a weight to the loss: the product of the widths behind it."""
    return math.prod(len(layer.outputs) for layer in layers[place_of(layers, weight) + 1 :])


def find_paths(
    layers: Sequence[LayerPass], loss: LossValue, weight: Weight, names: Names
) -> tuple[Path, ...]:
    """Return every path from a weight to the loss.

    Raises
    ------
    ConvkitError
        If there are too many.
    """
    count = count_paths(layers, weight)
    if count > MOST_PATHS:
        last = layers[-1].stage.path
        raise ConvkitError(
            f"{count:,} paths lead from {weight} to the loss, and at most {MOST_PATHS:,} are "
            "written out",
            f"take a weight of a later layer, such as --weight '{last}.weight[0,0]'; {WAY_OUT}",
        )
    place = place_of(layers, weight)
    first = _first_factor(layers[place], weight, names)
    behind = layers[place + 1 :]
    # Paths share their factors: each is made once.
    links = [_links(layer, names) for layer in behind]
    ends = _ends(loss, len(layers), names)
    return tuple(
        _path(first, links, ends, (weight.neuron, *route), names, place + 1)
        for route in product(*(range(len(layer.outputs)) for layer in behind))
    )


Links = dict[tuple[int, int], Factor]


def _path(
    first: Factor,
    links: Sequence[Links],
    ends: Sequence[Factor],
    route: tuple[int, ...],
    names: Names,
    number: int,
) -> Path:
    """Return the path through the neurons of a route, which begins in layer `number`."""
    between = [link[step] for link, step in zip(links, pairwise(route), strict=True)]
    nodes = (names.node(layer, neuron + 1) for layer, neuron in enumerate(route, start=number))
    return Path(("w", *nodes, "L"), (ends[route[-1]], *reversed(between), first))


def _first_factor(layer: LayerPass, weight: Weight, names: Names) -> Factor:
    """Return ``∂o11/∂w = f'(z11)·x``; behind a bias stands no input."""
    output = names.node(layer.number, weight.neuron + 1)
    slope = float(layer.slopes[weight.neuron])
    formula = f"f'({names.node(layer.number, weight.neuron + 1, 'z')})"
    if weight.source is None:
        return Factor(f"∂{output}/∂w", formula, (slope,))
    source = names.node(layer.number - 1, weight.source + 1)
    value = float(layer.inputs[weight.source])
    return Factor(f"∂{output}/∂w", f"{formula}·{source}", (slope, value))


def _links(layer: LayerPass, names: Names) -> Links:
    """Return ``∂o21/∂o11 = f'(z21)·w`` for each pair of an input and an output of a layer."""
    sources = [names.node(layer.number - 1, j + 1) for j in range(len(layer.inputs))]
    return {
        (j, k): Factor(
            f"∂{neuron.name}/∂{source}",
            f"f'({neuron.sum_name})·w({source}→{neuron.name})",
            (neuron.slope, neuron.weights[j]),
        )
        for k, neuron in enumerate(layer.neurons(names))
        for j, source in enumerate(sources)
    }


def _ends(loss: LossValue, number: int, names: Names) -> list[Factor]:
    """Return ``∂L/∂o31`` for each output."""
    return [
        Factor(f"∂L/∂{names.node(number, k + 1)}", loss.slope_formula, (slope,))
        for k, slope in enumerate(loss.slopes)
    ]


def distinct_factors(paths: Sequence[Path]) -> Iterator[Factor]:
    """Yield the factors of several paths, each once, from the loss back."""
    seen: dict[str, Factor] = {}
    for depth in zip(*(path.factors for path in paths), strict=True):
        seen |= {factor.name: factor for factor in depth}
    yield from seen.values()


def place_of(layers: Sequence[LayerPass], weight: Weight) -> int:
    """Return which of the layers a weight belongs to, from 0."""
    return next(i for i, layer in enumerate(layers) if layer.stage.path == weight.layer)
