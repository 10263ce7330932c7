"""What all agents share: how they are built and measured, and episodes that go on and on."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from convkit.autograd import Tensor, no_grad
from convkit.data import Dataset
from convkit.data.environments import Observations
from convkit.errors import ConvkitError
from convkit.families.abilities import Acts
from convkit.families.agents.episodes import Episodes, play
from convkit.families.base import Answers, Arrays, Blueprint, Course, Family
from convkit.families.misfit import MisfitError
from convkit.families.naming import owned, within
from convkit.families.part import Part
from convkit.families.randomness import generator
from convkit.nn import Context, Layer, Module, Row, Sequential, View
from convkit.nn.checks import number, shape_text, whole_number
from convkit.workers import one_blas_thread

Array = NDArray[Any]

ACTING = Context(train=False, rng=None)
CHUNK = 1024
"""Observations that go through a network at once where nothing is learnt."""


class Agent(Family, Acts):
    """Learns by acting: what it does in an environment, and what that earns.

    A step of the trainer is a rollout, some steps in every one of the environments side by side,
    and what is learnt from it. All that is random in it, beginnings of episodes included, has a
    generator of its own, by epoch and number.

    Parameters
    ----------
    environments : int
        Episodes that are played side by side.
    rollouts : int
        Rollouts in an epoch.
    gamma : float
        What a reward is worth a step later, from 0 to 1.
    """

    parts = frozenset({"model", "optimizer"})
    goal: ClassVar[str] = "return"
    network: Module
    part: Part

    def __init__(self, environments: int, rollouts: int, gamma: float) -> None:
        self.environments = whole_number("environments", environments)
        self.steps_per_epoch = whole_number("rollouts", rollouts)
        self.gamma = number("gamma", gamma, least=0, most=1)

    def build(self, blueprint: Blueprint) -> None:
        self.signature = blueprint.signature
        self.preprocessing = blueprint.preprocessing
        self.seed = blueprint.seed
        if self.signature.classes is None:
            raise _no_environment("what is to be predicted are values")
        if blueprint.loss is not None:
            raise MisfitError("loss", "an agent brings its own loss", "leave out loss")
        if blueprint.metrics:
            raise MisfitError("metrics", "of an agent, returns are measured", "leave out metrics")
        shape = self.signature.sample_shape
        _check_flat(Sequential(blueprint.layers).output_shape(shape))
        self.network = self._built(blueprint.layers, generator(self.seed, "weights"))
        self.parameters = sum(each.size for each in self.network.parameters().values())

    @abstractmethod
    def _built(self, layers: Sequence[Layer], rng: Generator) -> Module:
        """Return the network, built, whose hidden layers are given."""

    @property
    @abstractmethod
    def heads(self) -> dict[str, Sequential]:
        """Its chains of layers, by what they are called in the summary."""

    def rows(self) -> list[Row]:
        start = View.of(self.signature.sample_shape)
        lines = [row for name, chain in self.heads.items() for row in chain.rows(start, name)]
        return [Row("", "input", start), *lines]

    def prepare(self, course: Course) -> None:
        train = course.splits.train
        if not isinstance(train, Observations):
            raise _no_environment(f"data '{train.name}' are none")
        if course.accumulate > 1:
            raise ConvkitError(
                f"accumulate (={course.accumulate}): an agent takes its batches whole",
                f"batch_size: {course.accumulate * course.batch_size}",
            )
        self.course = course
        self.part = Part(self.network, course.optimizer, course.epochs)
        environment = train.environment(self.environments)
        self.episodes = Episodes(environment, self.preprocessing, generator(self.seed, "acting"))
        self._losses: list[float] = []
        self._steps_taken: int | None = None

    def batches(self, epoch: int, skip: int = 0) -> Iterator[Generator]:
        """Yield what draws all that is random in each step of an epoch."""
        for step in range(skip, self.steps_per_epoch):
            yield generator(self.seed, "acting", epoch, step)

    def learn(self, batch: Generator, progress: float) -> float:
        loss = self._learnt(batch, progress)
        self._losses.append(loss)
        return loss

    @abstractmethod
    def _learnt(self, rng: Generator, progress: float) -> float:
        """Act for a rollout, learn, and return the mean loss."""

    def end_epoch(self) -> dict[str, float]:
        finished = self.episodes.end_epoch()
        self._steps_taken = finished.steps
        loss = float(np.mean(self._losses))
        self._losses.clear()
        return {"loss": loss, **finished.means()}

    @property
    def samples_per_epoch(self) -> int | None:
        return self._steps_taken

    def observe(self, value: float) -> None:
        self.part.optimizer.observe(value)

    def settings(self, progress: float) -> dict[str, float]:
        return {"lr": self.part.lr(progress)}

    @property
    def measured(self) -> tuple[str, ...]:
        return ("return", "length")

    @property
    def measured_while_learning(self) -> tuple[str, ...]:
        return ("loss", *self.measured)

    def measure(self, dataset: Dataset) -> dict[str, float]:
        """Return the mean return and length of the episodes that a data set tells to play.

        Raises
        ------
        ConvkitError
            If they are no observations of an environment.
        """
        if not isinstance(dataset, Observations):
            raise _no_environment(f"data '{dataset.name}' are none")
        self.signature.check_samples(dataset)
        played = play(self.act, dataset.environment, dataset.seeds.tolist())
        return {"return": float(played.returns.mean()), "length": float(played.lengths.mean())}

    @abstractmethod
    def scores(self, prepared: Array) -> Array:
        """Return a score for each action, (n, actions), the best one being the largest."""

    @np.errstate(all="ignore")
    def act(self, observations: Array) -> Array:
        best: Array = self._scores(observations).argmax(axis=1)
        return best

    @np.errstate(all="ignore")
    def answer(self, inputs: Array) -> Answers:
        scores = self._scores(inputs)
        return Answers(scores, scores.argmax(axis=1))

    def _scores(self, observations: Array) -> Array:
        prepared = self.preprocessing.apply_inputs(observations)
        with one_blas_thread():
            return self.scores(prepared)

    def model(self) -> Arrays:
        return self.network.state()

    def load_model(self, arrays: Mapping[str, Array]) -> None:
        self.network.load_state(arrays)

    def memory(self) -> tuple[Arrays, dict[str, Any]]:
        arrays, episodes = self.episodes.state()
        return owned("optimizer", self.part.state()) | owned("episodes", arrays), {
            "episodes": episodes,
            "losses": self._losses,
        }

    def load_memory(self, arrays: Mapping[str, Array], state: Mapping[str, Any]) -> None:
        self.part.load_state(within("optimizer", arrays))
        self.episodes.load_state(within("episodes", arrays), state["episodes"])
        self._losses = list(state["losses"])


def outputs(chain: Sequential, prepared: Array) -> Array:
    """Return what comes out of layers that learn nothing now, (n, ...)."""
    with no_grad():
        if len(prepared) <= CHUNK:
            return chain(Tensor(prepared), ACTING).data
        parts = [prepared[start : start + CHUNK] for start in range(0, len(prepared), CHUNK)]
        return np.concatenate([chain(Tensor(part), ACTING).data for part in parts])


def _check_flat(shape: tuple[int, ...]) -> None:
    if len(shape) != 1:
        raise MisfitError(
            "model",
            f"an agent chooses by a row of features, but the model makes {shape_text(shape)}",
            "end it with flatten",
        )


def _no_environment(reason: str) -> ConvkitError:
    return ConvkitError(
        f"an agent acts in an environment, but {reason}",
        "data: cartpole, gridworld, or {name: gymnasium, id: Acrobot-v1}",
    )
