"""A small world for agents, and what is needed to build one."""

from __future__ import annotations

import numpy as np

from convkit.data import DATASETS, Preprocessing
from convkit.data.environments import Environment, Step, SyncVectorEnvironment
from convkit.families import Blueprint, Course, Signature
from convkit.families.agents.episodes import Episodes
from convkit.nn import Dense, Flatten, Tanh
from convkit.optim import OPTIMIZERS


class Line(Environment):
    """A walk along a line of numbers: it earns its place, and ends at either end.

    It begins at the number of the seed, and lasts so many steps at most.
    """

    name, shape, actions, features = "line", (1,), ("back", "on"), ()

    def __init__(self, length=10, limit=100):
        self.length, self.limit = length, limit

    def reset(self, seed):
        self.place, self.steps = seed % (self.length - 1) + 1, 0
        return np.array([self.place], np.float32)

    def step(self, action):
        self.place += 2 * action - 1
        self.steps += 1
        over = self.place in (0, self.length)
        seen = np.array([self.place], np.float32)
        return Step(seen, float(self.place), over, self.steps >= self.limit)

    def state(self):
        return {"place": self.place, "steps": self.steps}

    def load_state(self, state):
        self.place, self.steps = state["place"], state["steps"]


def lines(count, **settings):
    return SyncVectorEnvironment([Line(**settings) for _ in range(count)])


def episodes(count, **settings):
    return Episodes(lines(count, **settings), Preprocessing(), np.random.default_rng(0))


def choosing(seed, actions=2):
    """Return what chooses by chance."""
    rng = np.random.default_rng(seed)
    return lambda observations: rng.integers(actions, size=len(observations))


def prepared(family, *, splits=None, layers=None, seed=0, epochs=4, batch_size=16, accumulate=1):
    """Return a family that is ready to learn, with a hidden layer, by default of CartPole."""
    splits = splits or DATASETS["cartpole"](test=5, validation=0)
    layers = layers or [Flatten(), Dense(8), Tanh()]
    family.build(Blueprint(Signature.of(splits.train), splits.preprocessing, layers, seed=seed))
    family.prepare(Course(splits, OPTIMIZERS["adam"](lr=0.01), epochs, batch_size, accumulate))
    return family


def steps_of(family, count, progress=0.0):
    """Take steps of a family's first epoch."""
    for _, rng in zip(range(count), family.batches(0), strict=False):
        family.learn(rng, progress)
