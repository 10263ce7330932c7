"""Weights that were learnt before: those of a run, or of a file that convkit or PyTorch wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from convkit.autograd import Tensor
from convkit.errors import ConvkitError, did_you_mean
from convkit.experiment import spec
from convkit.experiment.assembly import Assembly, experiment_of
from convkit.experiment.checkpoint import FORMAT, Arrays, read_tensors
from convkit.experiment.run import RUNS, Run, find_run
from convkit.experiment.saving import load
from convkit.experiment.spec import LocatedError
from convkit.experiment.summary import counting_checkpoint
from convkit.families import FineTunes, within
from convkit.nn import Layer, Sequential, named_layers
from convkit.nn.checks import Shape, shape_text
from convkit.nn.module import Array
from convkit.nn.torch_state import (
    IGNORED,
    counterparts,
    flattened_inputs,
    from_torch,
    modules_of,
)


class Slot(NamedTuple):
    """An array of a layer that is to be filled.

    Attributes
    ----------
    path : str
        Of the layer, as in the summary.
    layer : Layer
    attribute : str
        What the layer calls the array.
    name : str
        What a checkpoint calls it.
    array : ndarray
        The memory itself.
    """

    path: str
    layer: Layer
    attribute: str
    name: str
    array: Array

    def __str__(self) -> str:
        return f"layer {self.path} ({self.layer.name})"


class Source(NamedTuple):
    """Arrays of weights, and which of them belong where.

    Attributes
    ----------
    arrays : dict of str to ndarray
        In our layout.
    names : dict of str to str
        The name of what goes into a slot, by the slot's.
    problems : list of ConvkitError
        Why something can't be told.
    """

    arrays: Arrays
    names: Mapping[str, str]
    problems: list[ConvkitError]


def start_from(
    assembly: Assembly, root: Path, runs: Path = RUNS, origins: Mapping[str, str] | None = None
) -> None:
    """Give what an experiment trains the weights that it comes from, if it does.

    Parameters and errors are those of :func:`take_over`.
    """
    model, family = assembly.experiment.model, assembly.family
    if model.from_ is not None and isinstance(family, FineTunes):
        shape = family.signature.sample_shape
        take_over(model, family.layers, shape, root=root, runs=runs, origins=origins)


def take_over(
    model: spec.Model,
    layers: Sequential,
    shape: Shape,
    *,
    root: Path,
    runs: Path = RUNS,
    origins: Mapping[str, str] | None = None,
) -> None:
    """Give a network the weights that it comes from; layers that replace others stay as they are.

    Parameters
    ----------
    model : Model
        With something that it comes from.
    layers : Sequential
        Built; its arrays are written into.
    shape : tuple of int
        Of a sample that comes in.
    root : Path
        The folder that the path of a file starts from.
    runs : Path
        Where runs lie.
    origins : dict of str to str, optional
        Where values stand, for messages.

    Raises
    ------
    SpecError
        If there are no such weights, or with all that don't fit the layers; nothing is changed.
    """
    assert model.from_ is not None
    slots = list(_slots(layers, len(model.kept)))
    try:
        if spec.is_weights_file(model.from_):
            maps = flattened_inputs(layers, shape)
            source = _of_file(model, root / model.from_, slots, maps)
        else:
            source = _of_run(find_run(model.from_, runs), slots)
    except ConvkitError as error:
        source = Source({}, {}, [error])
    problems = source.problems or [
        *(problem for slot in slots for problem in _misfits(slot, source, model.from_)),
        *_left_over(slots, source, model.from_),
    ]
    if problems:
        where = (origins or {}).get("model.from", "")
        raise spec.SpecError(
            [LocatedError(where, "model.from", each.message, each.hint) for each in problems]
        )
    for slot in slots:
        slot.array[...] = source.arrays[source.names[slot.name]]


def _slots(layers: Sequential, kept: int) -> Iterator[Slot]:
    """Yield the arrays of the first layers of a model."""
    owners = {
        id(part): (path, layer, attribute)
        for path, layer in named_layers(layers).items()  # inner ones after outer ones
        for attribute, part in _parts(layer).items()
    }
    for name, part in _parts(layers).items():
        path, layer, attribute = owners[id(part)]
        if int(path.partition(".")[0]) <= kept:
            array = part.data if isinstance(part, Tensor) else part
            yield Slot(path, layer, attribute, name, array)


def _parts(layer: Layer) -> dict[str, Tensor | Array]:
    return {**layer.parameters(), **layer.buffers()}


def _misfits(slot: Slot, source: Source, name: str) -> Iterator[ConvkitError]:
    """Yield why a slot can't be filled."""
    key = source.names[slot.name]
    if key not in source.arrays:
        hint = did_you_mean(key, source.arrays)
        yield ConvkitError(f"{slot} finds no '{key}' in '{name}'", hint)
        return
    array = source.arrays[key]
    if array.shape != slot.array.shape:
        ours, theirs = shape_text(slot.array.shape), shape_text(array.shape)
        yield ConvkitError(f"{slot} has a {slot.attribute} of {ours}, but '{key}' is {theirs}")
    elif array.dtype.kind != "f":
        yield ConvkitError(f"{slot} takes floats, but '{key}' holds {array.dtype}")


def _left_over(slots: list[Slot], source: Source, name: str) -> Iterator[ConvkitError]:
    """Yield which arrays of the layers that are taken over would be lost, such as a bias."""
    used = {source.names[slot.name]: slot for slot in slots}
    owners = {key.rpartition(".")[0]: slot for key, slot in used.items()}
    for key in source.arrays:
        owner = owners.get(key.rpartition(".")[0])
        if owner is not None and key not in used and not key.endswith(IGNORED):
            yield ConvkitError(f"{owner} has no place for '{key}' of '{name}'")


def _of_run(run: Run, slots: list[Slot]) -> Source:
    """Return the weights of the checkpoint that counts of a run."""
    stored = load(run, counting_checkpoint(experiment_of(run).trainer, run))
    return Source(stored.checkpoint.within("model"), {slot.name: slot.name for slot in slots}, [])


def _of_file(model: spec.Model, path: Path, slots: list[Slot], maps: Mapping[str, Shape]) -> Source:
    """Return the weights in a file; `maps` are what layers get as one row, by their paths."""
    arrays, metadata = read_tensors(path)
    if metadata.get("format") != FORMAT:
        return _of_torch(model, arrays, slots, maps)
    problems = [ConvkitError("map is for names of PyTorch's", "leave it out")] if model.map else []
    return Source(within("model", arrays), {slot.name: slot.name for slot in slots}, problems)


def _of_torch(
    model: spec.Model, arrays: Arrays, slots: list[Slot], maps: Mapping[str, Shape]
) -> Source:
    """Return a state dict of PyTorch's, with its arrays laid out as ours are."""
    layers = {slot.path: slot.layer for slot in slots}
    modules, problems = _modules(model, modules_of(arrays), layers)
    names: dict[str, str] = {}
    ours: Arrays = {}
    taken: set[str] = set()
    for slot in slots:
        prefix = f"{module}." if (module := modules.get(slot.path)) else ""
        keys = [prefix + name for name in counterparts(slot.layer, slot.attribute)]
        parts = [arrays[key] for key in keys if key in arrays]
        taken.update(keys)
        if not keys:
            problems.append(ConvkitError(f"{slot} has no counterpart in PyTorch"))
        elif len({part.shape for part in parts}) > 1:
            problems.append(ConvkitError(f"{slot} takes {' and '.join(keys)} of one shape"))
        elif len(parts) < len(keys):
            names[slot.name] = next(key for key in keys if key not in arrays)
        else:
            names[slot.name] = keys[0]
            flattened = maps.get(slot.path)
            ours[keys[0]] = from_torch(slot.layer, slot.attribute, parts, flattened)
    left = {key: array for key, array in arrays.items() if key not in taken}
    return Source(left | ours, names, problems)


def _modules(
    model: spec.Model, modules: list[str], layers: Mapping[str, Layer]
) -> tuple[dict[str, str], list[ConvkitError]]:
    """Return which of PyTorch's modules each layer is, by its path, and what stays unclear."""
    if model.map is not None:
        problems = [
            ConvkitError(f"map names '{path}', which is no layer whose weights are taken over")
            for path in model.map
            if path not in layers
        ]
        problems += [
            ConvkitError(f"map doesn't say what layer {path} ({layer.name}) is", _example(path))
            for path, layer in layers.items()
            if path not in model.map
        ]
        return dict(model.map), problems
    few, more = len(modules) < len(layers), len(modules) > len(layers)
    if few or (more and model.replace is None):
        said = f"the file has weights of {len(modules)} layers, the model {len(layers)} to fill"
        return {}, [ConvkitError(said, _example(next(iter(layers))))]
    return dict(zip(layers, modules, strict=False)), []


def _example(path: str) -> str:
    return f"say which is which: map: {{{path}: features.0, …}}"
