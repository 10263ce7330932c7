"""Checkpoints: everything a run needs to go on, in one safetensors file.

One file, replaced atomically, can't disagree with itself: arrays are its tensors, everything else
(counters, generators, what early stopping remembers) is JSON in its metadata. Other programs read
the parameters under their paths, such as ``model/layers.0.weight``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import NonNegativeFloat, NonNegativeInt, TypeAdapter, ValidationError

from convkit.errors import ConvkitError
from convkit.families import Signature, within
from convkit.files import atomic_write, read_bytes

Arrays = dict[str, NDArray[Any]]

FORMAT = "convkit-1"


@dataclass
class Position:
    """Where a training stands.

    Attributes
    ----------
    epoch : int
        Epochs that are over.
    batch : int
        Steps taken in the one that runs.
    step : int
        Steps taken in all.
    seconds : float
        Spent training and measuring, over all sessions.
    epoch_seconds : float
        The part of it that was spent on the epoch that runs.
    """

    epoch: NonNegativeInt = 0
    batch: NonNegativeInt = 0
    step: NonNegativeInt = 0
    seconds: NonNegativeFloat = 0.0
    epoch_seconds: NonNegativeFloat = 0.0

    def state(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return dict(vars(self))


@dataclass(frozen=True)
class Watched:
    """What is remembered of a metric, see :class:`convkit.experiment.monitor.Monitor`."""

    best: float | None
    best_epoch: int | None
    waited: int


@dataclass(frozen=True)
class Watching:
    """What a trainer remembers: the best epoch, and how long early stopping has waited."""

    best: Watched
    patience: Watched | None


MODEL = {"signature": Signature, "position": Position}
"""What the state of every checkpoint holds, and of which form it is."""

GOING_ON = {"trainer": Watching, "learning": dict[str, Any]}
"""What it holds as well if training can go on from it."""


@dataclass(frozen=True)
class Checkpoint:
    """A moment of a run.

    Attributes
    ----------
    arrays : dict of str to ndarray
        Parameters, buffers, the optimizer's moments; what they belong to stands before a ``/``.
    state : dict
        What JSON holds; Python's floats come back to the last bit.
    """

    arrays: Arrays
    state: dict[str, Any]

    def within(self, owner: str) -> Arrays:
        """Return the arrays of an owner, such as ``model``, by their own names."""
        return within(owner, self.arrays)


def first_not_finite(arrays: Arrays) -> str | None:
    """Return the name of the first array that holds NaN or an infinity, or None.

    Single numbers don't count: the best value that a schedule has seen begins at infinity.
    """
    for name, array in arrays.items():
        if array.ndim and array.dtype.kind == "f" and not np.isfinite(array).all():
            return name
    return None


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint; the one before it stays until this one is on the disk.

    Raises
    ------
    ConvkitError
        If the disk refuses.
    """
    from safetensors.numpy import save

    metadata = {"format": FORMAT, "state": json.dumps(checkpoint.state)}
    # safetensors writes the memory of an array, whatever its strides.
    arrays = {name: np.asarray(array, order="C") for name, array in checkpoint.arrays.items()}
    data = save(arrays, metadata=metadata)
    with atomic_write(path, force=True, durable=True) as stream:
        stream.write(data)


def read_checkpoint(path: Path, *, to_go_on: bool = False) -> Checkpoint:
    """Return the checkpoint in a file.

    Parameters
    ----------
    path : Path
    to_go_on : bool
        Whether it must hold what going on needs, and not the model alone.

    Raises
    ------
    ConvkitError
        If there is none, it is no checkpoint of convkit, or it was damaged.
    """
    arrays, metadata = read_tensors(path, "checkpoint")
    if metadata.get("format") != FORMAT:
        raise ConvkitError(
            f"'{path}' is no checkpoint of this convkit: its format is {metadata.get('format')!r}",
            f"this version reads '{FORMAT}'",
        )
    forms = MODEL | GOING_ON if to_go_on else MODEL
    return Checkpoint(arrays, _state(metadata.get("state"), forms, path))


def read_tensors(path: Path, what: str = "safetensors file") -> tuple[Arrays, dict[str, str]]:
    """Return the arrays in a safetensors file, and its metadata.

    Parameters
    ----------
    path : Path
    what : str
        What messages say that it should be.

    Raises
    ------
    ConvkitError
        If there is none, or it can't be read.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    data = read_bytes(path)
    try:
        return load(data), _metadata(data)
    except (SafetensorError, AttributeError, KeyError) as error:  # the others: types NumPy lacks
        hint = _other(path) if what == "checkpoint" else None
        raise ConvkitError(f"'{path}' is no {what}: {error}", hint) from None


def _metadata(data: bytes) -> dict[str, str]:
    """Return the metadata of a valid safetensors file: 8 bytes of length, then a JSON header."""
    length = int.from_bytes(data[:8], "little")
    metadata: dict[str, str] = json.loads(data[8 : 8 + length]).get("__metadata__", {})
    return metadata


def _state(text: str | None, forms: dict[str, Any], path: Path) -> dict[str, Any]:
    """Return the state in JSON, each part of which must be of its form."""
    try:
        state: Any = json.loads(text or "")
    except (ValueError, RecursionError):
        raise _damaged(path, "its state is no JSON") from None
    if not isinstance(state, dict):
        raise _damaged(path, "its state holds no names and values")
    for name, form in forms.items():
        if name not in state:
            raise _damaged(path, f"its state has no '{name}'")
        try:
            TypeAdapter(form).validate_json(json.dumps(state[name]), strict=True)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            place = ".".join(map(str, (name, *first["loc"])))
            raise _damaged(path, f"{place} of its state: {first['msg']}") from None
    return state


@contextmanager
def taking_in(path: Path) -> Iterator[None]:
    """Name the checkpoint if something that is taken in from it isn't what belongs there.

    The families and optimizers whose memory it is know its form; so they are who finds out.

    Raises
    ------
    ConvkitError
    """
    try:
        yield
    except ConvkitError as error:
        raise _damaged(path, error.message) from error
    except (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise _damaged(path, f"{type(error).__name__}: {error}") from error


def _damaged(path: Path, reason: str) -> ConvkitError:
    return ConvkitError(f"'{path}' is damaged, or another model's: {reason}", _other(path))


def _other(path: Path) -> str:
    """Return the way out: the run's other checkpoint, if there is one."""
    others = sorted(each for each in path.parent.glob("*.safetensors") if each != path)
    if not others:
        return "train again"
    return f"evaluate and predict take the other one with --checkpoint {others[0].stem}"
