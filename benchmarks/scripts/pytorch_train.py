"""Recipe → a network trained with PyTorch, its weights, and how good it is on the test part."""

import json
import math
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

LAYERS = {
    "conv2d": lambda channels, filters, kernel_size, padding: nn.Conv2d(
        channels, filters, kernel_size, padding=padding
    ),
    "max_pool2d": lambda _, pool_size: nn.MaxPool2d(pool_size),
    "global_max_pool2d": lambda _: nn.Sequential(nn.AdaptiveMaxPool2d(1), nn.Flatten()),
    "dense": lambda features, units: nn.Linear(features, out_features=units),
    "relu": lambda _: nn.ReLU(),
    "flatten": lambda _: nn.Flatten(),
}
"""Each is made for so many channels, with the arguments of the recipe."""


class Learner:
    """A network with its loss and its optimizer.

    Parameters
    ----------
    recipe : dict
    shape : (channels, height, width)
        Of a sample.
    tuned : bool
        Whether with PyTorch's faster layout and its fused optimizer; else as they come.
    """

    def __init__(self, recipe, shape, *, tuned):
        self.layout = torch.channels_last if tuned else torch.contiguous_format
        self.model = build(recipe["layers"], shape).to(memory_format=self.layout)
        self.loss = nn.CrossEntropyLoss(label_smoothing=recipe["label_smoothing"])
        self.optimizer = torch.optim.Adam(
            self.model.parameters(), lr=recipe["lr"], fused=tuned or None
        )
        self.recipe = recipe

    def step(self, inputs, targets, progress):
        """Learn from a batch and return its loss; `progress` is in epochs."""
        self.optimizer.param_groups[0]["lr"] = self.learning_rate(progress)
        self.optimizer.zero_grad()
        loss = self.loss(self.model(inputs.contiguous(memory_format=self.layout)), targets)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def learning_rate(self, progress):
        """Return what the schedule makes of the learning rate."""
        recipe = self.recipe
        if not recipe["cosine"]:
            return recipe["lr"]
        return recipe["lr"] * (1 + math.cos(math.pi * progress / recipe["epochs"])) / 2

    @torch.inference_mode()
    def accuracy(self, inputs, targets):
        """Return the share of samples whose class is found."""
        parts = zip(inputs.split(256), targets.split(256), strict=True)
        found = sum((self.model(some).argmax(1) == wanted).sum().item() for some, wanted in parts)
        return found / len(targets)


def build(layers, shape):
    """Return the layers, each made for what comes out of the one before."""
    model, sample = nn.Sequential(), torch.zeros(1, *shape)
    with torch.no_grad():
        for name, arguments in layers:
            model.append(LAYERS[name](sample.shape[1], **arguments))
            sample = model[-1](sample)
    return model


def read(recipe):
    """Return inputs and targets of the training part, then of the test part."""
    file = np.load(recipe["data"])
    inputs, targets = file["inputs"], file["targets"]
    if inputs.dtype == np.uint8:
        inputs = inputs.astype(np.float32) / 255
    if inputs.ndim == 3:
        inputs = inputs[..., np.newaxis]
    inputs = torch.from_numpy(inputs).permute(0, 3, 1, 2).contiguous()
    targets = torch.from_numpy(targets.astype(np.int64))
    test, train = torch.randperm(len(targets)).tensor_split([recipe["test_samples"]])
    if recipe["standardize"]:
        mean, std = inputs[train].mean(), inputs[train].std()
        inputs = (inputs - mean) / std
    return inputs[train], targets[train], inputs[test], targets[test]


def train(recipe, weights, *, tuned):
    """Train, write the weights and return the accuracy on the test part."""
    torch.manual_seed(recipe["seed"])
    inputs, targets, test_inputs, test_targets = read(recipe)
    learner = Learner(recipe, inputs.shape[1:], tuned=tuned)
    for epoch in range(recipe["epochs"]):
        batches = torch.randperm(len(targets)).split(recipe["batch_size"])
        for number, batch in enumerate(batches):
            learner.step(inputs[batch], targets[batch], epoch + number / len(batches))
    torch.save(learner.model.state_dict(), weights)
    return learner.accuracy(test_inputs, test_targets)


if __name__ == "__main__":
    recipe_path, weights_path, *options = sys.argv[1:]
    text = Path(recipe_path).read_text(encoding="utf-8")
    print(train(json.loads(text), weights_path, tuned="tuned" in options))
