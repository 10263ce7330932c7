"""Two networks that learn from each other."""

from copy import deepcopy

import torch
from torch import nn
from torch.nn import functional

from benchmarks.scripts.pytorch.layers import build
from benchmarks.scripts.pytorch.system import System

DRAWN = 2500
"""How many points are compared with the modes."""

NEIGHBOURS = 3
"""Which neighbour is at the radius around a sample."""


class GAN(System):
    """A generator, its moving average, and a discriminator that is kept flat at real samples."""

    def __init__(self, recipe, weights, *, tuned):
        super().__init__(recipe, weights, tuned=tuned)
        self.generator, self.discriminator = self.model
        self.average = deepcopy(self.generator).requires_grad_(False)
        self.steps = 0

    def build(self, recipe):
        return nn.ModuleList([build(recipe["generator"]), build(recipe["discriminator"])])

    def learners(self):
        return list(self.model)

    def begin(self, parts):
        self.real = parts["train"]
        return parts

    def batches(self, part):
        size = self.recipe["batch_size"]
        for places in torch.randperm(len(part[0])).split(size):
            if len(places) == size:
                yield (part[0][places],)

    def step(self, batch, progress):
        forger, judge = self.optimizers
        (real,) = batch
        loss, penalty = self.judged(real)
        self.descend(judge, loss + penalty, progress)
        self.discriminator.requires_grad_(False)
        scores = self.scores(self.made(len(real)))
        self.descend(forger, functional.softplus(-scores).mean(), progress)
        self.discriminator.requires_grad_(True)
        self.follow()
        return loss.item()

    def judged(self, real):
        """Return the discriminator's loss, and the R1 penalty on its slope at real samples."""
        with torch.no_grad():
            made = self.made(len(real))
        packs = self.packed(real).detach().requires_grad_()
        scores = self.discriminator(packs)
        (slopes,) = torch.autograd.grad(scores.sum(), packs, create_graph=True)
        penalty = self.recipe["r1"] / 2 * slopes.square().sum() / len(packs)
        loss = functional.softplus(-scores).mean()
        return loss + functional.softplus(self.scores(made)).mean(), penalty

    def made(self, count):
        """Return so many generated samples."""
        return self.generator(self.normal(count, self.recipe["latent"]))

    def scores(self, samples):
        """Return how real each pack of samples looks."""
        return self.discriminator(self.packed(samples))

    def packed(self, samples):
        """Return so many samples as are judged at once side by side."""
        pack = self.recipe["pack"]
        return samples.reshape(-1, pack * samples.shape[1], *samples.shape[2:])

    @torch.no_grad()
    def follow(self):
        """Have the moving average follow the generator."""
        self.steps += 1
        rate = max(1 - self.recipe["ema"], 9 / (10 + self.steps))
        torch._foreach_lerp_(numbers(self.average), numbers(self.generator), rate)

    def measure(self, part):
        self.average.eval()
        inputs, _ = part
        if inputs.ndim == 2:
            made = self.average(self.normal(DRAWN, self.recipe["latent"]))
            return {"quality": quality(made, *self.real)}
        made = self.average(self.normal(len(inputs), self.recipe["latent"]))
        return {"precision": precision(made.flatten(1), inputs.flatten(1))}


def numbers(module):
    """Return parameters and running statistics."""
    return [each for each in module.state_dict().values() if each.is_floating_point()]


def quality(made, real, labels):
    """Return the share of points within three standard deviations of a mode's centre."""
    centres = torch.stack([real[labels == label].mean(0) for label in labels.unique()])
    deviation = (real - centres[labels]).square().mean().sqrt()
    return (torch.cdist(made, centres).amin(1) <= 3 * deviation).float().mean().item()


def precision(made, real):
    """Return the share of samples as near to a real one as that one's third neighbour is."""
    radii = torch.cdist(real, real).kthvalue(NEIGHBOURS + 1).values
    return (torch.cdist(made, real) <= radii).any(1).float().mean().item()
