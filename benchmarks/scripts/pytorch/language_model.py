"""Learning to go on with a text: truncated backpropagation, or windows on their own."""

import torch
from torch import nn
from torch.nn import functional

from benchmarks.scripts.pytorch.layers import Recurrent, build
from benchmarks.scripts.pytorch.system import System

STREAMS, LEAST_WINDOWS = 32, 16
"""What is measured is cut into so many streams at most, of so many windows at least."""


class LanguageModel(System):
    """Vectors for symbols, layers, and a score for each symbol that may come next."""

    def build(self, recipe):
        return nn.Sequential(
            nn.Embedding(recipe["symbols"], recipe["embedding"]),
            build(recipe["layers"]),
            nn.Linear(recipe["features"], recipe["symbols"]),
        )

    def tensors(self, arrays):
        inputs, targets, *begins = arrays
        return torch.from_numpy(inputs).long(), torch.from_numpy(targets), *begins

    def batches(self, part):
        # Where windows begin is drawn anew for each epoch.
        offset = -torch.randint(part[0].shape[1], ()).item()
        inputs, targets = (each.flatten().roll(offset).view_as(each) for each in part)
        size = self.recipe["batch_size"]
        if self.recipe["endless"]:
            yield from along(inputs, targets, size)
        else:
            for places in torch.randperm(len(inputs)).split(size):
                yield inputs[places], targets[places], True

    def loss(self, batch):
        inputs, targets, begins = batch
        for module in self.model.modules():
            if isinstance(module, Recurrent):
                module.go_on(0 if begins else len(inputs))
        return functional.cross_entropy(self.model(inputs).flatten(0, 1), targets.flatten())

    def measure(self, part):
        inputs, targets = part
        streams = min(STREAMS, max(len(inputs) // LEAST_WINDOWS, 1))
        batches = list(along(inputs, targets, streams))
        total = sum(self.loss(batch) * len(batch[0]) for batch in batches)
        return {"perplexity": (total / len(inputs)).exp().item()}


def along(inputs, targets, streams):
    """Yield a window of each of some streams at a time, and whether the streams begin."""
    length = -(-len(inputs) // streams)
    for step in range(length):
        yield inputs[step::length], targets[step::length], step == 0
