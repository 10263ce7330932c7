"""Where NaN or infinity came from: the first layer in which it appeared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, astuple, dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convkit.autograd import Tensor
from convkit.data import Targets
from convkit.errors import ConvkitError
from convkit.nn import Context, Layer, Sequential

Array = NDArray[Any]

HINTS = {
    "input": "clean the data: a sample holds what is no number",
    "target": "clean the data: a target is no number",
    "weights": "the step before was too long: lower optimizer.lr, or set optimizer.clip_norm: 1",
    "output": "lower optimizer.lr, scale the inputs (standardize: true), or normalise (batch_norm)",
    "loss": "lower optimizer.lr, or scale the targets (standardize: true)",
    "optimizer": "the squares of the gradients overflow: set optimizer.clip_norm: 1",
    "gradient": "set optimizer.clip_norm: 1, lower optimizer.lr, or warm it up (warm_up: 1)",
}
"""The way out, for each place where it can begin."""


@dataclass(frozen=True)
class Origin:
    """Where the first number that isn't finite stands.

    Attributes
    ----------
    what : str
        A key of :data:`HINTS`.
    where : str or None
        The layer, such as ``layer 3 (dense)``, or the sample in the batch.
    value : str
        ``nan`` or ``infinity``.
    """

    what: str
    where: str | None
    value: str

    def __str__(self) -> str:
        return f"{self.value} in the {self.what}" + (f" of {self.where}" if self.where else "")

    def state(self) -> dict[str, str | None]:
        """Return it as JSON holds it."""
        return asdict(self)


class DivergedError(ConvkitError):
    """Training came to numbers that aren't finite.

    Parameters
    ----------
    origin : Origin
    hint : str, optional
        The way out; by default the one in :data:`HINTS`.

    Attributes
    ----------
    origin : Origin
    """

    def __init__(self, origin: Origin, hint: str | None = None) -> None:
        super().__init__(str(origin), hint or HINTS[origin.what])
        self.origin = origin


@contextmanager
def diverging(network: str, hint: str) -> Iterator[None]:
    """Say of training that diverges in the block which of a family's networks it was.

    Parameters
    ----------
    network : str
        What it is called, such as ``the discriminator``.
    hint : str
        The way out.

    Raises
    ------
    DivergedError
    """
    try:
        yield
    except DivergedError as error:
        what, where, value = astuple(error.origin)
        place = f"{network}'s {where}" if where else network
        raise DivergedError(Origin(what, place, value), hint) from error


class Link(NamedTuple):
    """A layer of a pass, with what went in and what came out; ``where`` names it."""

    where: str
    layer: Layer
    before: Tensor
    after: Tensor


def find_origin(
    model: Sequential,
    loss: Callable[[Tensor, Targets], Tensor],
    portions: Sequence[tuple[Array, Targets]],
    context: Context,
) -> Origin:
    """Take a step that went wrong once more, layer by layer, and return where it first did.

    Parameters
    ----------
    model : Sequential
        As it was before the step, its gradients 0; they are added to.
    loss : callable
    portions : sequence of (inputs, targets)
        The batch as it went through the model, one portion after the other.
    context : Context
        With random numbers as they were before the step.
    """
    found = _all_origins(model, loss, portions, context)
    return next(found, Origin("loss", None, "nan"))


def _all_origins(
    model: Sequential,
    loss: Callable[[Tensor, Targets], Tensor],
    portions: Sequence[tuple[Array, Targets]],
    context: Context,
) -> Iterator[Origin]:
    layers = dict(_chain(model))
    for what, batch in zip(("input", "target"), zip(*portions, strict=True), strict=True):
        values = np.concatenate(batch)
        yield from _suspect(what, _bad_sample(values), values)
    for where, layer in layers.items():
        for weights in layer.parameters().values():
            yield from _suspect("weights", where, weights.data)
    total = sum(len(targets) for _, targets in portions)
    for inputs, targets in portions:
        links: list[Link] = []
        yield from _forward(layers, inputs, context, links)
        outputs = Tensor(links[-1].after.data if links else inputs, requires_grad=True)
        value = loss(outputs, targets)
        yield from _suspect("loss", None, value.data)
        value.backward(np.full_like(value.data, len(targets) / total))
        yield from _backward(links, outputs.grad)


def _chain(model: Sequential, path: str = "") -> Iterator[tuple[str, Layer]]:
    """Yield the layers that samples go through one after the other, and what each is called."""
    for number, layer in model.children().items():
        if isinstance(layer, Sequential):
            yield from _chain(layer, f"{path}{number}.")
        else:
            yield f"layer {path}{number} ({layer.name})", layer


def _forward(
    layers: Mapping[str, Layer], inputs: Array, context: Context, links: list[Link]
) -> Iterator[Origin]:
    """Go through the layers, each with a graph of its own, and add what went in and came out."""
    x = inputs
    for where, layer in layers.items():
        before = Tensor(x, requires_grad=True)
        after = layer(before, context)
        yield from _suspect("output", where, after.data)
        links.append(Link(where, layer, before, after))
        x = after.data


def _backward(links: Sequence[Link], grad: Array | None) -> Iterator[Origin]:
    """Walk back through the layers, each with the gradient that the one behind it hands on."""
    if grad is not None:
        yield from _suspect("gradient", "the loss", grad)
    for where, layer, before, after in reversed(links):
        if after is not before:
            after.backward(grad)
            grad = before.grad
        for each in (before, *layer.parameters().values()):
            if each.grad is not None:
                yield from _suspect("gradient", where, each.grad)


def _suspect(what: str, where: str | None, values: Array) -> Iterator[Origin]:
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        yield Origin(what, where, "nan" if np.isnan(values).any() else "infinity")


def _bad_sample(values: Array) -> str | None:
    """Return which sample of a batch isn't finite."""
    if values.dtype.kind != "f":
        return None
    bad = ~np.isfinite(values.reshape(len(values), -1)).all(axis=1)
    return f"sample {int(bad.argmax())} of the batch" if bad.any() else None
