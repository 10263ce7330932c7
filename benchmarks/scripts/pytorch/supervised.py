"""Learning from examples with known answers, with augmented pictures if asked."""

import math

import torch
from torch import nn
from torch.nn import functional

from benchmarks.scripts.pytorch.layers import build
from benchmarks.scripts.pytorch.system import System, in_parts

LOSSES = {"cross_entropy": nn.CrossEntropyLoss, "mse": nn.MSELoss}


class Supervised(System):
    """Layers, and a loss of what they make and what they should."""

    def __init__(self, recipe, weights, *, tuned):
        super().__init__(recipe, weights, tuned=tuned)
        name, arguments = recipe["loss"]
        self.loss_of = LOSSES[name](**arguments)
        self.standardized = lambda inputs: inputs

    def build(self, recipe):
        return build(recipe["layers"])

    def begin(self, parts):
        if not self.recipe["standardize"]:
            return parts
        inputs, _ = parts["train"]
        axes = [axis for axis in range(inputs.ndim) if axis != 1]
        mean = inputs.mean(axes, keepdim=True)
        std = inputs.std(axes, correction=0, keepdim=True)
        self.standardized = lambda inputs: (inputs - mean) / std
        # What is augmented is standardized afterwards.
        kept = {"train": parts["train"]} if self.recipe["augment"] else {}
        return {name: (self.standardized(x), y) for name, (x, y) in parts.items()} | kept

    def batches(self, part):
        drawn = super().batches(part)
        if not self.recipe["augment"]:
            return drawn
        settings = self.recipe["augment"]
        return ((self.standardized(augmented(x, **settings)), y) for x, y in drawn)

    def loss(self, batch):
        inputs, targets = batch
        return self.loss_of(self.model(inputs), targets)

    def measure(self, part):
        inputs, targets = part
        outputs = in_parts(self.model, inputs)
        if targets.dtype == torch.float32:
            return {"mse": functional.mse_loss(outputs, targets).item()}
        return {"accuracy": (outputs.argmax(1) == targets).float().mean().item()}


def augmented(pictures, rotate, scale, shift):
    """Return pictures that are turned, scaled and moved by chance, all at once.

    Parameters
    ----------
    pictures : (n, channels, height, width) tensor
    rotate, scale, shift : dict
        The arguments of the augmentations.
    """
    count, (height, width) = len(pictures), pictures.shape[2:]
    angles, factors, down, right = torch.empty(4, count).uniform_(-1, 1)
    angles = angles * math.radians(rotate["degrees"])
    factors = 1 / (1 + factors * scale["ratio"])
    cosines, sines = angles.cos() * factors, angles.sin() * factors
    # From -1 to 1 there are as many pixels as there are between the middles of the outermost.
    down = down * shift["pixels"] * 2 / (height - 1)
    right = right * shift["pixels"] * 2 / (width - 1)
    rows = torch.stack((cosines, -sines, right, sines, cosines, down), dim=1)
    grid = functional.affine_grid(rows.view(count, 2, 3), list(pictures.shape), align_corners=True)
    return functional.grid_sample(pictures, grid, align_corners=True)
