"""From arrays of all kinds to inputs and targets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convkit.data.dataset import Floats
from convkit.errors import ConvkitError

Task = Literal["classification", "regression"]


class Targets(NamedTuple):
    """What is to be learnt: labels (n,) with the names of their classes, or values (n, m)."""

    values: NDArray[Any]
    classes: tuple[str, ...] | None


def as_inputs(array: NDArray[Any], name: str) -> Floats:
    """Return an array as inputs, (n, ...) float32.

    Bytes are pictures: 0…255 becomes 0…1, and grey ones (n, height, width) get an axis for their
    channel. Other numbers stay as they are. A single number for each sample becomes (n, 1).

    Raises
    ------
    ConvkitError
        If they aren't real and finite numbers, or there is none.
    """
    _check_numbers(array, name)
    if array.dtype == np.uint8:
        pixels = pixels_to_unit(array)
        return pixels[..., np.newaxis] if pixels.ndim == 3 else _at_least_columns(pixels)
    return _at_least_columns(as_float32(array, name))


def as_targets(
    array: NDArray[Any], name: str, task: Task | None, classes: Sequence[str] | None
) -> Targets:
    """Return an array as targets: whole numbers are labels of classes, others values.

    Parameters
    ----------
    array : (n,) or (n, m) array
    name : str
        What messages call it.
    task : str, optional
        Overrules what the type of the numbers says.
    classes : sequence of str, optional
        The names of the classes; by default their numbers.

    Raises
    ------
    ConvkitError
        If the numbers can't be what they are to be.
    """
    _check_numbers(array, name)
    array = array[:, 0] if array.ndim == 2 and array.shape[1] == 1 else array
    whole = array.dtype.kind in "bui"
    if task == "regression" or (task is None and not whole):
        if array.ndim > 2:
            raise ConvkitError(f"{name} has {array.ndim} axes, but targets are (n,) or (n, values)")
        return Targets(_at_least_columns(as_float32(array, name)), None)
    if array.ndim != 1:
        raise ConvkitError(
            f"{name} is {array.shape}, but the class of a sample is one number",
            "for values to be learnt: task: regression; of a one-hot code save its argmax",
        )
    return _labels(array, name, classes)


def _labels(array: NDArray[Any], name: str, classes: Sequence[str] | None) -> Targets:
    values = as_float32(array, name) if array.dtype.kind == "f" else array
    labels = values.astype(np.int64)
    wrong = np.flatnonzero((labels != values) | (labels < 0))
    if wrong.size:
        raise ConvkitError(
            f"{name}: the class of sample {wrong[0]} is {values[wrong[0]]}, not 0, 1, 2, …",
            "for values to be learnt: task: regression",
        )
    count = len(classes) if classes else int(labels.max()) + 1
    if not classes and count > max(len(labels), 2):
        raise ConvkitError(
            f"{name} goes up to {count - 1}, but there are only {len(labels)} samples",
            "number the classes 0, 1, 2, …",
        )
    return Targets(labels, tuple(classes or map(str, range(count))))


def as_float32(array: NDArray[Any], name: str) -> Floats:
    """Return numbers as float32.

    Raises
    ------
    ConvkitError
        If one is infinite or too large; NaN is let through where `array` may have gaps.
    """
    floats, place = to_float32(array)
    if place is not None:
        raise ConvkitError(f"{name}: {array[place]} at {list(place)} is beyond what float32 holds")
    return floats


def to_float32(array: NDArray[Any]) -> tuple[Floats, tuple[int, ...] | None]:
    """Return numbers as float32, and where the first one stands that is beyond it, if any is."""
    with np.errstate(over="ignore"):
        floats: Floats = np.ascontiguousarray(array, np.float32)
    beyond = np.isinf(floats)
    return floats, tuple(np.argwhere(beyond)[0].tolist()) if beyond.any() else None


def pixels_to_unit(pixels: NDArray[Any], white: float = 255.0) -> Floats:
    """Return pixels from 0 to `white` as float32 from 0 to 1."""
    unit: Floats = np.multiply(pixels, np.float32(1 / white), dtype=np.float32)
    return unit


def _at_least_columns(array: Floats) -> Floats:
    return array[:, np.newaxis] if array.ndim == 1 else array


def _check_numbers(array: NDArray[Any], name: str) -> None:
    if array.dtype.kind not in "buif":
        raise ConvkitError(f"{name} holds {array.dtype}, not real numbers")
    if array.ndim == 0 or array.size == 0:
        raise ConvkitError(f"{name} holds no samples: its shape is {array.shape}")
    if array.dtype.kind == "f" and np.isnan(array).any():
        place = np.argwhere(np.isnan(array))[0].tolist()
        raise ConvkitError(f"{name} has no number (NaN) at {place}", "leave the sample out")
