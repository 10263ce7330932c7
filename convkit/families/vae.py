"""The variational autoencoder: its codes are normal numbers, so that new samples can be drawn."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any, Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from convkit.autograd import Tensor, normal_divergence, reparameterize
from convkit.data import Dataset
from convkit.errors import ConvkitError
from convkit.families.abilities import Draws
from convkit.families.base import Blueprint
from convkit.families.coder import Coder, evaluating, in_batches, normal_codes, portions
from convkit.families.coding import GRID_SHARES, Coding
from convkit.families.likelihoods import LIKELIHOODS, Likelihood
from convkit.families.misfit import blamed_on
from convkit.families.network import EVALUATING
from convkit.families.randomness import generator
from convkit.nn import Dense, Flatten, Layer
from convkit.nn.checks import choice, number, whole_number

Array = NDArray[Any]

PASS = 8192
"""Codes that go through the decoder at once while samples are weighed."""

DRAWN = (8, 8)
"""Rows and columns of the samples that are shown."""


class VariationalCoder(Coder):
    """A coder with the distribution of what the decoder makes."""

    def __init__(self, encoder: list[Layer], decoder: list[Layer], likelihood: Likelihood) -> None:
        super().__init__(encoder, decoder)
        self.likelihood = likelihood


class VAE(Coding, Draws):
    """An autoencoder whose codes are drawn from a normal distribution that the encoder tells.

    It makes the negative evidence lower bound small, in nats for a sample: ``reconstruction``, the
    surprise at the sample given its code, plus `beta` times ``kl``, the divergence of the codes'
    distribution from the standard normal one. With `beta` 1 that is a bound on the surprise at the
    sample itself (Kingma and Welling 2014).

    Parameters
    ----------
    encoder : list of Layer
        What comes out of it, a dense layer turns into the mean and the variance of each number of
        the code: that layer is added.
    decoder : list of Layer
        Makes a sample of a code; of yes and no it makes scores (logits), without a sigmoid.
    latent : int
        How many numbers a code has.
    likelihood : str
        What a value is: ``bernoulli`` for yes or no, and for what lies between 0 and 1; ``normal``
        for numbers, with a deviation that is learnt.
    beta : float
        How much the divergence counts (Higgins et al. 2017).
    warm_up : float
        Epochs over which `beta` grows from 0, so that codes are used before they are paid for.
    importance_samples : int
        How many codes of each sample are drawn to measure, with which ``iwae``, a tighter bound, is
        measured as well (Burda, Grosse and Salakhutdinov 2016).
    """

    name = "vae"
    parts = frozenset({"optimizer"})

    def __init__(
        self,
        encoder: list[Layer],
        decoder: list[Layer],
        latent: int = 8,
        likelihood: Literal["bernoulli", "normal"] = "bernoulli",
        beta: float = 1.0,
        warm_up: float = 0.0,
        importance_samples: int = 1,
    ) -> None:
        self.latent = whole_number("latent", latent)
        self.likelihood = LIKELIHOODS[choice("likelihood", likelihood, LIKELIHOODS)]()
        self.beta = number("beta", beta, least=0)
        self.warm_up = number("warm_up", warm_up, least=0)
        self.importance_samples = whole_number("importance_samples", importance_samples)
        head = [Flatten(), Dense(2 * self.latent)]
        super().__init__(VariationalCoder([*encoder, *head], decoder, self.likelihood))

    def build(self, blueprint: Blueprint) -> None:
        with blamed_on("loss"):
            if blueprint.loss is not None:
                raise ConvkitError("a vae has a loss of its own", "leave it out")
        super().build(blueprint)

    def _build_coder(self, rng: Generator) -> None:
        self.coder.build(self.signature.sample_shape, rng, (self.latent,))

    def _learnable(self, dataset: Dataset) -> Dataset:
        learnable = super()._learnable(dataset)
        self.likelihood.check(self._seen(learnable.inputs))
        return learnable

    def _loss(self, inputs: Array, progress: float) -> Tensor:
        seen = self._seen(inputs)
        moments = self.coder.encoder(Tensor(seen), self._context)
        noise = self.draw_codes(len(inputs), self._rng)
        outputs = self.coder.decoder(reparameterize(moments, noise), self._context)
        surprise, divergence = self.likelihood.surprise(outputs, seen), normal_divergence(moments)
        parts = self._parts(surprise.data, divergence.data)
        self._means.add(len(inputs), **parts)
        return (surprise + divergence * self._beta(progress)).mean()

    def _beta(self, progress: float) -> float:
        """Return how much the divergence counts after so many epochs."""
        return self.beta * min(1.0, progress / self.warm_up) if self.warm_up else self.beta

    def _parts(self, surprise: Array, divergence: Array) -> dict[str, float]:
        """Return the loss, as it is once `beta` has grown, and its parts: means of all samples."""
        reconstruction, kl = float(surprise.mean()), float(divergence.mean())
        loss = reconstruction + self.beta * kl
        return {"loss": loss, "reconstruction": reconstruction, "kl": kl}

    def settings(self, progress: float) -> dict[str, float]:
        growing = {"beta": self._beta(progress)} if self.warm_up else {}
        return super().settings(progress) | growing

    @property
    def measured_while_learning(self) -> tuple[str, ...]:
        return ("loss", "reconstruction", "kl")

    @property
    def measured(self) -> tuple[str, ...]:
        tighter = ("iwae",) if self.importance_samples > 1 else ()
        return (*self.measured_while_learning, *tighter)

    def measure(self, dataset: Dataset) -> dict[str, float]:
        """Return what is measured on data; the codes that are drawn are the same each time."""
        seen = self._seen(self._learnable(dataset).inputs)
        with evaluating():
            moments = in_batches(lambda x: self.coder.encoder(x, EVALUATING), seen)
            divergence = normal_divergence(Tensor(moments)).data
            surprise, weights = self._weighed(seen, moments)
            figures = self._parts(surprise, divergence)
            if self.importance_samples > 1:
                figures["iwae"] = -float(_log_mean_exp(weights).mean())
        return figures

    def _weighed(self, seen: Array, moments: Array) -> tuple[Array, Array]:
        """Draw codes of each sample; return the surprise at it and ``log p(x, z) - log q(z|x)``.

        Both are (n, importance samples).
        """
        rng, count = generator(self.seed, "evaluation"), self.importance_samples
        size = max(1, PASS // count)
        pairs = zip(portions(seen, size), portions(moments, size), strict=True)
        parts = [self._weighed_part(*pair, rng) for pair in pairs]
        surprise, weights = map(np.concatenate, zip(*parts, strict=True))
        return surprise.reshape(-1, count), weights.reshape(-1, count)

    def _weighed_part(self, seen: Array, moments: Array, rng: Generator) -> tuple[Array, Array]:
        seen, moments = (each.repeat(self.importance_samples, axis=0) for each in (seen, moments))
        noise = self.draw_codes(len(seen), rng)
        codes = reparameterize(Tensor(moments), noise)
        surprise = self.likelihood.surprise(self.coder.decoder(codes, EVALUATING), seen).data
        # The constants of both normal densities cancel each other.
        log_prior, log_posterior = -0.5 * np.square(codes.data), -0.5 * np.square(noise)
        log_posterior -= 0.5 * moments[:, self.latent :]
        return surprise, (log_prior - log_posterior).sum(axis=1) - surprise

    @np.errstate(all="ignore")
    def encode(self, inputs: Array) -> Array:
        """Return the means of the codes' distributions, (n, latent)."""
        moments = in_batches(lambda x: self.coder.encoder(x, EVALUATING), self._seen(inputs))
        return moments[:, : self.latent]

    @np.errstate(all="ignore")
    def decode(self, codes: Array) -> Array:
        """Return the samples that are expected; of yes and no the probability of yes."""
        shaped = self.coder.shaped(codes)
        outputs = in_batches(lambda x: self.coder.decoder(x, EVALUATING), shaped)
        return self.preprocessing.undo_inputs(self.likelihood.mean(outputs))

    def draw_codes(self, count: int, rng: Generator) -> Array:
        return normal_codes(count, self.latent, rng)

    def _drawn(self) -> dict[str, Array]:
        rows, columns = DRAWN
        samples = self.decode(self.draw_codes(rows * columns, generator(self.seed, "evaluation")))
        drawn = {"samples": samples.reshape(rows, columns, *samples.shape[1:])}
        if self.latent == 2:
            steps = [NormalDist().inv_cdf(share) for share in GRID_SHARES]
            drawn["latent"] = self.grid(np.array([steps, steps], np.float32))
        return drawn


def _log_mean_exp(x: Array) -> Array:
    """Return the logarithm of the mean of the exponentials of each row."""
    most = x.max(axis=1, keepdims=True)
    return np.asarray(most[:, 0] + np.log(np.exp(x - most).mean(axis=1)))
