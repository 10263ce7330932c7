"""Reading an experiment: its YAML, values from the command line, and a default for all the rest."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from convkit.errors import ConvkitError
from convkit.experiment.run import RUNS, find_run
from convkit.experiment.spec.catalogue import Catalogue, catalogue
from convkit.experiment.spec.kinds import DEFAULT, FAILED, Reading
from convkit.experiment.spec.model import Layers, is_weights_file
from convkit.experiment.spec.overrides import Override, override
from convkit.experiment.spec.problems import LocatedError, SpecError, in_short
from convkit.experiment.spec.schema import Experiment
from convkit.experiment.spec.tree import Node, from_plain, read_tree
from convkit.experiment.spec.writing import to_yaml
from convkit.files import display_name, read_bytes


@dataclass(frozen=True)
class Resolved:
    """An experiment with every value and where each comes from.

    Attributes
    ----------
    experiment : Experiment
    document : dict
        All of it in long form as plain data, defaults too: read again, it is the same experiment.
    origins : dict of str to str
        ``file:line``, ``--set`` or another option, or ``default``, by key path such as
        ``model.0.conv2d.filters``, in the order of the document.
    """

    experiment: Experiment
    document: dict[str, Any]
    origins: dict[str, str]

    @property
    def yaml(self) -> str:
        """The document as YAML."""
        return to_yaml(self.document)


def read_experiment(
    source: str | Path,
    overrides: Sequence[str | Override] = (),
    *,
    runs: Path = RUNS,
    choices: Catalogue | None = None,
) -> Resolved:
    """Read an experiment from a YAML file, or from standard input for ``-``.

    Parameters
    ----------
    source : str or Path
    overrides : sequence of str or Override
        ``path=value``, such as ``optimizer.lr=0.01``; the last one counts.
    runs : Path
        Where the run lies that a model comes from.
    choices : Catalogue, optional
        What there is to choose from; all of convkit's by default.

    Raises
    ------
    SpecError
        With everything that is wrong: syntax, unknown keys and names, values of the wrong type or
        out of range, missing ones, overrides.
    ConvkitError
        If the source can't be read.
    """
    reading = Reading()
    root = read_root(source, reading, "begin with data: digits; convkit init writes a whole one")
    check_meant(root, source, "search")
    choices = choices or catalogue()
    root = override(root, choices.experiment, overrides, reading)
    return _resolved(_with_layers(root, runs, choices, reading), choices, reading)


def read_root(source: str | Path, reading: Reading, hint: str) -> Node:
    """Return the tree of a YAML file, with a name, which is the file's if it has none.

    Parameters
    ----------
    source : str or Path
        ``-`` is standard input.
    reading : Reading
        Is told what is wrong where the rest can still be read.
    hint : str
        How to begin, where the file is empty.

    Raises
    ------
    SpecError
        If it is no YAML, or empty.
    ConvkitError
        If it can't be read.
    """
    _check_whole(source)
    name, data = display_name(source), read_bytes(source)
    try:
        root = read_tree(data, name, reading.problems)
    except ConvkitError as error:
        raise SpecError([error]) from error
    if root is None:
        raise SpecError([LocatedError(name, "", "it is empty", hint)])
    return _named(root, "experiment" if str(source) == "-" else Path(source).stem)


KINDS = {"search": ("a search", "convkit tune"), "data": ("an experiment", "convkit train")}
"""The key that tells a kind of file, what it is, and the command that takes it."""


def check_meant(root: Node, source: str | Path, key: str) -> None:
    """Refuse a file with a key of :data:`KINDS`, which only the other kind of file has.

    Raises
    ------
    SpecError
    """
    if isinstance(root.value, dict) and key in root.value:
        what, command = KINDS[key]
        where = root.value[key].origin
        raise SpecError([LocatedError(where, key, f"this is {what}", f"{command} {source}")])


def _check_whole(source: str | Path) -> None:
    """Refuse the bare name of an experiment that lies where experiments do."""
    config = Path("configs", f"{source}.yaml")
    if not Path(source).exists() and config.is_file():
        raise ConvkitError(f"no such file: '{source}'", f"did you mean '{config}'?")


def experiment_from_document(
    document: Mapping[str, Any], *, choices: Catalogue | None = None
) -> Experiment:
    """Return the experiment of :attr:`Resolved.document`, or of any plain data of its form.

    Raises
    ------
    SpecError
        With everything that is wrong.
    """
    root = from_plain(document, "")
    return _resolved(root, choices or catalogue(), Reading()).experiment


def _named(root: Node, default: str) -> Node:
    """Return the tree with a name, which is the file's if it has none."""
    if not isinstance(root.value, dict) or "name" in root.value:
        return root
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", default).strip("-._") or "experiment"
    return replace(root, value={"name": Node(name, DEFAULT), **root.value})


def _with_layers(root: Node, runs: Path, choices: Catalogue, reading: Reading) -> Node:
    """Return the tree, in which a model that comes from a run has that run's layers.

    So what is written down of the experiment can be read again without that run. A run that isn't
    there yet is missed only where the layers are needed.
    """
    fields = root.value if isinstance(root.value, dict) else {}
    model = fields.get("model")
    if model is None or not isinstance(model.value, dict) or "layers" in model.value:
        return root
    source = model.value.get("from")
    if source is None or not isinstance(source.value, str) or is_weights_file(source.value):
        return root
    try:
        run = find_run(source.value, runs)
    except ConvkitError:
        return root
    try:
        trained = experiment_from_document(run.document(), choices=choices).model.network
    except ConvkitError as error:
        reading.wrong(source, "model.from", error)
        return root
    layers = choices.kind(Layers).plain(trained)
    found = {
        "layers": from_plain(layers, str(run.config)),
        "from": replace(source, value=str(run.folder)),
    }
    return replace(root, value=fields | {"model": replace(model, value=model.value | found)})


def _resolved(root: Node, choices: Catalogue, reading: Reading) -> Resolved:
    kind = choices.experiment
    if not isinstance(root.value, dict):
        hint = "it begins with a key and its value, such as data: digits"
        got = in_short(root.plain)
        raise SpecError(
            [LocatedError(root.origin, "", f"expected keys and values, got {got}", hint)]
        )
    experiment = kind.read(root, "", reading)
    if experiment is not FAILED:
        _check_parts(experiment, root, choices, reading)
    if reading.problems:
        raise SpecError(reading.problems)
    return Resolved(experiment, kind.plain(experiment), reading.origins)


PARTS = {
    "model": "[flatten, {dense: 10}]",
    "loss": "cross_entropy",
    "optimizer": "adam",
    "augment": None,
}
"""What only some families take, with what can be written; None where it may be left out."""


def _check_parts(experiment: Experiment, root: Node, choices: Catalogue, reading: Reading) -> None:
    """Check that a family gets the parts that it says it takes, and no others."""
    family = experiment.family.name
    taken = getattr(choices.tables["family"].entries[family], "parts", PARTS)
    fields = root.value if isinstance(root.value, dict) else {}
    for part, example in PARTS.items():
        given = getattr(experiment, part) != getattr(Experiment, part)
        if part in taken and not given and example:
            message, hint = f"the family {family} needs '{part}'", f"such as {part}: {example}"
            reading.problem(fields.get(part, root), part, message, hint)
        elif given and part not in taken:
            reading.problem(fields[part], part, f"the family {family} takes none", "leave it out")
