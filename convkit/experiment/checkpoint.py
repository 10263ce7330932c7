"""Checkpoints: everything a run needs to go on, in one safetensors file.

One file, replaced atomically, can't disagree with itself: arrays are its tensors, everything else
(counters, generators, what early stopping remembers) is JSON in its metadata. Other programs read
the parameters under their paths, such as ``model/layers.0.weight``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.errors import ConvkitError
from convkit.families.naming import within
from convkit.files import atomic_write, read_bytes

Arrays = dict[str, NDArray[Any]]

FORMAT = "convkit-1"


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


def read_checkpoint(path: Path) -> Checkpoint:
    """Return the checkpoint in a file.

    Raises
    ------
    ConvkitError
        If there is none, or it is no checkpoint of convkit.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    data = read_bytes(path)
    try:
        arrays = load(data)
    except SafetensorError as error:
        raise ConvkitError(f"'{path}' is no checkpoint: {error}") from None
    metadata = _metadata(data)
    if metadata.get("format") != FORMAT:
        raise ConvkitError(
            f"'{path}' is no checkpoint of this convkit: its format is {metadata.get('format')!r}",
            f"this version reads '{FORMAT}'",
        )
    return Checkpoint(arrays, json.loads(metadata["state"]))


def _metadata(data: bytes) -> dict[str, str]:
    """Return the metadata of a valid safetensors file: 8 bytes of length, then a JSON header."""
    length = int.from_bytes(data[:8], "little")
    metadata: dict[str, str] = json.loads(data[8 : 8 + length]).get("__metadata__", {})
    return metadata
