"""What is seen in an environment, as a data set: what goes into an agent, and how it is tested."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from convkit.data.dataset import Dataset
from convkit.data.environments.base import Actions, Floats, Maker, VectorEnvironment
from convkit.data.preprocessing import Preprocessing
from convkit.data.splitting import DRAWING, Splits, seeded
from convkit.errors import ConvkitError

SAMPLES = 500
"""Steps of an agent that acts at random; they tell what observations are like."""

LARGEST_SEED = 2**31

Seeds = NDArray[np.int64]


@dataclass(frozen=True, eq=False, kw_only=True)
class Observations(Dataset):
    """Observations, each with an action that was chosen there at random; and where to see more.

    Attributes
    ----------
    environment : callable
        Makes the environment that they were made in, for so many episodes side by side.
    seeds : (episodes,) int64 array
        What the episodes begin with that are played to measure an agent.
    """

    environment: Maker
    seeds: Seeds

    unit: ClassVar[str] = "episodes"

    @property
    def count(self) -> int:
        """How many episodes are played to measure an agent."""
        return len(self.seeds)

    @property
    def labelled(self) -> bool:
        """Never: an action that was taken by chance is neither right nor wrong."""
        return False


@dataclass(frozen=True)
class Parts:
    """How many episodes are played for what, and what decides how they begin."""

    test: int
    validation: int
    seed: int

    def __post_init__(self) -> None:
        """Raise a ConvkitError for a number below 0."""
        for name, value in vars(self).items():
            if value < 0:
                raise ConvkitError(f"{name} must be at least 0, got {value}")


def draw_seeds(rng: Generator, count: int) -> Seeds:
    """Return seeds for so many episodes."""
    return rng.integers(LARGEST_SEED, size=count)


def observed(make: Maker, parts: Parts, *, standardize: bool = False) -> Splits:
    """Return what is seen in an environment: at random to train, first observations to test."""
    rng = np.random.Generator(seeded(parts.seed, DRAWING))
    environment = make(1)

    def samples(observations: Sequence[Floats], actions: Actions, seeds: Seeds) -> Observations:
        return Observations(
            name=environment.name,
            inputs=np.stack(observations),
            targets=actions,
            classes=environment.actions,
            features=environment.features,
            target_names=("action",),
            source="played by convkit",
            licence="MIT",
            environment=make,
            seeds=seeds,
        )

    def draw_actions(count: int) -> Actions:
        return rng.integers(len(environment.actions), size=count)

    def beginnings(count: int) -> Observations | None:
        seeds = draw_seeds(rng, count)
        first = [environment.reset([0], [seed])[0] for seed in seeds.tolist()]
        return samples(first, draw_actions(count), seeds) if count else None

    actions = draw_actions(SAMPLES)
    wandering = list(_wandering(environment, actions, rng))
    train = samples(wandering, actions, draw_seeds(rng, max(parts.validation, 1)))
    preprocessing = Preprocessing.fitted(train, standardize=standardize)
    return Splits(train, beginnings(parts.validation), beginnings(parts.test), preprocessing)


def _wandering(
    environment: VectorEnvironment, actions: Actions, rng: Generator
) -> Iterator[Floats]:
    """Yield what is seen before each of some actions, in as many episodes as that takes."""
    ended = True
    for action in actions:
        if ended:
            (observation,) = environment.reset([0], draw_seeds(rng, 1).tolist())
        yield observation
        steps = environment.step(np.array([action]))
        (observation,), (ended,) = steps.observations, steps.ended
