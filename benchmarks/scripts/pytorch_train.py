"""Recipe → a system trained with PyTorch, its weights, and how good it is on the test part."""

import json
import sys
from pathlib import Path

import numpy as np
import torch

from benchmarks.scripts.pytorch import SYSTEMS


def read(recipe):
    """Return the parts of the data, each a tuple of arrays, and the weights to begin with."""
    with np.load(recipe["data"]) as file:
        arrays = {name: file[name] for name in file.files}
    parts = {}
    weights = [arrays.pop(name) for name in sorted(arrays) if name.startswith("weight_")]
    for name, array in arrays.items():
        part = name.partition("_")[0]
        parts[part] = (*parts.get(part, ()), array)
    return parts, weights


def train(recipe, path, *, tuned):
    """Train, write the weights and return the figures of the test part."""
    torch.manual_seed(recipe["seed"])
    arrays, weights = read(recipe)
    system = SYSTEMS[recipe["family"]](recipe, weights, tuned=tuned)
    parts = system.begin({name: system.tensors(part) for name, part in arrays.items()})
    for epoch in range(recipe["epochs"]):
        for number, batch in enumerate(system.batches(parts["train"])):
            system.step(batch, epoch + number / recipe["steps_per_epoch"])
        system.end_epoch(parts)
    system.end()
    torch.save(system.model.state_dict(), path)
    return system.measured(parts["test"])


if __name__ == "__main__":
    recipe_path, weights_path, *options = sys.argv[1:]
    text = Path(recipe_path).read_text(encoding="utf-8")
    print(json.dumps(train(json.loads(text), weights_path, tuned="tuned" in options)))
