"""The generative adversarial network: a generator learns from a discriminator (Goodfellow 2014)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from itertools import islice
from typing import Any, get_args

from numpy.random import Generator
from numpy.typing import NDArray

from convkit.autograd import Tensor
from convkit.data import Batches, Dataset
from convkit.errors import ConvkitError
from convkit.families.abilities import Draws
from convkit.families.adversarial import OBJECTIVES, AdversarialLoss, packed
from convkit.families.base import Answers, Arrays, Blueprint, Course, Family
from convkit.families.coder import in_batches, normal_codes
from convkit.families.duel import Duel
from convkit.families.film import Film
from convkit.families.likeness import figures, likeness
from convkit.families.means import Means
from convkit.families.misfit import refuse_metrics
from convkit.families.naming import owned, within
from convkit.families.network import EVALUATING
from convkit.families.randomness import generator
from convkit.families.rivals import Rivals
from convkit.families.rules import Rules
from convkit.nn import Layer, Row
from convkit.nn.checks import choice, number, whole_number
from convkit.nn.layer import blaming
from convkit.nn.tangents import check_tangents
from convkit.optim import Optimizer

Array = NDArray[Any]


class GAN(Family, Draws):
    """Two networks that learn from each other, and in the end one of them makes new samples.

    The generator makes samples of random numbers; the discriminator learns to tell them from real
    ones, and the generator to make such as are taken for real (Goodfellow et al. 2014). Neither
    comes to rest by itself, and the generator may make a few kinds of samples only. Against that:
    `r1` or `gradient_penalty`, which keep the discriminator from being too steep, `pack`, with
    which it sees when samples are alike, and `ema`, the average of the generator over many steps.

    Parameters
    ----------
    generator : list of Layer
        Makes a sample of `latent` normally distributed numbers.
    discriminator : list of Layer
        Makes one number of a sample: the higher, the more it takes it for real.
    latent : int
        How many random numbers a sample is made of.
    loss : {"non_saturating", "least_squares", "wasserstein"}
        What the two want of each other: the right answer to be probable (Goodfellow et al. 2014),
        scores near 1 and 0 (Mao et al. 2017), or mean scores far apart (Arjovsky et al. 2017; needs
        `gradient_penalty` or `r1`).
    discriminator_steps : int
        Steps of the discriminator, each with real samples of its own, before one of the generator.
    pack : int
        How many samples the discriminator judges at once, laid together along their last axis (Lin
        et al. 2018, "PacGAN").
    r1 : float
        Strength of the penalty on the discriminator's squared gradient at real samples; 0 is none
        (Mescheder et al. 2018).
    gradient_penalty : float
        Strength of the penalty on the discriminator's gradient being shorter or longer than 1
        between real and generated samples; 0 is none, 10 is usual (Gulrajani et al. 2017).
    ema : float
        How much of the generator's moving average a step keeps, such as 0.999; the average is what
        makes samples. 0: the generator does so itself.
    discriminator_optimizer : Optimizer or None
        The discriminator's; another one like the generator's if left out.
    """

    name = "gan"
    parts = frozenset({"optimizer"})

    def __init__(
        self,
        generator: list[Layer],
        discriminator: list[Layer],
        latent: int = 16,
        loss: AdversarialLoss = "non_saturating",
        discriminator_steps: int = 1,
        pack: int = 1,
        r1: float = 0.0,
        gradient_penalty: float = 0.0,
        ema: float = 0.0,
        discriminator_optimizer: Optimizer | None = None,
    ) -> None:
        self.rivals = Rivals(generator, discriminator)
        self.latent = whole_number("latent", latent)
        self.rules = Rules(
            objective=OBJECTIVES[choice("loss", loss, get_args(AdversarialLoss))],
            discriminator_steps=whole_number("discriminator_steps", discriminator_steps),
            pack=whole_number("pack", pack),
            r1=number("r1", r1, least=0),
            gradient_penalty=number("gradient_penalty", gradient_penalty, least=0),
            ema=number("ema", ema, least=0, below=1),
        )
        self.discriminator_optimizer = discriminator_optimizer
        if loss == "wasserstein" and not self.rules.penalises:
            raise ConvkitError(
                "loss (=wasserstein) needs a discriminator that isn't too steep",
                "gradient_penalty: 10",
            )

    def build(self, blueprint: Blueprint) -> None:
        refuse_metrics(self.name, blueprint.metrics)
        given = blueprint.signature
        if given.symbols:
            raise ConvkitError("a gan makes numbers, but the data are texts")
        # It answers with a score, whatever the data have to tell of a sample.
        self.signature = replace(given, classes=None, target_names=("score",), outputs=1)
        self._figures = figures(given.sample_shape, labelled=given.classes is not None)
        self.preprocessing = blueprint.preprocessing
        self.seed = blueprint.seed
        rivals, weights = self.rivals, generator(self.seed, "weights")
        rivals.build(self.latent, given.sample_shape, self.rules.pack, weights)
        if self.rules.penalises:
            with blaming("discriminator", "discriminator"):
                check_tangents(rivals.discriminator)
        self.parameters = sum(each.size for each in rivals.parameters().values())

    def prepare(self, course: Course) -> None:
        self.course = course
        self._training = self.preprocessing.apply(course.splits.train)
        self._portion = self.rules.portion(course)
        self.steps_per_epoch = len(self._training) // self._portion
        optimizers = course.optimizer, self.discriminator_optimizer or deepcopy(course.optimizer)
        self._duel = Duel(self.rivals, self.rules, optimizers, course.epochs, self.seed)
        self._likeness = likeness(course.splits.train)
        self._film = Film(course.epochs)
        self._means = Means()

    def rows(self) -> list[Row]:
        return self.rivals.rows()

    @property
    def samples_per_epoch(self) -> int:
        return self.steps_per_epoch * self._portion

    def batches(self, epoch: int, skip: int = 0) -> Iterator[Array]:
        """Yield real samples as the networks see them; those left over wait for another epoch."""
        rng = generator(self.seed, "batches", epoch) if self.course.shuffle else None
        batches = Batches(self._training, self._portion, rng)
        return (inputs for inputs, _ in islice(batches, skip, self.steps_per_epoch))

    def learn(self, batch: Array, progress: float) -> float:
        losses = self._duel.step(batch, progress)
        self._means.add(len(batch), **losses)
        return losses["loss"]

    def end_epoch(self) -> dict[str, float]:
        samples = self._samples(self._likeness.count)
        self._film.show(samples)
        return self._means.taken() | self._likeness.measure(samples)

    def observe(self, value: float) -> None:
        for part in (self._duel.forger, self._duel.judge):
            part.optimizer.observe(value)

    def settings(self, progress: float) -> dict[str, float]:
        lr = {"lr": self._duel.forger.lr(progress)}
        if self.discriminator_optimizer is None:
            return lr
        return lr | {"discriminator_lr": self._duel.judge.lr(progress)}

    @property
    def measured(self) -> tuple[str, ...]:
        return ("loss", "generator_loss", *self._figures)

    def measure(self, dataset: Dataset) -> dict[str, float]:
        """Return the losses on real samples and as many generated ones, and how alike they are."""
        self.signature.check_samples(dataset)
        measure = likeness(dataset)
        samples = self._samples(max(measure.count, len(dataset)))
        losses = self._losses(dataset.inputs, samples[: len(dataset)])
        return losses | measure.measure(samples[: measure.count])

    def _losses(self, real: Array, made: Array) -> dict[str, float]:
        objective = self.rules.objective
        scores = [Tensor(self._scores(samples)) for samples in (real, made)]
        right = [
            objective(each, wanted) for each, wanted in zip(scores, (True, False), strict=True)
        ]
        fooled = objective(scores[1], True)
        return {"loss": float(right[0].data + right[1].data), "generator_loss": float(fooled.data)}

    def _scores(self, inputs: Array) -> Array:
        """Return the scores of packs of samples in the data's own units, (packs, 1)."""
        pack = self.rules.pack
        whole = Tensor(self.preprocessing.apply_inputs(inputs[: len(inputs) // pack * pack]))
        return in_batches(self._judged, packed(whole, pack).data)

    def _judged(self, packs: Tensor) -> Tensor:
        return self.rivals.discriminator(packs, EVALUATING)

    def answer(self, inputs: Array) -> Answers:
        """Return how real each sample looks to the discriminator, (n, 1).

        Raises
        ------
        ConvkitError
            If it judges several samples at once.
        """
        if self.rules.pack > 1:
            raise ConvkitError(
                f"the discriminator judges {self.rules.pack} samples at once, none by itself",
                "convkit generate draws new samples",
            )
        return Answers(self._scores(inputs), None)

    def decode(self, codes: Array) -> Array:
        samples = in_batches(lambda codes: self.rivals.generator(codes, EVALUATING), codes)
        return self.preprocessing.undo_inputs(samples)

    def draw_codes(self, count: int, rng: Generator) -> Array:
        return normal_codes(count, self.latent, rng)

    def _samples(self, count: int) -> Array:
        """Return generated samples: each time of the same codes."""
        return self.decode(self.draw_codes(count, generator(self.seed, "evaluation")))

    def pictures(self) -> dict[str, Array]:
        return self._film.pictures(self.course.splits.train.inputs)

    def model(self) -> Arrays:
        return self.rivals.state()

    def load_model(self, arrays: Mapping[str, Array]) -> None:
        self.rivals.load_state(arrays)

    def memory(self) -> tuple[Arrays, dict[str, Any]]:
        arrays, state = self._duel.state()
        frames, epochs = self._film.state()
        return owned("duel", arrays) | owned("film", frames), {
            "duel": state,
            "film": epochs,
            "epoch": self._means.state(),
        }

    def load_memory(self, arrays: Mapping[str, Array], state: Mapping[str, Any]) -> None:
        self._duel.load_state(within("duel", arrays), state["duel"])
        self._film.load_state(within("film", arrays), state["film"])
        self._means.load_state(state["epoch"])
