"""CartPole: a pole that would fall, on a cart that can be pushed to the left and to the right."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from convkit.data.environments.base import Actions, Floats, Pixels, Steps, VectorEnvironment
from convkit.data.environments.drawing import cart_picture, cart_text
from convkit.data.environments.observations import Parts, observed
from convkit.data.splitting import Splits

GRAVITY = 9.8
CART, POLE = 1.0, 0.1
"""Masses in kg."""
TOTAL = CART + POLE
HALF = 0.5
"""Half of the pole's length, in m."""
MOMENT = POLE * HALF
FORCE = 10.0
"""Of a push, in N."""
TAU = 0.02
"""Seconds between two states."""
FARTHEST = 2.4
"""The cart's position, in m from the middle, beyond which the episode is over."""
STEEPEST = 12 * 2 * math.pi / 360
"""The pole's angle from the upright, in rad, beyond which it is."""
SPREAD = 0.05
"""How far from 0 each number of the state may begin."""
LIMIT = 500
"""Steps after which an episode is broken off."""


class CartPole(VectorEnvironment):
    """Several carts side by side, as Gymnasium's ``CartPole-v1``: the same numbers for a seed.

    A state is the cart's position (m) and velocity (m/s), and the pole's angle from the upright
    (rad) and its velocity (rad/s). Each step is rewarded with 1.

    Parameters
    ----------
    count : int
        How many.

    References
    ----------
    A. Barto, R. Sutton and C. Anderson, Neuronlike adaptive elements that can solve difficult
    learning control problems, 1983; the equations without friction are those of R. Florian,
    Correct equations for the dynamics of the cart-pole system, 2007.
    """

    name = "cartpole"
    shape = (4,)
    actions = ("left", "right")
    features = ("position", "velocity", "angle", "angular_velocity")
    seconds = TAU

    def __init__(self, count: int) -> None:
        self.count = count
        self._states = np.zeros((4, count))
        self._steps = np.zeros(count, np.int64)
        self._rewards = np.ones(count)

    def reset(self, places: Sequence[int], seeds: Sequence[int]) -> Floats:
        for place, seed in zip(places, seeds, strict=True):
            self._states[:, place] = np.random.default_rng(seed).uniform(-SPREAD, SPREAD, 4)
            self._steps[place] = 0
        return self._observations()[list(places)]

    def step(self, actions: Actions) -> Steps:
        _, velocity, angle, spin = self._states
        cosine, sine = np.cos(angle), np.sin(angle)
        push = (actions * (2 * FORCE) - FORCE + MOMENT * np.square(spin) * sine) / TOTAL
        turning = (GRAVITY * sine - cosine * push) / (
            HALF * (4.0 / 3.0 - POLE * np.square(cosine) / TOTAL)
        )
        speeding = push - MOMENT * turning * cosine / TOTAL
        # Euler's method: all of them change at the rates of the moment before.
        self._states += TAU * np.stack((velocity, speeding, spin, turning))
        self._steps += 1
        outside = (np.abs(self._states[0]) > FARTHEST) | (np.abs(self._states[2]) > STEEPEST)
        return Steps(self._observations(), self._rewards.copy(), outside, self._steps >= LIMIT)

    def _observations(self) -> Floats:
        observations = np.empty((self.count, 4), np.float32)
        observations[...] = self._states.T
        return observations

    def state(self) -> dict[str, Any]:
        return {"states": self._states.tolist(), "steps": self._steps.tolist()}

    def load_state(self, state: dict[str, Any]) -> None:
        self._states[...] = state["states"]
        self._steps[...] = state["steps"]

    def text(self, place: int = 0) -> str:
        return cart_text(self._states[0, place] / FARTHEST, self._states[2, place])

    def picture(self, place: int = 0) -> Pixels:
        return cart_picture(self._states[0, place] / FARTHEST, self._states[2, place])


def cartpole(
    test: int = 100,
    validation: int = 20,
    seed: int = 0,
    standardize: bool = False,
    *,
    root: Path = Path(),  # noqa: ARG001
) -> Splits:
    """Balance a pole on a cart by pushes to the left and to the right, for up to 500 steps.

    Each step is rewarded with 1; an episode ends when the cart is farther than 2.4 m from the
    middle, or the pole 12 degrees from the upright. The same as Gymnasium's CartPole-v1, whose task
    counts as solved at a mean return of 475.

    Parameters
    ----------
    test : int
        How many episodes are played for the test.
    validation : int
        How many are played after every epoch, to tell which was the best.
    seed : int
        Decides how these episodes begin.
    standardize : bool
        Whether each number of an observation gets mean 0 and standard deviation 1 over what an
        agent sees that acts at random.
    """
    return observed(CartPole, Parts(test, validation, seed), standardize=standardize)
