"""A case in a folder: its config, its data, and the recipe that PyTorch's script reads."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.training.cases import Case
from benchmarks.training.recipe import recipe
from convkit.experiment.assembly import Assembly, assemble
from convkit.experiment.spec import read_experiment


@dataclass(frozen=True)
class Prepared:
    """A case that both sides can begin with.

    Attributes
    ----------
    case : Case
    config : Path
        What convkit trains.
    recipe : dict
        The same for PyTorch.
    shape : str
        Of a sample.
    """

    case: Case
    config: Path
    recipe: dict[str, Any]
    shape: str

    @property
    def recipe_file(self) -> Path:
        """Where the script finds the recipe."""
        return self.config.with_suffix(".json")

    def assembled(self) -> Assembly:
        """Return the experiment, prepared as ``convkit train`` does it, with nothing learnt yet."""
        return assembled(self.config)


def prepare(case: Case, folder: Path) -> Prepared:
    """Write all that a case needs into a folder."""
    config = case.write(folder)
    assembly = assembled(config)
    shape = "x".join(map(str, assembly.family.signature.sample_shape))
    prepared = Prepared(case, config, recipe(assembly, config.parent), shape)
    prepared.recipe_file.write_text(json.dumps(prepared.recipe), encoding="utf-8")
    return prepared


def assembled(config: Path) -> Assembly:
    """Return a config's experiment, read and prepared."""
    return assemble(read_experiment(str(config)).experiment, config.parent)
