"""Autoencoders: of what comes out as it came in, and of what is drawn by chance."""

import math

from torch import nn
from torch.nn import functional

from benchmarks.scripts.pytorch.layers import build
from benchmarks.scripts.pytorch.system import System


class Autoencoder(System):
    """An encoder and a decoder, with noise on what comes in or without."""

    limits = (0.0, 1.0)

    def build(self, recipe):
        return nn.ModuleList([build(recipe["encoder"]), build(recipe["decoder"])])

    def tensors(self, arrays):
        # There are no answers to learn.
        return super().tensors(arrays[:1])

    def begin(self, parts):
        (inputs,) = parts["train"]
        self.limits = inputs.min().item(), inputs.max().item()
        return parts

    def rebuilt(self, inputs):
        """Return what comes out."""
        encoder, decoder = self.model
        return decoder(encoder(inputs))

    def spoilt(self, inputs):
        """Return inputs with noise, cut off at the limits."""
        if not self.recipe["noise"]:
            return inputs
        noise = self.normal(*inputs.shape)
        return noise.mul_(self.recipe["noise"]).add_(inputs).clamp_(*self.limits)

    def loss(self, batch):
        (inputs,) = batch
        return functional.mse_loss(self.rebuilt(self.spoilt(inputs)), inputs)

    def measure(self, part):
        (inputs,) = part
        low, high = self.limits
        seen = self.spoilt(inputs)
        after = decibels(self.rebuilt(seen), inputs)
        figures = {"psnr": 20 * math.log10(high - low) - after}
        if self.recipe["noise"]:
            figures["psnr_gain"] = decibels(seen, inputs) - after
        return figures


def decibels(values, wanted):
    """Return their mean squared difference in decibels."""
    return 10 * functional.mse_loss(values, wanted).log10().item()


class VAE(System):
    """An encoder that tells a normal distribution, and a decoder of what is drawn from it."""

    def build(self, recipe):
        return nn.ModuleList([build(recipe["encoder"]), build(recipe["decoder"])])

    def tensors(self, arrays):
        return super().tensors(arrays[:1])

    def loss(self, batch):
        (inputs,) = batch
        mean, log_variance = self.model[0](inputs).chunk(2, dim=1)
        return self.bound(inputs, mean, log_variance)

    def bound(self, inputs, mean, log_variance):
        """Return the negative evidence lower bound, the mean of all samples."""
        codes = mean + (0.5 * log_variance).exp() * self.normal(*mean.shape)
        logits = self.model[1](codes)
        surprise = functional.binary_cross_entropy_with_logits(logits, inputs, reduction="sum")
        divergence = 0.5 * (mean.square() + log_variance.expm1() - log_variance).sum()
        return (surprise + divergence) / len(inputs)

    def measure(self, part):
        (inputs,) = part
        mean, log_variance = self.model[0](inputs).chunk(2, dim=1)
        count = self.recipe["importance_samples"]
        repeated = (each.repeat_interleave(count, dim=0) for each in (inputs, mean, log_variance))
        return {"loss": self.bound(*repeated).item()}
