"""What holds parameters, and how they are found: by walking attributes.

The way to a parameter is its name in a checkpoint: ``layers.0.weight`` is the attribute ``weight``
of the first in the list ``layers``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from convkit.autograd import Tensor
from convkit.errors import ConvkitError, did_you_mean

Array = NDArray[Any]
MOST_LISTED = 5


class Context(NamedTuple):
    """What a call has to know beside its input.

    Attributes
    ----------
    train : bool
        Whether it trains: dropout drops, and batch normalisation uses the batch's own statistics.
    rng : numpy.random.Generator or None
        Where a layer draws from while training.
    attention : list of arrays or None
        Where each attention layer, in the order of the calls, leaves the weights of its heads,
        (n, heads, queries, keys); None if nobody wants to see them.
    """

    train: bool = False
    rng: Generator | None = None
    attention: list[Array] | None = None


class Module:
    """The base of everything that holds parameters.

    A parameter is an attribute that is a Tensor, a buffer (something that is remembered but not
    trained) one that is an array, also in lists, tuples, dicts and modules. Attributes with a
    leading underscore are nobody's business.
    """

    def parameters(self) -> dict[str, Tensor]:
        """Return every parameter under its path; one that is shared, once, where it is first."""
        return {path: part for path, part in self._walk() if isinstance(part, Tensor)}

    def buffers(self) -> dict[str, Array]:
        """Return every buffer under its path, such as batch normalisation's running statistics."""
        return {path: part for path, part in self._walk() if isinstance(part, np.ndarray)}

    def state(self) -> dict[str, Array]:
        """Return a copy of all parameters and buffers under their paths."""
        return {path: array.copy() for path, array in self._arrays().items()}

    def load_state(self, state: Mapping[str, Array]) -> None:
        """Copy parameters and buffers in, into the memory where they stand.

        Raises
        ------
        ConvkitError
            If one is missing, unknown, or of another shape or kind; all of them are named, and
            nothing is changed.
        """
        arrays = self._arrays()
        wrong = _mismatches(arrays, state)
        if wrong:
            more = f" and {len(wrong) - MOST_LISTED} more" if len(wrong) > MOST_LISTED else ""
            raise ConvkitError(
                f"the state doesn't fit the model: {'; '.join(wrong[:MOST_LISTED])}{more}",
                "build the model with the layers and the input shape that the state was saved with",
            )
        for path, array in arrays.items():
            array[...] = state[path]

    def _arrays(self) -> dict[str, Array]:
        return {
            path: part.data if isinstance(part, Tensor) else part for path, part in self._walk()
        }

    def _walk(self) -> Iterator[tuple[str, Tensor | Array]]:
        seen: set[int] = set()
        for path, part in _parts(vars(self).items(), ""):
            if id(part) not in seen:
                seen.add(id(part))
                yield path, part


def parameter(values: Array) -> Tensor:
    """Return a trained tensor that begins with `values`."""
    return Tensor(values, requires_grad=True)


def _parts(members: Iterable[tuple[Any, Any]], prefix: str) -> Iterator[tuple[str, Tensor | Array]]:
    for name, member in members:
        if str(name).startswith("_"):
            continue
        if isinstance(member, (Tensor, np.ndarray)):
            yield f"{prefix}{name}", member
        else:
            yield from _parts(_members(member), f"{prefix}{name}.")


def _members(member: object) -> Iterable[tuple[Any, Any]]:
    if isinstance(member, Module):
        return vars(member).items()
    if isinstance(member, Mapping):
        return member.items()
    return enumerate(member) if isinstance(member, (list, tuple)) else ()


def _mismatches(ours: Mapping[str, Array], theirs: Mapping[str, Array]) -> list[str]:
    wrong = [f"'{path}' is missing" for path in ours if path not in theirs]
    for path in theirs:
        if path not in ours:
            hint = did_you_mean(path, ours)
            wrong.append(f"'{path}' is unknown" + (f", {hint}" if hint else ""))
    for path, array in ours.items():
        if path in theirs and theirs[path].shape != array.shape:
            wrong.append(f"'{path}' has the shape {theirs[path].shape}, not {array.shape}")
        elif path in theirs and not np.can_cast(theirs[path].dtype, array.dtype, "same_kind"):
            wrong.append(f"'{path}' holds {theirs[path].dtype}, not {array.dtype}")
    return wrong
