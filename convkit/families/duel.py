"""The steps in which a generator and a discriminator learn from each other."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.autograd import Tensor, no_grad
from convkit.families.adversarial import packed
from convkit.families.averaging import MovingAverage
from convkit.families.coder import normal_codes, portions
from convkit.families.critic import Critic
from convkit.families.divergence import diverging
from convkit.families.naming import owned, within
from convkit.families.part import Part
from convkit.families.randomness import generator
from convkit.families.rivals import Rivals
from convkit.families.rules import Rules
from convkit.nn import Context
from convkit.optim import Optimizer

Array = NDArray[Any]

HINT = "lower optimizer.lr, or hold the discriminator back by r1 or gradient_penalty"


class Duel:
    """Lets two networks learn from each other.

    Parameters
    ----------
    rivals : Rivals
        Built. If there is a moving average, it is what `rivals.generator` becomes, and a copy
        learns.
    rules : Rules
    optimizers : (Optimizer, Optimizer)
        The generator's and the discriminator's.
    epochs : int
        How long their schedules are.
    seed : int
        Of all that is drawn.
    """

    def __init__(
        self,
        rivals: Rivals,
        rules: Rules,
        optimizers: tuple[Optimizer | None, Optimizer | None],
        epochs: int,
        seed: int,
    ) -> None:
        self.rules = rules
        self._latent = rivals.latent
        self._generator = deepcopy(rivals.generator) if rules.ema else rivals.generator
        self.forger = Part(self._generator, optimizers[0], epochs)
        self.judge = Part(rivals.discriminator, optimizers[1], epochs)
        self._average = (
            MovingAverage(rivals.generator, self._generator, self.forger.flat, rules.ema)
            if rules.ema
            else None
        )
        self._rngs = {purpose: generator(seed, purpose) for purpose in ("latents", "noise")}
        self._context = Context(train=True, rng=self._rngs["noise"])
        self._critic = Critic(rivals.discriminator, self._context)

    def step(self, real: Array, progress: float) -> dict[str, float]:
        """Let the discriminator learn from portions of the samples, then the generator from it.

        Parameters
        ----------
        real : (n, \\*sample shape) array
            As the networks see them.
        progress : float
            Epochs done so far, with fractions.

        Returns
        -------
        dict of str to float
            ``loss``: the discriminator's, without penalties, the mean over its steps;
            ``generator_loss``.

        Raises
        ------
        DivergedError
            If a loss or a gradient isn't finite.
        """
        size = len(real) // self.rules.discriminator_steps
        losses = [self._judge(samples, progress) for samples in portions(real, size)]
        generator_loss = self._forge(size, progress)
        if self._average is not None:
            self._average.follow()
        return {"loss": sum(losses) / len(losses), "generator_loss": generator_loss}

    def _judge(self, samples: Array, progress: float) -> float:
        """Take a step of the discriminator, and return its loss without penalties."""
        rules, critic = self.rules, self._critic
        real = packed(Tensor(samples), rules.pack)
        with no_grad():
            made = packed(self._made(len(samples)), rules.pack)
        penalties = []
        if rules.r1:
            scores, penalty = critic.scores_and_r1(real.data, rules.r1)
            penalties.append(penalty)
        else:
            scores = critic(real)
        if rules.gradient_penalty:
            between = self._between(real.data, made.data)
            penalties.append(critic.gradient_penalty(between, rules.gradient_penalty))
        loss = rules.objective(scores, True) + rules.objective(critic(made), False)
        with diverging("the discriminator", HINT):
            self.judge.descend(sum(penalties, start=loss), progress)
        return float(loss.data)

    def _forge(self, count: int, progress: float) -> float:
        """Take a step of the generator, and return its loss."""
        with self._critic.unmoved():
            made = packed(self._made(count), self.rules.pack)
            loss = self.rules.objective(self._critic(made), True)
        with diverging("the generator", HINT):
            return self.forger.descend(loss, progress)

    def _made(self, count: int) -> Tensor:
        codes = normal_codes(count, self._latent, self._rngs["latents"])
        return self._generator(Tensor(codes), self._context)

    def _between(self, real: Array, made: Array) -> Array:
        """Return a point at random on the line from each real sample to a generated one."""
        shape = (len(real),) + (1,) * (real.ndim - 1)
        shares = self._rngs["latents"].random(shape, np.float32)
        return np.asarray(made + shares * (real - made))

    def state(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """Return all that changes beside the rivals themselves: arrays, and what JSON holds."""
        arrays = owned("forger", self.forger.state()) | owned("judge", self.judge.state())
        rngs = {purpose: rng.bit_generator.state for purpose, rng in self._rngs.items()}
        if self._average is None:
            return arrays, {"rngs": rngs, "steps": 0}
        learning = owned("generator", self._generator.state())
        return arrays | learning, {"rngs": rngs, "steps": self._average.steps}

    def load_state(self, arrays: Mapping[str, Array], state: Mapping[str, Any]) -> None:
        """Take it in."""
        self.forger.load_state(within("forger", arrays))
        self.judge.load_state(within("judge", arrays))
        for purpose, rng in self._rngs.items():
            rng.bit_generator.state = state["rngs"][purpose]
        if self._average is not None:
            self._generator.load_state(within("generator", arrays))
            self._average.steps = state["steps"]
